"""Intents are told apart well, and how sure the assistant is can be believed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.intent_model import IntentModel, IntentModelError
from cordial.bootstrap import PROJECT
from knowledge.encoder import Encoder
from knowledge.onnx_model import Vectors

Example = tuple[str, str]

# One word of each is the same, so that a model has to look at the rest.
TOY = {
    "greet": "hello good morning dear {}",
    "thanks": "thank you kindly for {}",
    "goodbye": "bye see you after {}",
    "question": "what does it cost with {}?",
    "skip": "leave the one about {} out",
}
THINGS = ["rain", "bread", "music", "a bus", "winter", "tea", "stairs", "my hat", "paper", "the moon", "fish", "chess"]
TOYS = [(frame.format(thing), intent) for intent, frame in TOY.items() for thing in THINGS]


def examples(*files: Path) -> list[Example]:
    """Texts and intents of files in Rasa's form."""
    entries = [entry for file in files for entry in yaml.safe_load(file.read_text("utf-8"))["nlu"]]
    return [(line.removeprefix("- ").strip(), entry["intent"]) for entry in entries for line in entry["examples"].splitlines()]


TRAINED = examples(*sorted((PROJECT / "data" / "nlu").glob("*.yml")))
HELD_OUT = examples(PROJECT / "tests" / "nlu" / "held_out.yml")
UNSEEN = examples(PROJECT / "tests" / "nlu" / "unseen.yml")


def plain(text: str) -> str:
    """A text without what does not change its intent; a question mark does."""
    return re.sub(r"[^\w?]+", " ", text.lower().replace("'", "").replace("’", "")).strip() or text


def learn(some: Sequence[Example], vectors: Vectors, seed: int = 7) -> IntentModel:
    """A model of these examples."""
    return IntentModel.fit([text for text, _ in some], vectors, [intent for _, intent in some], seed)


def ask(model: IntentModel, texts: Sequence[str], encoder: Encoder) -> list[tuple[str, float]]:
    """The best intent of each message, and how sure the model is."""
    return [ranking[0] for ranking in model.rank(texts, encoder.encode(texts))]


@pytest.fixture(scope="module")
def toy(encoder: Encoder) -> IntentModel:
    """A small model that is quickly learned."""
    return learn(TOYS, encoder.encode([text for text, _ in TOYS]))


@pytest.fixture(scope="module")
def vectors(encoder: Encoder) -> Vectors:
    """The embeddings of all examples of data/nlu."""
    return encoder.encode([text for text, _ in TRAINED])


@pytest.fixture(scope="module")
def model(vectors: Vectors) -> IntentModel:
    """What `rasa train` makes of data/nlu."""
    return learn(TRAINED, vectors)


def test_no_example_is_trained_twice_or_for_two_intents() -> None:
    assert [text for text, count in Counter(plain(text) for text, _ in TRAINED).items() if count > 1] == []


def test_no_example_stands_in_a_test_file() -> None:
    def bare(some: Sequence[Example]) -> set[str]:
        return {plain(text).replace("?", "").strip() or text for text, _ in some}

    assert bare(TRAINED) & (bare(HELD_OUT) | bare(UNSEEN)) == set()


def test_every_intent_has_forty_examples_and_stands_in_both_test_files() -> None:
    counts = Counter(intent for _, intent in TRAINED)
    assert min(counts.values()) >= 40
    assert {intent for _, intent in HELD_OUT} == {intent for _, intent in UNSEEN} == set(counts)


def test_no_example_holds_what_rasa_would_take_for_markup() -> None:
    assert [text for text, _ in TRAINED + HELD_OUT + UNSEEN if re.search(r"[\[\]{}\\]|^/", text)] == []


def test_a_model_that_was_stored_says_the_same(toy: IntentModel, encoder: Encoder, tmp_path: Path) -> None:
    toy.save(tmp_path)
    texts = ["hello there", "what does it cost?", "leave it out", "something else", "", "🙂"]
    vectors = encoder.encode(texts)
    assert IntentModel.load(tmp_path).rank(texts, vectors) == toy.rank(texts, vectors)


def test_the_same_seed_gives_the_same_model(toy: IntentModel, encoder: Encoder) -> None:
    again = learn(TOYS, encoder.encode([text for text, _ in TOYS]))
    vectors = encoder.encode(["good morning"])
    assert again.rank(["good morning"], vectors) == toy.rank(["good morning"], vectors)


