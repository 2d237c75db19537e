"""The `cordial` command."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Annotated

import structlog
import typer

from commands.audit import audit
from commands.backup import backup
from commands.db import db
from commands.demo import demo
from commands.export import export
from commands.kb import build_index, build_index_or_serve_older, kb, prepare_encoder, print_answer
from commands.keys import keys
from commands.languages import languages
from commands.notices import notices
from commands.records import open_database
from commands.red_flags import red_flags
from commands.retention import retention
from commands.running import in_data_folder
from commands.search import search
from commands.terminal import Json, plain_errors, say, say_json
from commands.users import say_first_link, users
from cordial.bootstrap import PROJECT, RASA
from cordial.settings import Settings, load_settings
from desk.cases.case import Case, find_case
from desk.conversations.handoffs import list_handoffs, waiting_since
from desk.models import Handoff
from desk.post.outbox import announce_trouble
from emergencies.red_flags import the_red_flags
from intake.fields import the_intake
from intake.showing import lines

app = typer.Typer(help="Grounded answers, intake, and a handoff to a person.", no_args_is_help=True, add_completion=False)
handoffs = typer.Typer(help="Conversations that wait for a person.", no_args_is_help=True)
_FOR_US_ALONE = 0o077  # what is in the data folder is about patients

app.add_typer(kb, name="kb")
app.add_typer(handoffs, name="handoffs")
app.add_typer(red_flags, name="red-flags")
app.add_typer(languages, name="languages")
app.add_typer(users, name="users")
app.add_typer(audit, name="audit")
app.add_typer(keys, name="keys")
app.add_typer(notices, name="notices")
handoffs.command("export")(export)
app.add_typer(retention, name="retention")
app.add_typer(backup, name="backup")
app.add_typer(db, name="db")
app.command()(demo)
app.add_typer(search, name="search")


@app.command()
def start() -> None:
    """Start both processes, train first where needed, and print the addresses."""
    from commands import start as starter  # noqa: PLC0415
    from commands.data_files import refuse_wrong_files  # noqa: PLC0415

    os.umask(_FOR_US_ALONE)
    with plain_errors():
        settings = load_settings()
        refuse_wrong_files(settings)
        with in_data_folder(settings, alone=True) as after_a_kill:
            starter.start(settings, say, lambda: say_first_link(settings), after_a_kill)


@app.command()
def serve(
    first_link: Annotated[bool, typer.Option(hidden=True, help="`cordial start` prints the link itself.")] = True,
) -> None:
    """Start the web process alone."""
    os.umask(_FOR_US_ALONE)
    with plain_errors():
        settings = load_settings()
        # That of a `cordial start` stands under its lock.
        with in_data_folder(settings, alone=False) if first_link else nullcontext():
            _serve(settings, first_link)


def _serve(settings: Settings, first_link: bool) -> None:
    from commands.data_files import refuse_wrong_files  # noqa: PLC0415

    refuse_wrong_files(settings)
    open_database(settings).close()
    prepare_encoder(settings)
    serves_older = build_index_or_serve_older(settings)
    import uvicorn  # noqa: PLC0415

    from web.app import create_app  # noqa: PLC0415
    from web.composition import make_parts  # noqa: PLC0415
    from web.logs import set_up_logs  # noqa: PLC0415
    from web.serving import OPTIONS  # noqa: PLC0415

    set_up_logs(settings)
    if first_link:
        say_first_link(settings)
    if settings.proxy_problem:
        structlog.get_logger(__name__).warning(settings.proxy_problem)
    parts = make_parts(settings)  # here, so that whatever is wrong with them is one sentence
    if serves_older:
        with parts.database.write() as session:
            announce_trouble(session, "old_index", datetime.now(UTC))
    uvicorn.run(create_app(parts), host=settings.host, port=settings.port, timeout_graceful_shutdown=5, **OPTIONS)


@app.command()
def check(as_json: Json = False) -> None:
    """Read every file that people write (clinic.yml, the intake, all texts and rules), and say what is wrong."""
    from commands.data_files import check_data_files  # noqa: PLC0415

    with plain_errors():
        checked = check_data_files(load_settings())
        wrong = bool(checked.problems or checked.others)
        if as_json:
            problems = [{"file": each.file, "line": each.line, "problem": each.text} for each in checked.problems]
            say(json.dumps({"files": checked.files, "problems": problems, "others": checked.others}, ensure_ascii=False))
        else:
            say(checked.as_text() if wrong else f"{checked.files} files are as they have to be.")
        if wrong:
            raise typer.Exit(1)


@app.command()
def prepare(index: Annotated[bool, typer.Option("--index", help="Build the index, too.")] = False) -> None:
    """Check and export the embedding model."""
    with plain_errors():
        settings = load_settings()
        prepare_encoder(settings)
        if index:
            build_index(settings)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def rasa(context: typer.Context) -> None:
    """Any Rasa command in its own environment, for example `cordial rasa -- shell`."""
    from commands.start import rasa_environment  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        arguments = [*context.args, *_usual_options(context.args, settings)]
        command = [str(RASA / "bin" / "python"), "-m", "rasa", *arguments]
        raise typer.Exit(subprocess.run(command, cwd=PROJECT, env=rasa_environment(settings), check=False).returncode)


def _usual_options(arguments: list[str], settings: Settings) -> list[str]:
    """Our endpoints and today's model, for the Rasa commands that take them and were not given others."""
    from commands.start import endpoints_file, model_file  # noqa: PLC0415

    command, kind = [*arguments, "", ""][:2]
    options: list[str] = []
    if command == "shell" and kind != "nlu" and "--port" not in arguments:
        options += ["--port", str(settings.rasa_port + 1)]  # it listens beside the one that runs
    if command in {"shell", "run", "test", "interactive"} and kind not in {"nlu", "actions"} and "--endpoints" not in arguments:
        options += ["--endpoints", str(endpoints_file(settings))]
    if command in {"shell", "run", "test"} and kind != "actions" and not {"-m", "--model"} & set(arguments):
        options += ["--model", str(model_file())]
    return options


