"""What is offered when it is unclear what a patient wants, from `meanings.yml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict

from language.spoken import text_file

_OFFERED = 2


class Meanings(BaseModel):
    """Readable choices for intents, and what is said around them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    ask: str
    again: str
    something_else: str
    meanings: dict[str, str]

    def choices(self, likeliest: Iterable[str]) -> list[str]:
        """Two readable choices among the likeliest intents, and something else; with a person where there are not two.

        Args:
            likeliest: intents, the likeliest first.
        """
        offered = [self.meanings[intent] for intent in likeliest if intent in self.meanings][:_OFFERED]
        person = self.meanings["talk_to_person"]
        if len(offered) < _OFFERED and person not in offered:
            offered.append(person)
        return [*offered, self.something_else]


@cache
def the_meanings() -> Meanings:
    """The shipped choices, read once a process."""
    return Meanings.model_validate(yaml.safe_load(text_file("intake", "meanings.yml").read_text("utf-8")))
