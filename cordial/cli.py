"""The `cordial` command."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cordial.bootstrap import PROJECT, RASA, explain_os_error
from cordial.settings import Settings, SettingsError, load_settings
from desk.database import Database, DatabaseError
from desk.handoffs import Case, find_case, list_handoffs, waiting_since
from intake.clinic import ClinicError
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

    expected = (SettingsError, KnowledgeError, DatabaseError, ClinicError, FieldsError, StartError)
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
        prepare_encoder(settings)
        build_index(settings)
        import uvicorn  # noqa: PLC0415

        from web.app import create_app  # noqa: PLC0415
        from web.logs import set_up_logs  # noqa: PLC0415

        set_up_logs(settings)
        uvicorn.run(
            create_app(settings), host=settings.host, port=settings.port, log_config=None, access_log=False,
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
    from cordial.start import endpoints_file, rasa_environment  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        arguments = list(context.args)
        if arguments and arguments[0] in {"shell", "run", "test", "interactive"} and "--endpoints" not in arguments:
            arguments += ["--endpoints", str(endpoints_file(settings))]
        if arguments and arguments[0] == "shell" and not any(a in arguments for a in ("-m", "--model")):
            from cordial.start import model_file  # noqa: PLC0415

            arguments += ["--model", str(model_file())]
        command = [str(RASA / "bin" / "python"), "-m", "rasa", *arguments]
        raise typer.Exit(subprocess.run(command, cwd=PROJECT, env=rasa_environment(settings), check=False).returncode)


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


def open_database(settings: Settings) -> Database:
    """The records, with the tables of this version."""
    database = Database(settings.database_address)
    database.migrate()
    return database


def _print_case(case: Case) -> None:
    say(f"{case.handoff.reference}  {case.handoff.state}  {case.handoff.reason}  {case.handoff.created_at:%Y-%m-%d %H:%M} UTC")
    say("\nIntake")
    for name, answer in case.intake.answers.items():
        said = "left out" if answer.skipped else answer.said
        understood = "" if answer.skipped or answer.value in {None, answer.said} else f"   understood: {_short(answer.value)}"
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
