"""Running a program in a worker as if it were this process: input, output and signals are passed on as they come."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.errors import RecordingError
from calcharo_vm.isolation.jobs import Job, crossing
from calcharo_vm.isolation.layers import in_words
from calcharo_vm.isolation.pool import worker_for
from calcharo_vm.isolation.remote import check_layers, inside_of, rules_for
from calcharo_vm.isolation.spool import Spool, Unkept
from calcharo_vm.isolation.watch import Watch
from calcharo_vm.isolation.zygote import PASSED_ON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calcharo_vm.config import TracerConfig
    from calcharo_vm.isolation.pool import Worker
    from calcharo_vm.program.subject import Request
    from calcharo_vm.recording import Outcome

__all__ = ["run_in_worker"]

_PATIENCE: Final = 3
"""So many interrupts kill a program that does not end by them."""


def run_in_worker(config: TracerConfig, request: Request, *, has_input: bool, target: str | None) -> Outcome:
    """Run a program, in the process's main thread.

    Args:
        config: What the program may do, and what of it is captured.
        request: The program.
        has_input: Whether the program reads this process's standard input; otherwise it finds none.
        target: The file of the recording; None to keep none.

    Raises:
        CalcharoError: It cannot be run, or its recording cannot be written.
    """
    job = Job(inside_of(config), crossing(attrs.evolve(request, stdin=None if has_input else "")))
    data = job.to_bytes()
    with worker_for(rules_for(config)) as worker:
        check_layers(config, worker.layers)
        spool = Unkept() if target is None else Spool(config.capture.spill, most_bytes=config.limits.recording_bytes)
        feed = _standard_input() if has_input else None
        if feed is None:
            worker.end_input()
        watch = Watch(worker, spool, config.limits, (sys.stdout, sys.stderr), feed)
        with _signals_passed_to(worker):
            worker.give(data)
            outcome = watch.run()
        if watch.error is not None:
            raise watch.error
        if isinstance(spool, Spool):
            text = request.source if isinstance(request.source, str) else ""
            _save(spool, outcome, text, in_words(config.isolation, worker.layers), str(target))
    return outcome


def _standard_input() -> int | None:
    with suppress(OSError, AttributeError, ValueError):  # it may be closed, or none
        return sys.stdin.fileno()
    return None


def _save(spool: Spool, outcome: Outcome, text: str, isolation: tuple[str, ...], target: str) -> None:
    recording = spool.finish(outcome, text, isolation)
    if spool.path is None:
        try:
            recording.to_json(target)
        except OSError as error:
            raise RecordingError(f"the recording cannot be saved: {error}") from error


@contextmanager
def _signals_passed_to(worker: Worker) -> Iterator[None]:
    """Send the program the signals that this process gets while the block runs."""
    interrupts = 0

    def pass_on(number: int, _frame: object) -> None:
        nonlocal interrupts
        interrupts += number == signal.SIGINT
        if interrupts < _PATIENCE:
            worker.signal(number)
        else:
            worker.kill()

    before = {number: signal.signal(number, pass_on) for number in PASSED_ON}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
