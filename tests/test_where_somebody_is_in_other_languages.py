"""The country that a message names counts most in every language: "ich bin in Thailand" gets the number of Thailand."""

from __future__ import annotations

import pytest

from cordial.bootstrap import PROJECT
from emergencies.calling import Where
from emergencies.every_language import EveryLanguage
from emergencies.numbers import numbers_in
from emergencies.other_texts import SaidIn, languages
from emergencies.other_whereabouts import places_of
from emergencies.whereabouts import Whereabouts, country_called
from intake.clinic import read_clinic

CLINIC = read_clinic(PROJECT / "clinic.yml")
HERE = {
    "de": [
        ("ich bin in Thailand", "TH"),
        ("wir sind gerade in der Türkei und sie atmet nicht", "TR"),
        ("mein Mann ist in den USA zusammengebrochen", "US"),
        ("Bin im Hotel in Vilnius, Brust tut weh", "LT"),
        ("wir sind auf Mallorca, er kriegt keine Luft", "ES"),
    ],
    "fr": [
        ("je suis en Thaïlande", "TH"),
        ("Je suis aux États-Unis et je ne respire plus", "US"),
        ("on est à Londres, il est tombé", "GB"),
        ("ma mère au Canada a mal à la poitrine", "CA"),
    ],
    "es": [
        ("Estoy en Tailandia", "TH"),
        ("estoy en España y me duele el pecho", "ES"),
        ("estamos en los Estados Unidos, no respira", "US"),
        ("mi padre se desmayó en Londres", "GB"),
    ],
    "it": [
        ("sono in Thailandia", "TH"),
        ("siamo negli Stati Uniti e non respira", "US"),
        ("mi trovo a Vilnius, male al petto", "LT"),
        ("mia madre in Germania è svenuta", "DE"),
    ],
    "pt": [
        ("estou no Brasil", "BR"),
        ("estou na Alemanha e dói-me o peito", "DE"),
        ("estamos nos EUA, ele não respira", "US"),
        ("o meu pai desmaiou em Londres", "GB"),
    ],
    "nl": [
        ("ik ben in Thailand", "TH"),
        ("we zijn in de VS en hij ademt niet", "US"),
        ("mijn moeder in Duitsland is gevallen", "DE"),
        ("ik zit in een hotel in Parijs", "FR"),
    ],
    "pl": [
        ("Jestem w Niemczech", "DE"),
        ("jestem w Tajlandii i nie mogę oddychać", "TH"),
        ("jesteśmy w Stanach, mąż zemdlał", "US"),
        ("mama upadła w hotelu w Wilnie", "LT"),
    ],
    "ru": [
        ("я в Таиланде", "TH"),
        ("я в Германии, болит грудь", "DE"),
        ("мы в США, муж не дышит", "US"),
        ("мама упала в отеле в Вильнюсе", "LT"),
    ],
    "uk": [
        ("я в Німеччині", "DE"),
        ("ми у Польщі, болить у грудях", "PL"),
        ("я зараз в США і не можу дихати", "US"),
        ("мама впала в готелі у Вільнюсі", "LT"),
    ],
    "lt": [
        ("esu Vokietijoje", "DE"),
        ("esu Vilniuje, skauda krūtinę", "LT"),
        ("esame Tailande, vyras nekvėpuoja", "TH"),
        ("mama Ispanijoje prarado sąmonę", "ES"),
    ],
    "lv": [
        ("esmu Vācijā", "DE"),
        ("esmu Viļņā, sāp krūtis", "LT"),
        ("esam Taizemē, vīrs neelpo", "TH"),
        ("mamma Spānijā zaudēja samaņu", "ES"),
    ],
    "th": [("ฉันอยู่ที่เยอรมนี", "DE"), ("อยู่อเมริกา เจ็บหน้าอก", "US"), ("ตอนนี้อยู่ที่ภูเก็ต หายใจไม่ออก", "TH"), ("แม่ล้มที่ญี่ปุ่น", "JP")],
    "ar": [
        ("أنا في ألمانيا", "DE"),
        ("أنا في تايلاند وصدري يؤلمني", "TH"),
        ("نحن في أمريكا وهو لا يتنفس", "US"),
        ("أمي سقطت في دبي", "AE"),
    ],
    "tr": [
        ("Almanya'dayım", "DE"),
        ("Taylanddayım, nefes alamıyorum", "TH"),
        ("ABD'deyiz, eşim bayıldı", "US"),
        ("annem Vilnius'ta bir otelde düştü", "LT"),
    ],
    "zh": [("我在美国", "US"), ("我在德國，胸口痛", "DE"), ("我们在曼谷，他喘不过气", "TH"), ("我妈妈在日本晕倒了", "JP")],
    "ja": [
        ("アメリカにいます", "US"),
        ("ドイツに滞在中ですが胸が痛いです", "DE"),
        ("バンコクで母が倒れました", "TH"),
        ("今イギリスにいて息ができません", "GB"),
    ],
    "ko": [
        ("저는 독일에 있어요", "DE"),
        ("미국에 있는데 숨을 못 쉬겠어요", "US"),
        ("태국 여행 중인데 가슴이 아파요", "TH"),
        ("엄마가 일본에서 쓰러졌어요", "JP"),
    ],
    "hi": [
        ("मैं जर्मनी में हूँ", "DE"),
        ("हम अमेरिका में हैं, वे साँस नहीं ले रहे", "US"),
        ("main Thailand mein hoon", "TH"),
        ("माँ दुबई में बेहोश हो गईं", "AE"),
    ],
    "fa": [
        ("من در آلمان هستم", "DE"),
        ("الان تو ترکیه هستم و سینه‌ام درد می‌کند", "TR"),
        ("ما در آمریکا هستیم و او نفس نمی‌کشد", "US"),
        ("مادرم در دبی افتاد", "AE"),
    ],
    "he": [
        ("אני בגרמניה", "DE"),
        ("אנחנו בתאילנד והוא לא נושם", "TH"),
        ("אני בארה״ב ויש לי כאבים בחזה", "US"),
        ("אמא שלי התעלפה בלונדון", "GB"),
    ],
    "vi": [
        ("tôi đang ở Đức", "DE"),
        ("tôi ở Mỹ, đau ngực", "US"),
        ("chúng tôi đang ở Thái Lan, anh ấy không thở", "TH"),
        ("mẹ tôi ngất ở Nhật Bản", "JP"),
    ],
    "id": [
        ("saya di Jerman", "DE"),
        ("saya sedang di Thailand, dada sakit", "TH"),
        ("kami di Amerika Serikat, dia tidak bernapas", "US"),
        ("ibu saya pingsan di Bali", "ID"),
    ],
}
NOT_HERE = {
    "de": [
        "war letzte Woche in Spanien",
        "zurück aus der Türkei, Wade dick",
        "ich bin Türke",
        "Infusion in Panama bekommen",
        "die Stammzellen in Panama gekriegt",
    ],
    "fr": ["j'étais en Espagne la semaine dernière", "de retour de Turquie", "je suis français", "ma perfusion au Mexique"],
    "es": ["estuve en Tailandia", "volví de Turquía con fiebre", "soy española", "después de la infusión en Panamá"],
    "it": ["ero in Spagna due settimane fa", "tornato dalla Turchia", "sono tedesca", "dopo l'infusione in Messico"],
    "pt": ["estive na Tailândia", "voltei da Turquia com febre", "sou brasileira", "depois da infusão no México"],
    "nl": ["ik was in Spanje", "terug uit Turkije met koorts", "ik ben Duitser", "na het infuus in Mexico"],
    "pl": ["byłam w Hiszpanii", "wróciłem z Turcji", "jestem Niemcem", "po zabiegu w Meksyku"],
    "ru": ["была в Испании на прошлой неделе", "вернулся из Турции", "я немец", "после инфузии в Мексике"],
    "uk": ["була в Іспанії минулого тижня", "повернувся з Туреччини", "я німець", "після інфузії в Мексиці"],
    "lt": ["buvau Ispanijoje", "grįžau iš Turkijos", "aš vokietis", "po infuzijos Meksikoje"],
    "lv": ["biju Spānijā", "atgriezos no Turcijas", "esmu vācietis", "pēc infūzijas Meksikā"],
    "th": ["เคยอยู่ที่สเปน", "กลับจากตุรกี", "ฉันเป็นคนเยอรมัน", "ให้น้ำเกลือที่เม็กซิโก"],
    "ar": ["كنت في إسبانيا", "رجعت من تركيا", "أنا ألماني", "بعد العلاج في المكسيك"],
    "tr": ["İspanya'daydım", "Türkiye'den döndüm", "ben Almanım", "Meksika'da tedavi oldum"],
    "zh": ["我去年在西班牙", "刚从土耳其回来", "我是德国人", "在墨西哥做的输液"],
    "ja": ["先週スペインにいました", "トルコから帰国しました", "ドイツ人です", "メキシコで点滴を受けました"],
    "ko": ["작년에 스페인에 있었어요", "터키에서 돌아왔어요", "저는 독일 사람이에요", "멕시코에서 맞은 주사"],
    "hi": ["मैं पिछले हफ्ते स्पेन में था", "तुर्की से लौटा हूँ", "मैं जर्मन हूँ", "मेक्सिको में इलाज करवाया"],
    "fa": ["پارسال در اسپانیا بودم", "از ترکیه برگشتم", "من آلمانی هستم", "بعد از تزریق در مکزیک"],
    "he": ["הייתי בספרד", "חזרתי מטורקיה", "אני גרמני", "אחרי העירוי במקסיקו"],
    "vi": ["tuần trước tôi ở Tây Ban Nha", "mới về từ Thổ Nhĩ Kỳ", "tôi là người Đức", "truyền ở Mexico"],
    "id": ["saya pernah di Spanyol", "pulang dari Turki", "saya orang Jerman", "setelah infus di Meksiko"],
}
LIVES = {
    "de": ("ich wohne in Deutschland", "DE"),
    "fr": ("j'habite en Belgique", "BE"),
    "es": ("vivo en los Estados Unidos", "US"),
    "it": ("vengo dalla Polonia", "PL"),
    "pt": ("moro na Alemanha", "DE"),
    "nl": ("ik woon in Spanje", "ES"),
    "pl": ("jestem z Litwy", "LT"),
    "ru": ("я из Германии", "DE"),
    "uk": ("живу в Польщі", "PL"),
    "lt": ("gyvenu Norvegijoje", "NO"),
    "lv": ("esmu no Igaunijas", "EE"),
    "th": ("มาจากญี่ปุ่น", "JP"),
    "ar": ("أعيش في السويد", "SE"),
    "tr": ("Almanya'da yaşıyorum", "DE"),
    "zh": ("我住在加拿大", "CA"),
    "ja": ("ドイツに住んでいます", "DE"),
    "ko": ("미국에 살아요", "US"),
    "hi": ("मैं कनाडा में रहता हूँ", "CA"),
    "fa": ("ساکن سوئد هستم", "SE"),
    "he": ("אני גר בקנדה", "CA"),
    "vi": ("tôi sống ở Úc", "AU"),
    "id": ("saya tinggal di Australia", "AU"),
}
ALARMING = {
    "de": "ich bin in Thailand und kriege keine Luft mehr",
    "es": "Estoy en Tailandia, me duele mucho el pecho y no puedo respirar",
    "ru": "я в Таиланде, не могу дышать, болит грудь",
    "zh": "我在泰国，我胸口很痛，喘不过气来",
    "ar": "أنا في تايلاند ولا أستطيع التنفس وصدري يؤلمني بشدة",
    "pl": "Jestem w Tajlandii, nie mogę oddychać, boli mnie w klatce piersiowej",
}


