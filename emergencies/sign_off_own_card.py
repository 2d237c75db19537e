"""The chat page's own card for an emergency, on the page for a physician: what it says while nothing answers, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emergencies.sign_off_texts import Paragraph, the_sign_off_texts


@dataclass(frozen=True)
class OwnCard:
    """What the page says by itself in one language, as a patient reads it, and what raises it."""

    file: str
    text: str
    danger: str  # said beside every trouble, whatever was written
    words: Sequence[str]
    unless_before: Sequence[str]
    unless_in: Sequence[str]
    signed_off: bool


def own_card(card: OwnCard) -> Iterator[Paragraph]:
    """All of it, with the file that holds it."""
    said = the_sign_off_texts()
    yield Paragraph(said.own_card, said.own_card_about.format(file=card.file))
    yield Paragraph(said.sign_off, said.sign_offs["done" if card.signed_off else "pending"])
    texts = {"text": card.text, "danger": card.danger}
    patterns = {name: ", ".join(getattr(card, name)) for name in ("words", "unless_before", "unless_in")}
    for name, text in (texts | patterns).items():
        yield Paragraph(said.own_card_of[name], text)
