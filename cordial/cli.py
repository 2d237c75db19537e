"""The `cordial` command."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from cordial.bootstrap import PROJECT, RASA, explain_os_error
from cordial.keys import encryption_keys
from cordial.settings import Settings, SettingsError, load_settings
from desk.database import Database, DatabaseError
from desk.handoffs import Case, find_case, list_handoffs, waiting_since
from desk.sealed import Keyring, SealError, new_key
from intake.clinic import ClinicError, read_clinic
from intake.fields import FieldsError
from knowledge.errors import KnowledgeError

app = typer.Typer(help="Grounded answers, intake, and a handoff to a person.", no_args_is_help=True, add_completion=False)
kb = typer.Typer(help="The knowledge base.", no_args_is_help=True)
handoffs = typer.Typer(help="Conversations that wait for a person.", no_args_is_help=True)
app.add_typer(kb, name="kb")
app.add_typer(handoffs, name="handoffs")

Json = Annotated[bool, typer.Option("--json", help="For a program.")]


def say(text: str = "") -> None:
    """Print a line."""
    typer.echo(text)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn every expected failure into one sentence and exit code 1."""
    from cordial.start import StartError  # noqa: PLC0415

    expected = (SettingsError, KnowledgeError, DatabaseError, SealError, ClinicError, FieldsError, StartError)
    try:
        yield
    except expected as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except OSError as error:
        typer.echo(explain_os_error(error), err=True)
        raise typer.Exit(1) from None


@app.command()
def start() -> None:
    """Start both processes, train first where needed, and print the addresses."""
    from cordial import start as starter  # noqa: PLC0415

    with plain_errors():
        starter.start(load_settings(), say)


@app.command()
def serve() -> None:
    """Start the web process alone."""
    with plain_errors():
        settings = load_settings()
        read_clinic(settings.clinic_file)  # what is wrong with these is said before the long work begins
        open_database(settings).close()
        prepare_encoder(settings)
        build_index(settings)
        import uvicorn  # noqa: PLC0415

        from web.app import create_app, make_parts  # noqa: PLC0415
        from web.logs import set_up_logs  # noqa: PLC0415

        set_up_logs(settings)
        parts = make_parts(settings)  # here, so that whatever is wrong with them is one sentence
        uvicorn.run(
            create_app(parts), host=settings.host, port=settings.port, log_config=None, access_log=False,
            proxy_headers=False, server_header=False, timeout_graceful_shutdown=5,
        )  # fmt: skip


@app.command()
def prepare() -> None:
    """Check and export the embedding model."""
    with plain_errors():
        prepare_encoder(load_settings())


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def rasa(context: typer.Context) -> None:
    """Any Rasa command in its own environment, for example `cordial rasa -- shell`."""
    from cordial.start import rasa_environment  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        arguments = [*context.args, *_usual_options(context.args, settings)]
        command = [str(RASA / "bin" / "python"), "-m", "rasa", *arguments]
        raise typer.Exit(subprocess.run(command, cwd=PROJECT, env=rasa_environment(settings), check=False).returncode)


def _usual_options(arguments: list[str], settings: Settings) -> list[str]:
    """Our endpoints and today's model, for the Rasa commands that take them and were not given others."""
    from cordial.start import endpoints_file, model_file  # noqa: PLC0415

    command, kind = [*arguments, "", ""][:2]
    options: list[str] = []
    if command in {"shell", "run", "test", "interactive"} and kind not in {"nlu", "actions"} and "--endpoints" not in arguments:
        options += ["--endpoints", str(endpoints_file(settings))]
    if command in {"shell", "run", "test"} and kind != "actions" and not {"-m", "--model"} & set(arguments):
        options += ["--model", str(model_file())]
    return options


@kb.command("build")
def kb_build() -> None:
    """Build the index of what is published and bring it into use."""
    with plain_errors():
        build_index(load_settings(), always_say=True)


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
            typer.echo(json.dumps({"answers": [e.answer.model_dump(mode="json") for e in explanations]}, ensure_ascii=False))
            return
        for explanation in explanations:
            _print_answer(explanation.answer.model_dump(mode="json"))
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
    from knowledge.check import OwnQuestions, check_content, check_own_questions  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        checked = check_content(settings.articles_folder.parent, datetime.now(UTC).date())
        own: OwnQuestions | None = None
        no_index: str | None = None
        if not files_only:
            try:
                rank = rank_by(library_of_the_files(settings))
                own = check_own_questions(checked.questions, rank, every_wording)
            except KnowledgeError as error:
                no_index = f"The articles could not be asked their own questions. {error}"
        problems = [*checked.problems, *(own.problems if own else ())]
        warnings = own.warnings if own else ()
        if as_json:
            value = {
                "problems": [{"file": p.file, "line": p.line, "problem": p.text} for p in problems],
                "warnings": [{"file": p.file, "line": p.line, "problem": p.text} for p in warnings],
                "own_questions": own.as_json() if own else None,
                "no_index": no_index,
            }
            typer.echo(json.dumps(value, ensure_ascii=False))
        else:
            lines = [*map(str, problems), *(f"{warning} (a warning)" for warning in warnings)]
            lines += [f"Answered by their own article first: {own}."] if own else []
            lines += [no_index] if no_index else []
            say("\n".join([*lines, f"{len(checked.articles)} articles, {len(problems)} problems."]))
        if problems or no_index:
            raise typer.Exit(1)


