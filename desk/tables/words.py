"""Rows whose words are sealed: read and set like other attributes, stored encrypted with the key of their conversation.

A row is opened when its words are first read. One that cannot be opened costs only itself: it says so instead of its words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

import structlog
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cordial.data_files import DataFileError, Part, PlainText, read_data
from desk.sealed import Keyring, SealError
from language.spoken import text_file

logger = structlog.get_logger(__name__)
T = TypeVar("T")
_CONTENT, _OPENS = "_content", "_keyring"  # beside the columns of a row


class UnreadableError(DataFileError):
    """`unreadable.yml` cannot be used; the message names the text."""


class Unreadable(Part):
    """What stands in the place of what cannot be opened."""

    message: PlainText
    answer: PlainText
    note: PlainText


def read_unreadable(file: Path | None = None) -> Unreadable:
    """Read what is said then; by default in the language that is spoken.

    Raises:
        UnreadableError: naming what is wrong.
    """
    return read_data(Unreadable, file or text_file("desk/tables", "unreadable.yml"), UnreadableError)


@cache
def unreadable() -> Unreadable:
    """What is said then, read once a process."""
    return read_unreadable()


def _same(value: Any) -> Any:
    return value


class Words(Generic[T]):
    """An attribute of a row that is sealed."""

    def __init__(
        self,
        default: Callable[[], T],
        unreadable: Callable[[], T] | None = None,
        store: Callable[[T], Any] = _same,
        load: Callable[[Any], T] = _same,
    ) -> None:
        """Describe it.

        Args:
            default: makes what it is, where nothing was stored.
            unreadable: the same, where the row cannot be opened.
            store: makes JSON of it.
            load: makes it of JSON.
        """
        self._default, self._unreadable, self._store, self._load = default, unreadable or default, store, load
        self._name = ""

    def __set_name__(self, owner: type[Sealed], name: str) -> None:
        """Learn its name."""
        self._name = name

    @overload
    def __get__(self, row: None, owner: type[Sealed]) -> Words[T]: ...

    @overload
    def __get__(self, row: Sealed, owner: type[Sealed]) -> T: ...

    def __get__(self, row: Sealed | None, owner: type[Sealed]) -> T | Words[T]:
        """Open the row, if it was not opened yet."""
        if row is None:
            return self
        content = row.opened()
        if content is None:
            return self._unreadable()
        return self._load(content[self._name]) if content.get(self._name) is not None else self._default()

    def __set__(self, row: Sealed, value: T) -> None:
        """Change it; it is sealed when the row is stored."""
        row.put(self._name, None if value is None else self._store(value))


class Sealed:
    """A row with sealed words that belongs to a conversation."""

    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    if TYPE_CHECKING:
        conversation_id: Mapped[str]
        data_key: str | None  # the key of its conversation, itself sealed; `desk.tables.sealing` reads it with each row

    def place(self) -> str:
        """Where it stands; sealed words open in their own place only."""
        raise NotImplementedError

    @property
    def readable(self) -> bool:
        """Whether its words can be opened."""
        return self.opened() is not None

    def opened(self) -> dict[str, Any] | None:
        """Its words as JSON; nothing, if they cannot be opened."""
        if _CONTENT not in self.__dict__:
            self.__dict__[_CONTENT] = self._open() if self.sealed else {}
        return cast("dict[str, Any] | None", self.__dict__[_CONTENT])

    def loaded(self, keyring: Keyring | None) -> None:
        """It was read from the database: forget what it held, and know what opens it."""
        self.__dict__.pop(_CONTENT, None)
        self.__dict__[_OPENS] = keyring

    def seal(self, keyring: Keyring, data_key: str | None) -> None:
        """Seal what was put into it, before it is stored."""
        self.sealed = keyring.seal_within(data_key, self.opened() or {}, self.place())

    def put(self, name: str, value: Any) -> None:
        """Change one of its words."""
        self.__dict__[_CONTENT] = {**(self.opened() or {}), name: value}
        self.sealed = b""  # made anew when it is stored

    def _open(self) -> dict[str, Any] | None:
        keyring: Keyring | None = self.__dict__.get(_OPENS)
        try:
            if keyring is None:
                raise SealError("There is no keyring.")
            return cast("dict[str, Any]", keyring.open_within(self.data_key, self.sealed, self.place()))
        except SealError as error:
            logger.error("a record cannot be opened", place=self.place(), error=type(error).__name__)
            return None
