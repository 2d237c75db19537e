"""After an alarm in another language, how things stand gets a fixed answer, and a false alarm is taken for what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cordial.bootstrap import PROJECT
from desk.conversations.held_back import HeldMessage
from emergencies.every_language import EveryLanguage, read_every_language
from emergencies.language_files import the_texts
from emergencies.other_languages import OtherLanguages, read_thresholds
from emergencies.other_texts import languages, news_in, says
from emergencies.red_flags import the_red_flags
from intake.clinic import read_clinic
from intake.record import IntakeRecord
from knowledge.library import Library
from knowledge.other_languages import in_other_languages
from tests.support.people import Message, Patient
from tests.support.small_web import NewWeb, SmallWeb
from turns.replies import OwnReplies, Place

CLINIC = read_clinic(PROJECT / "clinic.yml")
ALARMING = "Mein Vater liegt am Boden und reagiert nicht"
DE = the_texts("de")
# The drip was stopped, what now; I told the nurse; it gets worse; nobody answers; it is better.
NEWS = {
    "de": ["Sie haben den Tropf gestoppt, was passiert jetzt?", "ich habe es der Schwester gesagt", "es wird schlimmer",
           "es geht niemand ran", "es geht ihm schon besser"],
    "fr": ["ils ont arrêté la perfusion, et maintenant ?", "je l'ai dit à l'infirmière", "ça s'aggrave", "personne ne répond",
           "ça va mieux"],
    "es": ["me pararon el suero, ¿y ahora qué?", "ya le dije a la enfermera", "está empeorando",
           "nadie contesta", "ya está mejor"],
    "it": ["hanno fermato la flebo, e adesso?", "l'ho detto all'infermiera", "sta peggiorando", "non risponde nessuno",
           "adesso va meglio"],
    "pt": ["pararam o soro, e agora?", "já disse à enfermeira", "está a piorar", "ninguém atende", "já está melhor"],
    "nl": ["het infuus is gestopt, wat nu?", "ik heb het tegen de verpleegkundige gezegd", "het wordt erger",
           "niemand neemt op",
           "het gaat al beter"],
    "pl": ["zatrzymali kroplówkę, co teraz?", "powiedziałam pielęgniarce", "jest coraz gorzej",
           "nikt nie odbiera", "już lepiej"],
    "ru": ["капельницу остановили, что теперь?", "я сказала медсестре", "становится хуже", "никто не отвечает", "уже легче"],
    "uk": ["крапельницю зупинили, що тепер?", "я сказала медсестрі", "стає гірше", "ніхто не відповідає", "вже легше"],
    "lt": ["lašelinę sustabdė, kas dabar?", "pasakiau slaugytojai", "darosi blogiau", "niekas neatsiliepia", "jau geriau"],
    "lv": ["sistēmu apturēja, ko tagad?", "pateicu māsiņai", "kļūst sliktāk", "neviens neatbild", "jau labāk"],
    "th": ["เขาหยุดให้น้ำเกลือแล้ว ต้องทำยังไงต่อ", "บอกพยาบาลแล้ว", "อาการแย่ลง", "ไม่มีใครรับสาย", "ดีขึ้นแล้ว"],
    "ar": ["أوقفوا التسريب، ماذا الآن؟", "أخبرت الممرضة", "الحالة تسوء", "لا أحد يرد", "الآن أحسن"],
    "tr": ["serumu durdurdular, şimdi ne olacak?", "hemşireye söyledim", "kötüleşiyor", "kimse açmıyor", "şimdi daha iyi"],
    "zh": ["他们停了输液，现在怎么办？", "我告诉护士了", "越来越严重", "没人接电话", "好多了"],
    "ja": ["点滴を止めてもらいました。これからどうすれば？", "看護師に伝えました", "悪くなっています",
           "誰も出ません", "楽になりました"],
    "ko": ["링거를 뺐어요, 이제 어떻게 해요?", "간호사한테 말했어요", "점점 나빠지고 있어요",
           "아무도 안 받아요", "괜찮아졌어요"],
    "hi": ["ड्रिप बंद कर दी, अब क्या होगा?", "मैंने नर्स को बता दिया", "हालत बिगड़ रही है",
           "कोई फोन नहीं उठा रहा", "अब ठीक है"],
    "fa": ["سرم را قطع کردند، حالا چی؟", "به پرستار گفتم", "بدتر شده", "کسی جواب نمی‌دهد", "بهتر شد"],
    "he": ["הפסיקו את העירוי, מה עכשיו?", "אמרתי לאחות", "זה מחמיר", "אף אחד לא עונה", "זה כבר עבר"],
    "vi": ["họ ngừng truyền rồi, giờ làm gì?", "tôi đã báo cho y tá", "đang nặng hơn",
           "không ai nghe máy", "đỡ hơn rồi"],
    "id": ["infusnya dihentikan, sekarang apa?", "saya sudah bilang ke perawat", "makin parah", "tidak ada yang angkat",
           "sudah mendingan"],
}  # fmt: skip
ANSWERS = ["looked_after", "looked_after", "worse", "worse", "better"]
NO_NEWS = [
    ("de", "Was kostet die Behandlung?"),
    ("de", "Wird es mit mehr Zellen besser?"),
    ("de", "Penicillin (Ausschlag)"),
    ("fr", "combien coûte le traitement ?"),
    ("es", "¿funciona para la rodilla?"),
    ("ru", "сколько стоит лечение?"),
    ("zh", "治疗费用是多少？"),
    ("en", "it is getting worse"),
]
FALSE_ALARMS = {
    "de": "das war ein Fehlalarm",
    "fr": "c'est une fausse alerte",
    "es": "falsa alarma, perdón",
    "ru": "ложная тревога",
    "pl": "fałszywy alarm",
    "tr": "yanlış alarm",
    "zh": "误报了",
    "ja": "間違えました",
    "lt": "klaidingas pavojus",
}


@pytest.fixture
def web(new_web: NewWeb, check: EveryLanguage) -> SmallWeb:
    """A web with it; in Rasa's place somebody repeats what was said."""
    return new_web(red_flags=check, limits="off")


