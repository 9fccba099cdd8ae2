"""What code is made of, and how the words that it tells are folded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.guest_code import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.ops import MOST_FOLDED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.plan import Plan
    from calcharo_vm.recording.shadow import Shadow
    from calcharo_vm.tiers.compiled.linked import Linked
    from calcharo_vm.tiers.compiled.profile import Profile

_FIXED: dict[str, object] = {"'RETURNED'": "RETURNED", "True": True, "False": False, "None": None, "NULL": NULL}
"""Words that are the same each time."""
_ADDRESS = "address_"
_RUN = "RUN_"
_RUN_NAME = re.compile(rf"\b{_RUN}\d+\b")


@attrs.define
class Subject:
    """What code is made of.

    Attributes:
        linked: The instructions and their handlers.
        plan: What the recorder knows of them.
        profile: What they have worked on.
        frame: A frame that executes them.
        recorder: Who records them.
        dropping: The instructions that have been seen to be the end of objects.
        is_direct: Whether code is made that does without a frame as long as nothing unusual happens.
        folded: The numbers of the runs of words of which only the values are written, by what is written for each word.
        constants: The objects that the made code names, by name.
    """

    linked: Linked
    plan: Plan
    profile: Profile
    frame: Frame
    recorder: Recorder
    folded: dict[tuple[str, ...], int]
    dropping: frozenset[int]
    is_direct: bool = False
    constants: dict[str, object] = attrs.field(factory=dict)
    _runs: dict[tuple[str, ...], tuple[str, list[str]]] = attrs.field(factory=dict)
    _texts: dict[str, str] = attrs.field(factory=dict)

    def begin(self) -> None:
        """Begins to write anew."""
        self.constants.clear()
        self._runs.clear()

    def text(self, text: str) -> str:
        """The literal of a text, which is told as a word."""
        literal = repr(text)
        self._texts[literal] = text
        return literal

    def constant(self, name: str, value: object) -> str:
        """Gives a name to an object for the made code to use."""
        self.constants[name] = value
        return name

    def address(self, address: int) -> str:
        """Gives a name to the address of an object: unlike addresses, names are the same in the next run."""
        for name, known in self.constants.items():
            if name.startswith(_ADDRESS) and known == address:
                return name
        return self.constant(f"{_ADDRESS}{len(self.constants)}", address)

    def calls_natively(self, callee: object) -> bool:
        """Returns whether calling a native function is nothing but calling it."""
        machine = self.frame.context.machine
        return machine.input_lookaside is None and id(callee) not in machine.lookasides

    @property
    def generates(self) -> bool:
        """Whether the frames of the code belong to generators or coroutines."""
        return bool(self.plan.code.co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR))

    @property
    def shadow(self) -> Shadow:
        """What is recorded of the heap."""
        return self.recorder.shadow

    @property
    def limits_recursion(self) -> bool:
        """Whether each frame that starts has to be counted."""
        return self.recorder.limits_recursion

    def fold(self, words: tuple[str, ...]) -> list[str]:
        """What is written for a block's words: of each run that is always the same, only the values.

        The last word stays, as it tells which step is complete, and so do words of which it is not known how many
        they are.
        """
        written: list[str] = []
        run: list[str] = []
        for word in words[:-1]:
            if word.startswith("*"):
                written += [*self._fold_run(tuple(run)), word]
                run.clear()
            else:
                run.append(word)
        return [*written, *self._fold_run(tuple(run)), words[-1]]

    def _fold_run(self, run: tuple[str, ...]) -> Sequence[str]:
        values = [word for word in dict.fromkeys(run) if not self._is_fixed(word)]
        if len(values) + 1 >= len(run) or len(values) > MOST_FOLDED:
            return run
        name, _ = self._runs.setdefault(run, (f"{_RUN}{len(self._runs)}", values))
        return [name, *values]

    def with_runs(self, text: str) -> str:
        """The text with the numbers of the folded runs in the place of their names.

        What is written in vain takes no numbers: the same program gets the same ones whatever was tried before.
        """
        runs = {name: (run, values) for run, (name, values) in self._runs.items()}
        return _RUN_NAME.sub(lambda found: str(self._number(*runs[found[0]])), text)

    def _number(self, run: tuple[str, ...], values: list[str]) -> int:
        if run not in self.folded:
            numbers = {value: number for number, value in enumerate(values)}
            fixed = [self._fixed(word) if word not in numbers else None for word in run]
            places = [(place, numbers[word]) for place, word in enumerate(run) if word in numbers]
            self.folded[run] = self.recorder.journal.patterns.add(fixed, places, len(values))
        return self.folded[run]

    def _is_fixed(self, word: str) -> bool:
        return word in _FIXED or word.isdigit() or word in self.constants or word in self._texts

    def _fixed(self, word: str) -> object:
        if word in _FIXED:
            return _FIXED[word]
        if word.isdigit():
            return int(word)
        return self.constants[word] if word in self.constants else self._texts[word]
