"""A recording: the steps of a run, in order, and questions about them."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import TextIO, overload

from calcharo_vm import errors
from calcharo_vm.errors import CalcharoError, ExecutionError, LimitExceeded, RecordingError, UnknownStep
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.frame_table import FrameTable
from calcharo_vm.recording.frame_walk import frame_table
from calcharo_vm.recording.index import Index
from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.instruction_nodes import CodeSyntax
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.queries import search
from calcharo_vm.recording.queries.aliases import aliases
from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.calls import calls
from calcharo_vm.recording.queries.history import history
from calcharo_vm.recording.queries.last_write import last_write_of_name, last_write_of_object
from calcharo_vm.recording.queries.objects import writes
from calcharo_vm.recording.queries.origin import origin
from calcharo_vm.recording.queries.raises import raises
from calcharo_vm.recording.queries.rows import Alias, Call, Hit, Link, ObjectWrite, Output, Raise, Write
from calcharo_vm.recording.queries.story import story
from calcharo_vm.recording.queries.visits import hits, lines, output
from calcharo_vm.recording.replay import Replay
from calcharo_vm.recording.state import State
from calcharo_vm.recording.statistics import Statistics
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.recording.syntax import Syntax
from calcharo_vm.recording.values import Outcome, OutcomeStatus
from calcharo_vm.types import LineNumber, Oid, StepIndex


class Recording(Sequence[ExecutionStep]):
    """What a program did, step by step.

    Attributes:
        journal: What was written while the program ran.
        outcome: How the run ended.
        source: The text of the program, empty when it is not known.
        isolation: The layers of isolation that were in force.
        statistics: How the program was executed; a recording that is read from somewhere does not know.
        chunk_index: What each chunk of the journal is about.
    """

    def __init__(
        self,
        journal: Journal,
        outcome: Outcome,
        source: str = "",
        isolation: tuple[str, ...] = ("none",),
    ) -> None:
        self.journal = journal
        self.outcome = outcome
        self.source = source
        self.isolation = isolation
        self.statistics = Statistics()
        self._replay = Replay(journal)
        self.chunk_index = Index(journal)
        self._written: tuple[str, str] | None = None
        self._parsed: dict[str, Syntax] = {}
        self._syntax: dict[int, CodeSyntax | None] = {}

    def __len__(self) -> int:
        return len(self.journal)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What the program was told from outside, as far as it was kept."""
        return tuple(self.journal.inputs)

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
            raise UnknownStep(f"step {index} was asked for, and the recording has {length}: they count from 0")
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
            self._written = self.journal.output()
        return self._written

    @property
    def violations(self) -> Answer[Raise]:
        """What the policy refused the program, handled or not: where each `PolicyViolation` was raised."""
        return self.raises("PolicyViolation")

    # --- states ----------------------------------------------------------------------------------

    def state_after(self, step: StepIndex) -> State:
        """The state after a step; it is good until the next call."""
        return self._replay.after(step)

    @cached_property
    def frames(self) -> FrameTable:
        """Which frames there are, and which of them executed each step."""
        return frame_table(self.journal, self.chunk_index) if self.journal.frames is None else self.journal.frames

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

    def history(self, name: str, function: str | None = None) -> Answer[Write]:
        """The steps that bound a variable, or changed in place what it stood for, each with its value.

        Args:
            name: The name of the variable.
            function: The qualified name of a function, class or `<module>`: the variable is the one that the name
                means there, be it local, shared through a closure or global, and its history is all that happened
                to it, wherever. None for all variables of that name.

        Returns:
            One row a step. It is empty when there is no such function, or nothing was bound to the name.
        """
        return history(self, name, function)

    def last_write(
        self, step: StepIndex | ExecutionStep, target: str | Oid, slot: object = None
    ) -> ExecutionStep | None:
        """The last step, up to `step`, that bound a variable or changed what it stands for, or changed an object.

        Args:
            step: The step, or its index; a negative one counts from the end.
            target: The name of a variable as the step's function sees it, or the oid of an object.
            slot: Of an object, the index, key or attribute to look at; None for all of it.

        Returns:
            The step; None when there was no such write, no such variable or no such object.

        Raises:
            UnknownStep: The recording has no such step.
        """
        index = search.step_index(self, step)
        if isinstance(target, str):
            found = last_write_of_name(self, index, target)
        else:
            found = last_write_of_object(self, index, target, slot)
        return None if found is None else self[found]

    def writes(self, oid: Oid, slot: object = None) -> Answer[ObjectWrite]:
        """The writes to an object, the first of which is that it was made or seen for the first time.

        Args:
            oid: The object.
            slot: The index, key or attribute to look at, a `Ref` for a key that is an object; None for all.

        Returns:
            One row for each item, entry or attribute, or run of items. It is empty when there is no such object.
        """
        return writes(self, oid, slot)

    def aliases(self, step: StepIndex | ExecutionStep, target: str | Oid) -> Answer[Alias]:
        """All that refers to an object after a step.

        That is the variables and value stacks of all frames, running or suspended, on any thread, and whatever is on
        the heap, be it only waiting for the garbage collector.

        Args:
            step: The step, or its index; a negative one counts from the end.
            target: The name of a variable as the step's function sees it, or the oid of an object.

        Returns:
            Frames first, then objects. It is empty when there is no such object at that step, or the variable holds
            a number, text or other value without an identity.

        Raises:
            UnknownStep: The recording has no such step.
        """
        return aliases(self, search.step_index(self, step), target)

    def origin(self, step: StepIndex | ExecutionStep, name: str) -> Answer[Link]:
        """The chain of where the value of a variable came from, backwards to what made it.

        It goes through assignments, arguments, results and what was stored in and read from containers and objects, to
        a literal, an operation, a call of something that is not recorded, or an input.

        Args:
            step: The step after which the variable is looked at, or its index.
            name: The name of the variable, as the step's function sees it.

        Returns:
            The links, the latest first. It is empty when there is no such variable.

        Raises:
            UnknownStep: The recording has no such step.
        """
        return origin(self, search.step_index(self, step), name)

    def calls(self, function: str | None = None) -> Answer[Call]:
        """The calls of functions of the program, in the order in which they began.

        Args:
            function: The qualified name of the function; None for any.

        Returns:
            One row a call; a generator or coroutine is one call. It is empty when there is no such function.
        """
        return calls(self, function)

    def lines(self) -> Answer[ExecutionStep]:
        """The first step of each visit to a source line."""
        return lines(self)

    def story(self) -> Answer[ExecutionStep]:
        """The steps that tell what happened: those at which a reader of the source would say that something did.

        Such a step begins a visit to a line, returns or yields, raises an exception, or writes output. `print(step)`
        writes each in one line.
        """
        return story(self)

    def hits(self, file: str | PathLike[str], line: LineNumber) -> Answer[Hit]:
        """The visits to a line of a file.

        Args:
            file: The file, of whose path the beginning may be left out.
            line: The number of the line.

        Returns:
            One row a visit. It is empty when there is no such file or line.
        """
        return hits(self, fspath(file), line)

    def raises(self, type: str | type[BaseException] | None = None) -> Answer[Raise]:  # noqa: A002 - what it is
        """The exceptions that were raised: where, which functions they ended, and where they were caught.

        Args:
            type: The exception's class or its name; subclasses do not count. None for any.

        Returns:
            One row an exception; what `finally` passes on is the same one, what `raise` raises again is another.
        """
        return raises(self, type)

    def output(self) -> Answer[Output]:
        """What was written to standard output and standard error, in order: one row a step and stream."""
        return output(self)

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

    def to_json(self, target: str | PathLike[str] | TextIO | None = None, *, expanded: bool = False) -> str | None:
        """Writes the recording as JSON, part by part.

        Args:
            target: A path or an open text file; None to get the text.
            expanded: Whether each step is written whole, with its variables, stacks and heap, for programs that know
                nothing of journals; by default a step is what it changed, and `from_json` reads that.

        Returns:
            The text, if there is no target.
        """
        from calcharo_vm.recording import json_format  # noqa: PLC0415 - who only records does not pay for it

        return json_format.write(self, target, is_expanded=expanded)

    @classmethod
    def from_json(cls, source: str | PathLike[str] | TextIO) -> "Recording":
        """Reads a recording from JSON text, a path or an open text file, of which no more is in memory than a part.

        Raises:
            RecordingFormatError: It is not a recording, or not one this release can read.
        """
        from calcharo_vm.recording import json_format  # noqa: PLC0415

        return json_format.read(source)

    def save(self, path: str | PathLike[str]) -> None:
        """Saves the recording to a file whose suffix names its format: `.calcharo` or `.json`.

        Raises:
            RecordingError: The suffix names no format, or the file cannot be written.
        """
        known = path_of_known_format(path)
        if known.suffix == ".json":
            self.to_json(known)
            return
        from calcharo_vm.recording.storage import saving  # noqa: PLC0415 - as in to_json

        saving.save(self, str(known))

    @classmethod
    def open(cls, path: str | PathLike[str]) -> "Recording":
        """Reads a recording from a file whose suffix names its format: `.calcharo` or `.json`.

        Of a `.calcharo` file no more is read than what is asked for. It may still be growing, as the file of
        `Capture(spill=...)` does while the program runs: the recording has the steps that are there, and its outcome
        is that of a program that crashed, as long as the file says nothing else.

        Raises:
            RecordingError: The suffix names no format.
            RecordingFormatError: It is not a recording, or not one this release can read.
        """
        known = path_of_known_format(path)
        if known.suffix == ".json":
            return cls.from_json(known)
        from calcharo_vm.recording.storage.reader import StoredJournal  # noqa: PLC0415 - as in to_json

        journal = StoredJournal(str(known))
        return cls(journal, journal.outcome, journal.source, journal.isolation)

    def refresh(self) -> bool:
        """Reads on where the file that the recording was opened from has grown.

        Returns:
            Whether there are more steps than before, or the end that was not there.

        Raises:
            RecordingFormatError: The file is damaged.
        """
        has_grown = self.journal.refresh()
        if has_grown:
            self.outcome, self._written = self.journal.outcome or self.outcome, None
        return has_grown


_WHAT_HAPPENED = {
    OutcomeStatus.CRASHED: "crashed",
    OutcomeStatus.CANCELLED: "was cancelled",
    OutcomeStatus.EXCEPTION: "ended with an exception",
}


def path_of_known_format(path: str | PathLike[str]) -> Path:
    """The path of a file, if its suffix names a format.

    Raises:
        RecordingError: It names none.
    """
    known = Path(path)
    if known.suffix not in (".calcharo", ".json"):
        raise RecordingError(f"{known.name} does not say its format: a recording is saved as .calcharo or .json")
    return known