def titles(message: Message) -> list[str]:
    """What can be pressed."""
    return [button["title"] for button in message["buttons"]]


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [(name, text, answer) for name, texts in NEWS.items() for text, answer in zip(texts, ANSWERS, strict=True)],
)
def test_how_things_stand_is_understood(language: str, text: str, answer: str) -> None:
    assert news_in(text, language) == answer


@pytest.mark.parametrize(("language", "text"), NO_NEWS)
def test_anything_else_is_no_news(language: str, text: str) -> None:
    assert news_in(text, language) is None


def test_every_language_is_tried() -> None:
    assert set(NEWS) == set(languages())


@pytest.mark.parametrize("language", languages())
def test_what_is_answered_names_the_number_and_does_not_send_anybody_away(language: str) -> None:
    after = the_texts(language).after_alarm
    assert all("{call}" in text for text in (after.worse, after.better, after.looked_after))


@pytest.mark.parametrize("said", [NEWS["de"][0], NEWS["de"][1]])
def test_news_after_an_alarm_get_the_fixed_answer_in_the_language(web: SmallWeb, said: str) -> None:
    with Patient(web.url) as patient:
        patient.says(ALARMING)
        [reply] = patient.says(said)
        assert reply["lang"] == "de"
        assert reply["text"].startswith(DE.after_alarm.looked_after.splitlines()[0])
        assert titles(reply) == [DE.acknowledge]


