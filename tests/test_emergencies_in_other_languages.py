"""An emergency is heard in each language that ships, and what only sounds like one is left in peace."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from emergencies.every_language import EveryLanguage, read_every_language
from emergencies.language_files import KINDS, shipped, the_texts
from emergencies.other_languages import Finding, OtherLanguages, read_other_languages, read_thresholds
from emergencies.red_flags import RedFlag
from intake.clinic import read_clinic
from intake.fields import IntakeField
from knowledge.encoder import Encoder
from language.which_language import OTHER, Language, language_of

CLINIC = read_clinic(PROJECT / "clinic.yml")

EMERGENCIES = {
    "de": [
        "ich krieg keine luft mehr und meine brust tut so weh",
        "Mein Vater liegt am Boden und reagiert nicht",
        "ich will nicht mehr leben",
    ],
    "fr": [
        "mon mari n'arrive plus à respirer, ses lèvres sont bleues",
        "je veux mourir",
        "elle a la bouche de travers et ne parle plus",
    ],
    "es": ["me duele mucho el pecho y no puedo respirar", "mi hijo se tragó una pila", "quiero morir esta noche"],
    "it": ["mio padre è caduto e non si sveglia", "ho un dolore fortissimo al petto da un'ora", "voglio morire"],
    "pt": ["a minha mãe está inconsciente, não acorda", "não consigo respirar e dói-me o peito", "quero morrer"],
    "nl": ["mijn man krijgt geen lucht en zijn lippen zijn blauw", "ik wil dood", "ze is bewusteloos en wordt niet wakker"],
    "pl": ["nie mogę oddychać, boli mnie w klatce piersiowej", "mój syn jest nieprzytomny", "chcę umrzeć"],
    "ru": ["мама упала и не приходит в сознание", "не могу дышать, болит грудь", "я хочу умереть"],
    "uk": ["не можу дихати, болить у грудях", "тато знепритомнів і не прокидається", "я хочу померти"],
    "lt": ["negaliu kvėpuoti, skauda krūtinę", "mama prarado sąmonę ir nepabunda", "noriu mirti"],
    "lv": ["nevaru paelpot, sāp krūtis", "tētis zaudēja samaņu un nemostas", "gribu mirt"],
    "th": ["หายใจไม่ออก เจ็บหน้าอกมาก", "แม่หมดสติ ปลุกไม่ตื่น", "อยากตาย"],
    "ar": ["لا أستطيع التنفس وصدري يؤلمني بشدة", "أبي فاقد الوعي ولا يستيقظ", "أريد أن أموت"],
    "tr": ["nefes alamıyorum, göğsüm çok ağrıyor", "babam bayıldı, uyanmıyor", "ölmek istiyorum"],
    "zh": ["我胸口很痛，喘不过气来", "我爸爸昏倒了，叫不醒", "我不想活了"],
    "ja": ["息ができません、胸がすごく痛い", "父が倒れて意識がありません", "死にたい"],
    "ko": ["숨을 못 쉬겠어요 가슴이 너무 아파요", "아버지가 쓰러져서 의식이 없어요", "죽고 싶어요"],
    "hi": ["साँस नहीं आ रही, सीने में बहुत दर्द है", "पापा बेहोश हो गए हैं, उठ नहीं रहे", "मैं मरना चाहता हूँ"],
    "fa": ["نمی‌توانم نفس بکشم و سینه‌ام خیلی درد می‌کند", "پدرم بیهوش شده و بیدار نمی‌شود", "می‌خواهم بمیرم"],
    "he": ["אני לא מצליח לנשום ויש לי כאבים חזקים בחזה", "אבא שלי התעלף ולא מתעורר", "אני רוצה למות"],
    "vi": ["tôi không thở được, đau ngực dữ dội", "bố tôi ngất xỉu và không tỉnh lại", "tôi muốn chết"],
    "id": ["saya tidak bisa bernapas, dada saya sakit sekali", "ayah saya pingsan dan tidak sadar", "saya ingin mati"],
}
CALM = {
    "de": ["keine, nur Ramipril", "Was kostet die Behandlung?", "Mein Vater hatte vor zehn Jahren einen Herzinfarkt", "nein"],
    "fr": ["combien coûte le traitement ?", "ma mère a fait un AVC en 2012", "je suis allergique à la pénicilline (boutons)"],
    "es": ["¿cuánto cuesta el tratamiento?", "mi abuelo tuvo un infarto hace veinte años", "no, ninguna alergia"],
    "it": ["quanto costa la terapia?", "mio padre ha avuto un ictus nel 2010", "nessuna allergia"],
    "pt": ["quanto custa o tratamento?", "o meu pai teve um enfarte em 2009", "não tenho alergias"],
    "nl": ["wat kost de behandeling?", "mijn vader had tien jaar geleden een hartinfarct", "geen allergieën"],
    "pl": ["ile kosztuje leczenie?", "mój ojciec miał zawał w 2010 roku", "nie mam alergii"],
    "ru": ["сколько стоит лечение?", "у отца был инсульт в 2012 году", "аллергии нет"],
    "uk": ["скільки коштує лікування?", "у батька був інсульт у 2012 році", "алергії немає"],
    "lt": ["kiek kainuoja gydymas?", "tėvui prieš dešimt metų buvo infarktas", "alergijų nėra"],
    "lv": ["cik maksā ārstēšana?", "tēvam pirms desmit gadiem bija infarkts", "alerģiju nav"],
    "th": ["ค่ารักษาเท่าไหร่คะ", "พ่อเคยเป็นโรคหัวใจเมื่อสิบปีก่อน", "ไม่แพ้ยาอะไร"],
    "ar": ["كم تكلفة العلاج؟", "أصيب والدي بجلطة قبل عشر سنوات", "لا توجد حساسية"],
    "tr": ["tedavi ne kadar?", "babam on yıl önce kalp krizi geçirmişti", "alerjim yok"],
    "zh": ["治疗费用是多少？", "我父亲十年前得过心梗", "没有过敏"],
    "ja": ["治療費はいくらですか", "父は十年前に心筋梗塞になりました", "アレルギーはありません"],
    "ko": ["치료비가 얼마예요?", "아버지가 10년 전에 심근경색을 앓으셨어요", "알레르기 없어요"],
    "hi": ["इलाज का खर्च कितना है?", "पिताजी को दस साल पहले दिल का दौरा पड़ा था", "कोई एलर्जी नहीं"],
    "fa": ["هزینه درمان چقدر است؟", "پدرم ده سال پیش سکته کرد", "حساسیت ندارم"],
    "he": ["כמה עולה הטיפול?", "לאבא שלי היה התקף לב לפני עשר שנים", "אין לי אלרגיות"],
    "vi": ["chi phí điều trị là bao nhiêu?", "bố tôi bị nhồi máu cơ tim mười năm trước", "tôi không bị dị ứng"],
    "id": ["berapa biaya perawatannya?", "ayah saya pernah serangan jantung sepuluh tahun lalu", "tidak ada alergi"],
}


CRIES = {
    "de": ["Hilfe!", "hilfe"],
    "fr": ["au secours", "aidez-moi"],
    "es": ["ayuda", "¡Auxilio!"],
    "it": ["aiuto"],
    "pt": ["socorro"],
    "nl": ["help", "hulp"],
    "pl": ["pomocy", "ratunku"],
    "ru": ["помогите"],
    "uk": ["допоможіть"],
    "lt": ["padėkit", "gelbėkit"],
    "lv": ["palīgā"],
    "th": ["ช่วยด้วย"],
    "ar": ["النجدة"],
    "tr": ["imdat"],
    "zh": ["救命"],
    "ja": ["助けて"],
    "ko": ["살려주세요"],
    "hi": ["बचाओ", "bachao"],
    "fa": ["کمک"],
    "he": ["הצילו"],
    "vi": ["cứu với"],
    "id": ["tolong"],
}
# Answers to "Which allergies are known?", with what they did.
ALLERGIES = {
    "de": "Penicillin (Ausschlag), Nüsse (geschwollene Lippen)",
    "fr": "pénicilline (urticaire), fruits à coque (lèvres gonflées)",
    "es": "penicilina (ronchas), nueces (labios hinchados)",
    "ru": "пенициллин (сыпь), орехи (отёк губ)",
}


def told(by_language: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The messages of the languages that ship."""
    return [(language, text) for language, texts in by_language.items() if language in shipped() for text in texts]


