"""`cordial kb …`: what editors do with the knowledge base."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.terminal import Json, plain_errors, say, say_json
from cordial.bootstrap import PROJECT
from cordial.settings import Settings, load_settings
from knowledge.answer import Answer
from knowledge.article_rules import Problem
from knowledge.check import Checked, OwnQuestions
from knowledge.errors import KnowledgeError

kb = typer.Typer(help="The knowledge base.", no_args_is_help=True)


@kb.command("build")
def kb_build() -> None:
    """Build the index of what is published and bring it into use."""
    with plain_errors():
        build_index(load_settings(), always_say=True)


@kb.command("publish")
def kb_publish() -> None:
    """Check everything, and bring it into use if nothing is wrong; a running assistant takes it up in seconds."""
    with plain_errors():
        settings = load_settings()
        checked = check_files(settings)
        if checked.refused:
            say(checked.as_text())
            say("Nothing was published.")
            raise typer.Exit(1)
        build_index(settings, always_say=True)


@kb.command("history")
def kb_history(slug: Annotated[str | None, typer.Argument(help="One article; all without it.")] = None) -> None:
    """Every version that was ever published here, and since when."""
    from knowledge.generation import published_versions  # noqa: PLC0415

    with plain_errors():
        found = published_versions(load_settings().knowledge_folder / "versions", slug)
        for version in found:
            say(f"{version.slug:<40} version {version.number:<4} {version.since:%Y-%m-%d %H:%M} UTC  {version.title}")
        if not found:
            say(f"Nothing was published{f' of {slug}' if slug else ''} yet.")
            raise typer.Exit(1 if slug else 0)


@kb.command("ask")
def kb_ask(
    question: str,
    as_json: Json = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show candidates and scores.")] = False,
) -> None:
    """Answer a question, as a patient would be answered."""
    with plain_errors():
        library = open_library(load_settings())
        explanations = library.explain(question)
        if as_json:
            say_json({"answers": [e.answer.model_dump(mode="json") for e in explanations]})
            return
        for explanation in explanations:
            print_answer(explanation.answer)
            if explain:
                say(f"\nprobability {explanation.probability:.3f}, threshold {explanation.threshold:.3f}")
                for candidate in explanation.candidates:
                    say(f"  {candidate.score:.3f}  {candidate.article}#{candidate.section}  «{candidate.matched[:70]}»")


@kb.command("check")
def kb_check(
    as_json: Json = False,
    files_only: Annotated[bool, typer.Option("--files-only", help="Leave out what needs the index.")] = False,
    every_wording: Annotated[bool, typer.Option("--every-wording", help="Ask those in wordings/ too.")] = False,
) -> None:
    """Refuse what must not be published: each problem as file, line and what to do."""
    with plain_errors():
        checked = check_files(load_settings(), files_only, every_wording)
        say(json.dumps(checked.as_json(), ensure_ascii=False) if as_json else checked.as_text())
        if checked.refused:
            raise typer.Exit(1)


@kb.command("eval")
def kb_eval(
    files: Annotated[list[Path], typer.Argument(help='JSON lines: {"text", "articles", "about", "kind"}.')],
    as_json: Json = False,
    typos: Annotated[bool, typer.Option("--typos", help="Put a typing mistake into every third word first.")] = False,
) -> None:
    """Measure the answers to question sets, with 95 % intervals, and list the misses."""
    from knowledge.evaluate import MEASURES, evaluate, read_questions, with_typos  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        cases = read_questions(files)
        cases = [with_typos(case) for case in cases] if typos else cases
        evaluation = evaluate(cases, open_library(settings).explain, bodies_of(settings))
        if as_json:
            say_json(evaluation.as_json())
            return
        for kind, rates in [(None, evaluation.overall), *evaluation.kinds.items()]:
            say(f"\n{kind}" if kind else f"All {len(cases):,} questions; share, 95 % interval, counts")
            for name, rate in rates.items():
                if rate.of:
                    say(f"  {MEASURES[name]:<66} {rate}")
        median, most = evaluation.milliseconds
        say(f"\nTime of one answer: median {median:.1f} ms, 95 % under {most:.1f} ms")
        say(f"\n{len(evaluation.misses):,} misses")
        for miss in evaluation.misses:
            say(f"- {miss.text}")
            score = "" if miss.score is None else f"   score {miss.score:.3f}"
            say(f"    wanted {', '.join(miss.wanted) or 'no answer'}; got {miss.got}{score}")


@kb.command("fit")
def kb_fit(files: Annotated[list[Path], typer.Argument(help="Question sets, as for `eval`.")]) -> None:
    """Fit the decision to answer anew, on questions that the library covers and others that it does not."""
    from knowledge.calibration import fit_calibration, save_calibration  # noqa: PLC0415
    from knowledge.evaluate import read_questions  # noqa: PLC0415
    from knowledge.library import CALIBRATION  # noqa: PLC0415

    with plain_errors():
        library = open_library(load_settings())
        seen: dict[bool, list[Any]] = {True: [], False: []}
        for case in read_questions(files):
            seen[bool(case.articles)].append(library.signals(case.text))
        fitted = fit_calibration(seen[True], seen[False], library.generation.encoder, library.calibration.version + 1)
        save_calibration(fitted, CALIBRATION)
        say(f"Calibration {fitted.version}: threshold {fitted.threshold} on {fitted.covered} + {fitted.not_covered} questions.")


@kb.command("curve")
def kb_curve(files: Annotated[list[Path], typer.Argument(help="Question sets, as for `eval`.")]) -> None:
    """What each threshold of the decision to answer would bring, as a table in Markdown."""
    from knowledge.calibration import curve  # noqa: PLC0415
    from knowledge.evaluate import read_questions  # noqa: PLC0415

    with plain_errors():
        library = open_library(load_settings())
        chance: dict[bool, list[float]] = {True: [], False: []}
        for case in read_questions(files):
            chance[bool(case.articles)].append(library.calibration.probability(library.signals(case.text)))
        say(f"{len(chance[True])} covered questions, {len(chance[False])} others; in use: {library.calibration.threshold}\n")
        say("| threshold | covered and held back | not covered and held back |\n|---|---|---|")
        for point in curve(chance[True], chance[False]):
            say(f"| {point.threshold:.2f} | {point.false_abstention:.1%} | {point.abstention_recall:.1%} |")


@dataclass(frozen=True)
class FilesChecked:
    """The articles as they are on disk, checked and asked."""

    content: Checked
    own: OwnQuestions | None  # none if they were not asked
    no_index: str | None  # why they could not be asked

    @property
    def _problems(self) -> list[Problem]:
        return [*self.content.problems, *(self.own.problems if self.own else ())]

    @property
    def refused(self) -> bool:
        """Whether they must not be published."""
        return bool(self._problems or self.no_index)

    def as_json(self) -> dict[str, Any]:
        """For a program."""

        def listed(problems: Iterable[Problem]) -> list[dict[str, Any]]:
            return [{"file": p.file, "line": p.line, "problem": p.text} for p in problems]

        return {
            "problems": listed(self._problems),
            "warnings": listed(self.own.warnings if self.own else ()),
            "own_questions": self.own.as_json() if self.own else None,
            "no_index": self.no_index,
        }

    def as_text(self) -> str:
        """For a person."""
        lines = [*map(str, self._problems), *(f"{warning} (a warning)" for warning in (self.own.warnings if self.own else ()))]
        lines += [f"Answered by their own article first: {self.own}."] if self.own else []
        lines += [self.no_index] if self.no_index else []
        return "\n".join([*lines, f"{len(self.content.articles)} articles, {len(self._problems)} problems."])


def prepare_encoder(settings: Settings) -> None:
    """Have the embedding model ready in the data folder."""
    from knowledge.encoder import prepare_model  # noqa: PLC0415

    settings.data.mkdir(parents=True, exist_ok=True)
    prepare_model(settings.data / "encoder", Path(settings.encoder) if settings.encoder else None)


def build_index(settings: Settings, always_say: bool = False) -> None:
    """Build the current generation if it is not the one that the articles call for."""
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.generation import build_generation  # noqa: PLC0415

    build = build_generation(settings.articles_folder.parent, settings.knowledge_folder, Encoder(settings.data / "encoder"))
    for problem in build.problems:
        typer.echo(f"not taken up: {problem}", err=True)
    if always_say:
        state = "is new" if build.changed else "was current"
        say(f"Index {build.generation} {state}: {build.articles} articles.")


def build_index_or_serve_older(settings: Settings) -> bool:
    """Build the index, or begin to beside what is served, if the one in use is damaged and an intact older one is there.

    Returns:
        Whether an older one is served.
    """
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.generation import has_damage, older_generation  # noqa: PLC0415

    folder = settings.knowledge_folder
    if not has_damage(folder) or older_generation(folder, Encoder(settings.data / "encoder").name) is None:
        build_index(settings)
        return False
    typer.echo("The index is damaged. An older one answers while it is built again.", err=True)
    subprocess.Popen([sys.executable, "-m", "commands", "kb", "build"], cwd=PROJECT, stdin=subprocess.DEVNULL)
    return True


def open_library(settings: Settings) -> Any:
    """The library that is in use; only where there is none yet, one is built. To ask is not to publish."""
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.errors import GenerationError  # noqa: PLC0415
    from knowledge.library import Library  # noqa: PLC0415

    prepare_encoder(settings)
    encoder = Encoder(settings.data / "encoder")
    try:
        return Library(settings.knowledge_folder, encoder)
    except GenerationError:
        build_index(settings)
        return Library(settings.knowledge_folder, encoder)


def check_files(settings: Settings, files_only: bool = False, every_wording: bool = False) -> FilesChecked:
    """Check the articles as they are on disk now, and ask them their own questions."""
    from knowledge.check import check_content, check_own_questions  # noqa: PLC0415

    content = check_content(settings.articles_folder.parent, datetime.now(UTC).date())
    if files_only:
        return FilesChecked(content, None, None)
    try:
        rank = rank_by(library_of_the_files(settings))
        return FilesChecked(content, check_own_questions(content.questions, rank, every_wording), None)
    except KnowledgeError as error:
        return FilesChecked(content, None, f"The articles could not be asked their own questions. {error}")


def library_of_the_files(settings: Settings) -> Any:
    """A library of the articles as they are on disk now, beside the one in use: a check must not publish anything."""
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.generation import build_generation  # noqa: PLC0415
    from knowledge.library import Library  # noqa: PLC0415

    prepare_encoder(settings)
    encoder = Encoder(settings.data / "encoder")
    folder = settings.data / "check"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two checks at once would take each other's files away
        shutil.rmtree(folder / "versions", ignore_errors=True)
        build_generation(settings.articles_folder.parent, folder, encoder)
        return Library(folder, encoder)


def rank_by(library: Any) -> Callable[[str], list[str]]:
    """Ask a library which articles come first for a text; none if it answers nothing."""

    def rank(text: str) -> list[str]:
        explanations = [each for each in library.explain(text) if each.answer.status != "abstained"]
        return [candidate.article for each in explanations for candidate in each.candidates]

    return rank


def bodies_of(settings: Settings) -> Callable[[str, int], str | None]:
    """Where the text of each published version is kept."""
    from knowledge.errors import ArticleError  # noqa: PLC0415
    from knowledge.generation import stored_version  # noqa: PLC0415

    @cache
    def body_of(slug: str, version: int) -> str | None:
        try:
            return stored_version(settings.knowledge_folder / "versions", slug, version).body
        except ArticleError:
            return None

    return body_of


def print_answer(answer: Answer, indent: str = "") -> None:
    """An answer as lines for a terminal."""
    if answer.status != "answered":
        say(f"{indent}No reviewed answer ({answer.status}).")
        return
    say(f"{indent}{answer.about} · evidence: {answer.evidence} · reviewed on {answer.reviewed_on}")
    for passage in answer.passages:
        say(f"{indent}“{' '.join(passage.quote.split())}”")
        say(f"{indent}   {passage.title} › {passage.heading} ({passage.article}, version {passage.version})")
    for source in answer.sources:
        where = f"doi:{source.doi}" if source.doi else source.url or ""
        say(f"{indent}   source: {source.title}. {source.publisher}, {source.year or 'no year'}. {where}")
