"""What a PDF without embedded fonts says."""

from __future__ import annotations

import re
import zlib


def contents(pdf: bytes) -> bytes:
    """Everything that is packed in a PDF."""
    packed = [pdf[found.end() :] for found in re.finditer(rb">>\s*stream\r?\n", pdf)]
    return b"\n".join(zlib.decompressobj().decompress(stream) for stream in packed if stream[:1] == b"x")


def words(pdf: bytes) -> str:
    """What a PDF without embedded fonts says."""
    return words_in(contents(pdf))


def first_page(pdf: bytes) -> str:
    """What its first page says; the streams of the pages come in their order."""
    return words_in(contents(pdf[: pdf.index(b"endstream")]))


def words_in(stream: bytes) -> str:
    """The text that is shown by a page's stream."""
    shown = re.findall(rb"\((.*?)(?<!\\)\) Tj", stream, re.DOTALL)
    text = re.sub(r"\\([()\\])", r"\1", " ".join(each.decode("latin-1") for each in shown))
    return " ".join(text.split())
