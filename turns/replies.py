"""What the gateway says by itself, beside what Rasa decides: emergencies, pauses, holds, and that the assistant is away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from desk.conversations.handoffs import waiting_handoff
from desk.conversations.held_back import HeldMessage, held_back, same_text
from desk.conversations.intakes import intake_record, unread_alarm
from desk.conversations.log import Draft, answers_in, has_a_person, last_question, said_lately
from desk.conversations.states import State
from desk.keeping.erasure import on_hold
from desk.models import Conversation, Message
from emergencies.other_texts import asks_something, languages, pressed, says
from emergencies.red_flags import RedFlag, RedFlags, country_of
from intake.clinic import Clinic
from intake.meanings import the_meanings
from intake.offers import taken_of, takes_none
from intake.record import (
    AskedBack,
    ConversationDeleted,
    Effect,
    HandoffAsked,
    HeldChanged,
    HoldState,
    HowRaised,
    IntakeCompleted,
    IntakePaused,
    IntakeRecord,
    IntakeResumed,
    MessageHeld,
    RestsOn,
    Urgent,
    after,
    new_reference,
)
from intake.said_before import SaidBefore
from intake.service import DELETING, Standing, all_surely_wanted, asks_about_deleting, reply_to, without_opening
from knowledge.aftercare import tells_of_a_complaint
from knowledge.other_languages import InOtherLanguages
from knowledge.topic import Topic, topic_of
from language.questions import looks_like_a_question
from language.spoken import spoken
from language.which_language import OTHER, language_or_english
from turns.asking_for_a_person import wants_a_person
from turns.in_their_language import InTheirLanguage
from turns.known import confirmed_by
from turns.other_replies import OtherReplies, buttons_of
from turns.rasa import Reply
from turns.said_last import said_before
from turns.texts import texts
from turns.wishes_to_delete import how_to_delete

_AFTER_AN_ALARM = timedelta(hours=2)  # in which a message may tell how it went on
_STAYS_BESIDE = frozenset({"question", "summary", "handoff", "notice"})
_OFFERED = 3  # messages that can be pressed to send them again
_ON_A_BUTTON = 60  # characters of a message
_NOTHING_SAID = SaidBefore()
_BARE = 4  # words of a yes or no that says nothing else


@dataclass(frozen=True)
class Place:
    """Where a patient is when a message comes."""

    record: IntakeRecord
    handoff: str | None
    topic: Topic | None  # what the last answers were about
    paused: bool  # after an emergency whose text nobody has said to have read
    asked: Draft | None  # then: the open field, as it was asked
    has_a_person: bool
    held: Sequence[HeldMessage] = ()  # messages that were held back because of an emergency
    language: str = "en"  # of the conversation
    before: SaidBefore | None = _NOTHING_SAID  # what was said last, where a message is judged by that

    def held_as(self, *states: HoldState) -> list[HeldMessage]:
        """The messages that are held back for one of these reasons."""
        return [each for each in self.held if each.state in states]

    @property
    def had_an_alarm(self) -> bool:
        """Whether there was an alarm a short while ago, which was not a false one."""
        since = datetime.now(UTC) - _AFTER_AN_ALARM
        return self.paused or any(each.at > since for each in self.held_as("alarmed", "read"))

    def after_a_false_alarm(self) -> Place:
        """Where the patient is once it is said that nothing happens: no alarm is left that a message could be news of."""
        return replace(self, paused=False, held=[each for each in self.held if each.state == "read"])

    def after(self, reply: Reply) -> Place:
        """Where the patient is when a reply has done what it does."""
        record = self.record.model_copy(update={"asking": None})
        for effect in reply.effects:
            record = after(record, effect)
        handoff = next(
            (effect.reference for effect in reply.effects if isinstance(effect, HandoffAsked | IntakeCompleted)), None
        )
        return replace(self, record=record, handoff=self.handoff or handoff)


def nowhere(language: str) -> Place:
    """Where a patient is of whom nothing is known."""
    return Place(IntakeRecord(), None, None, False, None, False, language=language)


@dataclass(frozen=True)
class Part:
    """What is replied to one message, in a turn that may deal with earlier ones that were held back as well."""

    seq: int
    text: str
    place: Place
    reply: Reply


def place_of(session: Session, conversation_id: str, seq: int) -> Place:
    """Where a patient is at one of their messages."""
    conversation = session.get(Conversation, conversation_id)  # held here, so that the record finds it without reading it again
    record = intake_record(session, conversation_id)
    paused = conversation is not None and conversation.unread_alarm is not None
    held = held_back(session, conversation_id)
    asked = last_question(session, conversation_id, record.open_field) if paused and record.open_field else None
    lately = said_lately(session, conversation_id, seq)
    topic = topic_of(answers_in(lately))
    person = conversation is not None and conversation.state == State.HUMAN
    language = conversation.language if conversation else spoken()
    case = waiting_handoff(session, conversation_id)
    waits = paused or any(each.state == "asked" for each in held)  # then a message is an answer, or told for later
    before = None if waits else said_before(lately)
    return Place(record, case, topic, paused, asked, person, held, language, before)


class OwnReplies:
    """The replies that need the clinic's contact, or the texts of the check for emergencies."""

    def __init__(self, clinic: Clinic, red_flags: RedFlags, understanding: InOtherLanguages | None = None) -> None:
        """Speak for a clinic.

        Args:
            clinic: whose numbers and ways are named.
            red_flags: the check for emergencies, with its texts.
            understanding: of questions in other languages; without it they are only told that the articles are in English.
        """
        self._clinic = clinic
        self._red_flags = red_flags
        self._theirs = InTheirLanguage(clinic, understanding) if understanding else None
        self._happening = red_flags.happening_now

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
        waiting = self._waiting(place)
        if touched or (_found_nothing(reply) and not looks_like_a_question(text)):  # most likely an answer to the open field
            return Reply([waiting], [*kept, MessageHeld(state="waited")])
        return Reply([*reply.drafts, waiting], kept)

    def unless_on_hold(self, session: Session, conversation_id: str, reply: Reply) -> Reply:
        """The reply; where it would delete what the clinic must keep, a sentence that says so, and nothing is deleted."""
        if not deletes(reply) or not on_hold(session, conversation_id):
            return reply
        contact = self._clinic.email or self._clinic.phone or self._clinic.name
        return Reply([Draft(texts().errors["on_hold"].format(contact=contact), kind="notice", sender="system")], [])

    def beside_a_person(self, flag: RedFlag | None, place: Place, text: str) -> Reply:
        """What is said while a person has the conversation: nothing, unless it is about an emergency."""
        if flag and flag.level == "check":  # whoever talks with the patient asks better than we do
            other = self._other(flag.language)
            said = Draft(self._said(self._happening.texts.beside_a_person, place, text), kind="notice")
            said = other.beside_a_person(text, country_of(place.record)) if other else said
            return Reply([said], [_handoff(flag, place.handoff)])
        if flag:
            return Reply([_notice(flag)], [_handoff(flag, place.handoff)])
        if place.paused and (self._red_flags.says_it_was_read(text) or self._happening.is_no_emergency(text)):
            return self.resumed(replace(place, asked=None, held=()))
        return Reply([], [])

    def resumed(self, place: Place) -> Reply:
        """Go on after an emergency has been read: what was not taken is offered, and the open field asked as it was before."""
        thanks = self._acknowledged(place)
        read, left = HeldChanged(was=["alarmed"], state="read"), HeldChanged(was=["waited", "asked"], state=None)
        asked = [place.asked] if place.asked else []
        return Reply([thanks, *self._offered(place), *asked], [IntakeResumed(), read, left])

    def false_alarm(self, place: Place) -> Reply:
        """Thank for saying that it was no emergency; what was held back is taken after this."""
        other = self._other(place.language)
        thanks = Draft(self._said(self._happening.texts.no_emergency_thanks, place))
        thanks = other.false_alarm(country_of(place.record)) if other else thanks
        none, left = HeldChanged(was=["alarmed", "asked"], state="denied"), HeldChanged(was=["waited"], state=None)
        return Reply([thanks], [IntakeResumed(), none, left])

    def asks_first(self, flag: RedFlag, place: Place, text: str) -> Reply:
        """Ask whether it happens now, before an alarm is raised or the message is taken for anything else."""
        alarm = {
            "group": flag.group,
            "label": flag.label,
            "text": flag.text,
            "buttons": flag.buttons,
            "language": flag.language,
            "evidence": flag.evidence,
            "rule": flag.rule,
        }
        effects: list[Effect] = [MessageHeld(state="asked", alarm=alarm)]
        if same_text(place.held, text, frozenset({"asked"})):  # to be taken once
            effects = []
        other = self._other(flag.language)
        if other:
            return Reply([other.asks_first(text, country_of(place.record))], effects)
        said = self._said(self._happening.texts.ask, place, text)
        return Reply([Draft(said, kind="check", buttons=buttons_of(self._happening.buttons))], effects)

    def confirmed(self, text: str, place: Place) -> RedFlag | None:
        """The alarm that a message raises as a yes, also where the check could not read in time what had been asked."""
        return confirmed_by(text, place.held, self._red_flags)

    def at_once(self, flag: RedFlag, text: str) -> list[Draft]:
        """What is said to something urgent while nothing of its conversation can be read, stored or waited for."""
        if flag.level == "emergency":
            return emergency(flag, None).drafts
        if flag.level == "check":
            return self.asks_first(flag, nowhere(flag.language), text).drafts
        return [_notice(flag)]

    def noted(self, reply: Reply, place: Place, text: str) -> Reply:
        """The reply to a message that came in the place of a yes or no; what is no question is kept for people to read."""
        effects = _without_asking_again(reply.effects)
        if looks_like_a_question(text) or not (_found_nothing(reply) or len(effects) < len(reply.effects)):
            return reply
        other = self._other(place.language)
        noted = other.noted() if other else Draft(self._said(self._happening.texts.noted, place), kind="notice")
        return Reply([noted], effects)

    def to_news(self, text: str, place: Place) -> Draft | None:
        """What is said to a message that tells how things stand after an alarm; nothing to one about something else."""
        other = self._other(language_or_english(text, place.language).code)
        if other and place.had_an_alarm and (news := other.to_news(text, country_of(place.record), place.paused)):
            return news
        said = self._red_flags.after_alarm(text, self._clinic, country_of(place.record)) if place.had_an_alarm else None
        buttons = buttons_of([self._red_flags.file.acknowledge]) if place.paused else []
        return Draft(said, kind="notice", buttons=buttons) if said else self._to_yes_or_no(text, place)

    def _to_yes_or_no(self, text: str, place: Place) -> Draft | None:
        """What is said to a bare yes or no under an alarm that nobody has read yet, which asked nothing."""
        is_short = len(text.split()) <= _BARE and not looks_like_a_question(text)
        is_no, is_yes = self._happening.is_no(text), self._happening.is_yes(text)
        if not place.paused or not is_short or not (is_no or is_yes):
            return None
        other, country = self._other(place.language), country_of(place.record)
        if other:
            return other.no_under_alarm(country) if is_no else other.yes_under_alarm(country)
        said = self._happening.texts.no_after_alarm if is_no else self._happening.texts.yes_after_alarm
        return Draft(self._said(said, place), kind="notice", buttons=buttons_of(self._red_flags.alarm_buttons))

    def to_despair(self, text: str, place: Place) -> Draft | None:
        """What is said to somebody in despair, with a person to talk to; nothing to anybody else."""
        said = self._red_flags.despair(text, self._clinic, country_of(place.record))
        if not said:
            return None
        other = self._other(language_or_english(text, place.language).code)
        return other.as_said(said) if other else Draft(said, buttons=buttons_of([texts().person_button]))

    def was_read_before(self, text: str, place: Place) -> list[Draft]:
        """A short word before the reply to the text of an alarm that was read: it may be a second emergency."""
        if not same_text(place.held, text, frozenset({"read"})):
            return []
        other = self._other(place.language)
        if other:
            return [other.again(text, country_of(place.record))]
        return [Draft(self._said(self._happening.texts.again, place, text), kind="notice")]

    def after_no(self, place: Place) -> list[Draft]:
        """Thanks for a no to the question whether it happens now, where the replies that follow are in another language."""
        other = self._other(place.language)
        return [other.after_no()] if other else []

    def says_no(self, text: str) -> bool:
        """Whether a message says that it does not happen now."""
        return self._happening.is_no(text)

    def says_no_emergency(self, text: str) -> bool:
        """Whether a message says that an alarm was a false one."""
        return self._happening.is_no_emergency(text)

    def _offered(self, place: Place) -> list[Draft]:
        """The messages that were not taken, each to be sent again with a press; an alarm only if it may be an answer."""
        field = place.record.open_field
        left = [each for each in place.held_as("alarmed", "waited", "asked") if each.field == field]
        texts = dict.fromkeys(each.text for each in left if field or each.state != "alarmed")
        if not texts:
            return []
        buttons = [{"title": f"“{_shortened(text)}”", "value": text} for text in list(texts)[-_OFFERED:]]
        other = self._other(place.language)
        kept = other.kept() if other else Draft(self._said(self._happening.texts.kept, place), kind="notice")
        return [replace(kept, buttons=buttons)]

    def _said(self, text: str, place: Place, about: str = "") -> str:
        """A text with the numbers of where the patient is: as the message says, or else the record."""
        return self._red_flags.said(text, self._clinic, country_of(place.record), about)

    def away(self) -> Draft:
        """That the assistant cannot answer now, with the ways to a person."""
        clinic, said = self._clinic, texts()
        contact = clinic.email or clinic.phone or clinic.name
        text = said.assistant_away.format(contact=contact, emergency_number=self._red_flags.number_for_anybody(clinic))
        return Draft(text, kind="notice", sender="system", buttons=buttons_of([said.person_button]))

    def offer_left(self) -> Draft:
        """That nothing of what was offered has to be taken."""
        return Draft(texts().offer_left)

    def is_away(self, message: Message) -> bool:
        """Whether a message is that notice, which offers a person."""
        return message.sender == "system" and message.text == self.away().text

    def away_now(self, session: Session, conversation_id: str) -> list[Draft]:
        """That the assistant cannot answer; nothing while a person has the conversation, who was not asked to leave."""
        return [] if has_a_person(session, conversation_id) else [self.away()]

    def person_called(self, place: Place, language: str | None = None) -> Reply:
        """A person can be had without Rasa: the button of the notice above must not lead to the same notice."""
        clinic, reference = self._clinic, place.handoff or place.record.reference or new_reference()
        other = self._other(language or place.language)
        if other:
            called = other.person_called(reference, country_of(place.record))
        else:
            values = {**clinic.model_dump(), "emergency_number": self._red_flags.number_for_anybody(clinic)}
            called = Draft(texts().person_called.format(reference=reference, **values), kind="handoff")
        return Reply([called], [HandoffAsked(reference=reference, reason="asked")])

    def how_to_delete(self, language: str) -> Reply:
        """What it means to have everything deleted, in another language, and the button that asks for it."""
        return Reply([how_to_delete(language, self._clinic)], [])

    def in_their_language(self, text: str, place: Place) -> Reply | None:
        """The reply to a message in another language, which needs no Rasa; nothing while something else is asked or pressed."""
        if self._theirs is None or place.record.open_field or place.record.asking not in {None, "unclear"}:
            return None
        language = self._theirs.language_of(text, place.language)
        if language is None:
            return None
        reply = Reply(self._theirs.replies(text, language, place.topic, country_of(place.record)), [])
        other = self._other(language)
        if other and place.had_an_alarm and _answers(reply) and not asks_something(text, language):
            return Reply([other.looked_after(country_of(place.record))], [])  # how things stand, most likely: no quote fits
        return reply

    def by_words(self, text: str, place: Place) -> Reply | str:
        """The reply to what a message surely wants by its words alone, without Rasa; else the text that Rasa is to see."""
        if place.record.asking == "delete" and not place.paused and asks_about_deleting(text):
            return Reply([self._of_the_service(DELETING, text, place)], [AskedBack(asking="delete")])
        deleting = place.record.asking == "delete"  # then a yes and a no are dealt with as they were written
        is_free = place.record.open_field is None and (deleting or place.record.asking in {None, "unclear"})
        if not is_free or place.paused or is_foreign(text, place) or place.held_as("asked"):
            return text
        left = without_opening(text)
        wanted = [] if tells_of_a_complaint(left) else all_surely_wanted(left)
        has_intake = place.record.sent or place.record.status == "in_progress"
        if not wanted or any(each.contact and has_intake for each, _ in wanted):  # "change my phone number to …"
            return text if deleting else left
        instead = next((each for each, _ in wanted if each.reply is None), None)
        if instead and (deleting or len(wanted) > 1):
            return text
        if instead:
            return instead.ask or the_meanings().meanings[instead.instead or ""]
        return Reply([self._of_the_service(each.reply or "", question, place) for each, question in wanted], [])

    def _of_the_service(self, topic: str, asked: str, place: Place) -> Draft:
        values = {**self._clinic.model_dump(), "clinic": self._clinic.name}
        values["emergency_number"] = self._red_flags.number_for_anybody(self._clinic)
        said, buttons = reply_to(topic, Standing(self._clinic, place.record, place.handoff), values, asked)
        return Draft(said, buttons=buttons_of(buttons))

    def _looked_up_in(self, language: str, reply: Reply, text: str, place: Place) -> Reply:
        """A reply of Rasa in the intake, with what it says of the library in another language."""
        assert self._theirs is not None  # noqa: S101
        said = self._theirs.replies(text, language, place.topic, country_of(place.record))
        kept = [draft for draft in reply.drafts if draft.kind in _STAYS_BESIDE]
        return Reply([*said, *kept], _without_asking_again(reply.effects))

    def beside_other_language(self, reply: Reply, text: str, place: Place) -> Reply:
        """A reply with what somebody should know who does not write in the language that is spoken."""
        language = language_or_english(text, place.language)
        if not language.sure or language.code == spoken() or not reply.drafts or place.has_a_person:
            return reply
        if any(draft.language == language.code for draft in reply.drafts):
            return reply
        not_understood = _asks_what_was_meant(reply, place)
        if language.code == OTHER:
            said = self._said(texts().not_understood, place)
            notice = Draft(said, kind="notice", buttons=buttons_of([texts().person_button]))
            kept = [] if not_understood or _found_nothing(reply) else reply.drafts
            return Reply([notice, *kept], _without_asking_again(reply.effects))
        other = self._other(language.code)
        quotes = any(draft.answer is not None for draft in reply.drafts)
        if self._theirs and (quotes or not_understood) and self._theirs.language_of(text, place.language):
            return self._looked_up_in(language.code, reply, text, place)
        if other is None or not (quotes or not_understood):
            return reply
        is_doubtful = not_understood or _found_nothing(reply)
        added = other.uncertain(country_of(place.record)) if is_doubtful else other.in_english()
        return Reply([*reply.drafts, added], reply.effects)

    def _waiting(self, place: Place) -> Draft:
        other = self._other(place.language)
        if other:
            return other.waiting()
        return Draft(self._red_flags.waiting(), kind="notice", buttons=buttons_of([self._red_flags.file.acknowledge]))

    def _acknowledged(self, place: Place) -> Draft:
        other = self._other(place.language)
        if other:
            return other.acknowledged(country_of(place.record))
        return Draft(self._red_flags.acknowledged(self._clinic, country_of(place.record)))

    def _other(self, language: str) -> OtherReplies | None:
        return OtherReplies(language, self._clinic) if language in languages() else None


