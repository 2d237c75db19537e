"""`python -m bench.retrieval quality` and `scale`; see bench/README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.retrieval import quality as qualities
from bench.retrieval import scale as scales
from bench.retrieval import sets
from bench.retrieval.embeddings import Embeddings
from knowledge.encoder import Encoder

Folder = Annotated[Path, typer.Option(exists=True, file_okay=False)]
Optional = Annotated[Path | None, typer.Option(exists=True, file_okay=False)]

app = typer.Typer(add_completion=False, help="How well and how fast the retrieval core finds.", pretty_exceptions_enable=False)


@app.command()
def quality(  # noqa: PLR0913, PLR0917  -- one option for each set
    medquad: Folder,
    clinc150: Optional = None,
    banking77: Optional = None,
    encoder: Folder = Path("var/encoder"),
    cache: Annotated[Path | None, typer.Option(help="Keep embeddings in this folder.")] = None,
    seed: Annotated[int, typer.Option(help="Draws texts and questions.")] = sets.SEED,
    development: Annotated[bool, typer.Option(help="Report on the questions that parameters are tuned on.")] = False,
) -> None:
    """BM25 alone, MiniLM alone, reciprocal rank fusion and ours, on each set that is given."""
    embeddings = Embeddings(Encoder(encoder), cache)
    first = sets.medquad(medquad, seed)
    others = [(sets.clinc150, clinc150), (sets.banking77, banking77)]
    for questions in [first, *(read(folder, seed) for read, folder in others if folder)]:
        qualities.report(questions, embeddings, development)
    qualities.report_embedding_time(embeddings, first.test)


@app.command()
def scale(  # noqa: PLR0913, PLR0917  -- one option for each set
    medquad: Folder,
    clinc150: Folder,
    banking77: Folder,
    encoder: Folder = Path("var/encoder"),
    cache: Annotated[Path | None, typer.Option(help="Keep embeddings in this folder.")] = None,
    sizes: Annotated[str, typer.Option(help="How many passages, with commas between.")] = "10000,100000,1000000",
) -> None:
    """Search time of the dense index, and recall against exact search, in large libraries."""
    embeddings = Embeddings(Encoder(encoder), cache)
    read = [sets.medquad(medquad), sets.clinc150(clinc150), sets.banking77(banking77)]
    scales.report(read, embeddings, [int(size) for size in sizes.split(",")])


if __name__ == "__main__":
    app()
