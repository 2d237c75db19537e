"""The intake as FHIR: a Questionnaire, the answers to it, and the way back.

Each field is a group: what was said, whether it was left out, and the parts of what was understood, each as its FHIR type. What
no type can hold goes into a part of its own as JSON, so that nothing is lost on the way.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from intake.fields import Intake, IntakeField
from intake.record import FieldAnswer, IntakeRecord

Json = dict[str, Any]

QUESTIONNAIRE = "urn:cordial:questionnaire:intake"
CODES = "urn:cordial:codes"
EXACT = "urn:cordial:exact-text"  # extension: a text in base64 that FHIR cannot hold as it is
_COUNTRIES = "urn:iso:std:iso:3166"
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class _Part:
    """One part of an understood value."""

    type: str  # of a FHIR item: string, text, boolean, integer, date, choice; or strings, which repeat
    codes: tuple[str, ...] = ()
    system: str = CODES


_TO_CHECK = "To be checked by a person: not understood for certain"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_SCALAR = "understood"  # the one part of a value that has no parts
_PARTS: dict[str, dict[str, _Part]] = {
    "consent": {
        "agreed": _Part("boolean"),
        "version": _Part("integer"),
        "purpose": _Part("string"),
        "wording": _Part("text"),
        _SCALAR: _Part("boolean"),
    },
    "name": {_SCALAR: _Part("string")},
    "contact": {"by": _Part("choice", ("email", "phone")), "value": _Part("string"), "extension": _Part("string")},
    "birth": {
        "date": _Part("date"),
        "year": _Part("integer"),
        "month": _Part("integer"),
        "age": _Part("integer"),
        "months": _Part("integer"),
        "weeks": _Part("integer"),
    },
    "guardian": {_SCALAR: _Part("boolean")},
    "country": {"code": _Part("choice", (), _COUNTRIES), "name": _Part("string")},
    "text": {_SCALAR: _Part("text")},
    "choice": {_SCALAR: _Part("string")},
    "list": {
        "name": _Part("string"),
        "said": _Part("string"),
        "names": _Part("strings"),
        "dose": _Part("string"),
        "reaction": _Part("string"),
        "doubtful": _Part("boolean"),
    },
    "history": {"answer": _Part("choice", ("yes", "no", "unsure", "not_applicable")), "detail": _Part("text")},
}
_BESIDE = frozenset({"said", "skipped", "to_check"})  # parts of every answer, beside what was understood
_REPEATED = frozenset(name for parts in _PARTS.values() for name, part in parts.items() if part.type == "strings")


def questionnaire(intake: Intake, clinic: str) -> Json:
    """What is asked, as a FHIR Questionnaire.

    Args:
        intake: the fields.
        clinic: the name of the clinic that asks.
    """
    return {
        "resourceType": "Questionnaire",
        "url": QUESTIONNAIRE,
        "version": str(intake.version),
        "title": "Intake before a first contact",
        "status": "active",
        "language": intake.language,
        "subjectType": ["Patient"],
        "item": [_asked(field, intake, clinic) for field in intake.fields],
    }


def answers(intake: Intake, record: IntakeRecord, clinic: str) -> list[Json]:
    """The answers of a record, as items of a QuestionnaireResponse, in the order of the fields, each with the text asked."""
    known = {field.name: field for field in intake.fields}
    ordered = [*(name for name in known if name in record.answers), *(name for name in record.answers if name not in known)]
    texts = {field.name: _question(field, intake, clinic) for field in intake.fields}
    return [_answered(name, known.get(name), record.answers[name], texts.get(name, name)) for name in ordered]


def read_answers(items: list[Json]) -> dict[str, FieldAnswer]:
    """The answers that the items of a QuestionnaireResponse hold: the same as they were made from."""
    return {item["linkId"]: _read(item) for item in items}


def fhir_text(text: str) -> str:
    """A text as FHIR can show it; the exact one is kept beside it where the two differ."""
    return _ODD.sub("\N{REPLACEMENT CHARACTER}", text).strip() or "-"


def _question(field: IntakeField, intake: Intake, clinic: str) -> str:
    """The text of a question with what it holds filled in: the same here and in the answers."""
    return fhir_text(field.ask.replace("{consent}", intake.consent.wording).replace("{clinic}", clinic))


def _asked(field: IntakeField, intake: Intake, clinic: str) -> Json:
    parts = _PARTS[field.kind]
    inner = [_asked_part(f"{field.name}.{name}", part) for name, part in parts.items()]
    if field.kind == "list":
        none: Json = {"linkId": f"{field.name}.none", "type": "boolean"}
        inner = [none, {"linkId": f"{field.name}.entry", "type": "group", "repeats": True, "item": inner}]
    others: list[Json] = [
        {"linkId": f"{field.name}.said", "text": "In the patient's words", "type": "text"},
        {"linkId": f"{field.name}.skipped", "text": "Left out", "type": "boolean"},
        {"linkId": f"{field.name}.to_check", "text": _TO_CHECK, "type": "boolean"},
    ]
    json_part: Json = {"linkId": f"{field.name}.json", "type": "text"}
    return {
        "linkId": field.name,
        "prefix": field.label,
        "text": _question(field, intake, clinic),
        "type": "group",
        "item": [*others, *inner, json_part],
    }


def _asked_part(link: str, part: _Part) -> Json:
    options = [{"valueCoding": {"system": part.system, "code": code}} for code in part.codes]
    # Countries are a list of hundreds: any code of the system is allowed.
    kind = "open-choice" if part.type == "choice" and not options else part.type
    if kind == "strings":
        return {"linkId": link, "type": "string", "repeats": True}
    return {"linkId": link, "type": kind, **({"answerOption": options} if options else {})}


def _answered(name: str, field: IntakeField | None, answer: FieldAnswer, text: str) -> Json:
    inner = [_item(f"{name}.said", {"valueString": answer.said})]
    if answer.skipped:
        inner.append(_item(f"{name}.skipped", {"valueBoolean": True}))
    inner += [_to_check(name)] if answer.to_check else []
    inner += _understood(name, field.kind if field else "text", answer.value)
    item: Json = {"linkId": name, "text": fhir_text(text), "item": inner}
    if _read(item) != answer:  # of another shape than our judges give: an older version, another clinic's field
        inner = [each for each in inner if each["linkId"].rpartition(".")[2] in _BESIDE]
        item["item"] = [*inner, _item(f"{name}.json", {"valueString": json.dumps(answer.value)})]
    return item


def _to_check(name: str) -> Json:
    """That a person has to look: in words of a part of its own, and in the way that FHIR has for what is not known."""
    reason = {"url": ABSENT, "valueCode": "unsupported"}
    return {"linkId": f"{name}.to_check", "text": _TO_CHECK, "answer": [{"valueBoolean": True, "extension": [reason]}]}


def _understood(name: str, kind: str, value: Any) -> list[Json]:
    parts = _PARTS[kind]
    match value:
        case None:
            return []
        case []:
            return [_item(f"{name}.none", {"valueBoolean": True})]
        case list():
            return [
                {"linkId": f"{name}.entry", "item": _parts(name, parts, entry)} for entry in value if isinstance(entry, dict)
            ]
        case dict():
            return _parts(name, parts, value)
    return _parts(name, parts, {_SCALAR: value})


def _parts(name: str, parts: Mapping[str, _Part], values: Mapping[str, Any]) -> list[Json]:
    found = []
    for part, value in values.items():
        held = _held(parts[part], value) if part in parts else None
        if part in parts and parts[part].type == "strings" and isinstance(value, list):
            found.append(_items(f"{name}.{part}", value))
        elif value is None:
            found.append({"linkId": f"{name}.{part}"})  # an item without an answer: it is known that nothing is known
        elif held is not None:
            found.append(_item(f"{name}.{part}", held))
    return found


def _held(part: _Part, value: Any) -> Json | None:
    """A value as FHIR holds it; nothing, if it is not of the part's type."""
    match part.type, value:
        case "boolean", bool():
            return {"valueBoolean": value}
        case "integer", int() if not isinstance(value, bool) and abs(value) < 2**31:
            return {"valueInteger": value}
        case "date", str() if _is_date(value):
            return {"valueDate": value}
        case "choice", str() if re.fullmatch(r"[A-Za-z_]+", value):
            return {"valueCoding": {"system": part.system, "code": value}}
        case (("string" | "text"), str()):
            return {"valueString": value}
    return None


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _items(link: str, texts: list[Any]) -> Json:
    """Several texts in one item; without an answer, if there is none."""
    answers = [_item(link, {"valueString": str(text)})["answer"][0] for text in texts]
    return {"linkId": link, **({"answer": answers} if answers else {})}


