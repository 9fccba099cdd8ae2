"""Captures what a program writes, where and when it writes it."""

import codecs
import io
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self, TextIO

from calcharo_vm.host_builtins import __builtins__


class Wrote(Protocol):
    """Is told of each text that is written; `Recorder.wrote` is one."""

    def __call__(self, text: str, *, is_error: bool) -> None:
        """Takes a text that has been written."""
        ...


class TeeBuffer(io.BufferedIOBase):
    """The binary side of a captured stream: tells of what is written and hands it on to the real stream."""

    def __init__(
        self,
        real: TextIO | None,
        encoding: str,
        wrote: Callable[[str], None],
        diverted: Callable[[bytes], bool] | None = None,
    ) -> None:
        """Hands on to `real`, or to nobody when it is None; `diverted` returns whether it has taken what is written."""
        self._diverted = diverted
        self._real = real
        self._binary = getattr(real, "buffer", None)
        self._wrote = wrote
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="backslashreplace")

    def write(self, data: object, /) -> int:
        """Writes bytes."""
        if self.closed:
            raise ValueError("write to closed file")
        given = bytes(memoryview(data))  # type: ignore[arg-type]
        if self._diverted is not None and self._diverted(given):
            return len(given)
        text = self._decoder.decode(given)
        if text:
            self._wrote(text)
        if self._binary is not None:
            self._binary.write(given)
        elif self._real is not None and text:
            self._real.write(text)
        return len(given)

    def flush(self) -> None:
        """Flushes the real stream."""
        if self._real is not None and not self.closed and not self._real.closed:
            self._real.flush()

    def writable(self) -> bool:
        """Returns True: it is there to be written to."""
        return True

    def isatty(self) -> bool:
        """Returns whether the real stream is a terminal."""
        return self._real is not None and self._real.isatty()

    def fileno(self) -> int:
        """The file descriptor of the real stream."""
        if self._real is None:
            raise io.UnsupportedOperation("fileno")
        return self._real.fileno()

    @property
    def name(self) -> object:
        """The name of the real stream."""
        return getattr(self._real, "name", "<captured>")

    @property
    def raw(self) -> object:
        """The unbuffered side of the real stream."""
        return getattr(self._binary, "raw", self)


def captured_stream(
    real: TextIO | None, wrote: Callable[[str], None], diverted: Callable[[bytes], bool] | None = None
) -> io.TextIOWrapper:
    """A text stream like `real` that tells of each text when it is written, unless `diverted` takes it."""
    encoding = getattr(real, "encoding", None) or "utf-8"
    return io.TextIOWrapper(
        TeeBuffer(real, encoding, wrote, diverted),
        encoding=encoding,
        errors=getattr(real, "errors", None) or "strict",
        newline="\n",
        line_buffering=bool(getattr(real, "line_buffering", False)),
        write_through=True,
    )


class OutputCapture:
    r"""Replaces `sys.stdout` and `sys.stderr` by streams that tell of what is written, and puts them back.

    Example:
        >>> texts = []
        >>> with OutputCapture(lambda text, *, is_error: texts.append(text), is_forwarded=False):
        ...     print("hello")
        >>> texts
        ['hello', '\n']
    """

    def __init__(
        self,
        wrote: Wrote,
        *,
        is_forwarded: bool = True,
        diverting: Callable[[TextIO], Callable[[bytes], bool]] | None = None,
    ) -> None:
        """Tells `wrote`; what is written reaches the real streams, too, when `is_forwarded`.

        `diverting` gives for a real stream what may take what is written before anybody is told of it.
        """
        self._wrote = wrote
        self._diverting = diverting
        self._is_forwarded = is_forwarded
        self._real: tuple[TextIO, TextIO] = (sys.stdout, sys.stderr)

    def __enter__(self) -> Self:
        self._real = sys.stdout, sys.stderr
        out, err = self._real if self._is_forwarded else (None, None)
        diverted = [None if self._diverting is None else self._diverting(stream) for stream in self._real]
        sys.stdout = captured_stream(out, lambda text: self._wrote(text, is_error=False), diverted[0])
        sys.stderr = captured_stream(err, lambda text: self._wrote(text, is_error=True), diverted[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        sys.stdout, sys.stderr = self._real
        for stream in self._real:
            if self._is_forwarded and not stream.closed:
                stream.flush()