def test_news_are_heard_after_the_alarm_was_read_as_well(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(ALARMING)
        patient.says(DE.acknowledge)
        reply = patient.says("es wird schlimmer")[0]
        assert reply["text"].startswith(DE.after_alarm.worse.splitlines()[0])
        assert "112" in reply["text"]


def test_without_an_alarm_the_same_words_are_what_they_always_were(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says("Guten Tag, ich habe eine Frage")
        replies = patient.says(NEWS["de"][0])
        assert not any(reply["text"].startswith(DE.after_alarm.looked_after.splitlines()[0]) for reply in replies)


@pytest.mark.parametrize("said", [DE.no_emergency, "das war ein Fehlalarm"])
def test_a_false_alarm_is_taken_for_what_was_written(web: SmallWeb, said: str) -> None:
    with Patient(web.url) as patient:
        [alarm] = patient.says(ALARMING)
        assert titles(alarm) == [DE.acknowledge, DE.no_emergency]
        thanks, *taken = patient.says(said)
        assert thanks["lang"] == "de"
        assert thanks["text"].startswith(DE.around_an_alarm.no_emergency_thanks.splitlines()[0])
        assert any(ALARMING in reply["text"] for reply in taken), "it was given to Rasa, which repeats it here"
        assert not [reply for reply in patient.says(ALARMING) if reply["kind"] == "emergency"], "and alarms no second time"


@pytest.mark.parametrize(("language", "text"), list(FALSE_ALARMS.items()))
def test_a_false_alarm_is_understood_and_is_not_taken_for_having_read(check: EveryLanguage, language: str, text: str) -> None:
    assert says("no_emergency", text, language) == language
    assert check.happening_now.is_no_emergency(text)
    assert not check.says_it_was_read(text)


@pytest.mark.parametrize("language", languages())
def test_the_button_of_each_language_says_that_it_is_none(check: EveryLanguage, language: str) -> None:
    texts = the_texts(language)
    assert check.happening_now.is_no_emergency(texts.no_emergency)
    assert not check.says_it_was_read(texts.no_emergency)
    assert not check.happening_now.is_no_emergency(texts.acknowledge)


@pytest.mark.parametrize("text", ["Das ist ein Notfall", "es un caso de emergencia", "это экстренный случай", "这是紧急情况"])
def test_who_says_that_it_is_one_is_not_taken_for_the_opposite(check: EveryLanguage, text: str) -> None:
    assert not check.happening_now.is_no_emergency(text)


def test_what_is_said_again_after_it_was_read_gets_a_short_word_in_the_language(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        patient.says(ALARMING)
        patient.says(DE.acknowledge)
        again = patient.says(ALARMING)[0]
        assert (again["kind"], again["lang"]) == ("notice", "de")
        assert again["text"].startswith(DE.around_an_alarm.again.splitlines()[0])


def own_replies(library: Library, check: EveryLanguage) -> OwnReplies:
    """The replies of the gateway with what understands other languages."""
    return OwnReplies(CLINIC, check, in_other_languages(library))


def after_an_alarm() -> Place:
    """Where somebody is whose alarm was read a moment ago, in German."""
    read = HeldMessage(1, ALARMING, datetime.now(UTC) - timedelta(minutes=5), "read", None, None, None, [])
    return Place(IntakeRecord(), None, None, False, None, False, [read], "de")


def test_what_asks_nothing_after_an_alarm_gets_no_quote(library: Library, check: EveryLanguage) -> None:
    own, told = own_replies(library, check), "Die Infusion in das Knie läuft gerade langsamer weiter"
    reply = own.in_their_language(told, after_an_alarm())
    assert reply is not None
    assert [draft.answer for draft in reply.drafts] == [None]
    assert reply.drafts[0].text.startswith(DE.after_alarm.looked_after.splitlines()[0])
    long_after = replace(after_an_alarm(), held=[])
    otherwise = own.in_their_language(told, long_after)
    assert otherwise is not None
    assert otherwise.drafts[0].answer is not None


def test_what_raised_a_false_alarm_is_no_news_of_one(library: Library, check: EveryLanguage) -> None:
    alarmed = replace(_waited(), text=ALARMING, state="alarmed", field=None)
    place = replace(after_an_alarm(), held=[alarmed], paused=True)
    reply = own_replies(library, check).in_their_language(ALARMING, place.after_a_false_alarm())
    assert reply is not None
    assert reply.drafts[0].answer is not None
    assert not place.after_a_false_alarm().had_an_alarm


def test_a_plain_question_after_an_alarm_is_answered_as_always(library: Library, check: EveryLanguage) -> None:
    reply = own_replies(library, check).in_their_language("Hilft das bei Arthrose im Knie?", after_an_alarm())
    assert reply is not None
    assert reply.drafts[0].answer is not None


@pytest.mark.parametrize("language", languages())
def test_what_waits_is_noted_or_is_asked_beside_a_person_is_said_in_the_language(check: EveryLanguage, language: str) -> None:
    own, place = OwnReplies(CLINIC, check), replace(after_an_alarm(), language=language, paused=True)
    texts = the_texts(language)
    said = own.resumed(replace(place, record=IntakeRecord(open_field="condition"), held=[_waited()]))
    assert [draft.language for draft in said.drafts] == [language, language]
    assert said.drafts[1].text.startswith(texts.around_an_alarm.kept[:20])
    assert said.drafts[1].buttons[0]["value"] == "knee"
    assert texts.acknowledge in own._waiting(place).text
    assert own.false_alarm(place).drafts[0].language == language


def _waited() -> HeldMessage:
    return HeldMessage(2, "knee", datetime.now(UTC), "waited", None, "condition", None, [])


SAME_DAY = {
    "de": "hab seit der Infusion gestern 38,5 Fieber",
    "fr": "j'ai 38,7 de fièvre depuis la perfusion",
    "es": "tengo 38,5 de fiebre desde la infusión de ayer",
    "it": "dopo l'infusione di ieri ho la febbre a 38,4",
    "pl": "po wlewie mam gorączkę 38,6",
    "ru": "после капельницы вчера температура 38,5",
    "tr": "serumdan sonra ateşim 38,5",
    "lt": "po infuzijos pakilo temperatūra 38,5",
    "zh": "输液后发烧38.5度",
    "ja": "注射の後38.5度の熱があります",
    "th": "หลังให้น้ำเกลือมีไข้ 38.5",
}
AT_ONCE = [
    "38,9 Fieber seit der Infusion und total verwirrt",
    "chemo vor einer woche und jetzt 38,9 fieber",
    "40,2 fieber und schüttelfrost seit der infusion",
    "Fieber seit der Infusion und der Nacken ist ganz steif",
    "nach der Infusion Fieber und ich kriege keine Luft",
    "baby 6 wochen 39,4 fieber und wimmert nur",
]


@pytest.mark.parametrize(("language", "text"), list(SAME_DAY.items()))
def test_a_fever_after_an_infusion_is_a_matter_of_the_same_day(check: EveryLanguage, language: str, text: str) -> None:
    flag = check.check(text, CLINIC)
    assert flag is not None
    assert (flag.level, flag.language) == ("urgent", language)
    assert "112" in flag.text, "and what to call if it is worse than that"


@pytest.mark.parametrize("text", AT_ONCE)
def test_a_fever_with_a_sign_of_danger_is_none(check: EveryLanguage, text: str) -> None:
    flag = check.check(text, CLINIC)
    assert flag is not None
    assert flag.level == "emergency"


def test_by_the_words_alone_it_is_the_same() -> None:
    words_alone = read_every_language(OtherLanguages(read_thresholds()))
    flag = words_alone.check(SAME_DAY["de"], CLINIC)
    assert flag is not None
    assert flag.level == "urgent"


def test_the_notice_comes_before_the_reply_and_tells_a_coordinator(web: SmallWeb) -> None:
    with Patient(web.url) as patient:
        notice, *_ = patient.says(SAME_DAY["de"])
        assert (notice["kind"], notice["lang"]) == ("notice", "de")
        assert notice["text"].startswith(DE.same_day["fever"].split("{")[0].strip())


@pytest.mark.parametrize("language", languages())
def test_what_to_do_stands_in_at_most_four_lines(language: str) -> None:
    for kind, text in the_texts(language).emergency.items():
        before, after = text.split("{call}")
        done = [line for line in after.splitlines() if line.strip() and not line.startswith("{")]
        assert 1 <= len(done) <= 4, kind
        assert len(before.splitlines()) <= 1, kind


@pytest.mark.parametrize("language", languages())
def test_the_number_stands_before_what_is_said_to_who_wants_to_die(language: str) -> None:
    text = the_texts(language).emergency["suicide"]
    assert text.splitlines()[1:3] == ["{call}", "{crisis_lines}"]


@pytest.mark.parametrize("language", languages())
def test_sepsis_is_named_to_be_asked_about(language: str) -> None:
    named = {"seps", "сепсис", "إنتان", "سپسیس", "ספסיס", "सेप्सिस", "ติดเชื้อ", "脓毒症", "敗血症", "패혈증", "nhiễm trùng"}
    assert any(word in the_texts(language).emergency["fever"].lower() for word in named)


def test_two_hours_after_the_alarm_it_is_over() -> None:
    assert after_an_alarm().had_an_alarm
    old = HeldMessage(1, ALARMING, datetime.now(UTC) - timedelta(hours=3), "read", None, None, None, [])
    assert not replace(after_an_alarm(), held=[old]).had_an_alarm


def test_the_english_answers_stay() -> None:
    assert the_red_flags().after_alarm("they stopped the drip, what happens now", CLINIC) is not None
