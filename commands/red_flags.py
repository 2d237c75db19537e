"""The `cordial red-flags` commands: look at the check for emergencies, and fit it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.terminal import Json, plain_errors, say, say_json
from cordial.settings import load_settings
from emergencies.red_flags import read_red_flags
from intake.clinic import read_clinic

red_flags = typer.Typer(help="The check for emergencies.", no_args_is_help=True)


@red_flags.command("check")
def check_message(
    text: Annotated[str, typer.Argument(help="A message as a patient would write it.")], as_json: Json = False
) -> None:
    """What the check says to one message."""
    from knowledge.encoder import Encoder  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        rules = read_red_flags()
        encoder = Encoder(settings.data / "encoder")
        rules.ask_examples(encoder.encode, encoder.name)
        flag = rules.check(text, read_clinic(settings.clinic_file))
    if as_json:
        found = {"level": flag.level, "group": flag.group, "text": flag.text} if flag else None
        say_json(found)
    else:
        say(f"{flag.level}: {flag.label}\n\n{flag.text}" if flag else "No alarm.")


@red_flags.command("fit")
def fit_examples(
    examples: Annotated[Path | None, typer.Option(help="The folder of examples; by default emergencies/en/examples.")] = None,
    into: Annotated[Path | None, typer.Option(help="Where to store it; by default the file in use.")] = None,
) -> None:
    """Learn anew from the examples, after a change of the examples or the wordings."""
    from emergencies.classifier import FILE  # noqa: PLC0415
    from emergencies.fitting import fit, read_examples  # noqa: PLC0415
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from language.spoken import text_file  # noqa: PLC0415

    with plain_errors():
        encoder = Encoder(load_settings().data / "encoder")
        fitted = fit(read_red_flags(), encoder.encode, encoder.name, read_examples(examples))
        fitted.save(into or text_file("emergencies", FILE))
        say(f"Fitted from {fitted.about.examples} examples. Run the tests in tests/test_an_emergency.py before you use it.")