@handoffs.command("list")
def handoffs_list(
    as_json: Json = False, everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False
) -> None:
    """Who waits for a person: emergencies first, then who has waited longest."""
    with plain_errors(), open_database(load_settings()).read() as session:
        found = list_handoffs(session, None if everything else "open")
        if as_json:
            rows = [
                {
                    "reference": h.reference,
                    "reason": h.reason,
                    "state": h.state,
                    "created_at": h.created_at.isoformat(),
                    "urgent": _urgent(h),
                }
                for h in found
            ]
            say_json({"handoffs": rows})
            return
        if not found:
            say("Nobody is waiting.")
        for handoff in found:
            waited = waiting_since(handoff, datetime.now(UTC))
            say(f"{handoff.reference}  {handoff.state:<7}  {handoff.reason:<17}  waiting {waited:<8}{_alarm(handoff)}".rstrip())


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
                "urgent": _urgent(case.handoff),
                "intake": case.intake.model_dump(mode="json"),
                "messages": messages,
            }
            say_json(value)
            return
        _print_case(case)


def _print_case(case: Case) -> None:
    say(f"{case.handoff.reference}  {case.handoff.state}  {case.handoff.reason}  {case.handoff.created_at:%Y-%m-%d %H:%M} UTC")
    if case.handoff.urgent_level and case.handoff.urgent_at:
        say(f"{_alarm(case.handoff)} (last alarm {case.handoff.urgent_at:%Y-%m-%d %H:%M} UTC)")
    for alarm in case.alarms:
        say(f"  [{alarm.seq}] {the_red_flags().label_of(alarm.group)}. {alarm.why}")
    say(f"\nIntake: {case.intake.status.replace('_', ' ')}")
    consent = the_intake().by_role(case.intake.answers).get("consent")
    if consent and isinstance(consent.value, dict):
        say(f"  Consent: {consent.said} (to version {consent.value['version']}: “{consent.value['wording']}”)")
    for line in lines(the_intake(), case.intake):
        say(f"  {line}")
    if not case.intake.answers:
        say("  nothing yet")
    say("\nTranscript")
    for message in case.transcript:
        say(f"\n  [{message.seq}] {message.at:%H:%M:%S} {message.sender}")
        for text in message.text.splitlines():
            say(f"    {text}")
        if message.answer and message.answer.status == "answered":
            print_answer(message.answer, indent="    ")


def _alarm(handoff: Handoff) -> str:
    """What a coordinator must see at once, or nothing."""
    if handoff.urgent_level is None:
        return ""
    word = "EMERGENCY" if handoff.urgent_level == "emergency" else "TODAY"
    group = handoff.urgent_group
    return f"{word}: {the_red_flags().label_of(group)}" if group else word


def _urgent(handoff: Handoff) -> dict[str, str | None] | None:
    if handoff.urgent_level is None or handoff.urgent_at is None:
        return None
    return {"level": handoff.urgent_level, "group": handoff.urgent_group, "at": handoff.urgent_at.isoformat()}
