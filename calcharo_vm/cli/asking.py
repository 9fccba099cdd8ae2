"""`calcharo ask`: the questions of a recording, asked on the command line, and what is unknown said clearly."""

from __future__ import annotations

import difflib
from pathlib import PurePath
from typing import TYPE_CHECKING

from calcharo_vm.cli import answers
from calcharo_vm.cli.answers import Showing, show
from calcharo_vm.errors import RecordingError
from calcharo_vm.recording import Recording
from calcharo_vm.tracer import execute_and_trace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["Asked", "recording_of"]

_MOST_NAMED = 12
"""How many of the names that there are a message mentions."""


def recording_of(file: Path) -> Recording:
    """Read a recording, or run a program and record it.

    Raises:
        CalcharoError: It is a damaged recording, or a program that does not compile.
    """
    if file.suffix in {".calcharo", ".json"}:
        return Recording.open(file)
    return execute_and_trace(file, argv=[str(file)])


class Asked:
    """A recording that is asked questions, each of which prints its answer.

    Every question raises `RecordingError` when it is about something that the recording does not have.
    """

    def __init__(self, recording: Recording, showing: Showing) -> None:
        """Take the recording, and how much of an answer is to be shown."""
        self._recording = recording
        self._showing = showing

    # --- variables and objects -------------------------------------------------------------------

    def history(self, name: str, function: str | None) -> None:
        """Print which values a variable had."""
        answer = self._recording.history(name, function)
        if not answer:
            self._check_function(function)
            self._check_name(name)
        show(answer, answers.WRITES, self._showing)

    def last_write(self, step: int, target: str) -> None:
        """Print the step that wrote a variable or object last."""
        oid = _oid(target)
        found = self._recording.last_write(step, target if oid is None else oid)
        if found is None:
            self._check_target(step, target)
        show([] if found is None else [found], answers.STEPS, self._showing)

    def writes(self, target: str) -> None:
        """Print all writes to an object."""
        oid = _oid(target)
        if oid is None:
            raise RecordingError(
                f"{target!r} is no object: write its number, as in #7, or ask for the history of a name"
            )
        answer = self._recording.writes(oid)
        if not answer:
            raise RecordingError(f"the recording has no object #{oid}: #NUMBER in a value says which there are")
        show(answer, answers.OBJECT_WRITES, self._showing)

    def aliases(self, step: int, target: str) -> None:
        """Print what refers to an object, or to the one that a variable holds, at a step."""
        oid = _oid(target)
        answer = self._recording.aliases(step, target if oid is None else oid)
        if not answer:
            self._check_target(step, target)
        show(answer, answers.ALIASES, self._showing)

    def origin(self, step: int, name: str) -> None:
        """Print where the value of a variable came from."""
        answer = self._recording.origin(step, name)
        if not answer:
            self._check_target(step, name)
        show(answer, answers.LINKS, self._showing)

    # --- what happened ---------------------------------------------------------------------------

    def story(self) -> None:
        """Print the steps that tell what happened."""
        show(self._recording.story(), answers.STEPS, self._showing)

    def calls(self, function: str | None) -> None:
        """Print the calls of a function, or of all."""
        answer = self._recording.calls(function)
        if not answer:
            self._check_function(function)
        show(answer, answers.CALLS, self._showing)

    def hits(self, place: str) -> None:
        """Print the visits to a line, given as `file.py:12`."""
        file, _, line = place.rpartition(":")
        if not file or not line.isdecimal():
            raise RecordingError(f"{place!r} is no line of a file: write it as program.py:12")
        answer = self._recording.hits(file, int(line))
        if not answer:
            self._check_file(file)
        show(answer, answers.HITS, self._showing)

    def raises(self, type_name: str | None) -> None:
        """Print the exceptions of a class, or all."""
        answer = self._recording.raises(type_name)
        if not answer and type_name is not None:
            _check("exception", type_name, {each.type_name for each in self._recording.raises()})
        show(answer, answers.RAISES, self._showing)

    def output(self) -> None:
        """Print what each step wrote."""
        show(self._recording.output(), answers.OUTPUT, self._showing)

    # --- what is unknown -------------------------------------------------------------------------

    def _check_name(self, name: str) -> None:
        journal = self._recording.journal
        slots = {slot for code in journal.codes for slot in code.slots}
        _check("name", name, slots | {info.name for info in journal.instructions if info.name is not None})

    def _check_function(self, function: str | None) -> None:
        if function is not None:
            _check("function", function, {code.function for code in self._recording.journal.codes})

    def _check_file(self, file: str) -> None:
        _check("file", PurePath(file).name, {PurePath(code.filename).name for code in self._recording.journal.codes})

    def _check_target(self, index: int, target: str) -> None:
        """Refuse a name that means nothing at a step, and an object that the recording does not have."""
        step = self._recording[index]
        if _oid(target) is not None:
            raise RecordingError(f"step {step.index} has no object {target}: #NUMBER in a value says which there are")
        known = step.variables_state.keys() | step.globals_state.keys()
        _check("variable", target, known, f"{step.function} at step {step.index}")


def _oid(target: str) -> int | None:
    """Read the number of an object, written as values show it: `#7`; None when it is a name."""
    number = target.removeprefix("#")
    return int(number) if number.isdecimal() else None


def _check(kind: str, name: str, known: Iterable[str], where: str = "the recording") -> None:
    """Refuse a name that is not known, and say which come near.

    Raises:
        RecordingError: It is not known.
    """
    names = sorted(known, key=lambda each: (each.startswith("__"), each))
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=3) or names
    shown = ", ".join(near[:_MOST_NAMED]) + (", ..." if len(near) > _MOST_NAMED else "")
    raise RecordingError(f"{where} has no {kind} {name!r}; it has {shown or 'none'}")
