"""Words for the patient in the mouth of somebody who answers for them: "my son" is nobody else, if it is about a child."""

from __future__ import annotations

from intake.judging.expressions import expression

_WORDS = {"my_child": "patient_my_child", "another_adult": "patient_another_adult"}


def without_the_patient(text: str, whom: str) -> str:
    """A text without the words that mean the patient, so that whoever else is named is somebody else.

    Args:
        text: what was written.
        whom: the answer to "For whom is this?".
    """
    return expression(_WORDS[whom]).sub(" ", text) if whom in _WORDS else text
