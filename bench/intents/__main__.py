"""`python -m bench.intents`; see bench/README.md."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from bench.intents import sets
from bench.intents.jobs import Job, Outcome, run
from bench.intents.sets import Example
from bench.retrieval.embeddings import Embeddings
from knowledge.encoder import Encoder

NAMES = {"linear": "linear on embeddings", "ours": "ours", "diet_embeddings": "DIET with embeddings", "diet": "DIET alone"}
REJECTED = 0.04
EPOCHS = 100

Folder = Annotated[Path, typer.Option(exists=True, file_okay=False)]


def main(  # noqa: PLR0913, PLR0917  -- one option for each set
    clinc150: Annotated[Path | None, typer.Option(exists=True, file_okay=False)] = None,
    encoder: Folder = Path("var/encoder"),
    cache: Annotated[Path | None, typer.Option(help="Keep embeddings in this folder.")] = None,
    pipelines: Annotated[str, typer.Option(help="Which, with commas between.")] = ",".join(NAMES),
    epochs: Annotated[int, typer.Option(help="Of DIET, on our examples.")] = EPOCHS,
    clinc_epochs: Annotated[int, typer.Option(help="Of DIET, on CLINC150.")] = EPOCHS,
    parts: Annotated[int, typer.Option(help="How many of the five parts of the cross-validation to judge.")] = 5,
    clinc_only: Annotated[bool, typer.Option(help="Leave our own sets out.")] = False,
) -> None:
    """How well, how sure and how fast pipelines tell intents apart."""
    embeddings = Embeddings(Encoder(encoder), cache)
    for pipeline in pipelines.split(","):
        print(f"\n**{NAMES[pipeline]}**", flush=True)
        if not clinc_only:
            our_sets(pipeline, embeddings, epochs, parts)
        if clinc150:
            public_set(pipeline, embeddings, sets.clinc150(clinc150), clinc_epochs)


def our_sets(pipeline: str, embeddings: Embeddings, epochs: int, parts: int) -> None:
    """Print how a pipeline does on messages to Cordial."""
    examples = sets.trained()
    apart = {name: sets.kept_apart(name) for name in ("held_out", "unseen")}
    outcome = run(Job(pipeline, examples, apart, epochs), embeddings)
    print(
        f"training {outcome.seconds:.0f} s, peak memory {outcome.megabytes:,.0f} MB, {outcome.milliseconds:.1f} ms a message",
        flush=True,
    )
    for name, messages in apart.items():
        print(f"{name}: {share(outcome.right(name, messages), len(messages))}, {sureness(outcome, name)}", flush=True)
    right, total = 0, 0
    for part in sets.folds(examples)[:parts]:
        judged = {examples[at] for at in part}
        seen = [example for example in examples if example not in judged]
        messages = [examples[at] for at in part]
        right += run(Job(pipeline, seen, {"fold": messages}, epochs), embeddings).right("fold", messages)
        total += len(messages)
    if total:
        print(f"cross-validation: {share(right, total)}", flush=True)


def public_set(pipeline: str, embeddings: Embeddings, clinc: dict[str, list[Example]], epochs: int) -> None:
    """Print how a pipeline does on CLINC150, and what it catches that is of no intent."""
    asked = {name: clinc[name] for name in ("val", "test", "oos_test")}
    outcome = run(Job(pipeline, clinc["train"], asked, epochs), embeddings)
    sure = {name: np.array(some) for name, some in outcome.confidences.items()}
    print(
        f"CLINC150: training {outcome.seconds:.0f} s, peak memory {outcome.megabytes:,.0f} MB, "
        f"{outcome.milliseconds:.1f} ms a message"
    )
    print(f"in scope: {share(outcome.right('test', asked['test']), len(asked['test']))}")
    for part, said in (("val", "threshold from the validation part"), ("test", "threshold from the test part")):
        threshold = np.quantile(sure[part], REJECTED)
        rejected, caught = sure["test"] < threshold, sure["oos_test"] < threshold
        print(f"{said}: {rejected.mean():.1%} of in-scope rejected, {share(int(caught.sum()), len(caught))} caught", flush=True)


def share(count: int, total: int) -> str:
    """A share in per cent with Wilson's 95 % interval (1927) and the size of the set."""
    z, part = 1.96, count / total
    centre = (part + z**2 / (2 * total)) / (1 + z**2 / total)
    reach = z * math.sqrt(part * (1 - part) / total + z**2 / (4 * total**2)) / (1 + z**2 / total)
    return f"{part:.1%} ({centre - reach:.1%}–{centre + reach:.1%}) of {total:,}"


def sureness(outcome: Outcome, name: str) -> str:
    """The mean confidence in a set."""
    return f"mean confidence {np.mean(outcome.confidences[name]):.1%}"


if __name__ == "__main__":
    typer.run(main)
