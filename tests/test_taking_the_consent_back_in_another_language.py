"""Who asks in another language to delete their data, or takes the consent back, is told what it does, with its button."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cordial.bootstrap import PROJECT
from emergencies.other_texts import languages
from intake.clinic import read_clinic
from tests.support.people import Patient
from turns.other_language_texts import OtherTextsError, read_texts_of_a_language, texts_in
from turns.wishes_to_delete import how_to_delete, wants_deletion_in

CLINIC = read_clinic(PROJECT / "clinic.yml")
STRINGS = dict(re.findall(r"^  (\w+): '([^']*)'", (PROJECT / "web/static/chat/strings.en.js").read_text("utf-8"), re.M))
WISHES = [
    ("de", "Ich möchte meine Einwilligung zurückziehen"),
    ("de", "bitte löschen Sie alle meine Daten"),
    ("de", "hiermit widerrufe ich meine zustimmung"),
    ("fr", "je retire mon consentement"),
    ("fr", "Pouvez-vous effacer toutes mes données ?"),
    ("es", "retiro mi consentimiento"),
    ("es", "quiero que borren mis datos"),
    ("it", "cancellate i miei dati per favore"),
    ("pt", "quero retirar o meu consentimento"),
    ("nl", "wilt u mijn gegevens verwijderen"),
    ("nl", "ik trek mijn toestemming in"),
    ("pl", "proszę usunąć moje dane"),
    ("pl", "wycofuję zgodę"),
    ("ru", "удалите мои данные"),
    ("ru", "я отзываю свое согласие"),
    ("uk", "видаліть мої дані, будь ласка"),
    ("lt", "ištrinkite mano duomenis"),
    ("lt", "atšaukiu savo sutikimą"),
    ("lv", "lūdzu izdzēsiet manus datus"),
    ("ar", "احذفوا بياناتي من فضلكم"),
    ("tr", "verilerimi silin lütfen"),
    ("tr", "onayımı geri alıyorum"),
    ("zh", "请删除我的数据"),
    ("zh", "我要撤回同意"),
    ("ja", "私のデータを削除してください"),
    ("ko", "제 정보를 삭제해 주세요"),
    ("hi", "मेरा डेटा डिलीट कर दीजिए"),
    ("fa", "لطفا اطلاعات من را پاک کنید"),
    ("he", "אני רוצה למחוק את הנתונים שלי"),
    ("vi", "hãy xóa dữ liệu của tôi"),
    ("th", "ช่วยลบข้อมูลของฉันด้วย"),
    ("id", "tolong hapus data saya"),
]
OTHERS = [
    ("de", "Welche Daten gibt es zu Knie und Stammzellen?"),
    ("de", "Ja, ich bin einverstanden"),
    ("fr", "Quelles sont les données sur la sclérose en plaques ?"),
    ("es", "¿Hay datos sobre la diabetes?"),
    ("es", "doy mi consentimiento"),
    ("ru", "какие есть данные об артрозе?"),
    ("tr", "onaylıyorum"),
    ("zh", "我同意"),
    ("ja", "同意します"),
    ("en", "which data do you have on knees"),
    ("en", "I agree"),
]


@pytest.mark.parametrize(("language", "text"), WISHES)
def test_the_wish_is_heard(language: str, text: str) -> None:
    assert wants_deletion_in(text, "en") == language
    assert wants_deletion_in(text, language) == language


@pytest.mark.parametrize(("language", "text"), OTHERS)
def test_other_words_on_data_and_consent_are_no_such_wish(language: str, text: str) -> None:
    assert wants_deletion_in(text, language) is None


@pytest.mark.parametrize("language", languages())
def test_what_deleting_means_is_said_with_the_button_that_it_names(language: str) -> None:
    draft, texts = how_to_delete(language, CLINIC), texts_in(language)
    assert texts is not None
    assert draft.language == language
    assert texts.delete_button in draft.text
    assert "Yes, delete everything" in draft.text, "the question that follows is in English"
    assert STRINGS["myData"] in draft.text, "where the consent alone is taken back"
    assert draft.buttons == [{"title": texts.delete_button, "value": "Delete my data"}]


def test_words_in_a_wrong_notation_are_refused_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "de.yml"
    text = (PROJECT / "turns" / "languages" / "de.yml").read_text("utf-8")
    file.write_text(text.replace("daten .. lösch*,", "daten +,"), "utf-8")
    with pytest.raises(OtherTextsError, match=r"de\.yml, line \d+"):
        read_texts_of_a_language(file)


@pytest.mark.e2e
@pytest.mark.timeout(200)
def test_in_the_middle_of_the_intake_everything_is_deleted_after_one_more_yes(new_patient: Callable[[], Patient]) -> None:
    patient = new_patient()
    patient.answers_until("full_name")
    [told] = patient.says("Ich möchte meine Einwilligung zurückziehen")
    assert "gelöscht" in told["text"] or "löschen" in told["text"]
    assert patient.intake()["answers"], "to ask is not to delete"
    asked = patient.says(told["buttons"][0]["value"])
    assert "cannot be undone" in asked[-1]["text"]
    [deleted] = patient.says(asked[-1]["buttons"][0]["value"])
    assert "has been deleted" in deleted["text"]
