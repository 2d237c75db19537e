"""What actions need from outside: the library, the clinic, the intake.

Web hands its own over at start, so that there is one encoder in memory. Under a plain `rasa run actions` or
`python -m rasa_sdk --actions actions` they are opened from the settings at first use.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from cordial.settings import load_settings
from intake.clinic import Clinic, read_clinic
from intake.fields import Intake, the_intake
from knowledge.encoder import Encoder
from knowledge.library import Library


@dataclass(frozen=True)
class Services:
    """Everything that an action may use."""

    library: Library
    clinic: Clinic
    intake: Intake


_lock = threading.Lock()
_services: Services | None = None


def provide(services: Services) -> None:
    """Use these from now on."""
    global _services  # noqa: PLW0603  -- rasa-sdk instantiates actions itself and passes nothing in
    _services = services


def services() -> Services:
    """The services of this process."""
    with _lock:
        if _services is None:
            settings = load_settings()
            encoder = Encoder(settings.data / "encoder")
            library = Library(settings.knowledge_folder, encoder)
            provide(Services(library, read_clinic(settings.clinic_file), the_intake()))
        assert _services is not None  # noqa: S101
        return _services