@pytest.fixture(scope="module")
def others() -> OtherLanguages:
    """The check as it ships."""
    return read_other_languages()


@pytest.fixture(scope="module")
def words_alone() -> OtherLanguages:
    """The check where the multilingual embedding cannot be loaded."""
    return OtherLanguages(read_thresholds())


def found(check: OtherLanguages, text: str) -> Finding | None:
    """What is found in a message whose language nobody told."""
    return check.check(text, language_of(text))


@pytest.mark.parametrize(("language", "text"), told(EMERGENCIES))
def test_an_emergency_is_heard(others: OtherLanguages, language: str, text: str) -> None:
    finding = found(others, text)
    assert finding is not None
    assert finding.language == language
    assert finding.evidence


@pytest.mark.parametrize(("language", "text"), told(CALM))
def test_a_calm_message_is_left_in_peace(others: OtherLanguages, language: str, text: str) -> None:
    assert language_of(text, language).code == language
    assert found(others, text) is None


@pytest.mark.parametrize(("language", "text"), told({name: texts[:1] for name, texts in EMERGENCIES.items()}))
def test_without_the_embedding_the_words_decide(words_alone: OtherLanguages, language: str, text: str) -> None:
    finding = found(words_alone, text)
    assert finding is not None
    assert (finding.level, finding.score, finding.language) == ("emergency", None, language)