def emergency(flag: RedFlag, handoff: str | None) -> Reply:
    """The fixed text for an emergency, and a case that a coordinator sees first. Rasa is not asked, the intake waits.

    Args:
        flag: what was found.
        handoff: the reference of the open handoff, if there is one.
    """
    language = None if flag.language == spoken() else flag.language
    draft = Draft(flag.text, kind="emergency", buttons=buttons_of(flag.buttons), language=language)
    held: list[Effect] = [HeldChanged(was=["asked"], state="alarmed")]
    if not flag.confirmed:
        held.append(MessageHeld(state="alarmed"))
    return Reply([draft], [_handoff(flag, handoff), IntakePaused(group=flag.group), *held])


def also_urgent(flag: RedFlag, reply: Reply, place: Place) -> Reply:
    """A reply with the notice of what is urgent before it, and a coordinator told."""
    asked = next((effect.reference for effect in reply.effects if isinstance(effect, HandoffAsked | IntakeCompleted)), None)
    effects = [*reply.effects, _handoff(flag, asked or place.handoff)]
    in_other_words = flag.language != spoken()  # "I have no reviewed answer to that" adds nothing to what is to be done
    drafts = [each for each in reply.drafts if not (in_other_words and each.answer and each.answer.status == "abstained")]
    return Reply([_notice(flag), *drafts], effects)


