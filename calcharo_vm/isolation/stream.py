"""A worker's recording on its way out: the records of a recording's file, in frames, as they are made.

A worker may be killed at any moment. What is complete goes out when a chunk is full, and chunks are short at first:
a program that hangs in its tenth step has been seen to do nine. What comes after that, and is not complete as a chunk,
is told again and again while the program takes its time, as a tail that the next chunk replaces.
"""

from __future__ import annotations

import _thread
import os
from time import sleep  # not from the module later on, which may have another for the program
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.isolation.wire import MOST_BYTES, FrameKind, send
from calcharo_vm.recording import ops
from calcharo_vm.recording.storage.packing import pack
from calcharo_vm.recording.storage.records import Kind, record
from calcharo_vm.recording.storage.saving import written_by
from calcharo_vm.recording.storage.spilling import SpillingJournal
from calcharo_vm.recording.storage.writer import RecordingWriter

if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence

    from calcharo_vm.program.observation import MachineRecorder
    from calcharo_vm.recording.journal import Journal
    from calcharo_vm.recording.values import Outcome

__all__ = ["StreamWriter", "StreamingJournal", "tell_tails"]

TAIL_SECONDS: Final = 0.05
_PART_LOST: Final = 8
"""A chunk is as long as all before it by that number, so that no greater part of a short run is lost."""


class StreamWriter(RecordingWriter):
    """Writes records to a pipe, in frames."""

    def __init__(self, pipe: int, null: object, *, python: str, source: str, isolation: Sequence[str]) -> None:
        """Writes to the pipe of that number."""
        self._pipe = pipe
        self.lock = _thread.RLock()
        self._is_held = True  # the head goes out with the first step
        super().__init__("", null, python=python, source=source, isolation=isolation)
        self._is_held = False

    def _opened(self, path: str) -> int:
        """Gives the pipe."""
        del path
        return self._pipe

    def _give(self, data: bytes) -> None:
        """Sends bytes; this process ends when nobody takes them any more."""
        with self.lock:
            try:
                send(self._file, FrameKind.RECORDS, data)
            except OSError:
                os._exit(1)

    def add_keyframe(self, steps: int, words: Sequence[object]) -> None:
        """Writes a keyframe, while no tail is written."""
        with self.lock:
            super().add_keyframe(steps, words)

    def _flush(self) -> None:
        """Sends all that is complete, unless it is to go out with what follows."""
        if not self._is_held:
            super()._flush()

    def add_rest(self, journal: Journal) -> None:
        """Writes what of a journal is not written yet, but no steps."""
        self.add_surroundings(journal.sources, journal.inputs)
        self.add_tables(journal.codes, journal.instructions)
        self._flush()

    def add_end(self, journal: Journal) -> None:
        """Does the same at the end of a run; it goes out with the result."""
        with self.lock:
            self._is_held = True
            self.add_rest(journal)

    def take_rest(self) -> bytes:
        """Gives what has not gone out."""
        with self.lock:
            rest = b"".join(self._buffer)
            self._buffer.clear()
            return rest


class StreamingJournal(SpillingJournal):
    """Hands whatever is complete to a pipe."""

    def __init__(self, null: object, writer: StreamWriter) -> None:
        super().__init__(null, writer)
        self._stream = writer
        self._told = 0, 0

    def steps_of_next_chunk(self, steps: int) -> int:
        """Few at first, so that little is lost of a run that hangs soon."""
        return min(max(steps // _PART_LOST, 1), super().steps_of_next_chunk(steps))

    def add_chunk(self, words: tuple[object, ...], steps: int | None = None, written: array[int] | None = None) -> None:
        """Writes a sealed chunk, while no tail is written."""
        with self._stream.lock:
            super().add_chunk(words, steps, written)

    def ended(self, outcome: Outcome) -> Journal:
        """Writes what is left; who reads the pipe knows how the run ended, and writes that."""
        del outcome
        self._stream.add_end(self)
        return self

    def take_rest(self) -> bytes:
        """Gives what is to go out with the result."""
        return self._stream.take_rest()

    def tell_tail(self, recorder: MachineRecorder, pipe: int) -> None:
        """Tell the steps since the last chunk, unless they are told already or something is being written."""
        if not recorder.lock.acquire(blocking=False):
            return
        try:
            if self._stream.lock.acquire(blocking=False):
                try:
                    self._tell(recorder, pipe)
                finally:
                    self._stream.lock.release()
        finally:
            recorder.lock.release()

    def _tell(self, recorder: MachineRecorder, pipe: int) -> None:
        first, steps_so_far, words = self.length, recorder.tape.steps, tuple(recorder.tape.words)
        unfolded = self.patterns.unfold(words) if self.patterns else words
        ends = _ends_of_steps(unfolded)
        if first + len(ends) != steps_so_far:
            return  # a step is being written, or a chunk is on its way
        # The last step is left out: its instruction may go on, and take back the end of the step.
        steps, told = len(ends) - 1, unfolded[: ends[-2]] if len(ends) > 1 else ()
        if steps < 1 or (first, steps) == self._told:
            return
        self._told = first, steps
        self._stream.add_rest(self)
        tail = [record(Kind.CHUNK, pack(told, self.null), count=steps, first=first)]
        output = written_by(told)
        if any(output):
            tail.append(record(Kind.OUTPUT, pack(output, self.null), first=first))
        data = b"".join(tail)
        if len(data) <= MOST_BYTES:
            send(pipe, FrameKind.TAIL, data)


def _ends_of_steps(words: Sequence[object]) -> list[int]:
    """Give the places where the steps of some words end; what comes after them need not be complete."""
    ends: list[int] = []
    at, length = 0, len(words)
    while at < length:
        word = words[at]
        if word >= ops.FIRST_STEP:  # type: ignore[operator] # an operation is an int
            at += 1
            ends.append(at)
            continue
        try:
            at += ops.LENGTHS[word] or ops.length(words, at)  # type: ignore[call-overload] # as above
        except IndexError:
            break
    return ends


def tell_tails(recorder: MachineRecorder, journal: StreamingJournal, pipe: int) -> None:
    """Have a thread of this process tell the tail of a recording now and then."""

    def tell() -> None:
        length = -1
        while True:
            sleep(TAIL_SECONDS)
            if length == journal.length:  # or else the program makes chunks often enough
                journal.tell_tail(recorder, pipe)
            length = journal.length

    _thread.start_new_thread(tell, ())
