"""Pages of a PDF: a frame around each, and the few forms of text on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fpdf import FPDF, FontFace, XPos, YPos

from exports.fonts import BOLD, REGULAR, USUAL_FOLDERS, Fitting, font_folder, western
from language.spoken import spoken

_INK, _SOFT, _RULE, _ALARM, _SHADE = (28, 33, 40), (92, 99, 108), (205, 210, 216), (168, 28, 28), (243, 245, 247)
_MARGIN = 18.0  # millimetres


@dataclass(frozen=True)
class _Look:
    """How letters look: size in points, height of a line in millimetres."""

    size: float
    line: float = 5.2
    bold: bool = False
    color: tuple[int, int, int] = _INK


_HEADLINE, _SECTION, _BODY = _Look(20, 9, True), _Look(13, 7, True), _Look(10)
_SMALL, _EDGE = _Look(8.5, 4.4, color=_SOFT), _Look(8, color=_SOFT)
_PATIENT, _OTHERS = _Look(8.5, 4.4, True), _Look(8.5, 4.4, color=_SOFT)
_CELL, _ALARMING = _Look(9.5), _Look(11, 8, True, (255, 255, 255))


@dataclass(frozen=True)
class Frame:
    """What stands at the edges of every page."""

    title: str  # of the file
    left: str  # above the page
    right: str
    page: str  # with {page} and {pages}, below it
    made: str  # with {at}
    at: datetime
    zone: str = "UTC"
    font_folders: Sequence[Path] = USUAL_FOLDERS


class Sheet(FPDF):
    """Pages with a frame around them, and the few forms of text on them."""

    def __init__(self, frame: Frame) -> None:
        """Begin without a page."""
        super().__init__(format="A4")
        self.frame = frame
        self.fit = self._take_font(font_folder(frame.font_folders))
        self.set_margins(_MARGIN, 24, _MARGIN)
        self.set_auto_page_break(True, 20)
        self.set_title(frame.title)
        self.set_creator("Cordial")
        self.set_lang(spoken())
        self.set_creation_date(frame.at)
        self.alias_nb_pages("{pages}")

    def _take_font(self, folder: Path | None) -> Fitting:
        if folder is None:
            self.face = "helvetica"
            return Fitting(western)
        self.face = "dejavu"
        self.add_font(self.face, "", folder / REGULAR)
        self.add_font(self.face, "B", folder / BOLD)
        shapes: Any = self.fonts[self.face]
        return Fitting(lambda character: ord(character) in shapes.cmap or character == "\n")

    def header(self) -> None:
        """The upper edge."""
        self._font(_EDGE)
        self.set_y(10)
        self.cell(0, 5, self.fit(self.frame.left), align="L")
        self.set_x(_MARGIN)
        self.cell(0, 5, self.fit(self.frame.right), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._rule()
        self.set_y(24)

    def footer(self) -> None:
        """The lower edge."""
        self.set_y(-14)
        self._font(_EDGE)
        # The number of pages is filled in at the end, so what holds it cannot be aligned to the right.
        self.cell(0, 5, self.fit(self.frame.page.format(page=self.page_no(), pages="{pages}")), align="L")
        self.set_x(_MARGIN)
        self.cell(0, 5, self.fit(self.frame.made.replace("{at}", self.at(self.frame.at))), align="R")

    def at(self, when: datetime, form: str = "%Y-%m-%d %H:%M %Z") -> str:
        """A time, as the clinic's clock shows it."""
        return when.astimezone(ZoneInfo(self.frame.zone)).strftime(form)

    def headline(self, text: str) -> None:
        """What the whole is called."""
        self._text(text, _HEADLINE)

    def section(self, text: str) -> None:
        """A heading; not at the foot of a page."""
        if self.will_page_break(30):
            self.add_page()
        self.ln(5)
        self._text(text, _SECTION)
        self._rule()
        self.ln(2)

    def body(self, text: str, indent: float = 0) -> None:
        """A paragraph."""
        self._text(text, _BODY, indent)

    def small(self, text: str, above: float = 0, indent: float = 0) -> None:
        """What stands beside the matter."""
        self.ln(above)
        self._text(text, _SMALL, indent)

    def speaker(self, text: str, patient: bool) -> None:
        """Who says what follows; the patient stands out."""
        self.ln(1.8)
        self._text(text, _PATIENT if patient else _OTHERS)

    def alarm(self, text: str) -> None:
        """What must be seen first."""
        self._font(_ALARMING)
        self.set_fill_color(*_ALARM)
        self.multi_cell(0, _ALARMING.line, f" {self.fit(text)}", fill=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_fill_color(255, 255, 255)
        self.ln(2)

    def rows(self, rows: Sequence[Sequence[str]], widths: tuple[int, ...], heads: Sequence[str] = ()) -> None:
        """A table; its first column is bold."""
        self._font(_CELL)
        self.set_draw_color(*_RULE)
        head = FontFace(emphasis="BOLD", color=_SOFT, fill_color=_SHADE)
        with self.table(
            col_widths=widths,
            line_height=_CELL.line,
            padding=(1.1, 1.5),
            borders_layout="HORIZONTAL_LINES",
            text_align="LEFT",
            v_align="TOP",
            headings_style=head,
            first_row_as_headings=bool(heads),
            repeat_headings=1 if heads else 0,
        ) as table:
            for row in [heads, *rows] if heads else rows:
                line = table.row()
                for column, text in enumerate(row):
                    bold = FontFace(emphasis="BOLD") if column == 0 and row is not heads else None
                    line.cell(self.fit(text), style=bold)

    def quote(self, text: str, below: str) -> None:
        """Words of an article, with a bar beside them."""
        top, page = self.get_y(), self.page_no()
        self.body(text, indent=5)
        self.small(below, indent=5)
        self.set_draw_color(*_RULE)
        self.set_line_width(0.8)
        start = top if self.page_no() == page else self.t_margin
        self.line(_MARGIN + 2, start + 0.8, _MARGIN + 2, self.get_y() - 0.8)
        self.set_line_width(0.2)
        self.ln(1)

    def _text(self, text: str, look: _Look, indent: float = 0) -> None:
        self._font(look)
        self.set_x(_MARGIN + indent)
        self.multi_cell(0, look.line, self.fit(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _font(self, look: _Look) -> None:
        self.set_font(self.face, "B" if look.bold else "", look.size)
        self.set_text_color(*look.color)

    def _rule(self) -> None:
        self.set_draw_color(*_RULE)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
