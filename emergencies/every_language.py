"""The check of a message in any language: in English by the red flags, in others by their words and examples."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from emergencies.calling import Where, whereabouts_of
from emergencies.other_languages import Finding, OtherLanguages
from emergencies.other_texts import SaidIn, pressed, says
from emergencies.other_whereabouts import places_of
from emergencies.red_flags import RedFlag, RedFlags, field_of, read_red_flags
from emergencies.saying import where_of
from emergencies.whereabouts import the_places
from intake.clinic import Clinic
from language.normalise import normalised, straight
from language.which_language import ENGLISH, OTHER, Language, language_or_english, may_be_in

logger = logging.getLogger(__name__)

_WORD = re.compile(r"[^\W\d_]+")


class EveryLanguage(RedFlags):
    """Both checks. A message that may be in either is seen by both, and the first that finds an emergency is believed."""

    others: OtherLanguages | None = None

    def also_in(self, others: OtherLanguages) -> None:
        """From now on, check messages in other languages as well, and understand what is pressed or said in them."""
        self.others = others
        self.happening_now.says = _says

    def warm_up(self) -> None:
        """Compile the patterns and read the words of every language now, rather than when the first patients need them."""
        super().warm_up()
        if self.others is not None:
            self.others.warm_up()
            for name in self.others.languages:
                places_of(name)

    def check(
        self, text: str, clinic: Clinic, country: str | None = None, asked: str | None = None, chat: str | None = None
    ) -> RedFlag | None:
        """Look for an emergency.

        Args:
            text: what the patient wrote.
            clinic: whose numbers are shown.
            country: where the patient is, if something is known; a country that the message names comes first.
            asked: the field of the intake that the patient was asked for just before, if any.
            chat: the language of the conversation, if it is known; a single word is taken for one of that.
        """
        if self.others is None:
            return super().check(text, clinic, country, asked)
        language = _leaning(language_or_english(text), text, chat)
        flag = super().check(text, clinic, country, asked) if may_be_english(language) else None
        if flag is not None and _is_another(language) and not _is_written(flag.evidence, text):
            flag = None  # "bitte" is "please", and no misspelt "bitten"
        if flag is not None and flag.level == "emergency":
            return flag
        found = self._in_others(text, language, asked)
        if found is None or (found.level != "emergency" and (flag is not None or _is_english(language))):
            return flag
        if (
            found.level == "check" and chat == language.code == ENGLISH
        ):  # most likely an English message: who asks back asks in English
            asks = self.flag_of(self.group(found.group), "check", clinic, where_of(text, clinic, country))
            return replace(asks, evidence=list(found.evidence), rule=found.rule)
        return self._flag(found, text, clinic, country)

    def says_it_was_read(self, text: str) -> bool:
        """Whether a patient says that they have read the answer to an alarm."""
        if super().says_it_was_read(text):
            return True
        return self.others is not None and _says("read_it", text) and not _says("no_emergency", text)

    def _in_others(self, text: str, language: Language, asked: str | None) -> Finding | None:
        """What the words and examples of other languages say. A fault there must not take away what the red flags found."""
        possible = tuple(name for name in language.possible if name != ENGLISH)
        if not possible or self.others is None:
            return None
        try:
            return self.others.check(text, replace(language, possible=possible), field_of(asked))
        except Exception:
            logger.exception("the check for emergencies in other languages failed")
            return None

    def despair(self, text: str, clinic: Clinic, country: str | None = None) -> str | None:
        """What is said to somebody who is in despair, in their language; nothing for anybody else."""
        language = language_or_english(text)
        said = super().despair(text, clinic, country) if may_be_english(language) else None
        if said or self.others is None:
            return said
        name = self.others.in_despair(text, replace(language, possible=tuple({*language.possible} - {ENGLISH})))
        if name is None:
            return None
        other = SaidIn(name, clinic)
        return other.filled(other.texts.distress, where(text, clinic, country, name))

    def _flag(self, found: Finding, text: str, clinic: Clinic, country: str | None) -> RedFlag:
        said = SaidIn(found.language, clinic)
        alarm = said.alarm(found, where(text, clinic, country, found.language))
        label, evidence = self.label_of(found.group), list(found.evidence)
        return RedFlag(found.group, label, found.level, alarm, said.buttons, evidence, found.rule, language=found.language)


def read_every_language(others: OtherLanguages) -> EveryLanguage:
    """Read the red flags, to be asked together with the check of other languages.

    Raises:
        RedFlagsError: naming what is wrong.
    """
    both = read_red_flags(made=EveryLanguage)
    assert isinstance(both, EveryLanguage)  # noqa: S101
    both.also_in(others)
    return both


def _leaning(language: Language, text: str, chat: str | None) -> Language:
    """The language of a single word, which may be one of many, once that of its conversation is known.

    "help" is a cry in Dutch. In English, in which everybody begins who has not told another, it is what people write to hear
    what they can do here; so English takes only what is most likely English.
    """
    if chat is None or len(text.split()) > 1 or (chat == ENGLISH and not may_be_in(text, ENGLISH)):
        return language
    return replace(language, code=chat, possible=(chat,))


def _is_english(language: Language) -> bool:
    """Whether a message is in English for sure: then a neighbour's words find the sign and miss the "denies" beside it."""
    return language.sure and language.code == ENGLISH


def _is_another(language: Language) -> bool:
    """Whether a message is in another language than English for sure, even if it has a word or two of it."""
    return language.sure and language.code not in {ENGLISH, OTHER}


def _is_written(evidence: Sequence[str], text: str) -> bool:
    """Whether a message has the words that an alarm rests on, and not only such that look like them with a mistake."""
    words = set(_WORD.findall(straight(normalised(text)).replace("'", "").casefold()))
    return not evidence or any(words.issuperset(_WORD.findall(each)) for each in evidence)


def may_be_english(language: Language) -> bool:
    """Whether the English check should see a message; also one in a language that nobody here speaks."""
    return not {ENGLISH, OTHER}.isdisjoint({language.code, *language.possible})


def where(text: str, clinic: Clinic, country: str | None, language: str) -> Where:
    """Where somebody may be who writes in a language. A fault here must not keep an alarm from anybody."""
    try:
        places = places_of(language) or the_places()
        return whereabouts_of(places.where(text), clinic, country)
    except Exception:
        logger.exception("where somebody is could not be read")
        return Where(lives=country)


def _says(what: str, text: str) -> bool:
    return any(says(what, text, name) for name in language_or_english(text).possible) or pressed(what, text) is not None