@kb.command("eval")
def kb_eval(
    files: Annotated[list[Path], typer.Argument(help='JSON lines: {"text", "articles", "about", "kind"}.')],
    as_json: Json = False,
) -> None:
    """Measure the answers to question sets, with 95 % intervals, and list the misses."""
    from knowledge.evaluate import MEASURES, evaluate, read_questions  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        cases = read_questions(files)
        evaluation = evaluate(cases, open_library(settings).explain, bodies_of(settings))
        if as_json:
            typer.echo(json.dumps(evaluation.as_json(), ensure_ascii=False))
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
def kb_fit(covered: Path, not_covered: Path) -> None:
    """Fit the decision to answer anew, on files of questions that the library covers and does not cover."""
    from knowledge.calibration import fit_calibration, save_calibration  # noqa: PLC0415
    from knowledge.evaluate import read_questions  # noqa: PLC0415
    from knowledge.library import CALIBRATION  # noqa: PLC0415

    with plain_errors():
        library = open_library(load_settings())
        seen = [[library.explain(q.text)[0].signals for q in read_questions([file])] for file in (covered, not_covered)]
        fitted = fit_calibration(seen[0], seen[1], library.generation.encoder, library.calibration.version + 1)
        save_calibration(fitted, CALIBRATION)
        say(f"Calibration {fitted.version}: threshold {fitted.threshold} on {fitted.covered} + {fitted.not_covered} questions.")


@handoffs.command("list")
def handoffs_list(
    as_json: Json = False,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
) -> None:
    """Who waits for a person, longest first."""
    with plain_errors(), open_database(load_settings()).read() as session:
        found = list_handoffs(session, None if everything else "open")
        if as_json:
            rows = [
                {"reference": h.reference, "reason": h.reason, "state": h.state, "created_at": h.created_at.isoformat()}
                for h in found
            ]
            typer.echo(json.dumps({"handoffs": rows}))
            return
        if not found:
            say("Nobody is waiting.")
        for handoff in found:
            waited = waiting_since(handoff, datetime.now(UTC))
            say(f"{handoff.reference}  {handoff.state:<7}  {handoff.reason:<17}  waiting {waited}")


@handoffs.command("show")
def handoffs_show(reference: str, as_json: Json = False) -> None:
    """One case: the intake, and the whole transcript with the quotes shown."""
    with plain_errors(), open_database(load_settings()).read() as session:
        case = find_case(session, reference)
        if case is None:
            typer.echo(f"There is no handoff {reference}. `cordial handoffs list` shows those that wait.", err=True)
            raise typer.Exit(1)
        if as_json:
            from web.wire import as_wire  # noqa: PLC0415

            messages = [json.loads(as_wire(message).model_dump_json(by_alias=True)) for message in case.transcript]
            value = {
                "reference": case.handoff.reference,
                "reason": case.handoff.reason,
                "state": case.handoff.state,
                "created_at": case.handoff.created_at.isoformat(),
                "intake": case.intake.model_dump(mode="json"),
                "messages": messages,
            }
            typer.echo(json.dumps(value, ensure_ascii=False))
            return
        _print_case(case)


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


def open_library(settings: Settings) -> Any:
    """The library, built first if need be."""
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from knowledge.generation import build_generation  # noqa: PLC0415
    from knowledge.library import Library  # noqa: PLC0415

    prepare_encoder(settings)
    encoder = Encoder(settings.data / "encoder")
    build = build_generation(settings.articles_folder.parent, settings.knowledge_folder, encoder)
    for problem in build.problems:
        typer.echo(f"not taken up: {problem}", err=True)
    return Library(settings.knowledge_folder, encoder)


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


def open_database(settings: Settings) -> Database:
    """The records, with the tables of this version."""
    database = Database(settings.database_address, Keyring(encryption_keys(settings, new_key)))
    database.migrate()
    return database


def _print_case(case: Case) -> None:
    say(f"{case.handoff.reference}  {case.handoff.state}  {case.handoff.reason}  {case.handoff.created_at:%Y-%m-%d %H:%M} UTC")
    say("\nIntake")
    for name, answer in case.intake.answers.items():
        said = "left out" if answer.skipped else answer.said
        understood = "" if answer.skipped or answer.value in (None, answer.said) else f"   understood: {_short(answer.value)}"
        say(f"  {name:<12} {said}{understood}")
    if not case.intake.answers:
        say("  nothing yet")
    say("\nTranscript")
    for message in case.transcript:
        say(f"\n  [{message.seq}] {message.at:%H:%M:%S} {message.sender}")
        for line in message.text.splitlines():
            say(f"    {line}")
        if message.answer and message.answer["status"] == "answered":
            _print_answer(message.answer, indent="    ")


def _print_answer(answer: dict[str, Any], indent: str = "") -> None:
    if answer["status"] != "answered":
        say(f"{indent}No reviewed answer ({answer['status']}).")
        return
    say(f"{indent}{answer['about']} · evidence: {answer['evidence']} · reviewed on {answer['reviewed_on']}")
    for passage in answer["passages"]:
        say(f"{indent}“{' '.join(passage['quote'].split())}”")
        say(f"{indent}   {passage['title']} › {passage['heading']} ({passage['article']}, version {passage['version']})")
    for source in answer["sources"]:
        where = f"doi:{source['doi']}" if source["doi"] else source["url"] or ""
        say(f"{indent}   source: {source['title']}. {source['publisher']}, {source['year'] or 'no year'}. {where}")


def _short(value: object) -> str:
    if isinstance(value, dict) and "wording" in value:
        return f"agreed to version {value['version']}: “{value['wording']}”"
    if isinstance(value, dict) and "value" in value:
        return f"{value['value']} ({value['by']})"
    return str(value)
