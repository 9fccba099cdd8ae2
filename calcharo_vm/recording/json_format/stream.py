"""Reads JSON as a stream: values one by one, of which no more than the next is in memory as text."""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.json_format.scalars import decoded

_READ: Final = 1 << 18
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_LONGEST_LITERAL: Final = len("-Infinity")
_EXPONENT: Final = len("e+")
_INTEGERS_SHARED: Final = 1 << 14


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


class JsonStream:
    """A document that is read from the beginning to the end.

    Attributes:
        name: What errors call it.
        within: The part of the document that is read, for errors.
    """

    def __init__(self, name: str, text: str = "", read: Callable[[int], str] | None = None) -> None:
        """Reads `text`, or what `read` gives."""
        self.name = name
        self.within = ""
        self._read = read
        self._text = text
        self._at = 0
        self._started = 0  # where the last value did
        self._lines = 0  # before the text
        self._line_start = 0  # where the line begins on which the text does, counted from its beginning
        shared = lru_cache(_INTEGERS_SHARED)(int)  # a journal has the same numbers again and again
        decoder = json.JSONDecoder(object_hook=decoded, parse_int=shared, parse_constant=_no_constant)
        self._decode = decoder.raw_decode

    # --- what the document has -------------------------------------------------------------------

    def peek(self) -> str:
        """The next character that is no white space, empty at the end."""
        self._skip_space()
        return self._text[self._at : self._at + 1]

    def entries(self) -> Iterator[str]:
        """Yields the keys of the object that comes next; whoever takes one reads its value."""
        self._expect("{")
        if not self._has("}"):
            while True:
                if self.peek() != '"':
                    raise self._syntax_error("a key should be here")
                key = self.value()
                self._expect(":")
                yield str(key)
                if self._has("}"):
                    return
                self._expect(",")

    def elements(self) -> Iterator[int]:
        """Yields the numbers of the elements of the array that comes next; whoever takes one reads the element."""
        self._expect("[")
        number = 0
        if not self._has("]"):
            while True:
                yield number
                number += 1
                if self._has("]"):
                    return
                self._expect(",")

    def value(self) -> object:
        """The value that comes next, all of it."""
        while True:
            self._skip_space()
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as error:
                may_go_on = error.msg.startswith("Unterminated") or len(self._text) - error.pos <= _LONGEST_LITERAL
                if may_go_on and self._more():
                    continue
                raise self._syntax_error(error.msg, error.pos) from error
            except RecursionError as error:
                raise self._syntax_error("it is nested too deeply") from error
            except ValueError as error:
                raise self._syntax_error(str(error)) from error
            if type(value) in (int, float) and len(self._text) - end <= _EXPONENT and self._more():
                continue  # it may have more digits
            self._started, self._at = self._at, end
            return value

    def end(self) -> None:
        """Checks that nothing follows."""
        if self.peek():
            raise self._syntax_error("more follows where the document should end")
        self._started = self._at

    # --- errors ----------------------------------------------------------------------------------

    def error(self, what: str) -> RecordingFormatError:
        """The error that says what is wrong with the value that was read last."""
        place = self._place(self._started)
        return RecordingFormatError(f"{self.name} is a damaged recording ({place}: {what}): record again")

    def _syntax_error(self, what: str, at: int | None = None) -> RecordingFormatError:
        place = self._place(self._at if at is None else at)
        return RecordingFormatError(f"{self.name} is not JSON ({place}: {what}): give the output of Recording.to_json")

    def _place(self, at: int) -> str:
        lines = self._text.count("\n", 0, at)
        column = at - (self._text.rfind("\n", 0, at) if lines else self._line_start - 1)
        place = f"line {self._lines + lines + 1}, column {column}"
        return f"{place}, {self.within}" if self.within else place

    # --- the text --------------------------------------------------------------------------------

    def _skip_space(self) -> None:
        while True:
            match = _SPACE.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text) or not self._more():
                return

    def _has(self, character: str) -> bool:
        """Passes a character if it is the next."""
        is_next = self.peek() == character
        self._at += is_next
        return is_next

    def _expect(self, character: str) -> None:
        if not self._has(character):
            raise self._syntax_error(f"{character!r} should be here")

    def _pieces(self, size: int) -> str:
        """So much of what comes next; some files give it in pieces."""
        assert self._read is not None
        pieces: list[str] = []
        while size > 0 and (piece := self._read(size)):
            if not isinstance(piece, str):
                raise RecordingFormatError(f"{self.name} does not give text: open it as a text file")
            pieces.append(piece)
            size -= len(piece)
        return "".join(pieces)

    def _more(self) -> bool:
        """Reads on, twice as much as is not read yet, and returns whether there was more."""
        if self._read is None:
            return False
        at, rest = self._at, self._text[self._at :]
        try:
            more = self._pieces(max(_READ, len(rest)))
        except UnicodeDecodeError as error:
            message = f"{self.name} is not text ({error.reason}): give the output of Recording.to_json"
            raise RecordingFormatError(message) from error
        except (OSError, ValueError) as error:
            message = f"{self.name} cannot be read as a recording ({error}): give the output of Recording.to_json"
            raise RecordingFormatError(message) from error
        if not more:
            self._read = None
            return False
        lines = self._text.count("\n", 0, at)
        self._line_start = self._text.rfind("\n", 0, at) + 1 - at if lines else self._line_start - at
        self._lines += lines
        self._text, self._at = rest + more, 0
        self._started = max(0, self._started - at)
        return True
