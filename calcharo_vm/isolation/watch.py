"""Watching a worker while it runs a program: what it sends is taken, and it is killed when it takes too much."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Final, TextIO

import attrs
import psutil

from calcharo_vm.errors import CalcharoError, RecordingError, RecordingFormatError
from calcharo_vm.isolation.jobs import outcome_of
from calcharo_vm.isolation.layers import Layer
from calcharo_vm.isolation.spool import TooLarge
from calcharo_vm.isolation.wire import FrameKind
from calcharo_vm.recording import ExceptionSnapshot, Outcome, OutcomeStatus

if TYPE_CHECKING:
    from calcharo_vm.config import Limits
    from calcharo_vm.isolation.pool import Worker
    from calcharo_vm.isolation.spool import Spool, Unkept

__all__ = ["Watch"]

_GRACE: Final = 0.2
"""Seconds that a worker has to notice by itself that a limit of time is reached."""
_LOOK_SECONDS: Final = 0.05
"""Seconds between two looks at what a worker takes."""
_READ_BYTES: Final = 1 << 18
_FEED_BYTES: Final = 1 << 16
_LOST_TO_THE_KERNEL: Final = frozenset({signal.SIGXCPU, signal.SIGKILL})


class Watch:
    """Looks after one run.

    Attributes:
        error: What ended the tracing instead of the program; None otherwise.
    """

    def __init__(
        self,
        worker: Worker,
        spool: Spool | Unkept,
        limits: Limits,
        streams: tuple[TextIO | None, TextIO | None],
        feed: int | None = None,
    ) -> None:
        """Watch a worker that is given its program now.

        Args:
            worker: The worker.
            spool: Where its recording goes.
            limits: What it may use up.
            streams: Where what it writes to files 1 and 2 goes.
            feed: A file whose content it is to find in file 0.
        """
        self.error: CalcharoError | None = None
        self._worker = worker
        self._spool = spool
        self._limits = limits
        self._streams = dict(zip(worker.outputs, streams, strict=True))
        self._result: Outcome | None = None
        self._verdict: Outcome | None = None
        self._failure: RecordingError | None = None
        self._written = 0
        self._feed = -1 if feed is None else feed
        self._fed = b""
        self._wake, self._waker = os.pipe()
        self._usage = _Usage(worker)
        self._seconds_used = 0.0
        worker.hold_to(limits)

    def stop(self) -> None:
        """Kill the worker; any thread may ask for that."""
        with suppress(OSError):
            os.write(self._waker, b"x")

    def run(self) -> Outcome:
        """Watch the worker until it has ended, and say how the program did.

        Raises:
            RecordingError: The recording cannot be written.
        """
        try:
            self._take_all()
            self._worker.kill()  # its result is there, or it has taken too much; or it has ended already
            if self._result is None:
                self._worker.wait_for_end()
                self._take_rest()
        finally:
            os.close(self._wake)
            os.close(self._waker)
        if self._failure is not None:
            raise self._failure
        if self._verdict is None and self._limits.memory_bytes is not None and self._worker.is_out_of_memory:
            self._verdict = _limit("memory_bytes")
        if self._result is not None and self._verdict is None and self._has_had_no_memory(self._result):
            self._verdict = attrs.evolve(self._result, status=OutcomeStatus.LIMIT, limit="memory_bytes")
        return self._verdict or self._result or self._end_without_result(self._worker.exit_code())

    # --- what comes from the worker ----------------------------------------------------------------

    def _take_all(self) -> None:
        poll = select.poll()
        for file in (self._worker.out, *self._worker.outputs, self._wake, self._worker.status):
            poll.register(file, select.POLLIN)
        if self._feed >= 0:
            os.set_blocking(self._worker.stdin, False)
            poll.register(self._feed, select.POLLIN)
        started = monotonic()
        deadline = _after(started, self._limits.wall_seconds)
        next_look = started + _LOOK_SECONDS if self._is_looked_after else _NEVER
        while self._result is None and self._verdict is None:
            now = monotonic()
            if now >= deadline:
                self._verdict = _limit("wall_seconds")
                return
            if now >= next_look:
                next_look = now + _LOOK_SECONDS
                self._look()
                continue
            until = min(deadline, next_look)
            ready = poll.poll(None if until == _NEVER else max((until - now) * 1000, 1))
            has_ended = [self._take(file, poll) for file, _event in ready]
            if True in has_ended:
                return

    def _take(self, file: int, poll: select.poll) -> bool:
        """Take what a file has, and say whether the worker has ended."""
        if file == self._wake:
            self._verdict = Outcome(OutcomeStatus.CANCELLED)
            return False
        if file == self._worker.status.fileno():
            return True
        if file in {self._feed, self._worker.stdin}:
            self._pass_input(file, poll)
            return False
        data = os.read(file, _READ_BYTES)
        if not data:
            poll.unregister(file)
        elif file == self._worker.out:
            self._take_frames(data)
        else:
            self._take_output(file, data)
        return False

    def _pass_input(self, file: int, poll: select.poll) -> None:
        """Read what the program is to read, or hand it on, by turns."""
        try:
            if file == self._feed:
                self._fed = os.read(file, _FEED_BYTES)
            else:
                self._fed = self._fed[os.write(file, self._fed) :]
        except BlockingIOError:
            return
        except OSError:  # there is no such file, or the program has closed its own
            poll.unregister(file)
            self._worker.end_input()
            return
        if file == self._feed:
            poll.unregister(file)
            if self._fed:
                poll.register(self._worker.stdin, select.POLLOUT)
            else:
                self._worker.end_input()
        elif not self._fed:
            poll.unregister(file)
            poll.register(self._feed, select.POLLIN)

    def _take_rest(self) -> None:
        """Take what a worker sent before it was killed: all that was recorded until then."""
        for file in (self._worker.out, *self._worker.outputs):
            os.set_blocking(file, False)
            with suppress(BlockingIOError):
                while self._failure is None and (data := os.read(file, _READ_BYTES)):
                    if file == self._worker.out:
                        self._take_frames(data)
                    else:
                        self._take_output(file, data)

    def _take_frames(self, data: bytes) -> None:
        try:
            for kind, content in self._worker.frames.feed(data):
                if self._result is not None:
                    raise RecordingFormatError("a worker has sent more after the end: record again")  # noqa: TRY301
                if kind is FrameKind.RECORDS:
                    self._spool.add(content)
                elif kind is FrameKind.TAIL:
                    self._spool.set_tail(content)
                elif kind is FrameKind.RESULT:
                    self._result, self.error = outcome_of(content)
                else:
                    raise RecordingFormatError("a worker has begun again: record again")  # noqa: TRY301
        except TooLarge:
            self._verdict = self._verdict or _limit("recording_bytes")
        except RecordingFormatError as error:
            self._verdict = self._verdict or _crash(str(error))
        except RecordingError as error:
            self._failure = error
            self._verdict = self._verdict or _crash(str(error))

    def _take_output(self, file: int, data: bytes) -> None:
        """Take what the program wrote past its streams; what is recorded counts in the worker."""
        self._written += len(data)
        stream = self._streams[file]
        if stream is not None:
            binary = getattr(stream, "buffer", None)
            if binary is None:
                stream.write(data.decode(errors="backslashreplace"))
            else:
                binary.write(data)
            stream.flush()
        if self._limits.output_bytes is not None and self._written > self._limits.output_bytes:
            self._verdict = self._verdict or _limit("output_bytes")

    # --- what the worker takes ---------------------------------------------------------------------

    @property
    def _is_looked_after(self) -> bool:
        return self._limits.memory_bytes is not None or self._limits.cpu_seconds is not None

    def _look(self) -> None:
        """Look at what the worker and all that it has started use."""
        resident, seconds = self._usage.now()
        limits = self._limits
        if limits.memory_bytes is not None and (resident > limits.memory_bytes or self._worker.is_out_of_memory):
            self._verdict = _limit("memory_bytes")
        elif limits.cpu_seconds is not None and seconds > limits.cpu_seconds + _GRACE:
            self._verdict = _limit("cpu_seconds")
        self._seconds_used = seconds

    def _has_had_no_memory(self, result: Outcome) -> bool:
        """Whether the program ended because it was refused memory."""
        exception = result.exception
        is_out = exception is not None and exception.type_name == MemoryError.__name__
        return is_out and self._limits.memory_bytes is not None

    def _end_without_result(self, code: int | None) -> Outcome:
        """Say how a program ended whose worker has said nothing of it."""
        limit = self._limits.cpu_seconds
        if limit is not None and code is not None and -code in _LOST_TO_THE_KERNEL and self._seconds_used >= limit:
            return _limit("cpu_seconds")
        if code is None:
            return _crash("the worker was killed")
        if code < 0:
            return _crash(f"signal {-code} ({_name_of_signal(-code)}) ended the worker", 128 - code)
        return _crash(f"the program ended the worker with exit code {code}", code)


_NEVER: Final = float("inf")


def _after(start: float, seconds: float | None) -> float:
    return _NEVER if seconds is None else start + seconds + _GRACE


def _limit(name: str) -> Outcome:
    return Outcome(OutcomeStatus.LIMIT, limit=name)


def _crash(message: str, code: int | None = None) -> Outcome:
    return Outcome(OutcomeStatus.CRASHED, ExceptionSnapshot("WorkerEnded", message), exit_code=code)


def _name_of_signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "a signal without a name"


class _Usage:
    """What a worker and its descendants use, less what it used before it had its program."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._has_first = any(each.layer is Layer.PID_NAMESPACE and each.is_active for each in worker.layers)

    def now(self) -> tuple[int, float]:
        """The resident bytes and the CPU seconds."""
        resident, seconds = -self._worker.resident, 0.0
        with suppress(psutil.Error):
            processes = psutil.Process(self._worker.pid).children(recursive=True)
            for process in processes[self._has_first :]:
                with suppress(psutil.Error):
                    resident += process.memory_info().rss
                    times = process.cpu_times()
                    seconds += times.user + times.system
        return resident, seconds
