"""What must hold in studies.yml and sources.yml before an article may cite them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cordial.data_files import Problem as InFile
from cordial.data_files import read_raw
from cordial.plain_problems import problems_of
from cordial.yaml_text import Lines
from knowledge.article_rules import Problem
from knowledge.errors import SourcesError
from knowledge.figures import Figure, Statement, people_in_study, trials_in_review
from knowledge.sources import OtherSource, Study
from language.sentences import sentence_spans


@dataclass
class CheckedSources:
    """The lists of sources, as far as they can be read, and everything that is wrong with them."""

    read_in_the_original: dict[str, bool] = field(default_factory=dict)  # by id
    readable: bool = True  # false if a whole list is missing, so that nothing can be said of ids
    statements: list[Statement] = field(default_factory=list)  # what the entries of studies say was found
    figures: list[Figure] = field(default_factory=list)  # how many people and trials they had
    problems: list[Problem] = field(default_factory=list)


def check_sources(content: Path) -> CheckedSources:
    """Check both lists; never raises for what an editor can write."""
    checked = CheckedSources()
    places: dict[str, str] = {}
    for name, model in (("studies.yml", Study), ("sources.yml", OtherSource)):
        file = f"{content.name}/{name}"
        try:
            entries, lines = _read(content / name)
        except SourcesError as error:
            checked.problems += [Problem(file, problem.line, problem.text) for problem in error.problems]
            checked.readable = False
            continue
        for number, raw in enumerate(entries):
            _check_entry(checked, model, raw, file, (number, lines))
            source = str(raw.get("id", "")) if isinstance(raw, dict) else ""
            place = f"{file}:{lines.of(number)}"
            if source and places.setdefault(source, place) != place:
                text = f"the source {source} stands already at {places[source]}; keep one."
                checked.problems.append(Problem(file, lines.of(number), text))
    return checked


def _read(file: Path) -> tuple[list[Any], Lines]:
    raw, lines = read_raw(file, SourcesError)
    if not isinstance(raw, list):
        raise SourcesError.about([InFile(str(file), 1, "The file has to be a list of sources, each beginning with '- id: …'.")])
    return raw, lines


def _check_entry(
    checked: CheckedSources, model: type[Study | OtherSource], raw: Any, file: str, place: tuple[int, Lines]
) -> None:
    number, lines = place
    try:
        entry = model.model_validate(raw)
    except ValidationError as error:
        source = str(raw.get("id", f"number {number + 1}")) if isinstance(raw, dict) else f"number {number + 1}"
        for line, text in problems_of(error, model, raw, lines.under(number)):
            checked.problems.append(Problem(file, line, f"source {source}: {text}"))
        checked.read_in_the_original.setdefault(source, True)  # so that articles which cite it are not refused as well
        return
    checked.read_in_the_original.setdefault(entry.id, entry.as_source().read_in_the_original)
    if isinstance(entry, Study):
        _remember(checked, entry, file, place)


def _remember(checked: CheckedSources, study: Study, file: str, place: tuple[int, Lines]) -> None:
    number, lines = place
    for start, end in sentence_spans(study.finding):
        line = lines.of(number, "finding")
        checked.statements.append(Statement(study.id, study.finding[start:end], file, line))
    if study.n is not None and study.population == "humans":
        checked.figures.append(people_in_study(study.id, study.n, file, lines.of(number, "n")))
    if study.studies_pooled is not None:
        checked.figures.append(trials_in_review(study.id, study.studies_pooled, file, lines.of(number, "studies_pooled")))
