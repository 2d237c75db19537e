"""One case as a FHIR R4 bundle, and the way back.

The models are those of release 4.3.0 (R4B). What is used here is the same in 4.0.1 (R4); docs/fhir.md says how that is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from fhir.resources.R4B.bundle import Bundle

from exports.case_file import CaseFile, Judged, Noted, Spoken
from exports.fhir_answers import ABSENT, CODES, QUESTIONNAIRE, answers, fhir_text, questionnaire, read_answers
from exports.opinions import in_words
from intake.fields import Intake
from intake.record import FieldAnswer, IntakeRecord

Json = dict[str, Any]

_NAMES = UUID("0e0a6a52-6f0d-4d6e-a5ab-7d1a2f3c9b10")
_REFERENCE = "urn:cordial:reference"
_PASSAGE = "urn:cordial:passage"  # extension: which words of which version of an article were quoted
_STATUS = {"in_progress": "in-progress", "completed": "completed", "amended": "amended", "stopped": "stopped"}
_PRIORITY = {"emergency": "stat", "urgent": "urgent"}


class NotABundle(Exception):
    """What was to be read is no bundle of ours."""


def bundle(case: CaseFile, intake: Intake) -> str:
    """A case as the JSON of a transaction bundle, validated against the models.

    Every resource has an id that stays the same from one export to the next, and is put under it. So whoever imports a case
    twice has it once.
    """
    resources = list(_resources(case, intake))
    value = {
        "resourceType": "Bundle",
        "type": "transaction",
        "timestamp": _at(case.read_at),
        "identifier": {"system": _REFERENCE, "value": case.reference},
        "entry": [
            {
                "fullUrl": f"urn:uuid:{resource['id']}",
                "resource": resource,
                "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"},
            }
            for resource in resources
        ],
    }
    text: str = Bundle.model_validate(value).model_dump_json()
    return text


def read_bundle(text: str) -> IntakeRecord:
    """The intake record that a bundle was made from: status, reference, and each answer as it was said and understood.

    Raises:
        NotABundle: if it is none.
    """
    try:
        value = json.loads(Bundle.model_validate_json(text).model_dump_json())
    except ValueError as error:
        raise NotABundle("It is not a valid FHIR bundle.") from error
    resources = [entry["resource"] for entry in value.get("entry", [])]
    response = next((each for each in resources if each["resourceType"] == "QuestionnaireResponse"), None)
    if response is None:
        return IntakeRecord()
    status = next(ours for ours, theirs in _STATUS.items() if theirs == response["status"])
    reference = response["identifier"]["value"] if "identifier" in response else None
    return IntakeRecord.model_validate(
        {"status": status, "reference": reference, "answers": read_answers(response.get("item", []))}
    )


def _resources(case: CaseFile, intake: Intake) -> Iterator[Json]:
    """Everything, what is referred to before what refers to it."""
    yield _patient(case, intake)
    made = [("Patient", "")]
    if case.intake.status != "none":
        yield {
            **questionnaire(intake, case.clinic),
            "id": str(uuid5(_NAMES, f"{QUESTIONNAIRE}|{intake.version}|{intake.language}|{case.clinic}")),
        }
        yield _response(case, intake)
        made.append(("QuestionnaireResponse", ""))
    consent = intake.by_role(case.intake.answers).get("consent")
    if consent is not None:
        yield _consent(case, intake, consent)
        made.append(("Consent", ""))
    reviews = {review.seq: review for review in case.reviews}
    for message in case.messages:
        yield _communication(case, message, reviews.get(message.seq))
        made.append(("Communication", str(message.seq)))
    yield _task(case)
    yield _provenance(case, made)


def _patient(case: CaseFile, intake: Intake) -> Json:
    given = intake.by_role(case.intake.answers)
    told = {role: answer.value for role, answer in given.items() if not answer.skipped}
    patient: Json = {
        "resourceType": "Patient",
        "id": _id(case, "Patient"),
        "identifier": [{"system": _REFERENCE, "value": case.reference}],
    }
    names = _names(case, told.get("name"))
    patient |= {"name": names} if names else {}
    telecom = _telecoms(case, told.get("contact"))
    patient |= {"telecom": telecom} if telecom else {}
    if "birth" in given and not given["birth"].skipped:
        patient |= _birth_date(given["birth"])
    match told.get("country"):
        case {"code": code}:
            patient["address"] = [{"country": code}]
    if isinstance(told.get("guardian_name"), str):
        relation = {"text": "Parent or guardian, as told in the intake"}
        patient["contact"] = [{"relationship": [relation], "name": {"text": fhir_text(told["guardian_name"])}}]
    return patient


def _names(case: CaseFile, told: object) -> list[Json]:
    """The name; one that a person of the clinic set right comes first, and what the patient said is an old one then."""
    said = [{"text": fhir_text(told)}] if isinstance(told, str) else []
    corrected = case.corrected.get("name")
    return [{"text": fhir_text(corrected.text)}, *({**each, "use": "old"} for each in said)] if corrected else said


def _telecoms(case: CaseFile, told: object) -> list[Json]:
    """The ways to reach a patient, likewise."""
    said, corrected = _telecom(told), case.corrected.get("contact")
    if corrected is None:
        return said
    right = _telecom(corrected.value) or [{"system": "other", "value": fhir_text(corrected.text)}]
    old = [{key: part for key, part in each.items() if key != "rank"} | {"use": "old"} for each in said]
    return [*right, *old]


def _telecom(value: object) -> list[Json]:
    """How to reach a patient; what they prefer has rank 1."""
    if not isinstance(value, dict):
        return []
    ways = [each for each in (value, *value.get("also", [])) if each.get("by") in {"email", "phone"}]
    found = [{"system": each["by"], "value": fhir_text(_reached(each))} for each in ways if isinstance(each.get("value"), str)]
    return found if len(found) < 2 else [{**each, "rank": rank} for rank, each in enumerate(found, start=1)]


def _reached(way: Json) -> str:
    return f"{way['value']} ext. {way['extension']}" if way.get("extension") else str(way["value"])


def _birth_date(answer: FieldAnswer) -> Json:
    """The date of birth, no more exact than it was told; what a person has to check is not given as known."""
    if answer.to_check:
        return {"_birthDate": {"extension": [{"url": ABSENT, "valueCode": "unsupported"}]}}
    match answer.value:
        case {"date": day}:
            return {"birthDate": day}
        case {"year": int(year), "month": int(month)}:
            return {"birthDate": f"{year:04}-{month:02}"}
        case {"year": int(year)}:
            return {"birthDate": f"{year:04}"}
    return {}


def _response(case: CaseFile, intake: Intake) -> Json:
    items = answers(intake, case.intake, case.clinic)
    last = max(case.answered_at.values(), default=case.created_at)
    return {
        "resourceType": "QuestionnaireResponse",
        "id": _id(case, "QuestionnaireResponse"),
        **({"identifier": {"system": _REFERENCE, "value": case.intake.reference}} if case.intake.reference else {}),
        "questionnaire": f"{QUESTIONNAIRE}|{intake.version}",
        "status": _STATUS[case.intake.status],
        "subject": _to(case, "Patient"),
        "source": _to(case, "Patient"),
        "authored": _at(last),
        **({"item": items} if items else {}),
    }


def _consent(case: CaseFile, intake: Intake, answer: FieldAnswer) -> Json:
    value, answered_at = answer.value, intake.by_role(case.answered_at)
    given = value if isinstance(value, dict) else {"agreed": value is True}
    wording = fhir_text(str(given.get("wording", "The wording is not known.")))
    return {
        "resourceType": "Consent",
        "id": _id(case, "Consent"),
        "status": "active" if given.get("agreed") else "rejected",
        "scope": _code("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy", "Privacy Consent"),
        "category": [_code("http://loinc.org", "59284-0", "Consent Document")],
        "patient": _to(case, "Patient"),
        "dateTime": _at(answered_at.get("consent", case.created_at)),
        "organization": [{"display": fhir_text(case.clinic)}],
        "sourceReference": _to(case, "QuestionnaireResponse"),
        "policyRule": {"text": wording},
    }


def _task(case: CaseFile) -> Json:
    """What the clinic has to do: who does it, how it ended, and what colleagues wrote for each other."""
    doing = "completed" if case.state == "closed" else "in-progress" if case.holder else "requested"
    asked = {} if case.intake.status == "none" else {"focus": _to(case, "QuestionnaireResponse")}
    return {
        "resourceType": "Task",
        "id": _id(case, "Task"),
        "identifier": [{"system": _REFERENCE, "value": case.reference}],
        "status": doing,
        "intent": "plan",
        "priority": _PRIORITY.get(str(case.urgent_level), "routine"),
        **({"businessStatus": _coded(case.outcome)} if case.outcome else {}),
        **asked,
        "for": _to(case, "Patient"),
        **({"executionPeriod": {"end": _at(case.closed_at)}} if case.closed_at else {}),
        "authoredOn": _at(case.created_at),
        "reasonCode": _coded(case.reason),
        **({"owner": {"display": fhir_text(case.holder)}} if case.holder else {}),
        **({"note": [_annotation(note, note.text) for note in case.notes]} if case.notes else {}),
    }


def _annotation(by: Noted | Judged, text: str) -> Json:
    return {"authorString": fhir_text(by.by), "time": _at(by.at), "text": fhir_text(text)}


def _communication(case: CaseFile, message: Spoken, review: Judged | None) -> Json:
    patient, others = _to(case, "Patient"), {"display": _speaker(case, message)}
    sender, recipient = (patient, {"display": fhir_text(case.clinic)}) if message.sender == "patient" else (others, patient)
    before = [_to(case, "Communication", str(message.reply_to))] if message.reply_to is not None else []
    return {
        "resourceType": "Communication",
        "id": _id(case, "Communication", str(message.seq)),
        "identifier": [{"system": _REFERENCE, "value": f"{case.reference}#{message.seq}"}],
        **({"inResponseTo": before} if before else {}),
        "status": "completed",
        "category": [{"text": message.kind}],
        "subject": patient,
        "sent": _at(message.at),
        "sender": sender,
        "recipient": [recipient],
        "payload": [{"contentString": fhir_text(message.text)}, *_quoted(message)],
        **({"note": [_annotation(review, in_words(review))]} if review else {}),
    }


def _quoted(message: Spoken) -> Iterator[Json]:
    """What the message quoted, word for word and with its place, and the sources behind it."""
    for passage in message.answer.passages if message.answer else []:
        place = [
            {"url": "article", "valueString": passage.article},
            {"url": "version", "valueInteger": passage.version},
            {"url": "start", "valueInteger": passage.start},
            {"url": "end", "valueInteger": passage.end},
        ]
        yield {"extension": [{"url": _PASSAGE, "extension": place}], "contentString": fhir_text(passage.quote)}
    for source in message.answer.sources if message.answer else []:
        named = ", ".join(str(part) for part in (source.title, source.publisher, source.year) if part)
        where = f"https://doi.org/{source.doi}" if source.doi else source.url
        found = {"identifier": {"system": "urn:ietf:rfc:3986", "value": where}} if where else {}
        yield {"contentReference": {"display": fhir_text(named or source.id), **found}}


def _speaker(case: CaseFile, message: Spoken) -> str:
    if message.author:
        return fhir_text(message.author)
    return {"assistant": "Software assistant", "system": "Software"}.get(message.sender, fhir_text(case.clinic))


def _provenance(case: CaseFile, made: list[tuple[str, str]]) -> Json:
    kinds = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
    return {
        "resourceType": "Provenance",
        "id": _id(case, "Provenance"),
        "target": [_to(case, resource, more) for resource, more in made],
        "recorded": _at(case.read_at),
        "activity": {"text": "Taken from a chat on the clinic's website. The patient's words were not checked by a person."},
        "agent": [
            {"type": _code(kinds, "author", "Author"), "who": _to(case, "Patient")},
            {"type": _code(kinds, "assembler", "Assembler"), "who": {"display": f"Cordial at {fhir_text(case.clinic)}"}},
        ],
    }


def _id(case: CaseFile, resource: str, more: str = "") -> str:
    return str(uuid5(_NAMES, f"{case.conversation}/{resource}/{more}"))


def _to(case: CaseFile, resource: str, more: str = "") -> Json:
    return {"reference": f"urn:uuid:{_id(case, resource, more)}", "type": resource}


def _code(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _coded(code: str) -> Json:
    return {"coding": [{"system": CODES, "code": code}]}


def _at(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
