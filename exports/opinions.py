"""What a colleague thinks of an answer, as a file that leaves the house says it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from cordial.data_files import DataFileError, Part, by_name, fills, read_data
from desk.cases.reviews import Verdict
from exports.case_file import Judged
from language.spoken import text_file


class OpinionsError(DataFileError):
    """`opinions.yml` cannot be used; the message names the text."""


class Opinions(Part):
    """The sentences."""

    verdicts: Annotated[dict[str, str], by_name({verdict.value: () for verdict in Verdict})]
    article: Annotated[str, fills("article")]
    wording: Annotated[str, fills("wording")]


def in_words(review: Judged) -> str:
    """A review in one to three sentences, without who wrote it."""
    said = _opinions()
    article = [said.article.format(article=review.article)] if review.article else []
    wording = [said.wording.format(wording=review.wording)] if review.wording else []
    return " ".join([said.verdicts.get(review.verdict, review.verdict), *article, *wording])


def read_opinions(file: Path | None = None) -> Opinions:
    """Read the sentences; by default those of the language that is spoken.

    Raises:
        OpinionsError: naming what is wrong.
    """
    return read_data(Opinions, file or text_file("exports", "opinions.yml"), OpinionsError)


@cache
def _opinions() -> Opinions:
    return read_opinions()
