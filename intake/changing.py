"""The new value in a wish to change something: "change my phone number to …", "my name is spelt … and not …"."""

from __future__ import annotations

from intake.fields import IntakeField
from intake.judge import judge
from intake.judging.expressions import expression, expressions
from intake.judging.plain import letters
from intake.judging.results import Context, Understood
from language.plurals import singular
from language.questions import looks_like_a_question

_ANYWHERE = frozenset({"contact", "birth", "country"})  # kinds that are recognised wherever they stand


def wants_to_change(text: str) -> bool:
    """Whether a message says so in so many words."""
    return bool(expression("changing_wish").match(text))


def standing(text: str) -> str:
    """What still stands of a wish to change: "change medicines, no wait, just the country" is about the country."""
    begun = expression("changing_withdrawn").match(text)
    rest = text[begun.end() :] if begun else expression("changing_keeps").sub(" ", text)
    return rest.strip(" ,.;:!-–—") or text


def new_value(field: IntakeField, text: str, context: Context) -> tuple[str, Understood] | None:
    """The words that give the new value, and what they mean; none if the message only names the field.

    Args:
        field: the field that is to be changed.
        text: the whole message.
        context: what the judge may go by.
    """
    names = {singular(letters(name), "careful") for name in (field.label, *field.called)}
    for mark in expressions("changing_before_the_value"):
        for found in mark.finditer(text):
            said = expression("changing_stops").sub("", text[found.end() :]).strip(" .!\"'“”")
            named = singular(letters(expression("changing_articles").sub("", said)), "careful") in names
            nothing = expression("changing_empty").match(said) or named or looks_like_a_question(said)
            understood = None if nothing else judge(field, said, context)
            if isinstance(understood, Understood):
                return said, understood
    if field.kind in _ANYWHERE:
        understood = judge(field, text, context)
        if isinstance(understood, Understood):
            return text, understood
    return None
