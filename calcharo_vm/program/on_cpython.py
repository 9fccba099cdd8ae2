"""CPython itself in the place of the machine: for whoever wants its steps recorded line by line, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from calcharo_vm.errors import ConfigurationError
from calcharo_vm.machine.scope import Scope
from calcharo_vm.program.adoption import functions_of
from calcharo_vm.program.included import forget_included_modules
from calcharo_vm.program.observation import MachineRecorder
from calcharo_vm.recording import Statistics
from calcharo_vm.recording.line_recorder import LineRecorder
from calcharo_vm.tiers.native import LineTracer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

    from calcharo_vm.config import TracerConfig
    from calcharo_vm.program.subject import Subject

__all__ = ["NativeRecorder", "check_limits", "execute_natively", "native_starter", "tracers"]

_OF_PROCESSES = ("wall_seconds", "cpu_seconds", "memory_bytes", "recording_bytes")
"""The limits that hold for a worker, whoever executes the program in it."""


class NativeRecorder(MachineRecorder, LineRecorder):
    """Records the lines that CPython executes.

    Attributes:
        tracer: What tells it of them.
    """

    tracer: LineTracer | None = None

    def trace(self, scope: Scope) -> LineTracer:
        """Build what tells this recorder of lines, of modules in a scope."""
        self.tracer = LineTracer(self, scope)
        return self.tracer

    def statistics(self) -> Statistics:
        """Say how the program was executed."""
        return Statistics("native", reason="" if self.tracer is None else self.tracer.reason)


def check_limits(config: TracerConfig, *, is_in_worker: bool) -> None:
    """Refuse limits that nobody would hold the program to.

    Raises:
        ConfigurationError: There is one.
    """
    for name, limit in attrs.asdict(config.limits).items():
        if limit is None or (is_in_worker and name in _OF_PROCESSES):
            continue
        held = f"limits.{name} is {limit!r}, and the native tier executes nothing itself that could be stopped"
        remedy = "use optimization='interpreter'"
        if name in _OF_PROCESSES:
            remedy = "use isolation='worker', where it holds for the process, or optimization='interpreter'"
        raise ConfigurationError(f"{held}; {remedy}")


def execute_natively(tracer: LineTracer, subject: Subject) -> None:
    """Have CPython execute a program in the current thread."""
    if subject.function is None:
        tracer.execute(subject.code, subject.namespace)
        return
    for function in functions_of(subject.python_function()):
        tracer.enlist(function.__code__)
    tracer.call(subject.function)


_kept: list[object] = []
"""Activations: threads, exit functions and finalisers are traced to the end."""
tracers: list[LineTracer] = []
"""What tells of the programs of this process."""


def native_starter(
    recorder: NativeRecorder, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Callable[[str | None], Callable[[CodeType, dict[str, object]], object]]:
    """Build the `start` of `launch`: CPython executes the program, and its lines are recorded from now on."""

    def start(folder: str | None) -> Callable[[CodeType, dict[str, object]], object]:
        scope = Scope(folder, tuple(include), tuple(exclude))
        if include:
            forget_included_modules(scope)
        tracer = recorder.trace(scope)
        activation = tracer.activate()
        activation.__enter__()
        _kept.append(activation)
        tracers.append(tracer)
        return tracer.execute

    return start
