"""One short life: it starts, a patient asks, it ends. ``python -m tests.support.short_life DATA start``, or ``serve``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.people import Patient
from tests.support.system import System

if __name__ == "__main__":
    web = System(Path(sys.argv[1]), sys.argv[2]).start()
    try:
        with Patient(web.url) as patient:
            patient.says("Does it work?")
    finally:
        web.close()