def test_what_names_nothing_is_asked_about_however_sure_the_examples_are(others: OtherLanguages) -> None:
    limits = ("alarm_counts", "alarm_named", "ask_counts", "ask_named", "ask_alone")
    eager = read_thresholds().model_copy(update=dict.fromkeys(limits, -9.0))
    finding = found(
        OtherLanguages(eager, others.classifier, others.encode), "Guten Morgen zusammen, ich schreibe aus dem Garten"
    )
    assert finding is not None
    assert (finding.level, finding.evidence) == ("check", ())


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("me duele mucho el pecho y no puedo respirar", {"cardiac", "breathing"}),
        ("je veux mourir", {"self_harm"}),
        ("mio padre è caduto e non si sveglia", {"unconscious_or_confused"}),
        ("mi hijo se tragó una pila", {"child_in_danger", "overdose"}),
    ],
)
def test_the_group_is_the_one_that_is_told_of(others: OtherLanguages, text: str, group: set[str]) -> None:
    finding = found(others, text)
    assert finding is not None
    assert finding.group in group


@pytest.mark.parametrize(
    "text",
    [
        "I have chest pain",
        "thanks a lot",
        "eliquis and blood pressure pill and sugar pill",
        "Ana, I am her daughter Ruta",
        "yes please go on",
    ],
)
def test_english_is_not_taken_for_another_language(text: str) -> None:
    language = language_of(text)
    assert (language.code, language.possible[0]) == ("en", "en")


@pytest.mark.parametrize("text", ["fair enough", "and hair"])
def test_a_few_words_that_may_be_english_do_not_change_the_language_of_the_chat(text: str) -> None:
    assert (language_of(text).code, language_of(text).sure) == ("en", False)


@pytest.mark.parametrize(("text", "language"), [("kiek kainuoja", "lt"), ("und bei Ihnen?", "de"), ("no entiendo", "es")])
def test_a_few_words_of_another_language_change_it(text: str, language: str) -> None:
    assert language_of(text).code == language