def _item(link: str, held: Json) -> Json:
    text = held.get("valueString")
    if text is not None and fhir_text(text) != text:
        exact = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")
        held = {"valueString": fhir_text(text), "extension": [{"url": EXACT, "valueBase64Binary": exact}]}
    return {"linkId": link, "answer": [held]}


def _read(item: Json) -> FieldAnswer:
    parts = list(_inside(item))
    given = {name: value for name, value in parts if name not in {*_BESIDE, "entry", "none", "json"}}
    entries = [value for name, value in parts if name == "entry"]
    others = dict(parts)
    value: Any = given or None
    if "json" in others:
        value = json.loads(others["json"])
    elif entries or others.get("none"):
        value = entries
    elif _SCALAR in given:
        value = given[_SCALAR]
    beside = {name: bool(others.get(name)) for name in ("skipped", "to_check")}
    return FieldAnswer(said=others.get("said") or "", value=value, **beside)


def _inside(item: Json) -> Iterator[tuple[str, Any]]:
    for part in item.get("item", []):
        name = str(part["linkId"]).rpartition(".")[2]
        if name in _REPEATED and "item" not in part:
            yield name, [_one_value(answer) for answer in part.get("answer", [])]
        else:
            yield name, dict(_inside(part)) if "item" in part else _value(part)


def _value(part: Json) -> Any:
    if not part.get("answer"):
        return None
    [answer] = part["answer"]
    return _one_value(answer)


def _one_value(answer: Json) -> Any:
    for extension in answer.get("extension", []):
        if extension["url"] == EXACT:
            return base64.b64decode(extension["valueBase64Binary"]).decode("utf-8", "surrogatepass")
    if "valueCoding" in answer:
        return answer["valueCoding"]["code"]
    return next(value for name, value in answer.items() if name.startswith("value"))