def where(language: str, text: str) -> Whereabouts:
    """What a message in a language says of where somebody is."""
    places = places_of(language)
    assert places is not None
    return places.where(text)


@pytest.mark.parametrize(("language", "text", "place"), [(name, *each) for name, said in HERE.items() for each in said])
def test_a_message_says_where_somebody_is(language: str, text: str, place: str) -> None:
    assert where(language, text).here == place


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in NOT_HERE.items() for text in texts])
def test_a_journey_a_treatment_or_a_people_is_no_place_where_somebody_is(language: str, text: str) -> None:
    assert where(language, text).here is None


@pytest.mark.parametrize(("language", "text", "country"), [(name, *each) for name, each in LIVES.items()])
def test_where_somebody_lives_is_told_from_where_they_are(language: str, text: str, country: str) -> None:
    assert where(language, text) == Whereabouts(None, country)


def test_every_language_with_texts_knows_its_places() -> None:
    assert set(HERE) == set(NOT_HERE) == set(LIVES) == set(languages())
    assert all(places_of(language) for language in languages())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "아버지가 인도에 쓰러져 있어요"),  # on the pavement, not in India
        ("zh", "我在印度尼西亚"),  # not in India
        ("lt", "vienoje kojoje nejaučiu nieko"),  # in one leg, not in Vienna
        ("uk", "у даній ситуації болить у грудях"),  # in this situation, not in Denmark
        ("es", "comí chile y se me cierra la garganta"),
        ("de", "wir sind in Spanien, sie ist in Polen"),  # two of them
    ],
)
def test_what_only_sounds_like_a_country_is_none(language: str, text: str) -> None:
    assert where(language, text).here in {None, "ID"}


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("text", ["", "?!", "a" * 4000, "in Spain " * 400, "\x00 in \n"])
def test_no_message_breaks_it(language: str, text: str) -> None:
    where(language, text)