@pytest.mark.parametrize(
    "text", ["ok", "39", "no", "maria@example.com", "Maria Gonzalez", "+370 600 00000", "14.03.1961", "👍"]
)
def test_what_has_no_language_keeps_that_of_the_conversation(text: str) -> None:
    assert language_of(text, "de").code == "de"
    assert language_of(text).code == "en"


@pytest.mark.parametrize("text", ["Talk to a person", "I have read this", "Yes, now"])
def test_what_the_pages_own_buttons_send_keeps_the_language(text: str) -> None:
    assert language_of(text, "es").code == "es"
    assert language_of(text).code == "en"


@pytest.mark.parametrize(
    "text",
    ["Nu pot respira, mă doare pieptul", "Jag har ont i bröstet och kan inte andas", "Δεν μπορώ να αναπνεύσω", "nemohu dýchat"],
)
def test_a_language_that_is_not_known_is_noticed(text: str) -> None:
    assert language_of(text).code == OTHER


@pytest.mark.parametrize("language", [name for name in shipped() if name != "en"])
def test_every_language_has_its_texts_marked_until_somebody_has_signed_them(language: str) -> None:
    texts = the_texts(language)
    assert texts.language == language
    assert texts.sign_off == "pending"
    assert texts.right_to_left == (language in {"ar", "fa", "he"})
    assert set(texts.emergency) == set(KINDS)
    assert all("{call}" in texts.emergency[kind] for kind in KINDS)


@pytest.fixture(scope="module")
def every_language() -> EveryLanguage:
    """The whole check as it ships, without the English examples."""
    return read_every_language(read_other_languages())


class DoubtsInSpanish(OtherLanguages):
    """Takes every message for a Spanish one that has to be asked about."""

    def check(self, text: str, language: Language, asked: IntakeField | None = None) -> Finding | None:
        """Always the same doubt."""
        return Finding("es", "check", "breathing", -0.1, ("saturday",))


@pytest.mark.parametrize(("chat", "asked_in"), [("en", "en"), ("es", "es")])
def test_who_writes_most_likely_english_in_an_english_chat_is_asked_back_in_english(chat: str, asked_in: str) -> None:
    check = read_every_language(DoubtsInSpanish(read_thresholds()))
    flag = check.check("a bit on saturday", CLINIC, chat=chat)
    assert flag is not None
    assert (flag.level, flag.language, flag.group, flag.evidence) == ("check", asked_in, "breathing", ["saturday"])


@pytest.mark.parametrize(("language", "text"), told(CRIES))
def test_a_cry_alone_is_heard_in_a_chat_of_its_language(every_language: EveryLanguage, language: str, text: str) -> None:
    flag = every_language.check(text, CLINIC, chat=language)
    assert flag is not None
    assert flag.language == language


def test_a_word_is_taken_for_one_of_the_language_of_the_chat(every_language: EveryLanguage) -> None:
    assert every_language.check("help", CLINIC, chat="en") is None
    in_dutch = every_language.check("help", CLINIC, chat="nl")
    assert in_dutch is not None
    assert every_language.check("hulp", CLINIC, chat="en") is not None, "a word that is not English"


def test_what_english_denies_is_not_asked_about_for_the_sake_of_its_neighbours(every_language: EveryLanguage) -> None:
    assert every_language.check("denies suicidal thoughts", CLINIC) is None


@pytest.fixture(scope="module")
def with_examples(encoder: Encoder) -> EveryLanguage:
    """The whole check with the examples of every language, as web runs it."""
    check = read_every_language(read_other_languages())
    check.ask_examples(encoder.encode, encoder.name)
    return check


@pytest.mark.parametrize(
    "text",
    [
        "Gut, bitte Adresse und Sprechzeiten",
        "Super, bitte Termin und Anfahrt",
        "Okay, bitte Montag oder Dienstag",
        "Salida el lunes, gracias",
        "Le numero et la crise, merci",
    ],
)
def test_a_word_of_another_language_is_no_misspelt_english_one(with_examples: EveryLanguage, text: str) -> None:
    assert with_examples.check(text, CLINIC, chat="en") is None