def as_offered(text: str, offered: Message | None) -> str:
    """A message in the words of what it takes of an offer; as it is, if it takes nothing."""
    if offered is None:
        return text
    return taken_of(text, [str(button["value"]) for button in offered.buttons], offered.text) or text


def leaves_an_offer(text: str, place: Place) -> bool:
    """Whether a message wants nothing of what was offered, while nothing else is asked."""
    return place.record.open_field is None and place.record.asking in {None, "unclear"} and takes_none(text)


def _without_asking_again(effects: list[Effect]) -> list[Effect]:
    """What a turn did, without the wish that a message be put in other words."""
    return [each for each in effects if not (isinstance(each, AskedBack) and each.asking == "unclear")]


def _asks_what_was_meant(reply: Reply, place: Place) -> bool:
    """Whether a reply asks what was meant, or gives up after that was asked."""
    asked = any(isinstance(effect, AskedBack) and effect.asking == "unclear" for effect in reply.effects)
    return asked or (place.record.asking == "unclear" and not reply.effects)


def _answers(reply: Reply) -> bool:
    """Whether a reply quotes something, or says that nothing is known."""
    return any(draft.answer is not None for draft in reply.drafts)


def _notice(flag: RedFlag) -> Draft:
    """The text of what was found, beside whatever else is said."""
    return Draft(flag.text, kind="notice", language=None if flag.language == spoken() else flag.language)


