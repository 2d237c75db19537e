"""Whoever writes words, examples or questions in another language fits them anew with a command, and can try that first."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from typer.testing import CliRunner, Result

from commands.cli import app
from emergencies import other_fitting
from emergencies.concepts import FOLDER, the_concepts
from emergencies.language_files import shipped, the_words
from emergencies.other_classifier import MessageSeen, OtherClassifier, signals_of
from emergencies.other_fitting import CALM, OtherExample, read_all_examples, read_all_texts
from knowledge import other_questions_fitting
from knowledge.library import Library
from knowledge.other_questions import FILE as SHIPPED_QUESTIONS
from knowledge.other_questions import FOLDER as QUESTIONS
from knowledge.other_questions import OtherQuestions
from language.multilingual import ENCODER, multilingual
from language.which_language import OTHER, WhichLanguage

EMERGENCIES = {
    "de": {
        "breathing": [
            "ich bekomme keine Luft mehr",
            "mein Mann kann nicht atmen",
            "sie ringt nach Luft",
            "ich ersticke gerade",
        ],
        "fits": ["sie hat einen Krampfanfall", "mein Sohn krampft", "er krampft und zuckt am ganzen Körper"],
        "bleeding": ["es hört nicht auf zu bluten", "ich spucke Blut", "er blutet sehr stark", "überall ist Blut"],
    },
    "es": {
        "breathing": ["no puedo respirar", "mi madre no puede respirar", "me falta el aire", "se está ahogando"],
        "fits": ["está convulsionando", "mi hijo tiene convulsiones", "tuvo una convulsión y no despierta"],
        "bleeding": ["no para de sangrar", "estoy vomitando sangre", "sangra muchísimo", "hay sangre por todas partes"],
    },
}
CALM_ONES = {
    "de": [
        "was kostet die Behandlung",
        "wann habt ihr offen",
        "wie viele Zellen sind das",
        "wird vorher Blut abgenommen",
        "danke sehr",
    ],
    "es": [
        "cuánto cuesta el tratamiento",
        "a qué hora abren",
        "cuántas células son",
        "me sacan sangre antes",
        "muchas gracias",
    ],
}


def few_examples() -> list[OtherExample]:
    """Some messages in two languages."""
    found = [OtherExample(of, each, CALM) for of, texts in CALM_ONES.items() for each in texts]
    return found + [
        OtherExample(of, each, group) for of, groups in EMERGENCIES.items() for group, texts in groups.items() for each in texts
    ]


def few_texts() -> dict[str, list[str]]:
    """How two languages are written, and others."""
    texts = {name: [each.text for each in few_examples() if each.language == name] * 3 for name in ("de", "es")}
    return {**texts, OTHER: ["sunt foarte rău și nu pot", "jag har ont i bröstet", "είμαι πολύ άσχημα"] * 6}


def runs(*arguments: str) -> Result:
    """A command that comes to a good end."""
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what was learned from a few messages."""
    monkeypatch.setattr(other_fitting, "read_all_examples", few_examples)
    monkeypatch.setattr(other_fitting, "read_all_texts", few_texts)
    assert "Fitted from 32 examples in 2 languages." in runs("languages", "fit", "--into", str(tmp_path)).output
    return tmp_path


def score(classifier: OtherClassifier, text: str, language: str) -> float:
    """How much a message is like an emergency."""
    encode = multilingual()
    assert encode is not None
    signals = signals_of(the_concepts(), the_words(language).told(text))
    return classifier.score(MessageSeen(text, encode([text])[0], signals))


def test_what_was_fitted_tells_emergencies_that_it_has_not_seen(fitted: Path) -> None:
    classifier = OtherClassifier.load(fitted / "classifier.npz")
    urgent = [
        ("meine Frau bekommt keine Luft", "de"),
        ("mi hijo no puede respirar", "es"),
        ("er blutet und es hört nicht auf", "de"),
    ]
    calm = [("was kosten die Zellen", "de"), ("cuánto cuestan las células", "es"), ("vielen Dank", "de")]
    assert min(score(classifier, *each) for each in urgent) > max(score(classifier, *each) for each in calm)
    assert classifier.about.encoder == ENCODER
    assert set(classifier.about.groups) == {"breathing", "bleeding", "fits"}


def test_it_also_learns_how_the_languages_are_written(fitted: Path) -> None:
    which = WhichLanguage.load(fitted / "which_language.npz")
    assert set(which.languages) == {"de", "es", OTHER}
    for text, language in (("mein Mann kann kaum atmen", "de"), ("mi madre no puede más", "es"), ("jag har ont", OTHER)):
        shares = which.shares(text)
        assert max(shares, key=shares.__getitem__) == language


def test_the_files_in_use_stay_as_they_were(fitted: Path) -> None:
    assert OtherClassifier.load(FOLDER / "classifier.npz").about.examples > 1_000
    assert set(WhichLanguage.load().languages) >= {"de", "es", "zh"}


def test_every_language_is_learned_from_and_no_other_languages_messages_count_as_english() -> None:
    examples = read_all_examples()
    assert {each.language for each in examples} == set(shipped())
    assert all(any(each.group != CALM for each in examples if each.language == language) for language in shipped())
    assert all(each.weight < 1 for each in examples if each.language == "en")
    texts = read_all_texts()
    assert set(texts) == {*shipped(), OTHER}
    assert set(texts["de"]).isdisjoint(texts["en"])