@pytest.mark.parametrize("language", list(ALARMING))
def test_the_alarm_names_the_number_of_the_country_that_the_message_names(check: EveryLanguage, language: str) -> None:
    flag = check.check(ALARMING[language], CLINIC, country="US")
    assert flag is not None
    assert flag.language == language
    assert numbers_in("TH", CLINIC)[0] in flag.text
    assert "911" not in flag.text


def test_without_a_country_in_it_the_record_counts(check: EveryLanguage) -> None:
    flag = check.check("ich war in Thailand und kriege keine Luft mehr", CLINIC, country="US")
    assert flag is not None
    assert "911" in flag.text
    assert numbers_in("TH", CLINIC)[0] not in flag.text


@pytest.mark.parametrize("language", languages())
def test_inside_a_sentence_the_local_number_leads_where_nothing_is_known(language: str) -> None:
    said = SaidIn(language, CLINIC)
    local = said.texts.phrases.local_number
    for text in (said.texts.acknowledged, said.texts.person_called, said.texts.uncertain, said.texts.check.question):
        unknown = said.filled(text, Where(), values={"reference": "C-2345-6789"})
        assert f"{local} ({country_called('LT', language)}" in unknown
        at_home = said.filled(text, Where(lives="LT"), values={"reference": "C-2345-6789"})
        assert local not in at_home
        assert "112" in at_home
