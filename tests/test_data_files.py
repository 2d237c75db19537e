"""Whoever edits a file of texts, rules or details hears of a mistake before anything starts: the file, the line, what to do."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.cli import app
from commands.data_files import DataFile, check_data_files, data_files, refuse_wrong_files
from cordial.bootstrap import PROJECT
from cordial.data_files import DataFileError, Part, read_data
from cordial.settings import load_settings

FILES = {str(each.file.relative_to(PROJECT)): each for each in data_files(load_settings())}
# A mistake in each file: what is replaced, by what, and a part of what is said.
TYPOS = {
    "clinic.yml": ("country: LT", "country: ZZ", "there is no country with the code ZZ"),
    "intake/en/fields.yml": ("    kind: birth\n", "    kind: brith\n", "did you mean birth?"),
    "intake/en/expressions.yml": ("(?:\\.|", "(?:\\.|(", "no regular expression"),
    "intake/en/phrases.yml": ('"disagree":\n', '"disagre":\n', "did you mean disagree?"),
    "intake/en/offers.yml": ("around:", "arround:", "did you mean around?"),
    "intake/en/service.yml": ("      - if: address\n", "      - if: adress\n", "did you mean address?"),
    "intake/en/meanings.yml": ("something_else:", "somthing_else:", "did you mean something_else?"),
    "intake/judging/medicines.yml": ("antiplatelet: [aspirin,", "antiplatelet: [55,", "55 without quotes is read as a number"),
    "intake/judging/brands.yml": ("apixaban: [Eliquis,", "apixaban: [55,", "55 without quotes is read as a number"),
    "intake/en/replies.yml": ("told_and_known:", "told_and_knwn:", "did you mean told_and_known?"),
    "intake/en/histories.yml": ("  state: [immune system", "  stat: [immune system", "did you mean state?"),
    "emergencies/en/red_flags.yml": ("      {call} Say “", "      {cal} Say “", "did you mean {call}?"),
    "emergencies/en/places.yml": ("in_words:", "in_word:", "did you mean in_words?"),
    "emergencies/en/sign_off.yml": ("ambulance: Amb", "ambulence: Amb", "did you mean ambulance?"),
    "emergencies/numbers.yml": ("sources: [android, libphonenumber]", "sources: [androit, vugd]", "did you mean android?"),
    "emergencies/languages/concepts.yml": ("  heart: {means:", "  heart: {meens:", "did you mean means?"),
    "emergencies/languages/thresholds.yml": ("ask_named:", "ask_name:", "did you mean ask_named?"),
    "emergencies/languages/de/words.yml": ("  chest: >-", "  chst: >-", "did you mean chest?"),
    "emergencies/languages/de/texts.yml": ("{reference}", "{refernce}", "did you mean {reference}?"),
    "emergencies/languages/de/places.yml": ("not_here: >-", "not_hre: >-", "did you mean not_here?"),
    "language/other_languages.yml": ("sv: >-\n", "sv: []\nsv2: >-\n", "text is needed"),
    "language/en/context.yml": ("  joins: and", "  jions: and", "did you mean joins?"),
    "language/en/patterns.yml": ("turn_round:", "turn_arround:", "did you mean turn_round?"),
    "language/en/plain_words.yml": ("spelling:", "speling:", "did you mean spelling?"),
    "language/en/plurals.yml": ("careful:\n", "carefull:\n", "did you mean careful?"),
    "language/en/sentences.yml": ("abbreviations:", "abbreviation:", "did you mean abbreviations?"),
    "language/en/questions.yml": ("question_words:", "question_word:", "did you mean question_words?"),
    "intake/en/common.yml": ("medicines: [metformin", "medicine: [metformin", "did you mean medicines?"),
    "intake/judging/elsewhere.yml": ("  maybe: ربما", "  mabye: ربما", "did you mean maybe?"),
    "language/family.yml": ("  guardian: ولي", "  gardian: ولي", "did you mean guardian?"),
    "language/yes_and_no.yml": ("  refuse: أرفض", "  refuze: أرفض", "did you mean refuse?"),
    "desk/people/en/passwords.yml": ("own:", "own: 5\nown2:", "a list is needed"),
    "turns/en/texts.yml": ("number is {reference}. A", "number is {refrence}. A", "did you mean {reference}?"),
    "domain/responses/conversation.yml": ("to {coordinator}. Your", "to {cordinator}. Your", "did you mean {coordinator}?"),
    "data/conversations/first.yml": ("    - personal: ", "    - persnal: ", "did you mean personal?"),
    "data/conversations/single.yml": ("said before: quotes", "said before: quote", "did you mean quotes?"),
    "domain/responses/feelings.yml": ("I am here.", "I am {clinik}.", "did you mean {clinic}?"),
    "knowledge/en/countries.yml": ("as_written:", "as_writen:", "did you mean as_written?"),
    "knowledge/other_illnesses.yml": ("illnesses:\n", "ilnesses:\n", "did you mean illnesses?"),
    "desk/cases/en/flags.yml": ("medicines: [antiplatelet]", "medicines: [antiplatlet]", "did you mean antiplatelet?"),
    "desk/cases/en/canned.yml": ("Thank you, {name}.", "Thank you, {nmae}.", "did you mean {name}?"),
    "desk/cases/en/alarms.yml": ("  at_once: raised", "  at_onse: raised", "did you mean at_once?"),
    "desk/cases/en/reasons.yml": ("put_off:\n", "put_of:\n", "did you mean put_off?"),
    "desk/cases/en/said.yml": ("closed:", "closd:", "did you mean closed?"),
    "desk/conversations/en/withdrawn.yml": ("removed:", "removd:", "did you mean removed?"),
    "desk/masking/en/masking.yml": ("surest_titles:", "surest_title:", "did you mean surest_titles?"),
    "desk/masking/elsewhere.yml": ("  name_is: اسمي", "  name_iz: اسمي", "did you mean name_is?"),
    "desk/masking/names.yml": ("western: >-\n", "western: []\nwestern2: >-\n", "text is needed"),
    "desk/tables/en/unreadable.yml": ("message:", "mesage:", "did you mean message?"),
    "desk/post/en/notices.yml": ("Case {reference} has", "Case {refernce} has", "did you mean {reference}?"),
    "desk/keeping/retention.yml": ("    days: 30\n", "    days: thirty\n", "a whole number is needed"),
    "exports/en/opinions.yml": ("  wrong:", "  wrnog:", "did you mean wrong?"),
    "exports/en/pdf.yml": ("intake_completed:", "intake_complete:", "did you mean intake_completed?"),
    "web/en/console.yml": ("{name} has the role {role} now", "{name} has the role {rule} now", "did you mean {role}?"),
    "web/en/audit.yml": ("case.viewed:", "case.view:", "did you mean case.viewed?"),
    "web/en/back.yml": ("birth_hint:", "birth_hnt:", "did you mean birth_hint?"),
    "desk/reaching/en/letters.yml": ("{clinic} has written", "{clinik} has written", "did you mean {clinic}?"),
    "web/en/privacy.yml": ("People of {clinic} can", "People of {clinik} can", "did you mean {clinic}?"),
    "web/en/library.yml": ("  larger-trial:", "  large-trial:", "did you mean larger-trial?"),
    "knowledge/en/aftercare.yml": ("when_to_call:\n", "when_to_cal:\n", "did you mean when_to_call?"),
    "knowledge/en/asked.yml": ("not_plainly:", "not_plainli:", "did you mean not_plainly?"),
    "knowledge/en/phrases.yml": ("{prices_policy}", "{price_policy}", "did you mean {prices_policy}?"),
    "knowledge/en/questions.yml": ("points_back:", "point_back:", "did you mean points_back?"),
    "knowledge/en/topic.yml": ("begins_anew:", "begin_anew:", "did you mean begins_anew?"),
    "knowledge/en/promises.yml": ("denied_by:", "denid_by:", "did you mean denied_by?"),
    "knowledge/research.yml": ("small_below: 100", "small_below: hundred", "a whole number is needed"),
    "knowledge/studies.yml": ("certainty: moderate", "certainty: moderat", "did you mean moderate?"),
    "knowledge/sources.yml": ("type: regulator", "type: regulater", "did you mean regulator?"),
    "knowledge/synonyms.yml": ("hsct: transplant", "hsct: 5\nhsct2: transplant", "5 without quotes is read as a number"),
    "knowledge/declined.yml": ('  - "price??"', "  - 10", "10 without quotes is read as a number"),
    "knowledge/wordings/does-it-work.yml": (":\n", ":\n  - 10\n", "10 without quotes is read as a number"),
    "knowledge/languages/de.yml": ("questions:   #", "question:   #", "did you mean questions?"),
    "turns/languages/de.yml": ("start_button:", "start_buton:", "did you mean start_button?"),
    "web/languages/de.yml": ("cries: >-", "cris: >-", "did you mean cries?"),
    "commands/demo_cases.yml": ("ago:", "agoo:", "did you mean ago?"),
}


# of many files alike, one has a mistake
ALIKE = re.compile(
    r"knowledge/wordings/|data/conversations/|emergencies/languages/(?!de/)../|(knowledge|turns|web)/languages/(?!de\.)"
)


def copy_with(each: DataFile, folder: Path, change: tuple[str, str]) -> Path:
    """A copy of a file with a mistake in it."""
    text = each.file.read_text("utf-8")
    assert change[0] in text
    copy = folder / each.file.name
    copy.write_text(text.replace(*change, 1), "utf-8")
    return copy


def refusal(each: DataFile, file: Path) -> DataFileError:
    """What is said about a file."""
    with pytest.raises(DataFileError) as refused:
        each.read(file)
    for library_word in ("pydantic", "Input should", "Value error", "str_type", "yaml.", "NoneType"):
        assert library_word not in str(refused.value)
    return refused.value


def test_every_file_that_ships_is_as_it_has_to_be() -> None:
    checked = check_data_files(load_settings())
    assert checked.as_text() == ""
    assert checked.files >= len(TYPOS)


def test_every_file_of_every_room_is_in_the_list() -> None:
    """Only what a model learns from is not: whoever changes it fits the model anew, and hears of a mistake then."""
    rooms = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["root_packages"]
    files = [str(file.relative_to(PROJECT)) for room in rooms for file in (PROJECT / room).rglob("*.yml")]
    learned_from = re.compile(r"emergencies/(en/examples/|languages/../examples(_\d+)?\.yml)")
    assert sorted(name for name in files if name not in FILES and not learned_from.match(name)) == []


def test_every_file_has_a_mistake_below() -> None:
    assert {name for name in FILES if not ALIKE.match(name)} <= set(TYPOS)


@pytest.mark.parametrize("name", TYPOS)
def test_a_mistake_is_refused_with_its_file_and_line(name: str, tmp_path: Path) -> None:
    before, after, said = TYPOS[name]
    file = copy_with(FILES[name], tmp_path, (before, after))
    error = refusal(FILES[name], file)
    line = file.read_text("utf-8")[: file.read_text("utf-8").index(after)].count("\n") + 1
    assert said in str(error)
    assert all(problem.file == str(file) for problem in error.problems)
    assert any(abs(problem.line - line) <= 4 for problem in error.problems), (line, str(error))  # of a longer text, its name


@pytest.mark.parametrize("name", TYPOS)
def test_a_file_that_is_no_yaml_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    file = tmp_path / FILES[name].file.name
    text = FILES[name].file.read_text("utf-8")
    file.write_text(f"{text}\n\tx: 'never closed\n", "utf-8")
    [problem] = refusal(FILES[name], file).problems
    assert problem.file == str(file)
    assert problem.line > text.count("\n")


def may_be_empty(name: str) -> bool:
    """Whether a file is a list that only helps the search."""
    return FILES[name].file.parent.name in {"knowledge", "wordings"} and not FILES[name].needed


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (name, content)
        for name in TYPOS
        for content in (b"", b"\xff\xfe", b"- [", b"a: b: c", b"3")
        if content or not may_be_empty(name)
    ],
)
def test_a_file_that_holds_something_else_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / FILES[name].file.name
    file.write_bytes(content)
    assert refusal(FILES[name], file).problems[0].file == str(file)


class _Small(Part):
    name: str
    number: int
    parts: dict[str, list[str]] = {}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("name: a\nname: b\n", 2, "'name' stands twice"),
        ("name: a\nnumber: 1\nnumbr: 2\n", 3, "did you mean number?"),
        ("name: a: b\nnumber: 1\n", 1, "a text with a colon and a space in it needs quotes"),
        ("name: {x} is here\nnumber: 1\n", 1, "a text that begins with { "),
        ("name: 'a\nnumber: 1\n", 1, "a quote is not closed"),
        ("name: a\n number: 1\n", 2, "begins too far to the right"),
        ("name: *x\nnumber: 1\n", 1, "begins with * needs quotes"),
        ("name: @home\nnumber: 1\n", 1, "nothing can begin with a tab, @"),
        ("name: NO\nnumber: 1\n", 1, 'NO without quotes is read as yes or no, not as a text. Put it in quotes: "NO"'),
        ("name: 2026-12-25\nnumber: 1\n", 1, "read as a day"),
        ("name:\nnumber: 1\n", 1, "there is nothing after the colon"),
        ("name: [a]\nnumber: 1\n", 1, "one text is needed, not a list"),
        ("name: a\nnumber: some\n", 2, "a whole number is needed"),
        ("name: a\nnumber: 1\nparts: [a]\n", 3, "name: value"),
        ("name: a\nnumber: 1\nparts:\n  b: c\n", 4, "a list is needed"),
        ("name: a\nnumber: 1\nparts:\n  b:\n    - c\n    - 4\n", 6, "parts › b › number 2: 4 without quotes"),
        ("name: a\n", 1, "number: this entry is missing"),
    ],
)
def test_a_mistake_is_told_in_plain_words(text: str, line: int, said: str, tmp_path: Path) -> None:
    file = tmp_path / "small.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(DataFileError) as refused:
        read_data(_Small, file, DataFileError)
    assert said.casefold() in str(refused.value).casefold()
    assert [problem.line for problem in refused.value.problems] == [line]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "small.yml"
    file.write_text("nam: a\nnumber: x\nparts:\n  b: c\ncolour: red\n", "utf-8")
    with pytest.raises(DataFileError) as refused:
        read_data(_Small, file, DataFileError)
    assert [problem.line for problem in refused.value.problems] == [1, 2, 4, 5]


def test_names_are_texts_also_where_yaml_reads_something_else(tmp_path: Path) -> None:
    file = tmp_path / "small.yml"
    file.write_text("name: a\nnumber: 1\nparts:\n  NO: [x]\n  12: [y]\n  on: [z]\n", "utf-8")
    assert list(read_data(_Small, file, DataFileError).parts) == ["NO", "12", "on"]


@pytest.fixture
def wrong_clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a clinic with two mistakes, named by the settings."""
    file = tmp_path / "clinic.yml"
    text = (PROJECT / "clinic.yml").read_text("utf-8")
    file.write_text(text.replace("country: LT", "country: ZZ").replace("\nreply_within", "\nreply_wihtin", 1), "utf-8")
    monkeypatch.setenv("CORDIAL_CLINIC_FILE", str(file))
    return file


def test_nothing_starts_with_a_wrong_file(wrong_clinic: Path) -> None:
    with pytest.raises(DataFileError) as refused:
        refuse_wrong_files(load_settings())
    assert str(refused.value).count(f"{wrong_clinic}, line ") == 2


def test_the_command_names_each_mistake_and_fails(wrong_clinic: Path) -> None:
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 1
    assert f"{wrong_clinic}, line 5: country: there is no country with the code ZZ" in result.output


def test_the_command_tells_programs(wrong_clinic: Path) -> None:
    result = CliRunner().invoke(app, ["check", "--json"])
    assert result.exit_code == 1
    told = json.loads(result.output)
    assert (told["files"] > 20, told["others"]) == (True, [])
    assert {problem["file"] for problem in told["problems"]} == {str(wrong_clinic)}
    assert [problem["line"] for problem in told["problems"]] == [5, 21]


def test_the_command_is_content_with_what_ships() -> None:
    result = CliRunner().invoke(app, ["check"])
    assert (result.exit_code, "files are as they have to be" in result.output) == (0, True)