@pytest.mark.parametrize("text", ["Papa hat chest pain, Hilfe", "maman can't breathe, vite", "mi esposo is having a stroke"])
def test_english_words_in_a_message_of_another_language_are_heard(every_language: EveryLanguage, text: str) -> None:
    flag = every_language.check(text, CLINIC)
    assert flag is not None
    assert flag.level == "emergency"


def test_a_word_is_heard_in_any_language_as_long_as_that_of_the_chat_is_not_known(every_language: EveryLanguage) -> None:
    assert every_language.check("help", CLINIC) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ich krieg keine luft mehr und meine brust tut so weh", {"brust", "keine luft"}),
        ("我胸口很痛，喘不过气来", {"胸口", "痛", "喘不过气"}),
        ("39,4 Fieber und Schüttelfrost seit der Infusion", {"39.4"}),
    ],
)
def test_what_is_found_names_the_words_that_it_rests_on(
    every_language: EveryLanguage, others: OtherLanguages, text: str, words: set[str]
) -> None:
    finding = found(others, text)
    flag = every_language.check(text, CLINIC)
    assert finding is not None
    assert flag is not None
    assert flag.evidence == list(finding.evidence)
    assert any(word in named for word in words for named in flag.evidence)


@pytest.mark.parametrize(("language", "text"), list(ALLERGIES.items()))
def test_what_an_allergy_did_is_calm_where_allergies_were_asked_for(
    every_language: EveryLanguage, language: str, text: str
) -> None:
    assert every_language.check(text, CLINIC, asked="allergies", chat=language) is None


@pytest.mark.parametrize("asked", ["allergies", "medicines", "full_name", "condition"])
def test_what_was_asked_makes_no_message_louder(every_language: EveryLanguage, asked: str) -> None:
    for text in [*(texts[0] for texts in EMERGENCIES.values()), *(texts[1] for texts in CALM.values()), *ALLERGIES.values()]:
        assert loudness(every_language.check(text, CLINIC, asked=asked)) <= loudness(every_language.check(text, CLINIC)), text


def test_what_happens_now_is_an_emergency_whatever_was_asked(every_language: EveryLanguage) -> None:
    flag = every_language.check("meine lippen schwellen gerade an und ich krieg keine luft", CLINIC, asked="allergies")
    assert flag is not None


def loudness(flag: RedFlag | None) -> int:
    """How much is made of a message."""
    return ["check", "urgent", "emergency"].index(flag.level) + 1 if flag else 0


@pytest.mark.parametrize(
    "text",
    [
        "unser Haus brennt, Oma ist noch drin",
        "dedem enkaz altında kaldı",
        "نزيف قوي ما عم يوقف",
        "ضغط بابا ٥٨ على ٣٠ ودايخ كتير",
        "فشار بابام ۵۵ روی ۳۰ شده و داره غش می‌کنه",
        "הבית בוער ואמא שלי בפנים",
        "huyết áp má 58/30, choáng muốn xỉu",
        "bé kẹt trong xe ngoài nắng, không nhúc nhích",
    ],
)
def test_what_kills_in_minutes_is_heard(others: OtherLanguages, text: str) -> None:
    language = language_of(text)
    assert language is not None
    assert others.check(text, language) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Blutdruck heute 136 zu 82",
        "tansiyonum 132/81",
        "ضغطي ١٣٢ على ٨١",
        "לחץ דם 132 על 81",
        "huyết áp 132/81",
        "Notfallkontakt: mein Bruder",
    ],
)
def test_a_reading_as_it_should_be_and_whom_to_call_in_an_emergency_are_calm(others: OtherLanguages, text: str) -> None:
    language = language_of(text)
    assert language is not None
    assert others.check(text, language) is None
