"""The `cordial red-flags` commands: look at the check for emergencies, and fit it anew."""

from __future__ import annotations

import textwrap
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from commands.terminal import Json, plain_errors, say, say_json
from cordial.bootstrap import PROJECT
from cordial.settings import Settings, load_settings
from emergencies.red_flags import RedFlags, read_red_flags
from emergencies.sign_off import Counted, count, sign_off_page
from emergencies.sign_off_texts import Paragraph, Section
from intake.clinic import read_clinic
from knowledge.errors import KnowledgeError

_WIDTH = 110  # of a page on the terminal
_SETS = PROJECT / "tests" / "red_flags"

red_flags = typer.Typer(help="The check for emergencies.", no_args_is_help=True)


@red_flags.command("check")
def check_message(
    text: Annotated[str, typer.Argument(help="A message as a patient would write it.")],
    asked: Annotated[str | None, typer.Option(help="The field of the intake that it answers, such as allergies.")] = None,
    as_json: Json = False,
) -> None:
    """What the check says to one message, in any language."""
    from emergencies.every_language import read_every_language  # noqa: PLC0415
    from emergencies.other_languages import read_other_languages  # noqa: PLC0415
    from knowledge.encoder import Encoder  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        rules = read_every_language(read_other_languages())
        encoder = Encoder(settings.data / "encoder")
        rules.ask_examples(encoder.encode, encoder.name)
        clinic = read_clinic(settings.clinic_file)
        flag = rules.check(text, clinic, asked=asked)
        despair = None if flag else rules.despair(text, clinic)
    if as_json:
        found = {name: getattr(flag, name) for name in ("level", "group", "text", "evidence")} if flag else None
        say_json(found)
    elif flag:
        rests_on = ", ".join(flag.evidence) or "its likeness to the examples, and nothing that it names"
        say(f"{flag.level}: {flag.label}\nIt rests on: {rests_on}\n\n{flag.text}")
    else:
        say(f"No alarm, but despair is heard.\n\n{despair}" if despair else "No alarm.")


@red_flags.command("fit")
def fit_examples(
    examples: Annotated[Path | None, typer.Option(help="The folder of examples; by default emergencies/en/examples.")] = None,
    into: Annotated[Path | None, typer.Option(help="Where to store it; by default the file in use.")] = None,
) -> None:
    """Learn anew from the examples, after a change of the examples or the patterns."""
    from emergencies.classifier import FILE  # noqa: PLC0415
    from emergencies.fitting import fit, read_examples  # noqa: PLC0415
    from knowledge.encoder import Encoder  # noqa: PLC0415
    from language.spoken import text_file  # noqa: PLC0415

    with plain_errors():
        encoder = Encoder(load_settings().data / "encoder")
        fitted = fit(read_red_flags(), encoder.encode, encoder.name, read_examples(examples))
        fitted.save(into or text_file("emergencies", FILE))
        say(f"Fitted from {fitted.about.examples} examples. Run the tests in tests/test_an_emergency.py before you use it.")


@red_flags.command("review")
def review_rules(
    pdf: Annotated[Path | None, typer.Option(help="Write it as a PDF into this file, to be printed and signed.")] = None,
    sets: Annotated[Path, typer.Option(help="The folder of the sets of messages on which figures are counted.")] = _SETS,
    language: Annotated[
        list[str] | None, typer.Option(help="Show of the other languages only this one; by default all.")
    ] = None,
) -> None:
    """Everything that a physician reviews on one page: texts, patterns, figures, numbers, and every language."""
    from emergencies.fitting import read_examples  # noqa: PLC0415
    from emergencies.other_texts import languages  # noqa: PLC0415
    from emergencies.sign_off_languages import count_by_words  # noqa: PLC0415
    from web.own_cards import own_cards  # noqa: PLC0415

    with plain_errors():
        settings = load_settings()
        clinic, rules = read_clinic(settings.clinic_file), read_red_flags()
        figures = count(lambda text: rules.check(text, clinic), sets, with_examples=_ask_examples(rules, settings))
        examples = Counter(example.group for example in read_examples())
        others = {name: count_by_words(name) for name in languages() if not language or name in language}
        sections = sign_off_page(rules, clinic, Counted(figures, examples, others), own_cards(clinic))
        if pdf is None:
            say("\n".join(_shown(sections)))
            return
        from exports.fonts import font_folders  # noqa: PLC0415
        from exports.sign_off_pdf import sign_off_pdf  # noqa: PLC0415

        pdf.write_bytes(sign_off_pdf(sections, clinic.name, datetime.now(UTC), clinic.hours.zone, font_folders()))
        say(f"Written to {pdf}.")


def _ask_examples(rules: RedFlags, settings: Settings) -> bool:
    """Let the check ask the examples as well, if the embedding model is set up; says whether it is."""
    from knowledge.encoder import Encoder  # noqa: PLC0415

    try:
        encoder = Encoder(settings.data / "encoder")
    except KnowledgeError:
        return False
    rules.ask_examples(encoder.encode, encoder.name)
    return True


def _shown(sections: list[Section]) -> list[str]:
    lines: list[str] = []
    for section in sections:
        lines += [section.heading, "=" * len(section.heading), ""]
        for each in section.paragraphs:
            lines += [*_paragraph(each), ""]
    return lines


def _paragraph(paragraph: Paragraph) -> list[str]:
    indent = "  " if paragraph.label else ""
    lines = textwrap.wrap(f"{paragraph.label}:", _WIDTH) if paragraph.label else []
    for line in paragraph.text.splitlines():
        lines += textwrap.wrap(line, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  " if indent else "")
    return lines
