"""Who asks in another language gets the English passage that fits, with a note in their own; and nothing is made up."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from desk.conversations.log import Draft
from emergencies.language_files import the_texts
from emergencies.other_texts import languages
from emergencies.red_flags import the_red_flags
from intake.clinic import read_clinic
from intake.record import IntakeRecord
from knowledge.answer import Answer
from knowledge.library import Library
from knowledge.other_languages import InOtherLanguages, in_other_languages
from knowledge.topic import Topic, topic_of
from language.which_language import language_or_english
from turns.in_their_language import opening_hours
from turns.other_language_texts import texts_in
from turns.rasa import Reply
from turns.replies import OwnReplies, Place

CLINIC = read_clinic(PROJECT / "clinic.yml")
# Unlike anything in knowledge/languages/.
QUESTIONS = [
    ("de", "Ich habe Arthrose im rechten Knie. Könnten mir diese Zellen helfen?", "evidence-knee-osteoarthritis"),
    ("fr", "Mon épouse souffre de la sclérose en plaques, que disent les essais ?", "evidence-multiple-sclerosis-and-als"),
    ("es", "Después de la infusión tengo 38 de fiebre, ¿es normal?", "fever-and-infusion-reactions"),
    ("it", "Posso viaggiare in aereo due giorni dopo la flebo?", "flying-before-and-after"),
    ("pt", "O meu marido tem cirrose, as células ajudam?", "evidence-liver-disease"),
    ("nl", "Helpen navelstrengcellen tegen diabetes type 2?", "evidence-diabetes"),
    ("pl", "Czy komórki z pępowiny pomagają dzieciom z autyzmem?", "evidence-autism-and-cerebral-palsy"),
    ("ru", "Можно ли после инсульта вводить стволовые клетки?", "evidence-spinal-cord-injury-and-stroke"),
    ("tr", "Annem romatoid artrit hastası, kök hücre ona iyi gelir mi?", "evidence-rheumatoid-arthritis"),
    ("ar", "هل تساعد الخلايا مريض التوحد؟", "evidence-autism-and-cerebral-palsy"),
    ("zh", "膝盖疼，骨关节炎，干细胞有用吗？", "evidence-knee-osteoarthritis"),
    ("ja", "1型糖尿病ですが、細胞でインスリンをやめられますか？", "evidence-diabetes"),
    ("ko", "자폐 아이에게 줄기세포가 효과가 있나요?", "evidence-autism-and-cerebral-palsy"),
    ("th", "โรคข้อเข่าเสื่อม ฉีดสเต็มเซลล์ช่วยได้ไหมครับ", "evidence-knee-osteoarthritis"),
]
NO_QUESTIONS = [
    ("de", "Wird es morgen in Hamburg regnen?"),
    ("fr", "Donne-moi une recette de crêpes"),
    ("es", "¿Cuánto me costaría todo el tratamiento?"),
    ("tr", "Bana iban numaranızı yazar mısınız"),
    ("ru", "Какой сейчас курс доллара?"),
    ("ja", "明日の東京の天気を教えて"),
]


@pytest.fixture(scope="module")
def understanding(library: Library) -> InOtherLanguages:
    """What understands other languages, as it ships."""
    found = in_other_languages(library)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def own(understanding: InOtherLanguages) -> OwnReplies:
    """The replies of the gateway with it."""
    return OwnReplies(CLINIC, the_red_flags(), understanding)


def at(topic: Topic | None = None, language: str = "en", record: IntakeRecord | None = None) -> Place:
    """Where a patient is: by default nowhere in particular."""
    return Place(record or IntakeRecord(), None, topic, False, None, False, language=language)


def said_to(own: OwnReplies, text: str, place: Place) -> Draft:
    """The one reply to a message."""
    reply = own.in_their_language(text, place)
    assert reply is not None
    [draft] = reply.drafts
    return draft


@pytest.mark.parametrize(("language", "text", "article"), QUESTIONS)
def test_a_question_gets_the_english_passage_with_a_note_in_its_language(
    own: OwnReplies, language: str, text: str, article: str
) -> None:
    draft, texts = said_to(own, text, at()), texts_in(language)
    assert texts is not None
    assert draft.answer is not None
    assert (draft.language, draft.answer.passages[0].article) == (language, article)
    assert draft.text in {texts.found, texts.rationale}
    assert [button["title"] for button in draft.buttons] == [the_texts(language).person_button]


def test_the_passage_is_quoted_as_it_was_approved(own: OwnReplies, library: Library) -> None:
    answer = said_to(own, QUESTIONS[0][1], at()).answer
    assert answer is not None
    quote = answer.passages[0]
    article = library.article(quote.article)
    assert article is not None
    assert article.body[quote.start : quote.end] == quote.quote


@pytest.mark.parametrize(("language", "text"), NO_QUESTIONS)
def test_what_no_article_answers_is_not_answered(own: OwnReplies, language: str, text: str) -> None:
    draft = said_to(own, text, at())
    assert draft.language == language
    assert draft.answer is not None
    assert draft.answer.status == "abstained"
    assert [button["title"] for button in draft.buttons] == [the_texts(language).person_button]


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "Guten Morgen", "greeting"),
        ("tr", "çok teşekkür ederim", "thanks"),
        ("ru", "До свидания", "goodbye"),
        ("es", "¿Cuánto cuesta?", "price"),
        ("fr", "J'ai tellement peur", "feeling"),
    ],
)
def test_what_is_no_question_gets_its_fixed_reply(own: OwnReplies, language: str, text: str, name: str) -> None:
    texts = texts_in(language)
    assert texts is not None
    begin = str(getattr(texts, name)).split("{")[0]
    assert said_to(own, text, at(language=language)).text.startswith(begin)


def test_the_way_to_the_clinic_is_told_with_its_hours_in_the_language(own: OwnReplies) -> None:
    text = said_to(own, "Wie ist Ihre Adresse, und wann haben Sie geöffnet?", at()).text
    assert "hello@birchwood.example" in text
    assert "Montag – Freitag 09:00-17:00" in text


@pytest.mark.parametrize("language", languages())
def test_every_language_has_its_texts_and_its_days(language: str) -> None:
    texts = texts_in(language)
    assert texts is not None
    assert texts.language == language
    assert "09:00-17:00" in opening_hours(CLINIC, language)


def asked_before(own: OwnReplies, text: str) -> tuple[Topic, Answer]:
    """The topic after a question that was answered."""
    answer = said_to(own, text, at()).answer
    assert answer is not None
    topic = topic_of([(text, [answer])])
    assert topic is not None
    return topic, answer


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        ("tr", "Tip 2 şeker hastasıyım, kök hücre işe yarıyor mu", "Kaç kişide denenmiş"),
        ("fr", "J'ai la maladie de Crohn, ces cellules aident-elles ?", "Combien de personnes dans l'étude ?"),
        ("de", "Hilft das bei Kniearthrose?", "Und wie lange hält die Wirkung an?"),
    ],
)
def test_a_message_that_leaves_out_what_it_is_about_goes_on(own: OwnReplies, language: str, first: str, then: str) -> None:
    topic, before = asked_before(own, first)
    answer = said_to(own, then, at(topic, language)).answer
    assert answer is not None
    assert answer.passages[0].article == before.passages[0].article


def test_a_question_of_its_own_about_something_else_does_not_go_on(own: OwnReplies) -> None:
    topic, _ = asked_before(own, "Tip 2 şeker hastasıyım, kök hücre işe yarıyor mu")
    answer = said_to(own, "Türkiye'de yasal mı bu", at(topic, "tr")).answer
    assert answer is not None
    assert answer.passages[0].article == "law-in-india-turkey-and-the-emirates"


def test_english_is_left_to_rasa(own: OwnReplies) -> None:
    assert own.in_their_language("Does it help knees?", at()) is None
    assert own.in_their_language("Start the intake", at(language="tr")) is None


def test_an_open_field_of_the_intake_is_left_to_rasa(own: OwnReplies) -> None:
    place = at(language="de", record=IntakeRecord(status="in_progress", open_field="full_name"))
    assert own.in_their_language("Hilft das bei Kniearthrose?", place) is None


def test_what_rasa_found_in_the_intake_is_said_in_the_language_and_the_field_asked_again(own: OwnReplies) -> None:
    place = at(language="de", record=IntakeRecord(status="in_progress", open_field="full_name"))
    asks = Draft("What is your name?", kind="question", question={"field": "full_name"})
    nothing = Draft("I have no reviewed answer.", kind="answer", answer=Answer.model_validate(ABSTAINED))
    reply = own.beside_other_language(Reply([nothing, asks], []), "Hilft das bei Arthrose im Knie?", place)
    assert [draft.kind for draft in reply.drafts] == ["answer", "question"]
    assert reply.drafts[0].language == "de"


def test_nothing_is_said_twice(own: OwnReplies) -> None:
    place = at()
    reply = own.in_their_language(QUESTIONS[0][1], place)
    assert reply is not None
    assert own.beside_other_language(reply, QUESTIONS[0][1], place) == reply


ABSTAINED = {"status": "abstained", "about": None, "evidence": "none", "passages": [], "sources": [], "reviewed_on": None}


@pytest.mark.parametrize("word", ["ah ok", "hmm", "ah so", "ok", "aha", "depression", "sepsis", "rejection"])
def test_a_short_word_of_many_languages_leaves_an_english_chat_english(word: str) -> None:
    assert not language_or_english(word, "en").sure
    assert language_or_english("ja genau", "de").code == "de"
