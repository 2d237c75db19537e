"""What the page says by itself in each language, while nothing answers: whom to call, how to reach the clinic, and the card."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from cordial.bootstrap import PROJECT
from emergencies.language_files import FOLDER as LANGUAGES
from emergencies.language_files import read_examples
from emergencies.other_texts import languages
from emergencies.whereabouts import country_called
from intake.clinic import read_clinic
from tests.support.browsing import Visits
from tests.support.small_web import NewWeb, SmallWeb
from web.own_cards import page_card
from web.their_words import FOLDER, OwnTextsError, own_texts, their_words

CLINIC = read_clinic(PROJECT / "clinic.yml")
LEAST_HEARD = 0.05  # of made-up emergencies, most of which are put in some other way
MOST_FALSE = 0.03  # of made-up messages that are calm, many of which only sound like an emergency
RAISED = """async ([texts, words]) => {
  const { loadStrings } = await import('/static/chat/text.js');
  const { TheirWords } = await import('/static/chat/words.js');
  const own = new TheirWords({ strings: await loadStrings('en'), api: null, storage: sessionStorage, key: 'nothing' });
  own.words = words;
  return texts.filter(text => own.alarm(text)?.lang === words.lang);
}"""


@pytest.fixture
def web(new_web: NewWeb) -> SmallWeb:
    """A web as it is by default."""
    return new_web()


def test_each_language_has_them_and_waits_for_a_native_speaker() -> None:
    assert sorted(file.stem for file in FOLDER.glob("*.yml")) == languages()
    assert {own_texts(language).sign_off for language in languages()} == {"pending"}
    assert [language for language in languages() if own_texts(language).language != language] == []


@pytest.mark.parametrize("language", languages())
def test_every_text_names_the_clinics_number_with_its_place_and_the_way_to_the_clinic(language: str) -> None:
    words = their_words(language, CLINIC)
    place = country_called("LT", language)
    for text in [*words.status.values(), *words.connection.values(), words.alarm.text]:
        assert place in text
        assert text.index(place) < text.index("112"), "the place comes before its number"
    assert [text for text in words.status.values() if CLINIC.email not in text or CLINIC.name not in text] == []
    [call] = words.alarm.calls
    assert (call.number, place in call.label) == ("112", True)


def test_they_come_without_a_token_and_only_in_languages_that_have_them(web: SmallWeb) -> None:
    with httpx.Client(base_url=web.url, trust_env=False) as http:
        assert http.get("/api/chat/words/de").json()["lang"] == "de"
        assert http.get("/api/chat/words/he").json()["dir"] == "rtl"
        assert [http.get(f"/api/chat/words/{name}").status_code for name in ("en", "xx", "..%2Fde")] == [404, 404, 404]


def test_a_file_with_a_gap_in_a_list_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (FOLDER / "de.yml").read_text("utf-8").replace("erstickt, ersticke", "erstickt, , ersticke")
    (tmp_path / "de.yml").write_text(text, "utf-8")
    monkeypatch.setattr("web.their_words.FOLDER", tmp_path)
    own_texts.cache_clear()
    with pytest.raises(OwnTextsError, match="a comma too many"):
        own_texts("de")


def test_the_plain_patterns_of_each_language_raise_the_card_and_calm_messages_hardly_ever(visit: Visits, web: SmallWeb) -> None:
    page = visit(f"{web.url}/chat")

    def raised(language: str, texts: list[str]) -> list[str]:
        words = their_words(language, CLINIC).model_dump(mode="json")
        found: list[str] = page.evaluate(RAISED, [texts, words])
        return found

    for language in languages():
        patterns = their_words(language, CLINIC).alarm.words
        assert raised(language, patterns) == patterns
        files = [read_examples(file) for file in (LANGUAGES / language).glob("examples*.yml")]
        emergencies = [text for file in files for texts in file.emergencies.values() for text in texts]
        calm = [text for file in files for text in [*file.calm, *file.near_miss]]
        assert len(raised(language, emergencies)) >= LEAST_HEARD * len(emergencies), language
        assert len(raised(language, calm)) <= MOST_FALSE * len(calm), language


def test_a_physician_reads_the_card_that_the_page_shows(visit: Visits, web: SmallWeb) -> None:
    """The review reads it out of the page's strings; the page itself says whether it read all."""
    page = visit(f"{web.url}/chat")
    details = {"emergencyNumber": CLINIC.emergency_number, "country": country_called(CLINIC.country)}
    strings = page.evaluate("async details => (await import('/static/chat/text.js')).loadStrings('en', details)", details)
    card = page_card(CLINIC)
    assert card.text == strings["ownAlarm"]["text"]
    assert card.danger == strings["call"]
    for name in ("words", "unless_before", "unless_in"):
        assert getattr(card, name) == strings["ownAlarm"][name]


def test_a_year_tells_of_something_past(visit: Visits, web: SmallWeb) -> None:
    page = visit(f"{web.url}/chat")
    words = their_words("zh", CLINIC).model_dump(mode="json")
    assert page.evaluate(RAISED, [["青霉素：舌头肿", "青霉素：舌头肿，1994年"], words]) == ["青霉素：舌头肿"]
