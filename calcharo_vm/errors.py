"""The errors Calcharo raises for itself.

Exceptions of the guest program are not among them: those are CPython's own, to the letter.
Every message says what was found, what was wanted and what to do about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from calcharo_vm.recording import Recording
    from calcharo_vm.recording.audit import Mismatch

__all__ = [
    "AuditError",
    "CalcharoError",
    "CompilationError",
    "ConfigurationError",
    "ExecutionError",
    "InternalError",
    "InvalidBytecode",
    "IsolationUnavailable",
    "LimitExceeded",
    "MemoryLimitExceeded",
    "PluginError",
    "PolicyViolation",
    "RecordingError",
    "RecordingFormatError",
    "ReplayDiverged",
    "StepLimitExceeded",
    "TimeoutExceeded",
    "UnknownStep",
]


class _Stopped(int):
    """Is the exit code of a program that is stopped."""


_STOPPED = _Stopped()


def stop() -> SystemExit:
    """Build what ends a run at a limit: no handler, `finally` or finaliser of the program is executed on its way.

    Library code lets a SystemExit pass where it may, and a thread that ends with one says nothing.
    """
    return SystemExit(_STOPPED)


def is_stop(error: BaseException | None) -> bool:
    """Tell such an exception from those of the program."""
    return type(error) is SystemExit and error.code is _STOPPED


class CalcharoError(Exception):
    """Is the base of every error that Calcharo raises for itself.

    Attributes:
        recording: What had been recorded when the error was found, or None when nothing had been.
    """

    recording: Recording | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Leave the recording behind when the error goes to another process: it refers to code objects."""
        state = {name: value for name, value in vars(self).items() if name != "recording"}
        return type(self), self.args, state


class ConfigurationError(CalcharoError):
    """Refuses a setting or an argument that cannot be honoured."""


class CompilationError(CalcharoError):
    """Reports source that does not compile; its `__cause__` is CPython's own error."""


class ExecutionError(CalcharoError):
    """Reports that the machine could not go on executing the program."""


class InstructionPlace(NamedTuple):
    """Says where the machine was."""

    function: str = ""
    """The qualified name of the function that was executed."""
    filename: str = ""
    """Its file."""
    line_number: int | None = None
    """The line, counted from 1."""
    opname: str = ""
    """The instruction, as `dis` shows it."""
    offset: int = 0
    """Where it is in its code, in bytes."""

    def __str__(self) -> str:
        if not self.opname:
            return "no instruction of the program"
        where = f"{self.function}, file {self.filename}, line {self.line_number}"
        return f"{self.opname} (offset {self.offset}) in {where}"


_NOWHERE = InstructionPlace()


class InternalError(ExecutionError):
    """Reports a mistake of Calcharo itself: of the machine or the recorder, not of the program.

    Its `__cause__` is what was raised in Calcharo's code. A report needs the program, this error's text and the
    traceback of its cause.

    Attributes:
        where: The instruction of the program that was executed.
        python: The version of CPython.
        version: The version of Calcharo.
    """

    def __init__(
        self, message: str, *, where: InstructionPlace = _NOWHERE, python: str = "", version: str = ""
    ) -> None:
        super().__init__(message)
        self.where = where
        self.python = python
        self.version = version


class InvalidBytecode(ExecutionError):
    """Reports a code object that this CPython could not have compiled."""


class ReplayDiverged(ExecutionError):
    """Reports that a program which is told another run's inputs asks for others than in that run."""


class LimitExceeded(ExecutionError):
    """Reports that the program reached one of the limits set for it.

    Attributes:
        limit: The name of the limit, as `Limits` calls it, or None when it is not one of those.
    """

    limit: str | None = None


class StepLimitExceeded(LimitExceeded):
    """Reports that the program executed as many instructions as it was allowed."""

    limit = "steps"


class TimeoutExceeded(LimitExceeded):
    """Reports that the program ran for as long as it was allowed."""

    limit = "wall_seconds"


class MemoryLimitExceeded(LimitExceeded):
    """Reports that the program took as much memory as it was allowed."""

    limit = "memory_bytes"


class PolicyViolation(ExecutionError):
    """Is raised in the program when it asks for something that its policy refuses, and is recorded there.

    The program may handle it, and does not get what it asked for.

    Attributes:
        what: What it asked for: "import of", "builtin", "attribute", "value", "class", "opcode", ...
        name: Its name, as the message gives it.
    """

    def __init__(self, message: str, *, what: str = "", name: str = "") -> None:
        super().__init__(message)
        self.what = what
        self.name = name


class IsolationUnavailable(ExecutionError):
    """Reports that this machine cannot give the isolation that was asked for."""


class RecordingError(CalcharoError):
    """Reports a recording that cannot be made, read or asked the question put to it."""


class RecordingFormatError(RecordingError):
    """Reports a file or text that is not a recording this release can read."""


class AuditError(RecordingError):
    """Reports that a recording says something else than the program's objects: a mistake of the recorder.

    Attributes:
        mismatches: Where the two differ.
    """

    def __init__(self, message: str, mismatches: tuple[Mismatch, ...] = ()) -> None:
        super().__init__(message)
        self.mismatches = mismatches


class UnknownStep(RecordingError, IndexError):
    """Reports a step that the recording does not have."""


class PluginError(CalcharoError):
    """Reports a plugin that cannot be loaded or that failed while it ran; its `__cause__` is what it raised.

    Attributes:
        plugin: The name of the plugin.
        hook: The hook in which it failed, empty when it was in none.
    """

    def __init__(self, message: str, *, plugin: str = "", hook: str = "") -> None:
        super().__init__(message)
        self.plugin = plugin
        self.hook = hook
