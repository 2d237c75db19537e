"""What the gateway says by itself, beside what Rasa decides: emergencies, pauses, holds, and that the assistant is away."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from desk.conversations.handoffs import waiting_handoff
from desk.conversations.intakes import intake_record, unread_alarm
from desk.conversations.log import Draft, has_a_person, last_question, question_before
from desk.conversations.states import State
from desk.keeping.erasure import on_hold
from desk.models import Conversation
from emergencies.red_flags import RedFlag, RedFlags, country_of
from intake.clinic import Clinic
from intake.record import (
    AskedBack,
    ConversationDeleted,
    Effect,
    HandoffAsked,
    IntakeCompleted,
    IntakePaused,
    IntakeRecord,
    IntakeResumed,
    Urgent,
    new_reference,
)
from language.questions import looks_like_a_question
from turns.rasa import Reply
from turns.texts import texts


@dataclass(frozen=True)
class Place:
    """Where a patient is when a message comes."""

    record: IntakeRecord
    handoff: str | None
    before: str | None  # the question that was answered last
    paused: bool  # after an emergency whose text nobody has said to have read
    asked: Draft | None  # then: the open field, as it was asked
    has_a_person: bool


def place_of(session: Session, conversation_id: str, seq: int) -> Place:
    """Where a patient is at one of their messages."""
    conversation = session.get(Conversation, conversation_id)  # held here, so that the record finds it without reading it again
    record = intake_record(session, conversation_id)
    paused = conversation is not None and conversation.unread_alarm is not None
    asked = last_question(session, conversation_id, record.open_field) if paused and record.open_field else None
    before = question_before(session, conversation_id, seq)
    person = conversation is not None and conversation.state == State.HUMAN
    return Place(record, waiting_handoff(session, conversation_id), before, paused, asked, person)


class OwnReplies:
    """The replies that need the clinic's contact, or the texts of the check for emergencies."""

    def __init__(self, clinic: Clinic, red_flags: RedFlags) -> None:
        """Speak for a clinic."""
        self._clinic = clinic
        self._red_flags = red_flags

    def says_it_was_read(self, text: str) -> bool:
        """Whether a message says that the text of an emergency was read."""
        return self._red_flags.says_it_was_read(text)

    def fitting(self, session: Session, conversation_id: str, reply: Reply, place: Place, text: str) -> Reply:
        """A reply as it fits now: an emergency may have been told of while Rasa was thinking."""
        if (
            place.has_a_person
            or place.paused
            or unread_alarm(session, conversation_id) is None
            or IntakePaused in map(type, reply.effects)
        ):
            return reply
        return self.waiting(reply, replace(place, paused=True), text)

    def waiting(self, reply: Reply, place: Place, text: str) -> Reply:
        """The reply while the intake is paused: nothing of the intake changes, and the patient is told why."""
        if not place.paused:
            return reply
        kept = [effect for effect in reply.effects if _waits_for_nothing(effect)]
        touched = len(kept) < len(reply.effects)
        if not touched and place.record.status != "in_progress":
            return reply
        waiting = Draft(self._red_flags.waiting(), kind="notice", buttons=buttons_of([self._red_flags.file.acknowledge]))
        if touched or (_found_nothing(reply) and not looks_like_a_question(text)):  # most likely an answer to the open field
            return Reply([waiting], kept)
        return Reply([*reply.drafts, waiting], kept)

    def unless_on_hold(self, session: Session, conversation_id: str, reply: Reply) -> Reply:
        """The reply; where it would delete what the clinic must keep, a sentence that says so, and nothing is deleted."""
        if not deletes(reply) or not on_hold(session, conversation_id):
            return reply
        contact = self._clinic.email or self._clinic.phone or self._clinic.name
        return Reply([Draft(texts().errors["on_hold"].format(contact=contact), kind="notice", sender="system")], [])

    def beside_a_person(self, flag: RedFlag | None, place: Place, text: str) -> Reply:
        """What is said while a person has the conversation: nothing, unless it is about an emergency."""
        if flag:
            return Reply([Draft(flag.text, kind="notice")], [_handoff(flag, place.handoff)])
        if place.paused and self._red_flags.says_it_was_read(text):
            return self.resumed(replace(place, asked=None))
        return Reply([], [])

    def resumed(self, place: Place) -> Reply:
        """Go on after an emergency has been read, with the open field in the words in which it was asked."""
        thanks = Draft(self._red_flags.acknowledged(self._clinic, country_of(place.record)))
        return Reply([thanks, *([place.asked] if place.asked else [])], [IntakeResumed()])

    def away(self) -> Draft:
        """That the assistant cannot answer now, with the ways to a person."""
        clinic, said = self._clinic, texts()
        contact = clinic.email or clinic.phone or clinic.name
        text = said.assistant_away.format(contact=contact, emergency_number=clinic.emergency_number)
        return Draft(text, kind="notice", sender="system", buttons=buttons_of([said.person_button]))

    def away_now(self, session: Session, conversation_id: str) -> list[Draft]:
        """That the assistant cannot answer; nothing while a person has the conversation, who was not asked to leave."""
        return [] if has_a_person(session, conversation_id) else [self.away()]

    def person_called(self, place: Place) -> Reply:
        """A person can be had without Rasa: the button of the notice above must not lead to the same notice."""
        clinic, reference = self._clinic, place.handoff or place.record.reference or new_reference()
        text = texts().person_called.format(reference=reference, **clinic.model_dump())
        return Reply([Draft(text, kind="handoff")], [HandoffAsked(reference=reference, reason="asked")])