def test_every_intent_is_ranked_and_the_best_comes_first(toy: IntentModel, encoder: Encoder) -> None:
    for ranking in toy.rank(["thank you for the music", "qwertz"], encoder.encode(["thank you for the music", "qwertz"])):
        shares = [share for _, share in ranking]
        assert {intent for intent, _ in ranking} == set(TOY)
        assert shares == pytest.approx(sorted(shares, reverse=True), abs=1e-9)
        assert 0 <= min(shares) <= max(shares) <= 1
        assert sum(shares) <= 1 + 1e-6


def test_many_messages_get_what_each_gets_alone(toy: IntentModel, encoder: Encoder) -> None:
    texts = ["hello my dear", "see you tomorrow", "how much is it?"]
    together = toy.rank(texts, encoder.encode(texts))
    for text, ranking in zip(texts, together, strict=True):
        [alone] = toy.rank([text], encoder.encode([text]))
        assert [intent for intent, _ in alone] == [intent for intent, _ in ranking]
        assert np.allclose([share for _, share in alone], [share for _, share in ranking], atol=1e-3)


def test_a_broken_file_says_what_to_do(toy: IntentModel, tmp_path: Path) -> None:
    with pytest.raises(IntentModelError, match="Train again"):
        IntentModel.load(tmp_path)
    toy.save(tmp_path)
    whole = (tmp_path / "model.npz").read_bytes()
    for broken in (b"PK not an archive", b"", b"a model", whole[: len(whole) // 2], whole[:-40]):
        (tmp_path / "model.npz").write_bytes(broken)
        with pytest.raises(IntentModelError, match="Train again"):
            IntentModel.load(tmp_path)


def test_too_few_examples_are_refused_with_a_sentence(encoder: Encoder) -> None:
    two = [("hello", "greet"), ("thank you", "thanks")]
    with pytest.raises(IntentModelError, match="fewer than three intents"):
        learn(two, encoder.encode(["hello", "thank you"]))
    with pytest.raises(IntentModelError, match="too few examples"):
        learn([*two, ("bye", "goodbye")], encoder.encode(["hello", "thank you", "bye"]))


@pytest.mark.slow
@pytest.mark.parametrize("apart", [HELD_OUT, UNSEEN], ids=["held_out", "unseen"])
def test_messages_that_were_kept_apart_are_understood(apart: list[Example], model: IntentModel, encoder: Encoder) -> None:
    found = ask(model, [text for text, _ in apart], encoder)
    right = [intent == wanted for (intent, _), (_, wanted) in zip(found, apart, strict=True)]
    assert np.mean(right) >= 0.95


@pytest.mark.slow
def test_how_sure_it_is_can_be_believed(model: IntentModel, encoder: Encoder) -> None:
    apart = HELD_OUT + UNSEEN
    found = ask(model, [text for text, _ in apart], encoder)
    right = np.array([intent == wanted for (intent, _), (_, wanted) in zip(found, apart, strict=True)])
    sure = np.array([share for _, share in found])
    # It is set for use, where one message in seventeen is of no known matter (`_UNKNOWN_WEIGHT`); here none is.
    assert abs(sure.mean() - right.mean() * 16 / 17) < 0.05
    assert right[sure >= 0.9].mean() >= 0.97
    assert right[sure < 0.6].mean() < 0.85


@pytest.mark.slow
def test_a_message_of_no_known_matter_is_not_taken_for_one(model: IntentModel, encoder: Encoder) -> None:
    strange = ["asdf qwer yxcv", "lorem ipsum dolor sit amet", "hgjkfd", "purple seven under quickly", "SELECT 1 FROM dual"]
    assert np.mean([share for _, share in ask(model, strange, encoder)]) < 0.5


@pytest.mark.slow
def test_it_is_less_sure_of_messages_whose_intent_it_was_not_told_of(vectors: Vectors, encoder: Encoder) -> None:
    left_out = {"delete_data", "talk_to_person", "small_talk"}
    told = [at for at, (_, intent) in enumerate(TRAINED) if intent not in left_out]
    model = learn([TRAINED[at] for at in told], vectors[told])
    known = [text for text, intent in HELD_OUT if intent not in left_out]
    unknown = [text for text, intent in HELD_OUT if intent in left_out]
    sure, unsure = (np.mean([share for _, share in ask(model, some, encoder)]) for some in (known, unknown))
    assert unsure < sure - 0.2


@pytest.mark.slow
def test_typing_mistakes_and_capitals_are_forgiven(model: IntentModel, encoder: Encoder) -> None:
    said = {
        "DELETE EVERYTHING YOU HAVE ABOUT ME": "delete_data",
        "cna i spaek to a persn pls": "talk_to_person",
        "wat does it csot": "question",
        "plese stop teh form": "stop_intake",
    }
    assert [intent for intent, _ in ask(model, list(said), encoder)] == list(said.values())