def _found_nothing(reply: Reply) -> bool:
    return all(draft.answer is not None and draft.answer.status == "abstained" for draft in reply.drafts)


def deletes(reply: Reply) -> bool:
    """Whether a reply is the last one, after which the conversation goes."""
    return any(isinstance(effect, ConversationDeleted) for effect in reply.effects)


def _waits_for_nothing(effect: Effect) -> bool:
    """Whether an effect is no part of the intake: a person, or the deletion of everything, can be had at any time."""
    asks_to_delete = isinstance(effect, AskedBack) and effect.asking in {"delete", "unclear"}
    return asks_to_delete or isinstance(effect, HandoffAsked | ConversationDeleted | MessageHeld | HeldChanged)


def beside(heard: Draft, reply: Reply) -> Reply:
    """A reply after what is said to despair or news: nothing is quoted. An answer to the open field is taken all the same."""
    drafts = [draft for draft in reply.drafts if draft.kind in _STAYS_BESIDE or deletes(reply)]
    return Reply([heard, *drafts], _without_asking_again(reply.effects))


def is_foreign(text: str, place: Place) -> bool:
    """Whether a message is surely in another language than the one that is spoken, in which acts were learned."""
    language = language_or_english(text, place.language)
    return language.sure and language.code != spoken()


def in_order(parts: Sequence[Part]) -> list[tuple[int, Draft]]:
    """All that is said in a turn, each with the message that it replies to; what is asked last is asked, at the end."""
    asking = [part for part in parts if any(map(_asks, part.reply.drafts))]
    if not asking or [part for part in parts if part.reply.drafts] == asking[-1:]:
        return [(part.seq, draft) for part in parts for draft in part.reply.drafts]
    said = [(part.seq, draft) for part in parts for draft in part.reply.drafts if not _asks(draft)]
    return said + [(asking[-1].seq, draft) for draft in asking[-1].reply.drafts if _asks(draft)]


