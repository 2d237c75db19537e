"""`cordial kb …`: what editors do with the knowledge base."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.terminal import Json, plain_errors, say, say_json
from cordial.bootstrap import PROJECT
from cordial.settings import Settings, load_settings
from knowledge.answer import Answer
from knowledge.article_rules import Problem
from knowledge.check import Checked, OwnQuestions
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from knowledge.generation import Build, Generation

kb = typer.Typer(help="The knowledge base.", no_args_is_help=True)


@kb.command("build")
def kb_build() -> None:
    """Build the index of what is published, learning everything anew, and bring it into use."""
    from commands.publishing import noted  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        with noted(settings, "command line"):
            build = build_index(settings)
        say_built(build)


@kb.command("publish")
def kb_publish(
    everything: Annotated[bool, typer.Option("--all", help="Check and learn everything anew, not only what changed.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the list of versions.")] = "",
) -> None:
    """Check what changed, and bring it into use if nothing is wrong; a running assistant takes it up in seconds."""
    from commands.publishing import noted  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        checked = check_files(settings) if everything else check_changes(settings)
        if checked.refused:
            say(checked.as_text())
            say("Nothing was published.")
            raise typer.Exit(1)
        with noted(settings, "command line", reason):
            build = build_index(settings, quickly=not everything, tried=checked.tried)
        say_built(build)


@kb.command("history")
def kb_history(
    slug: Annotated[str | None, typer.Argument(help="One article; all without it.")] = None, as_json: Json = False
) -> None:
    """Every version that was ever published here: since when, by whom, approved by whom, and why."""
    from commands.publishing import history  # noqa: PLC0415

    with plain_errors():
        found = history(load_settings(), slug)
        nothing = f"Nothing was published{f' of {slug}' if slug else ''} yet."
        if as_json:
            say_json({"versions": [version.as_json for version in found]})
        else:
            say("\n".join(map(str, found)) or nothing)
        if slug and not found:
            raise typer.Exit(1)


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


@kb.command("asked")
def kb_asked(
    days: Annotated[int, typer.Option("--days", help="How many days back, with today.", min=1, max=3660)] = 30,
    as_json: Json = False,
) -> None:
    """What patients asked in vain: masked, gathered by meaning, with the nearest sections. Noted in the audit log."""
    from commands.asked import as_lines, asked_in_vain  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        found = asked_in_vain(settings, open_library(settings), days)
        if as_json:
            say_json({"days": days, "groups": [asdict(line) | {"newest": f"{line.newest}"} for line in found]})
            return
        for line in as_lines(found):
            say(line)


@kb.command("check")
def kb_check(
    as_json: Json = False,
    files_only: Annotated[bool, typer.Option("--files-only", help="Leave out what needs the index.")] = False,
    every_wording: Annotated[bool, typer.Option("--every-wording", help="Ask those in wordings/ too.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Look at everything, not only at what changed.")] = False,
) -> None:
    """Refuse what must not be published: each problem as file, line and what to do."""
    with plain_errors():
        whole = everything or files_only or every_wording
        checked = check_files(load_settings(), files_only, every_wording) if whole else check_changes(load_settings())
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
def kb_fit(
    files: Annotated[list[Path], typer.Argument(help="Question sets, as for `eval`.")],
    into: Annotated[Path | None, typer.Option(help="Where to store it; by default the file in use.")] = None,
) -> None:
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
        save_calibration(fitted, into or CALIBRATION)
        say(f"Calibration {fitted.version}: threshold {fitted.threshold} on {fitted.covered} + {fitted.not_covered} questions.")


@kb.command("fit-conversations")
def kb_fit_conversations(
    files: Annotated[list[Path], typer.Argument(help="Question sets, as for `eval`: questions that stand by themselves.")],
    conversations: Annotated[
        Path | None, typer.Option(help="Conversations with known answers; by default those of the project.")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="Where to store it; by default the file in use.")] = None,
) -> None:
    """Learn anew which section answers a message that goes on, from conversations with known answers."""
    from knowledge.conversations import fit_turns, read_conversations  # noqa: PLC0415
    from knowledge.evaluate import read_questions  # noqa: PLC0415
    from knowledge.turn_ranker import FILE  # noqa: PLC0415

    with plain_errors():
        library = open_library(load_settings(), learns=True)
        known = read_conversations(conversations)
        fitted = fit_turns(library, known, read_questions(files))
        fitted.save(into or FILE)
        say(f"Learned from {len(known):,} conversations: threshold {fitted.threshold:.3f}.")


@kb.command("eval-conversations")
def kb_eval_conversations(
    files: Annotated[list[Path] | None, typer.Argument(help="Conversations, in place of those of the project.")] = None,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Learn anew without each writer, and measure on theirs.")
    ] = False,
    after_another: Annotated[
        list[Path] | None,
        typer.Option("--after-another", help="Question sets, as for `eval`, each asked after another on something else."),
    ] = None,
) -> None:
    """Measure the answers within conversations, with 95 % intervals."""
    from knowledge.conversations import measured, measured_after_another, read_conversations, without_each_writer  # noqa: PLC0415
    from knowledge.evaluate import read_questions  # noqa: PLC0415

    with plain_errors():
        library = open_library(load_settings(), learns=leave_out)
        if after_another:
            for name, rate in measured_after_another(library, read_questions(after_another)).items():
                say(f"  {name:<66} {rate}")
            return
        conversations = [each for file in (files or (None,)) for each in read_conversations(file)]
        found = without_each_writer(library, conversations) if leave_out else measured(library, conversations)
        for name, rate in found.items():
            say(f"  {name:<66} {rate}")


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
    looked_at: tuple[str, ...] | None = None  # the articles that changed; none if everything was looked at
    tried: Generation | None = None  # what they would be answered from

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
        if self.looked_at is not None:
            lines += [f"Looked at what changed: {', '.join(self.looked_at) or 'nothing'}. --all looks at everything."]
        lines += [self.no_index] if self.no_index else []
        return "\n".join([*lines, f"{len(self.content.articles)} articles, {len(self._problems)} problems."])


def prepare_encoder(settings: Settings) -> None:
    """Have the embedding model ready in the data folder."""
    from knowledge.encoder import prepare_model  # noqa: PLC0415

    settings.data.mkdir(parents=True, exist_ok=True)
    prepare_model(settings.data / "encoder", Path(settings.encoder) if settings.encoder else None)


def build_index(settings: Settings, quickly: bool = False, tried: Generation | None = None) -> Build:
    """Build the current generation if it is not the one that the articles call for; says what was not taken up.

    Args:
        settings: where everything is.
        quickly: learn anew only what changed.
        tried: with `quickly`, what was made for the check.
    """
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.generation import build_generation  # noqa: PLC0415

    encoder = Encoder(settings.data / "encoder")
    build = build_generation(settings.articles_folder.parent, settings.knowledge_folder, encoder, quickly, tried)
    for problem in build.problems:
        typer.echo(f"not taken up: {problem}", err=True)
    return build


def say_built(build: Build) -> None:
    """Say what a build did, and end with an error if something was not taken up as it should have been."""
    from knowledge.errors import VersionConflict  # noqa: PLC0415

    refused = [problem for problem in build.problems if isinstance(problem, VersionConflict)]
    state = "is new" if build.changed else "was current"
    say(f"Index {build.generation} {state}: {build.articles} articles{', not all as they are in their files' * bool(refused)}.")
    if refused:
        raise typer.Exit(1)


def build_index_or_serve_older(settings: Settings) -> bool:
    """Build the index, or begin to beside what is served, if the one in use is damaged and an intact older one is there.

    Returns:
        Whether an older one is served.
    """
    from commands.publishing import noted  # noqa: PLC0415
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.generation import has_damage, older_generation  # noqa: PLC0415

    folder = settings.knowledge_folder
    if not has_damage(folder) or older_generation(folder, Encoder(settings.data / "encoder").name) is None:
        with noted(settings, "system"):
            build_index(settings, quickly=True)
        return False
    typer.echo("The index is damaged. An older one answers while it is built again.", err=True)
    subprocess.Popen([sys.executable, "-m", "commands", "kb", "build"], cwd=PROJECT, stdin=subprocess.DEVNULL)
    return True


def open_library(settings: Settings, learns: bool = False) -> Any:
    """The library that is in use; only where there is none yet, one is built. To ask is not to publish.

    Args:
        settings: where it is.
        learns: whether it learns the ranking within a conversation anew, and needs no stored one.
    """
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.errors import GenerationError  # noqa: PLC0415
    from knowledge.library import Library  # noqa: PLC0415
    from knowledge.turn_ranker import TurnRanker  # noqa: PLC0415

    prepare_encoder(settings)
    encoder = Encoder(settings.data / "encoder")
    turns = TurnRanker.unlearned() if learns else None
    try:
        return Library(settings.knowledge_folder, encoder, turns=turns)
    except GenerationError:
        build_index(settings)
        return Library(settings.knowledge_folder, encoder, turns=turns)


def check_files(settings: Settings, files_only: bool = False, every_wording: bool = False) -> FilesChecked:
    """Check the articles as they are on disk now, and ask them their own questions."""
    from knowledge.check import check_content, check_own_questions  # noqa: PLC0415

    content = _with_conflicts(settings, check_content(settings.articles_folder.parent, datetime.now(UTC).date()))
    if files_only:
        return FilesChecked(content, None, None)
    try:
        rank = rank_by(library_of_the_files(settings))
        return FilesChecked(content, check_own_questions(content.questions, rank, every_wording), None)
    except KnowledgeError as error:
        return FilesChecked(content, None, _not_asked(error))


def check_changes(settings: Settings) -> FilesChecked:
    """Check what is not as it is in use, and ask what that can touch; everything, if nothing is in use yet."""
    from knowledge.check import check_content, check_own_questions  # noqa: PLC0415
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.generation import files_changed  # noqa: PLC0415
    from knowledge.library import Library  # noqa: PLC0415
    from knowledge.touching import trial_of_the_files  # noqa: PLC0415

    content = settings.articles_folder.parent
    try:
        changed = files_changed(settings.articles_folder, settings.knowledge_folder)
        prepare_encoder(settings)
        encoder = Encoder(settings.data / "encoder")
        library = Library(settings.knowledge_folder, encoder)
    except KnowledgeError:
        return check_files(settings)
    checked = _with_conflicts(settings, check_content(content, datetime.now(UTC).date(), only=changed))
    try:
        tried = trial_of_the_files(content, checked, library, encoder)
        own = check_own_questions(tried.questions, rank_by(tried.library))
        return FilesChecked(checked, own, None, tuple(sorted(changed | tried.changed)), tried.library.generation)
    except KnowledgeError as error:
        return FilesChecked(checked, None, _not_asked(error), tuple(sorted(changed)))


def _not_asked(error: KnowledgeError) -> str:
    return f"The articles could not be asked their own questions. {error}"


def _with_conflicts(settings: Settings, checked: Checked) -> Checked:
    """What was checked, with the articles that were changed under a number that was published before."""
    from knowledge.generation import conflicts  # noqa: PLC0415

    folder = settings.articles_folder
    found = conflicts(checked.articles, folder, settings.knowledge_folder / "versions")
    told = [Problem(f"{folder.parent.name}/articles/{each.file.name}", each.line, each.problem) for each in found]
    return replace(checked, problems=tuple(sorted({*checked.problems, *told})))


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
