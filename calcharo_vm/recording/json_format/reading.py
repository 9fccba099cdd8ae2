"""Reads a recording from JSON, chunk by chunk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Final, TextIO, TypeVar

import cattrs

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.journal import CodeInfo, InstructionInfo, Journal
from calcharo_vm.recording.json_format import expanded
from calcharo_vm.recording.json_format.chunks import ChunkReader
from calcharo_vm.recording.json_format.scalars import WORD_TYPES
from calcharo_vm.recording.json_format.stream import JsonStream
from calcharo_vm.recording.json_format.writing import FORMAT, VERSION
from calcharo_vm.recording.recording import Recording
from calcharo_vm.recording.values import NULL, Outcome, OutcomeStatus

_Value = TypeVar("_Value")


def _strict_converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    for scalar in (bool, int, str):
        converter.register_structure_hook(scalar, _itself)
    converter.register_structure_hook(OutcomeStatus, lambda found, _status: OutcomeStatus(found))
    converter.register_structure_hook_func(lambda kind: kind is object, _word)
    return converter


def _itself(found: object, scalar: type) -> object:
    """A scalar of JSON, which is nothing else in disguise."""
    if type(found) is not scalar:
        raise TypeError(f"{found!r:.80} is no {scalar.__name__}")
    return found


def _word(found: object, _object: type) -> object:
    if type(found) not in WORD_TYPES:
        raise TypeError(f"{found!r:.80} is no value")
    return found


_converter: Final = _strict_converter()


def read(source: str | PathLike[str] | TextIO) -> Recording:
    """Reads a recording from JSON text, a path or a file.

    Raises:
        RecordingFormatError: It is not a recording, or not one this release can read.
    """
    with _opened(source) as stream:
        return _Document(stream).recording()


@contextmanager
def _opened(source: str | PathLike[str] | TextIO) -> Iterator[JsonStream]:
    if isinstance(source, str) and (source[:1].isspace() or source[:1] in ("{", "[", "")):
        yield JsonStream("the text", source)
        return
    if not isinstance(source, str | PathLike):
        yield JsonStream("the file", read=source.read)
        return
    path = Path(source)
    try:
        file = path.open(encoding="utf-8")
    except (OSError, ValueError) as error:
        message = f"{path.name[:80]!r} cannot be read as a recording ({error}): give JSON text or the path of a file"
        raise RecordingFormatError(message) from error
    with file:
        yield JsonStream(path.name, read=file.read)


class _Document:
    """What has been read of a document."""

    def __init__(self, stream: JsonStream) -> None:
        self._stream = stream
        self._journal = Journal(NULL)
        self._chunks = ChunkReader(stream, self._journal)
        self._source = ""
        self._isolation: tuple[str, ...] = ()
        self._outcome: Outcome | None = None
        self._parts: dict[str, Callable[[], None]] = {
            "format": self._read_format,
            "version": self._read_version,
            "python": self._read_python,
            "outcome": self._read_outcome,
            "isolation": self._read_isolation,
            "source": self._read_source,
            "sources": self._read_sources,
            "inputs": self._read_inputs,
            "codes": self._read_codes,
            "instructions": self._read_instructions,
            "chunks": self._chunks.read,
        }

    def recording(self) -> Recording:
        """The recording, when all of the document is read."""
        stream, missing = self._stream, dict(self._parts)
        if stream.peek() not in ("{", ""):
            stream.value()
            raise self._foreign("it is no object")
        for key in stream.entries():
            stream.within = f'in "{key[:80]}"'
            if key not in missing:
                raise self._unexpected(key, is_recording="format" not in missing)
            missing.pop(key)()
            stream.within = ""
        stream.end()
        if "format" in missing:
            raise self._foreign('it has no "format"')
        if missing:
            raise stream.error(f"there is no {', no '.join(map(repr, missing))}")
        assert self._outcome is not None
        self._check_tables()
        return Recording(self._journal, self._outcome, self._source, self._isolation)

    def _unexpected(self, key: str, *, is_recording: bool) -> RecordingFormatError:
        if key in self._parts:
            return self._stream.error("this is here for the second time")
        if not is_recording:
            return self._foreign(f'it has a key "{key[:80]}"')
        return self._stream.error("this release does not know what this is")

    def _foreign(self, why: str) -> RecordingFormatError:
        message = f"{self._stream.name} is JSON, but no recording: {why}: give the output of Recording.to_json"
        return RecordingFormatError(message)

    # --- the parts -------------------------------------------------------------------------------

    def _read_format(self) -> None:
        found = self._stream.value()
        if found == expanded.FORMAT:
            message = f"{self._stream.name} is an expanded recording, which other programs read: give one that is not"
            raise RecordingFormatError(message)
        if found != FORMAT:
            raise self._foreign(f'"format" is not "{FORMAT}"')

    def _read_version(self) -> None:
        found = self._stream.value()
        if type(found) is not int or found != VERSION:
            found = f"{found!r:.80}"
            message = f"{self._stream.name} is a recording of version {found}, and this release reads version {VERSION}"
            raise RecordingFormatError(f"{message}: record again")

    def _read_python(self) -> None:
        self._journal.python = self._structured(str)

    def _read_outcome(self) -> None:
        self._outcome = self._structured(Outcome)

    def _read_isolation(self) -> None:
        self._isolation = self._structured(tuple[str, ...])

    def _read_source(self) -> None:
        self._source = self._structured(str)

    def _read_sources(self) -> None:
        self._journal.sources = dict(self._structured(tuple[str, str]) for _ in self._stream.elements())

    def _read_inputs(self) -> None:
        rows = (self._structured(tuple[str, object, int]) for _ in self._stream.elements())
        self._journal.inputs = tuple(Input(*row) for row in rows)

    def _read_codes(self) -> None:
        self._journal.codes = [self._structured(CodeInfo) for _ in self._stream.elements()]

    def _read_instructions(self) -> None:
        self._journal.instructions = [self._structured(InstructionInfo) for _ in self._stream.elements()]

    def _structured(self, kind: type[_Value]) -> _Value:
        """The value that comes next, as one of that type."""
        found = self._stream.value()
        try:
            return _converter.structure(found, kind)
        except Exception as error:
            cause = "; ".join(cattrs.transform_error(error)) if isinstance(error, ExceptionGroup) else repr(error)
            raise self._stream.error(cause) from error

    def _check_tables(self) -> None:
        """Checks that numbers of codes and instructions are of some that there are.

        Raises:
            RecordingFormatError: They are not.
        """
        journal, (executed, chunk) = self._journal, self._chunks.highest
        if executed >= len(journal.instructions):
            message = f"there is no instruction {executed}, which chunk {chunk} executes"
            raise self._stream.error(message)
        for number, instruction in enumerate(journal.instructions):
            if not 0 <= instruction.code < len(journal.codes):
                message = f"there is no code {instruction.code}, which instruction {number} is of"
                raise self._stream.error(message)
