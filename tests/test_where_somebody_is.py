"""In an emergency, the numbers are those of where somebody is: what the message says comes first, then where they live."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from emergencies.red_flags import check
from emergencies.whereabouts import country_in, the_places
from intake.clinic import read_clinic

CLINIC = read_clinic(PROJECT / "clinic.yml")
# What is written, and where they are: a country, the clinic, or nothing that can be relied on.
SENTENCES = [
    ("I am in Thailand and my chest hurts", "TH"),
    ("we are at your clinic and she cannot breathe", "clinic"),
    ("he collapsed in my hotel in Vilnius", "LT"),
    ("I'm back home in Texas, my leg is swollen and hot", "US"),
    ("chest pain, Bangkok hotel", "TH"),
    ("Thailand here. he is choking", "TH"),
    ("I ate turkey and my throat is closing", None),
    ("back from Turkey, my calf is swollen", None),
    ("my flight to Spain is tomorrow and I have chest pain", None),
    ("I am in Georgia, chest pain", None),
    ("Jordan and Chad say I look grey", None),
    ("we are in Jordan and she fainted", "JO"),
    ("I'm from Texas and now in Vilnius, cant breathe", "LT"),
    ("I live in Germany, my chest hurts", None),
    ("had my infusion in Panama, now my throat is closing", None),
    ("I read of a clinic in Mexico. My chest hurts now", None),
    ("I am at a hospital in Spain and he has stopped breathing", "ES"),
    ("I was in India last week and now I am shaking with fever", None),
    ("calling from Sydney, my husband cannot breathe", "AU"),
    ("hi from Auckland, tongue swelling", "NZ"),
    ("just landed in Istanbul and my face droops", "TR"),
    ("we are in the US and he had a seizure", "US"),
    ("one of us has chest pain", None),
    ("I am in the UK, stroke?", "GB"),
    ("in central London, bleeding heavily", "GB"),
    ("my mother in Poland is having a stroke", "PL"),
    ("still in the treatment room, my tongue is swelling", "clinic"),
    ("since I was at your clinic my leg is swollen", None),
    ("nobody at the clinic answers and I cannot breathe", None),
    ("I am in the south of France, chest pain", "FR"),
    ("we stay near Antalya, she fainted", "TR"),
    ("I'm in New Mexico and my chest is tight", "US"),
    ("in South America on holiday, chest pain", None),
    ("my doctor in Germany said it is my heart", None),
    ("I am in Poland next week. chest pain now", None),
    ("sitting in your waiting room, everything spins and I cannot breathe", "clinic"),
    ("my son in Canada wants to kill himself", "CA"),
    ("São Paulo, my father collapsed", "BR"),
    ("I live in Texas but right now I am in Vilnius and cannot breathe", "LT"),
    ("HELP IN DUBAI CHEST PAIN", "AE"),
    ("we are in Lima, Peru, he has chest pain", "PE"),
    ("he is unconscious in our flat in Dublin", "IE"),
    ("She had a stroke in Spain two years ago and now again", None),
    ("I am having the infusion in Bangkok right now and my lips swell", "TH"),
    ("i'm in U.S. and cant breathe", "US"),
    ("Im in türkiye my chest", "TR"),
    ("At the clinic in Bangkok, he is shaking", "TH"),
    ("I am at the clinic. Throat closing", "clinic"),
    ("I feel like in China, no air", None),
    ("my cousin in Peru wants prices", "PE"),
    ("what does it cost in Germany? chest pain", None),
    ("we live in Cuenca, Ecuador, and my father cannot breathe", None),
    ("I am from Muscat, Oman. My chest hurts", None),
    ("good evening from Bahrain, my mother fainted", "BH"),
    ("the power is out in whole Santo Domingo and he cannot breathe", "DO"),
    ("his urologist in Melbourne says it is fine, but he is shaking", None),
    ("MS since 2015, from Houston. I can see nothing since an hour", None),
    ("was in Madrid, Spain, now my chest hurts", None),
    ("he is not breathing in our hotel in Dubai", "AE"),
    ("my husband was hit by a car in Phuket", "TH"),
    ("she is going blue in a taxi in Delhi", "IN"),
    ("on holiday in Spain, he collapsed", "ES"),
    ("visiting my sister in Dublin and I cannot breathe", "IE"),
    ("he won't wake up at your clinic", "clinic"),
    ("I am not in Thailand any more. My chest hurts", None),
    ("I will be in Poland in May. My chest hurts", None),
]


@pytest.mark.parametrize(("text", "place"), SENTENCES)
def test_a_message_says_where_somebody_is(text: str, place: str | None) -> None:
    said = the_places().where(text)
    assert (said.here or ("clinic" if said.at_clinic else None)) == place
    assert country_in(text) == (None if place == "clinic" else place)


@pytest.mark.parametrize(
    ("text", "lives"),
    [
        ("I live in Texas, what do I do", "US"),
        ("we are from Germany", "DE"),
        ("based in the Netherlands", "NL"),
        ("I live in Spain. She lives in Poland", None),
        ("I live in St. Petersburg", "RU"),
        ("I am in Spain", None),
        ("we live in Cuenca, Ecuador", "EC"),
        ("I am from Muscat, Oman.", "OM"),
        ("37, MS since 2015, from Houston", "US"),
        ("it is me from Vilnius", "LT"),
        ("back from Turkey", None),
        ("the cells come from Germany", None),
    ],
)
def test_a_message_says_where_somebody_lives(text: str, lives: str | None) -> None:
    assert the_places().where(text).lives == lives


@pytest.mark.parametrize("text", ["", "?!", "in", "in in in", "a" * 4000, "in Spain " * 400, "\x00 in \n", "from", "🇹🇭"])
def test_no_message_breaks_it(text: str) -> None:
    the_places().where(text)


def told(text: str, country: str | None = None) -> str:
    """What is said to an emergency."""
    flag = check(text, CLINIC, country)
    assert flag is not None
    return flag.text


def test_who_lives_elsewhere_may_be_at_the_clinic_and_is_told_both_numbers() -> None:
    assert "At the clinic in Lithuania: 112. In the United States: 911." in told("my chest hurts so bad", "US")
    assert "At the clinic in Lithuania: 112. In Australia: 000." in told("my chest hurts so bad", "AU")


def test_who_lives_where_the_clinic_is_is_told_one() -> None:
    text = told("my chest hurts so bad", "LT")
    assert text.startswith("Call 112 now.")
    assert "At the clinic" not in text


def test_one_number_for_both_places_is_told_once() -> None:
    assert told("my chest hurts so bad", "DE").startswith("Call 112 now.")


def test_the_country_in_the_message_counts_most() -> None:
    text = told("I am in Thailand and my chest hurts so bad", "US")
    assert text.startswith("Call 1669 now (in Thailand).")
    assert "911" not in text
    assert "112" not in text


def test_who_is_at_the_clinic_is_told_its_number() -> None:
    text = told("we are at your clinic and his chest hurts so bad", "US")
    assert text.startswith("Call 112 now.")
    assert "911" not in text


def test_where_somebody_lives_may_be_in_the_message() -> None:
    assert "In the United States: 911." in told("I live in Texas. My chest hurts so bad")
    assert "In the United States: 911." in told("I live in Texas. My chest hurts so bad", "DE")


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("my chest hurts so bad", None),
        ("my chest hurts so bad", "PE"),
        ("I am in Peru and my chest hurts so bad", "US"),
        ("I am in Georgia and my chest hurts so bad", None),
    ],
)
def test_where_no_number_is_known_the_local_one_leads_and_the_clinics_stands_with_its_place(
    text: str, country: str | None
) -> None:
    said = told(text, country)
    assert said.startswith("Call your local emergency number now. At the clinic in Lithuania: 112.")
    assert "911" not in said


@pytest.mark.parametrize("country", ["DE", "IE", "US", "GB"])
def test_thoughts_of_suicide_are_answered_with_a_line_of_where_somebody_lives(country: str) -> None:
    text = told("I want to kill myself", country)
    assert "Vilties" not in text
    assert {"DE": "TelefonSeelsorge", "IE": "Samaritans", "US": "988", "GB": "Samaritans"}[country] in text


def test_violence_is_a_matter_for_the_police() -> None:
    assert "Call 191 now (in Thailand)." in told("I am in Thailand and he is hitting me")
