"""A recording: the steps of a run, in order, and questions about them."""

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TextIO, overload

from calcharo_vm import errors
from calcharo_vm.errors import CalcharoError, ExecutionError, LimitExceeded, RecordingError
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops, queries
from calcharo_vm.recording.instruction_nodes import CodeSyntax
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.replay import Replay
from calcharo_vm.recording.state import State
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.recording.syntax import Syntax
from calcharo_vm.recording.values import Outcome, OutcomeStatus
from calcharo_vm.types import Oid, StepIndex


class Recording(Sequence[ExecutionStep]):
    """What a program did, step by step.

    Attributes:
        journal: What was written while the program ran.
        outcome: How the run ended.
        source: The text of the program, empty when it is not known.
        isolation: The layers of isolation that were in force.
    """

    def __init__(
        self, journal: Journal, outcome: Outcome, source: str = "", isolation: tuple[str, ...] = ("none",)
    ) -> None:
        self.journal = journal
        self.outcome = outcome
        self.source = source
        self.isolation = isolation
        self._replay = Replay(journal)
        self._written: tuple[str, str] | None = None
        self._parsed: dict[str, Syntax] = {}
        self._syntax: dict[int, CodeSyntax | None] = {}

    def __len__(self) -> int:
        return len(self.journal)

    @overload
    def __getitem__(self, index: int) -> ExecutionStep: ...

    @overload
    def __getitem__(self, index: slice) -> list[ExecutionStep]: ...  # type: ignore[explicit-any]

    def __getitem__(self, index: int | slice) -> ExecutionStep | list[ExecutionStep]:  # type: ignore[explicit-any]
        length = len(self)
        if isinstance(index, slice):
            return [ExecutionStep(self, at) for at in range(*index.indices(length))]
        at = index + length if index < 0 else index
        if not 0 <= at < length:
            raise IndexError(f"step {index} was asked for, and the recording has {length}")
        return ExecutionStep(self, at)

    def __iter__(self) -> Iterator[ExecutionStep]:
        return (ExecutionStep(self, at) for at in range(len(self)))

    def __repr__(self) -> str:
        return f"<Recording of {len(self)} steps, {self.outcome.status}>"

    # --- what the program wrote ------------------------------------------------------------------

    @property
    def stdout(self) -> str:
        """All that the program wrote to standard output."""
        return self._output[0]

    @property
    def stderr(self) -> str:
        """All that the program wrote to standard error."""
        return self._output[1]

    @property
    def _output(self) -> tuple[str, str]:
        if self._written is None:
            parts: tuple[list[str], list[str]] = ([], [])
            for words in self.journal.chunks:
                at = 0
                while at < len(words):
                    if words[at] in (ops.OUT, ops.ERR):
                        parts[words[at] - ops.OUT].append(str(words[at + 1]))  # type: ignore[operator]
                    at += ops.length(words, at)
            self._written = "".join(parts[0]), "".join(parts[1])
        return self._written

    # --- states ----------------------------------------------------------------------------------

    def state_after(self, step: StepIndex) -> State:
        """The state after a step; it is good until the next call."""
        return self._replay.after(step)

    def branch_taken(self, step: StepIndex, frame: int) -> bool | None:
        """Whether the conditional jump of a step, executed in `frame`, jumped; None when it never came to that."""
        state = self.state_after(step)
        while state.branch is None or state.branch[0] != frame:
            if state.steps == len(self) or frame not in state.frames:
                return None
            # A __bool__ of the program decides, some steps later.
            state = self.state_after(state.steps)
            if state.executing == frame:  # it raised
                return None
        return state.branch[1]

    # --- the source ------------------------------------------------------------------------------

    def source_of(self, filename: str) -> str | None:
        """The source text of a file of the program, None when the recording does not have it."""
        codes = self.journal.codes
        if self.source and codes and codes[0].filename == filename:
            return self.source
        return self.journal.sources.get(filename)

    def syntax_of(self, code: int) -> CodeSyntax | None:
        """The syntax that a code object was compiled from, None when the recording does not have its source."""
        if code not in self._syntax:
            self._syntax[code] = self._parse(code)
        return self._syntax[code]

    def _parse(self, code: int) -> CodeSyntax | None:
        info = self.journal.codes[code]
        text = self.source_of(info.filename) if info.has_source else None
        if text is None:
            return None
        if info.filename not in self._parsed:
            self._parsed[info.filename] = Syntax(text)
        syntax = self._parsed[info.filename]
        return CodeSyntax(self.journal, code, syntax) if syntax.is_known else None

    # --- questions -------------------------------------------------------------------------------

    def history(self, name: str, function: str | None = None) -> Iterator[queries.Write]:
        """Yields each step that bound or changed a variable, with the value it had then.

        Args:
            name: The name of the variable.
            function: The qualified name of the function whose variable it is; None for any.
        """
        return queries.history(self, name, function)

    def last_write(self, step: StepIndex | ExecutionStep, target: str | Oid) -> ExecutionStep | None:
        """The last step, up to `step`, that bound or changed a variable of its frame, or changed an object.

        Args:
            step: The step, or its index.
            target: The name of a variable, or the oid of an object.
        """
        index = step.index if isinstance(step, ExecutionStep) else step
        return queries.last_write(self, self[index].index, target)

    def lines(self) -> Iterator[ExecutionStep]:
        """Yields the first step of each visit to a source line."""
        return queries.lines(self)

    def calls(self) -> Iterator[queries.Call]:
        """Yields each call of a function of the program."""
        return queries.calls(self)

    def raise_for_outcome(self) -> None:
        """Raises when the program did not run to its end.

        Raises:
            LimitExceeded: It reached a limit.
            ExecutionError: It ended with an exception, crashed or was cancelled.
        """
        outcome = self.outcome
        if outcome.status in (OutcomeStatus.COMPLETED, OutcomeStatus.EXITED):
            return
        error: CalcharoError
        if outcome.status is OutcomeStatus.LIMIT:
            kinds = [
                kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LimitExceeded)
            ]
            kind = next((kind for kind in kinds if kind.limit == outcome.limit), LimitExceeded)
            error = kind(f"the program reached its limit of {outcome.limit}: raise the limit to record more of it")
        elif outcome.exception is not None:
            error = ExecutionError(f"the program ended with {outcome.exception.type_name}: {outcome.exception.message}")
        else:
            error = ExecutionError(f"the program {_WHAT_HAPPENED[outcome.status]} after {len(self)} steps")
        error.recording = self
        raise error

    # --- storage ---------------------------------------------------------------------------------

    def to_json(self, target: str | PathLike[str] | TextIO | None = None) -> str | None:
        """Writes the recording as JSON.

        Args:
            target: A path or an open text file; None to get the text.

        Returns:
            The text, if there is no target.
        """
        from calcharo_vm.recording import json_format  # noqa: PLC0415 - who only records does not pay for it

        return json_format.write(self, target)

    @classmethod
    def from_json(cls, source: str | PathLike[str] | TextIO) -> "Recording":
        """Reads a recording from JSON text, a path or an open text file.

        Raises:
            RecordingFormatError: It is not a recording, or not one this release can read.
        """
        from calcharo_vm.recording import json_format  # noqa: PLC0415

        return json_format.read(source)

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the recording to a file whose suffix names its format: `.json`.

        Raises:
            RecordingError: The suffix names no format.
        """
        self.to_json(_path_of_known_format(path))

    @classmethod
    def open(cls, path: str | PathLike[str]) -> "Recording":
        """Reads a recording from a file whose suffix names its format: `.json`.

        Raises:
            RecordingError: The suffix names no format.
            RecordingFormatError: It is not a recording, or not one this release can read.
        """
        return cls.from_json(_path_of_known_format(path))


_WHAT_HAPPENED = {
    OutcomeStatus.CRASHED: "crashed",
    OutcomeStatus.CANCELLED: "was cancelled",
    OutcomeStatus.EXCEPTION: "ended with an exception",
}


def _path_of_known_format(path: str | PathLike[str]) -> Path:
    known = Path(path)
    if known.suffix != ".json":
        raise RecordingError(f"{known.name} does not say its format: a recording is saved as .json")
    return known