def test_a_writer_hears_what_the_words_do_not_find(tmp_path: Path) -> None:
    assert "There is no words.yml yet." in runs("languages", "report", "de", "--folder", str(tmp_path)).output
    shutil.copy(FOLDER / "de" / "words.yml", tmp_path)
    assert "There is no examples.yml yet." in runs("languages", "report", "de", "--folder", str(tmp_path)).output
    examples = {
        "emergencies": {"breathing": ["ich bekomme keine Luft", "lalala"]},
        "calm": ["was kostet das"],
        "near_miss": ["mein Mann bekommt keine Luft mehr, Hilfe"],
    }
    (tmp_path / "examples.yml").write_text(json.dumps(examples, ensure_ascii=False), "utf-8")
    said = runs("languages", "report", "de", "--folder", str(tmp_path)).output
    assert "2 emergencies, 1 calm, 1 near misses" in said
    unfound, _, raised = said.partition("EMERGENCIES WHOSE EVIDENCE IS TAKEN BACK")
    assert "NO RULE FINDS ANYTHING (1)" in unfound
    assert "lalala" in unfound
    assert "mein Mann bekommt keine Luft mehr, Hilfe" in raised


def test_the_report_names_a_mistake_in_a_file(tmp_path: Path) -> None:
    text = (FOLDER / "de" / "words.yml").read_text("utf-8")
    (tmp_path / "words.yml").write_text(text.replace("  chest: >-", "  chst: >-"), "utf-8")
    done = CliRunner().invoke(app, ["languages", "report", "de", "--folder", str(tmp_path)])
    assert done.exit_code == 1
    assert "did you mean chest?" in done.output


ARTICLES = ("evidence-knee-osteoarthritis", "evidence-multiple-sclerosis-and-als", "flying-before-and-after", "clinical-trials")


def few_articles(content: Path) -> Path:
    """A few articles with what belongs to them, and how patients ask in two languages; gives the articles' folder."""
    for folder in ("articles", "wordings", "languages"):
        (content / folder).mkdir(parents=True)
    for slug in ARTICLES:
        shutil.copy(QUESTIONS.parent / "articles" / f"{slug}.md", content / "articles")
        shutil.copy(QUESTIONS.parent / "wordings" / f"{slug}.yml", content / "wordings")
    shutil.copy(QUESTIONS.parent / "declined.yml", content)
    for name in ("de", "es"):
        asked = yaml.safe_load((QUESTIONS / f"{name}.yml").read_text("utf-8"))
        asked["questions"] = {slug: asked["questions"][slug] for slug in ARTICLES}
        (content / "languages" / f"{name}.yml").write_text(yaml.safe_dump(asked, allow_unicode=True), "utf-8")
    return content / "articles"


@pytest.fixture
def questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OtherQuestions:
    """What was learned of questions in two languages."""
    articles = few_articles(tmp_path / "content")
    monkeypatch.setattr(other_questions_fitting, "FOLDER", tmp_path / "content" / "languages")
    monkeypatch.setattr(other_questions_fitting, "_OF_A_KIND", 20)
    monkeypatch.setattr("commands.languages.load_settings", lambda: SimpleNamespace(articles_folder=articles))
    said = runs("languages", "fit-questions", "--into", str(tmp_path / "model.npz")).output
    assert "An article is quoted from 0.55 on." in said
    return OtherQuestions.load(tmp_path / "model.npz")


def test_questions_in_another_language_are_learned_with_their_articles(questions: OtherQuestions) -> None:
    encode = multilingual()
    assert encode is not None
    assert questions.about.languages == ["de", "es"]
    assert [name for name in questions.about.classes if ":" not in name] == sorted(ARTICLES)

    def best(text: str) -> tuple[str, float]:
        found = questions.likeness(text, encode([text])[0], ARTICLES)
        return found.best, found.probability

    covered = ["Hilft das bei kaputten Knien?", "¿Qué dicen los estudios sobre la esclerosis múltiple?"]
    assert [best(text)[0] for text in covered] == ["evidence-knee-osteoarthritis", "evidence-multiple-sclerosis-and-als"]
    price, probability = best("Was kostet eine Infusion bei euch?")
    assert price == "declined:price" or probability < questions.about.decision.threshold
    assert OtherQuestions.load(SHIPPED_QUESTIONS).about.languages != questions.about.languages


def test_measuring_counts_by_language_and_names_every_miss(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.kb.open_library", lambda settings: library)
    asked = [
        {
            "language": "de",
            "text": "Hilft das bei kaputten Knien?",
            "expected": "answer",
            "articles": ["evidence-knee-osteoarthritis"],
        },
        {"language": "de", "text": "Hilft das bei kaputten Knien?", "expected": "answer", "articles": ["cost-and-payment"]},
        {"language": "es", "text": "¿Qué tiempo hace hoy en Madrid?", "expected": "none", "articles": []},
    ]
    file = tmp_path / "asked.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in asked), "utf-8")
    lines = runs("languages", "eval", str(file)).output.splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in lines if "  |  " in line}
    assert rows["de"] == ["2", "1", "1", "1", "0", "|", "0", "0"]
    assert rows["es"] == ["0", "0", "0", "0", "0", "|", "1", "1"]
    assert rows["all"] == ["2", "1", "1", "1", "0", "|", "1", "1"]
    [wrong] = [line for line in lines if "WRONG" in line]
    assert "evidence-knee-osteoarthritis, not cost-and-payment" in wrong


def test_a_line_that_is_no_question_is_named(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.kb.open_library", lambda settings: library)
    file = tmp_path / "asked.jsonl"
    file.write_text('{"language": "de", "text": "x", "expected": "none", "articles": []}\n{"text": 1}\n', "utf-8")
    done = CliRunner().invoke(app, ["languages", "eval", str(file)])
    assert done.exit_code == 1
    assert "asked.jsonl, line 2 is no question" in done.output
