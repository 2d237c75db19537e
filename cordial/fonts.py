"""Where fonts for the PDF may be: on the system, or in Rasa's environment, which brings DejaVu with its plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cordial.bootstrap import RASA
from desk.fonts import USUAL_FOLDERS


def font_folders() -> Sequence[Path]:
    """Folders to look in, the best first."""
    return [*USUAL_FOLDERS, *sorted(RASA.glob("lib/python*/site-packages/matplotlib/mpl-data/fonts/ttf"))]
