"""Studies and other sources: who says so, when, and how we read it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.errors import SourcesError
from knowledge.yaml_text import read_yaml_file

Entry = TypeVar("Entry", bound=BaseModel)
Read = Literal["abstract", "page", "copy", "memory"]


class Source(BaseModel):
    """One source as a patient sees it beside a quote."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    publisher: str
    year: int | None = None
    doi: str | None = None
    url: str | None = None
    read: Read  # how we read it; a patient is told when it was only a copy

    @property
    def read_in_the_original(self) -> bool:
        """Whether somebody opened the source itself and not a copy or a memory of it."""
        return self.read in {"abstract", "page"}


class Study(BaseModel):
    """One study, with what it found in one plain sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    journal: str
    year: int | None = None
    doi: str | None = Field(None, pattern=r"^10\.\d{4,9}/\S+$")
    pmid: str | None = Field(None, pattern=r"^\d+$")
    url: str | None = Field(None, pattern=r"^https://")
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

    def as_source(self) -> Source:
        """The study as it stands beside a quote."""
        return Source(
            id=self.id, title=self.title, publisher=self.journal, year=self.year, doi=self.doi, url=self.url, read=self.read
        )


class OtherSource(BaseModel):
    """A regulator's page, a guideline, a patient guide, a law, a news report."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    publisher: str
    year: int | None = None
    doi: str | None = Field(None, pattern=r"^10\.\d{4,9}/\S+$")
    url: str | None = Field(None, pattern=r"^https://")
    type: Literal["regulator", "guideline", "patient-guide", "news", "law", "review", "public-health", "education-page"]
    read: Read

    def as_source(self) -> Source:
        """The source as it stands beside a quote."""
        return Source(
            id=self.id, title=self.title, publisher=self.publisher, year=self.year, doi=self.doi, url=self.url, read=self.read
        )


def load_sources(folder: Path) -> dict[str, Source]:
    """Read ``studies.yml`` and ``sources.yml``.

    Returns:
        Every source by its id.

    Raises:
        SourcesError: naming the file and the entry that cannot be used.
    """
    found: dict[str, Source] = {}
    entries: list[Study | OtherSource] = [*load_studies(folder), *_entries(folder / "sources.yml", OtherSource)]
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
    return _entries(folder / "studies.yml", Study)


def _entries(file: Path, model: type[Entry]) -> list[Entry]:
    raw, _ = read_yaml_file(file)
    if not isinstance(raw, list):
        raise SourcesError(f"{file.name} must be a list of entries.")
    entries = []
    for number, item in enumerate(raw, start=1):
        name = item.get("id", f"number {number}") if isinstance(item, dict) else f"number {number}"
        try:
            entries.append(model.model_validate(item))
        except ValidationError as error:
            first = error.errors()[0]
            raise SourcesError(f"{file.name}, entry {name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return entries
