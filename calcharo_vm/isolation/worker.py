"""The process that runs one program: it is locked down, says so, waits for its program, and runs it."""

from __future__ import annotations

import fcntl
import gc
import os
import platform
import select
import sys
from typing import TYPE_CHECKING, Final

from calcharo_vm.config import TracerConfig
from calcharo_vm.errors import CalcharoError, InternalError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.isolation import linux, rlimits
from calcharo_vm.isolation.jobs import Job, hello, result_of_error, result_of_outcome
from calcharo_vm.isolation.layers import in_words
from calcharo_vm.isolation.lockdown import lock_down
from calcharo_vm.isolation.stream import StreamingJournal, StreamWriter, tell_tails
from calcharo_vm.isolation.wire import FrameKind, send
from calcharo_vm.machine.values import NULL
from calcharo_vm.program.outcome import outcome_of
from calcharo_vm.program.subject import Request
from calcharo_vm.recording import Outcome, OutcomeStatus, sampling
from calcharo_vm.tracer import ExecutionTracer

if TYPE_CHECKING:
    from calcharo_vm.isolation.layers import Layer, LayerState
    from calcharo_vm.isolation.rules import Rules
    from calcharo_vm.recording.journal import Journal

__all__ = ["Ends", "run_worker"]

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_HIGH: Final = 200
"""Our own files have numbers from here on: programs get the lowest."""


class Ends:
    """The ends of the pipes that a worker has.

    Attributes:
        job: Where the program comes from.
        out: Where frames go.
    """

    def __init__(self, job: int, out: int) -> None:
        self.job = job
        self.out = out


class _WorkersTracer(ExecutionTracer):
    """Traces one program in this process, and sends its recording away."""

    def __init__(self, job: Job, isolation: tuple[str, ...], out: int) -> None:
        super().__init__(job.config)
        self._isolation = isolation
        self._out = out
        self.journal: StreamingJournal | None = None

    def _journal(self, source: str) -> Journal:
        version = platform.python_version()
        writer = StreamWriter(self._out, NULL, python=version, source=source, isolation=self._isolation)
        self.journal = StreamingJournal(NULL, writer)
        return self.journal

    def run(self, job: Job, *, tells_tails: bool) -> Outcome:
        """Run the program to its end, and tell what is not complete yet now and then."""

        def started(recorder: object) -> None:
            if tells_tails:
                assert self.journal is not None
                tell_tails(recorder, self.journal, self._out)  # type: ignore[arg-type]

        return self._trace_here(job.request, started).outcome


def run_worker(rules: Rules, failures: dict[Layer, str], ends: Ends, scratch: str, proc: int, outside: int) -> None:
    """Be a worker: this process runs a program and ends with it.

    Args:
        rules: What it is to be like.
        failures: The layers that are known to be missing, and why.
        ends: The ends of the pipes to whoever gives it a program.
        scratch: The program's folder.
        proc: A descriptor of the folder /proc.
        outside: The number of a process that is not the program's.
    """
    ends.job, ends.out = _high(ends.job), _high(ends.out)
    statm = _high(os.open("self/statm", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc))
    os.close(proc)
    sampling.read_from(statm)
    os.chdir(scratch)
    linux.hide_memory()
    states = lock_down(rules, failures, scratch, outside)
    send(ends.out, FrameKind.HELLO, hello(states, _statm(statm)[1]))
    if not select.select([ends.job], [], [], 0)[0]:
        _rehearse()
    data = _read_all(ends.job)
    if data:  # or else nobody wants it
        _run(Job.from_bytes(data), rules, states, ends.out, statm)


def _run(job: Job, rules: Rules, states: tuple[LayerState, ...], out: int, statm: int) -> None:
    rlimits.restrict_run(job.config.limits, _statm(statm)[0])
    if job.request.stdin is None:  # somebody sits in front of it
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(line_buffering=True)  # type: ignore[union-attr] # they are the interpreter's own
    tracer = _WorkersTracer(job, in_words(rules.isolation, states), out)
    process = os.getpid()
    try:
        outcome = tracer.run(job, tells_tails=True)
    except CalcharoError as error:
        outcome = outcome_of(error)
        if job.config.limits.memory_bytes is not None and _is_out_of_memory(error):
            outcome = Outcome(OutcomeStatus.LIMIT, limit="memory_bytes")
            result = result_of_outcome(outcome)
        else:
            result = result_of_error(error, outcome)
    except Exception as error:  # a mistake of Calcharo's, which must not look like one of the program's
        failure = InternalError(f"tracing failed with {type(error).__name__}: {error}; please report it")
        failure.__cause__ = error
        outcome = outcome_of(failure)
        result = result_of_error(failure, outcome)
    else:
        result = result_of_outcome(outcome)
    _flush()
    if os.getpid() != process:
        os._exit(outcome.exit_code or 0)  # a fork of the program: how the program ended is its parent's to say
    send(out, FrameKind.RESULT, result, before=b"" if tracer.journal is None else tracer.journal.take_rest())


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Whether it was a refusal of memory that ended the tracing: the limit leaves none for us either."""
    while error is not None and not isinstance(error, MemoryError):
        error = error.__cause__
    return error is not None


def _rehearse() -> None:
    """Run a program while there is nothing else to do: what this process shares with the zygote is then its own."""
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    job = Job.from_bytes(Job(TracerConfig(), Request("print(1 + 1)", stdin="")).to_bytes())
    result_of_outcome(_WorkersTracer(job, (), nowhere).run(job, tells_tails=False))  # which closes the file
    gc.freeze()


def _statm(statm: int) -> tuple[int, int]:
    """Give the bytes of address space that this process has, and those that are in memory."""
    pages = os.pread(statm, 100, 0).split()
    return int(pages[0]) * _PAGE, int(pages[1]) * _PAGE


def _flush() -> None:
    """Let go what is written and waits in a buffer, since this process ends without looking back."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                continue


def _read_all(file: int) -> bytes:
    """Read until whoever writes has closed its end."""
    parts: list[bytes] = []
    while part := os.read(file, 1 << 16):
        parts.append(part)
    os.close(file)
    return b"".join(parts)


def _high(file: int) -> int:
    high = fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    os.close(file)
    return high