def _asks(draft: Draft) -> bool:
    return draft.kind in {"question", "summary"}


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _ON_A_BUTTON else f"{words[:_ON_A_BUTTON].rstrip()}…"


def _handoff(flag: RedFlag, reference: str | None) -> HandoffAsked:
    how: HowRaised = "said_yes" if flag.confirmed else "left_to_a_person" if flag.level == "check" else "at_once"
    rests_on = RestsOn(words=flag.evidence, rule=flag.rule, how=how)
    urgent = Urgent(group=flag.group, level="emergency" if flag.level == "emergency" else "urgent", rests_on=rests_on)
    return HandoffAsked(reference=reference or new_reference(), reason="red_flag", urgent=urgent)


def wants_a_person_in(text: str, language: str) -> str | None:
    """The other language in which a message asks for a person; nothing, if it does not.

    Args:
        text: the message.
        language: of the conversation.
    """
    if language in languages() and _is_person_button(text):  # the button of the page, which is in English
        return language
    found = language_or_english(text, language)
    likeliest = found.sure or found.possible[0] == spoken()
    if language == found.code == spoken() and (likeliest or wants_a_person(text)):
        return None  # "I want a human" is said in a neighbouring language, too
    possible = dict.fromkeys([*found.possible, language])
    said_in = (name for name in possible if name in languages() and says("wants_person", text, name))
    return next(said_in, None) or pressed("wants_person", text)


def _is_person_button(text: str) -> bool:
    """Whether a message is the button of the notice that the assistant is away."""
    return text.strip().casefold() == texts().person_button.casefold()