def emergency(flag: RedFlag, handoff: str | None) -> Reply:
    """The fixed text for an emergency, and a case that a coordinator sees first. Rasa is not asked, the intake waits.

    Args:
        flag: what was found.
        handoff: the reference of the open handoff, if there is one.
    """
    draft = Draft(flag.text, kind="emergency", buttons=buttons_of(flag.buttons))
    return Reply([draft], [_handoff(flag, handoff), IntakePaused(group=flag.group)])


def also_urgent(flag: RedFlag, reply: Reply, place: Place) -> Reply:
    """A reply with the notice of what is urgent before it, and a coordinator told."""
    asked = next((effect.reference for effect in reply.effects if isinstance(effect, HandoffAsked | IntakeCompleted)), None)
    effects = [*reply.effects, _handoff(flag, asked or place.handoff)]
    return Reply([Draft(flag.text, kind="notice"), *reply.drafts], effects)


def _found_nothing(reply: Reply) -> bool:
    return all(draft.answer is not None and draft.answer.status == "abstained" for draft in reply.drafts)


def deletes(reply: Reply) -> bool:
    """Whether a reply is the last one, after which the conversation goes."""
    return any(isinstance(effect, ConversationDeleted) for effect in reply.effects)


def _waits_for_nothing(effect: Effect) -> bool:
    """Whether an effect is no part of the intake: a person, or the deletion of everything, can be had at any time."""
    asks_to_delete = isinstance(effect, AskedBack) and effect.asking in {"delete", "unclear"}
    return asks_to_delete or isinstance(effect, HandoffAsked | ConversationDeleted)


def _handoff(flag: RedFlag, reference: str | None) -> HandoffAsked:
    urgent = Urgent(group=flag.group, level=flag.level)
    return HandoffAsked(reference=reference or new_reference(), reason="red_flag", urgent=urgent)


def wants_a_person(text: str) -> bool:
    """Whether a message is the button of the notice that the assistant is away."""
    return text.strip().casefold() == texts().person_button.casefold()


def buttons_of(titles: list[str]) -> list[dict[str, str]]:
    """Buttons that send their own title."""
    return [{"title": title, "value": title} for title in titles]
