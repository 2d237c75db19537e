"""Studies and other sources: who says so, when, and how we read it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict

from cordial.data_files import Part, like, read_data
from knowledge.errors import SourcesError

Read = Literal["abstract", "page", "copy", "memory"]
_Id = Annotated[str, like(r"[a-z0-9][a-z0-9-]*", "an id has only small letters, digits and -, such as nguyen-2018")]
_Doi = Annotated[str, like(r"10\.\d{4,9}/\S+", "a DOI begins with 10. and is written without https://doi.org/")]
_Pmid = Annotated[str, like(r"\d+", "a PubMed number has only digits")]
_Url = Annotated[str, like(r"https://\S+", "an address begins with https:// and has no spaces")]


class Verified(Part):
    """What an editor last checked about a source: how, where and when."""

    how: Literal["abstract", "page", "registry", "copy", "data"]
    at: str  # the place as a patient may read it, without https://
    on: date


class Source(BaseModel):
    """One source as a patient sees it beside a quote."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    publisher: str
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    read: Read  # how we read it; a patient is told when it was only a copy
    verified: Verified | None = None

    @property
    def read_in_the_original(self) -> bool:
        """Whether somebody opened the source itself and not a copy or a memory of it."""
        return self.read in {"abstract", "page"}


class Study(Part):
    """One study, with what it found in one plain sentence."""

    id: _Id
    title: str
    journal: str
    year: int | None = None
    doi: _Doi | None = None
    pmid: _Pmid | None = None
    url: _Url | None = None
    design: Literal[
        "systematic-review",
        "randomised-trial",
        "single-arm-trial",
        "non-randomised-trial",
        "case-series",
        "case-report",
        "autopsy-series",
        "animal-study",
        "animal-review",
        "lab-study",
        "narrative-review",
        "trial-registration",
    ]
    population: Literal["humans", "animals", "laboratory"]
    n: int | None = None
    studies_pooled: int | None = None
    conditions: list[str]
    cells: str
    route: str
    finding: str
    certainty: Literal["high", "moderate", "low", "very low"]
    read: Read
    verified: Verified | None = None

    def as_source(self) -> Source:
        """The study as it stands beside a quote."""
        return _shown(self, self.journal)


class OtherSource(Part):
    """A regulator's page, a guideline, a patient guide, a law, a news report."""

    id: _Id
    title: str
    publisher: str
    year: int | None = None
    doi: _Doi | None = None
    url: _Url | None = None
    type: Literal["regulator", "guideline", "patient-guide", "news", "law", "review", "public-health", "education-page"]
    read: Read
    verified: Verified | None = None

    def as_source(self) -> Source:
        """The source as it stands beside a quote."""
        return _shown(self, self.publisher)


def _shown(entry: Study | OtherSource, publisher: str) -> Source:
    kept = ("id", "title", "year", "doi", "pmid", "url", "read", "verified")
    return Source(publisher=publisher, **{name: getattr(entry, name, None) for name in kept})


def load_sources(folder: Path) -> dict[str, Source]:
    """Read ``studies.yml`` and ``sources.yml``.

    Returns:
        Every source by its id.

    Raises:
        SourcesError: naming the file and the entry that cannot be used.
    """
    found: dict[str, Source] = {}
    entries: list[Study | OtherSource] = [*load_studies(folder), *read_other_sources(folder / "sources.yml")]
    for entry in entries:
        source = entry.as_source()
        if source.id in found:
            raise SourcesError(f"The source {source.id} stands twice in studies.yml and sources.yml; keep one.")
        found[source.id] = source
    return found


def load_studies(folder: Path) -> list[Study]:
    """Read ``studies.yml``, in its order.

    Raises:
        SourcesError: naming the entry that cannot be used.
    """
    return read_studies(folder / "studies.yml")


def read_studies(file: Path) -> list[Study]:
    """Read a list of studies.

    Raises:
        SourcesError: naming what is wrong.
    """
    return read_data(list[Study], file, SourcesError)


def read_other_sources(file: Path) -> list[OtherSource]:
    """Read a list of other sources.

    Raises:
        SourcesError: naming what is wrong.
    """
    return read_data(list[OtherSource], file, SourcesError)
