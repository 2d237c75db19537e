"""The letters that a PDF can show. With DejaVu Sans: Latin, Greek, Cyrillic and more. Without a font: Western European."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cordial.bootstrap import RASA

REGULAR, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
USUAL_FOLDERS = (Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/dejavu-sans-fonts"))
_LIKE = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\t": "    ", "\u00a0": " ", "\u202f": " "})
_WESTERN_LIKE = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "•": "-"})


def font_folders() -> Sequence[Path]:
    """Folders to look in, the best first: the system's, or those that Rasa's environment brings for its plots."""
    return [*USUAL_FOLDERS, *sorted(RASA.glob("lib/python*/site-packages/matplotlib/mpl-data/fonts/ttf"))]


def font_folder(folders: Sequence[Path] = USUAL_FOLDERS) -> Path | None:
    """The first folder that holds both fonts."""
    return next((folder for folder in folders if all((folder / name).is_file() for name in (REGULAR, BOLD))), None)


@dataclass
class Fitting:
    """Makes a text fit a font. What the font cannot show is replaced by something that can be seen, and remembered."""

    has: Callable[[str], bool]
    missing: bool = False

    def __call__(self, text: str) -> str:
        """The text as it can be shown."""
        plain = unicodedata.normalize("NFC", text.translate(_LIKE).replace("\r\n", "\n"))
        plain = "".join(each for each in plain if each == "\n" or not _is_invisible(each))
        shown = [self._shown(run) for run in re.split(r"(\s+)", plain)]
        return re.sub(r"(\[\?\]\s*){2,}", "[?] ", "".join(shown))

    def _shown(self, run: str) -> str:
        if run.isspace() or not run:
            return run
        if any(unicodedata.bidirectional(each) in {"R", "AL"} for each in run):
            self.missing = True  # its letters would stand unjoined and in the wrong direction
            return "[?]"
        return "".join(self._one(each) for each in run)

    def _one(self, character: str) -> str:
        if self.has(character):
            return character
        like = character.translate(_WESTERN_LIKE)
        if like != character:
            return like
        self.missing = True
        if unicodedata.category(character) == "So":
            return f"[{unicodedata.name(character, '?').lower()}]"
        return "[?]"


def western(character: str) -> bool:
    """Whether a PDF shows a character without any font file."""
    return character == "\n" or " " <= character <= "~" or "\u00a1" <= character <= "\u00ff"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} or "\ufe00" <= character <= "\ufe0f"
