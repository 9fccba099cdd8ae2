"""A program to run and how it ended, as bytes: what is told to a worker, and what a worker says.

What is told to a worker comes from this process and is trusted. What a worker says is not: it is taken apart value by
value, and nothing in it is executed.
"""

from __future__ import annotations

import json
import marshal
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Final, Protocol

import attrs
from attrs import frozen

from calcharo_vm import errors
from calcharo_vm.config import TracerConfig
from calcharo_vm.errors import CalcharoError, CompilationError, ConfigurationError, RecordingFormatError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.isolation.layers import LayerState
from calcharo_vm.isolation.wire import message
from calcharo_vm.program.subject import ProgramFile, Request
from calcharo_vm.recording import ExceptionSnapshot, Outcome
from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.storage.packing import pack, unpack
from calcharo_vm.recording.values import NULL

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Job", "error_of", "hello", "outcome_of", "read_hello", "result_of_error", "result_of_outcome"]

_MOST_TEXT: Final = 1 << 18
"""As many characters as a message or a traceback may have on its way."""
_CUT: Final = "\n... (cut)"


@frozen
class Job:
    """A program for a worker.

    Attributes:
        config: How to trace it, in the worker.
        request: The program, as something that can go to another process, see `crossing`; where it has no `stdin`,
            it reads what comes through the worker's own standard input.
    """

    config: TracerConfig
    request: Request

    def to_bytes(self) -> bytes:
        """Give the job as bytes."""
        request = self.request
        told = None if request.replay is None else [part for each in request.replay for part in _parts(each)]
        source = request.source
        file = None if not isinstance(source, ProgramFile) else [source.path, source.name, source.folder]
        content = source.content if isinstance(source, ProgramFile) else source
        parts: list[object] = [json.dumps(self.config.to_dict()), request.filename, request.stdin]
        parts += [None if request.argv is None else list(request.argv), file, content]
        parts.append(None if told is None else pack(told, NULL))
        return marshal.dumps(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Job:
        """Read what `to_bytes` gave, in a process of the same interpreter."""
        settings, filename, stdin, argv, file, content, told = marshal.loads(data)  # noqa: S302 - from our own parent
        source = content if file is None else ProgramFile(file[0], file[1], content, file[2])
        words = None if told is None else unpack(told, NULL)
        replay = None if words is None else [Input(*words[at : at + 3]) for at in range(0, len(words), 3)]  # type: ignore[arg-type] # as they were
        return cls(TracerConfig.from_dict(json.loads(settings)), Request(source, filename, argv, stdin, replay=replay))


def _parts(given: Input) -> tuple[object, ...]:
    return given.kind, given.value, given.step


def crossing(request: Request) -> Request:
    """Give a request as what can go to another process: a file is read.

    Raises:
        ConfigurationError: It cannot.
    """
    source = request.source
    if isinstance(source, Path):
        return attrs.evolve(request, source=ProgramFile.read(source))
    if isinstance(source, str | bytes | CodeType | ProgramFile):
        return request
    if callable(source):
        raise ConfigurationError(
            f"source is {source!r}, which cannot go to another process; pass the program's text or file, or use "
            "isolation='none'"
        )
    raise ConfigurationError(
        f"source is {source!r}, of type {type(source).__name__}; pass source text, a pathlib.Path or a code object"
    )


# --- what a worker says ----------------------------------------------------------------------------


def hello(states: Sequence[LayerState], resident: int) -> bytes:
    """Say which layers are in force, and how much memory the worker has."""
    layers = [[str(each.layer), each.is_active, each.why] for each in states]
    return json.dumps({"layers": layers, "resident": resident}).encode()


def read_hello(data: bytes) -> tuple[tuple[LayerState, ...], int]:
    """Read `hello`.

    Raises:
        RecordingFormatError: It makes no sense.
    """
    told = message(data)
    try:
        rows: list[list[object]] = told["layers"]  # type: ignore[assignment] # it raises if not
        states = tuple(LayerState(str(layer), is_active is True, str(why)) for layer, is_active, why in rows)
        return states, int(str(told["resident"]))
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingFormatError(f"a worker has named layers that make no sense ({error}): record again") from error


def result_of_outcome(outcome: Outcome) -> bytes:
    """Say how a program ended."""
    exception = outcome.exception
    told = None if exception is None else [exception.type_name, _cut(exception.message), _cut(exception.traceback)]
    status, limit, code = str(outcome.status), outcome.limit, outcome.exit_code
    return json.dumps({"status": status, "limit": limit, "exit_code": code, "exception": told}).encode()


def result_of_error(error: CalcharoError, outcome: Outcome) -> bytes:
    """Say which error ended the tracing."""
    cause = error.__cause__
    told: list[object] | None = None
    if isinstance(cause, SyntaxError):
        told = [type(cause).__name__, *(getattr(cause, name) for name in _OF_SYNTAX_ERRORS)]
    elif isinstance(error, CompilationError) and cause is not None:
        told = [type(cause).__name__, str(cause)]
    result: dict[str, object] = json.loads(result_of_outcome(outcome))
    return json.dumps({**result, "error": [type(error).__name__, _cut(str(error)), told]}, default=repr).encode()


_OF_SYNTAX_ERRORS: Final = ("msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset")
_CAUSES: Final = (SyntaxError, IndentationError, TabError, ValueError, OverflowError, RecursionError, MemoryError)
_COMPILING: Final = {kind.__name__: kind for kind in _CAUSES}


def outcome_of(data: bytes) -> tuple[Outcome, CalcharoError | None]:
    """Read how a program ended, and which error there was.

    Raises:
        RecordingFormatError: It makes no sense.
    """
    found = message(data)
    try:
        told = found.get("exception")
        exception = None if told is None else ExceptionSnapshot(*_texts(told, 3))
        limit, code = found.get("limit"), found.get("exit_code")
        if not (limit is None or isinstance(limit, str)) or not (code is None or type(code) is int):
            raise TypeError(f"limit {limit!r}, exit code {code!r}")  # noqa: TRY301 - one answer to all that makes no sense
        return Outcome(found.get("status"), exception, limit, code), error_of(found.get("error"))  # type: ignore[arg-type] # its converter raises
    except (TypeError, ValueError) as error:
        raise RecordingFormatError(f"a worker has told an end that makes no sense ({error}): record again") from error


def error_of(told: object) -> CalcharoError | None:
    """Make the error that a worker tells of."""
    if told is None:
        return None
    if not isinstance(told, list) or len(told) != 3:
        raise TypeError(f"{str(told)[:80]!r} for an error")
    name, text = _texts(told[:2], 2)
    kind = getattr(errors, name) if name in errors.__all__ else CalcharoError
    made: CalcharoError = kind(text)
    if told[2] is not None:
        made.__cause__ = _cause_of(told[2])
    return made


def _cause_of(told: object) -> Exception:
    """Make the error of the compiler that a worker tells of."""
    if not isinstance(told, list) or len(told) < 2:
        raise TypeError(f"{str(told)[:80]!r} for a cause")
    kind = _COMPILING.get(str(told[0]), ValueError)
    if issubclass(kind, SyntaxError):
        return kind(str(told[1]), tuple(told[2 : len(_OF_SYNTAX_ERRORS) + 1]))
    return kind(str(told[1]))


def _texts(told: object, count: int) -> list[str]:
    if not isinstance(told, list) or len(told) != count or not all(isinstance(each, str) for each in told):
        raise TypeError(f"{str(told)[:80]!r} for {count} texts")
    return told


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + _CUT


class Stoppable(Protocol):
    """Is a run that can be stopped."""

    def stop(self) -> None:
        """Stops it; any thread may ask for that."""
        ...
