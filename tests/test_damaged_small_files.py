"""The small files of the data folder: one that is damaged costs what it said, and neither a start nor what else there is."""

from __future__ import annotations

from pathlib import Path

from commands.start import endpoints_file
from cordial.settings import Settings
from desk.keeping.erasure import ERASED, list_of_erased
from knowledge.generation import current_id

NOISE = b"\x00\xff\xfe\x80" * 3


def test_a_damaged_line_of_the_list_of_erasures_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / ERASED).write_bytes(b"first\n" + NOISE + b"\nlast\n")
    assert {"first", "last"} <= set(list_of_erased(tmp_path))


def test_a_damaged_note_of_the_index_in_use_names_none(tmp_path: Path) -> None:
    (tmp_path / "current").write_bytes(NOISE)
    assert current_id(tmp_path) is None


def test_where_rasa_finds_web_is_written_anew(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    whole = endpoints_file(settings).read_bytes()
    endpoints_file(settings).write_bytes(NOISE + whole[len(NOISE) :])
    assert endpoints_file(settings).read_bytes() == whole
