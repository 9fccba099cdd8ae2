"""Decides what is compiled, and when: what has run often, after looking at what it works on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from weakref import ref

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.recording.statistics import CodeStatistics, Statistics
from calcharo_vm.tiers.compiled.code_maker import TooDeep, make_code, make_direct_code
from calcharo_vm.tiers.compiled.compiled_code import CompiledCode
from calcharo_vm.tiers.compiled.direct_code import DirectCode
from calcharo_vm.tiers.compiled.linked import Entry, Linked
from calcharo_vm.tiers.compiled.native_entry import make_enter
from calcharo_vm.tiers.compiled.profile import CALLS, Profile
from calcharo_vm.tiers.compiled.resuming import Resuming
from calcharo_vm.tiers.compiled.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.machine.guest_code import GuestCode
    from calcharo_vm.recording import Recorder
    from calcharo_vm.tiers.compiled.code_cache import CodeCache, Outline
    from calcharo_vm.tiers.compiled.code_maker import MadeCode

WARM = 40
"""How often a loop turns, or a code object is entered, before it is looked at."""
LOOKS = 10
"""How often it is looked at before it is compiled."""
_MOST_ATTEMPTS: Final = 6
"""How often code is made anew because something else turned out to be hot, or guards failed."""


_WITH_OWNER: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD", "LOAD_SPECIAL", "LOAD_SUPER_ATTR", "STORE_ATTR"})


class CompiledTier:
    """Compiles what one machine executes and one recorder records.

    Attributes:
        recorder: Who records.
        enter: Runs a function that has a form without frames when native code calls it; `NULL` if it has to have one.
        resuming: What has generators go on, and tells that they have paused.
    """

    def __init__(self, recorder: Recorder, cache: CodeCache) -> None:
        """`cache` has what was made of the program in runs before."""
        self.recorder = recorder
        self._cache = cache
        self._results: list[_Result] = []
        self.enter = make_enter(recorder)
        self.resuming = Resuming(recorder)
        recorder.journal.keyframes.be_rare()

    def linked(self, guest: GuestCode, table: list[Entry]) -> None:
        """Takes note that the handlers of a code object have been linked."""
        guest.resume = self.resuming.resume  # that of all generators: compiled code may ask any of them
        if guest.machine.is_tracing or guest.machine.observer is None:
            return
        code = guest.code
        result = _Result(code.co_qualname, code.co_filename, code.co_firstlineno)
        self._results.append(result)
        self._cache.begin(code)
        unit = _Unit(Linked(guest.decoded, tuple(table)), ref(guest), self.recorder, self.resuming, result, self._cache)
        unit.watch(table)

    def left(self, frame: Frame) -> None:
        """Tells that compiled code has left a generator's frame, which something else has resumed."""
        self.resuming.left(frame.record.thread)

    def end(self) -> None:
        """Keeps what has been made for the next run of the program."""
        self._cache.save()

    def statistics(self) -> Statistics:
        """What has been made of each code object."""
        return Statistics("compiled", tuple(result.told() for result in self._results))


@attrs.define
class _Result:
    """What has been made of a code object; nothing of it keeps the code object alive."""

    function: str
    filename: str
    line_number: int
    compiled: int = 0
    handled: dict[str, int] = attrs.field(factory=dict)
    failures: dict[int, int] = attrs.field(factory=dict)
    reason: str = "it has not run often enough"
    source: str = ""
    direct_source: str = ""

    def told(self) -> CodeStatistics:
        handled = dict(sorted(self.handled.items()))
        failures = sum(self.failures.values())
        where = self.function, self.filename, self.line_number
        made = self.reason, self.source, self.direct_source
        return CodeStatistics(*where, self.compiled, handled, failures, *made)


class _Unit:
    """A code object: watched until it is hot, then looked at, then compiled.

    Its handlers in the table keep it, so it keeps neither the table nor the code object prepared for the machine.
    """

    def __init__(
        self,
        linked: Linked,
        guest: ref[GuestCode],
        recorder: Recorder,
        resuming: Resuming,
        result: _Result,
        cache: CodeCache,
    ) -> None:
        self._linked = linked
        self._resuming = resuming
        self._result = result
        self._cache = cache
        self._guest = guest
        self._recorder = recorder
        self._profile = Profile()
        self._attempts = 0
        self._hot: set[int] = set()
        self._declined: set[int] = set()
        self._dropping: set[int] = set()
        self._folded: dict[tuple[str, ...], int] = {}

    def watch(self, table: list[Entry]) -> None:
        """Counts how often loops turn that are not compiled, and how often the code object is entered."""
        if self._attempts < _MOST_ATTEMPTS:
            for index in self._heads() - self._hot:
                entry = table[index]
                if entry is self._linked.plain[index]:
                    table[index] = (self._counting(index, entry[0]), *entry[1:])

    def _heads(self) -> set[int]:
        linked = self._linked
        landings = ((index, linked.landing(index)) for index in range(len(linked.plain) - 1))
        return {0} | {landing for index, landing in landings if landing is not None and landing <= index}

    def _counting(self, index: int, handler: Callable[..., object]) -> Callable[..., object]:
        left = WARM

        def counting(frame: Frame, stack: list[object], operand: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                self._hot.add(index)
                self._look(frame.guest.table)
            return handler(frame, stack, operand)

        return hidden(counting)

    def _look(self, table: list[Entry]) -> None:
        """Looks at what instructions work on, until something hot has executed a few times more."""
        linked, left = self._linked, [LOOKS]
        plan = self._recorder.plan_of(linked.decoded.code)
        for index, (handler, operand, following) in enumerate(linked.plain[:-1]):
            opname = plan.opnames[index]
            called = plan.rows[index][1] if opname in CALLS else 0
            looking = self._profile.looking(
                index, handler, called=called, has_owner=opname in _WITH_OWNER, is_super=opname == "LOAD_SUPER_ATTR"
            )
            if index == 0:
                looking = self._profile.entering(looking)
            table[index] = self._arriving(looking, left) if index in self._hot else looking, operand, following

    def _arriving(self, looking: Callable[..., object], left: list[int]) -> Callable[..., object]:
        def arriving(frame: Frame, stack: list[object], operand: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                self._compile(frame)
            return looking(frame, stack, operand)

        return hidden(arriving)

    def _compile(self, frame: Frame) -> None:
        linked, table = self._linked, frame.guest.table
        table[:] = linked.plain
        self._attempts += 1
        plan = self._recorder.plan_of(linked.decoded.code)
        try:
            recorder = self._recorder
            subject = Subject(
                linked,
                plan,
                self._profile,
                frame,
                recorder,
                self._folded,
                frozenset(self._dropping),
            )
            hot, declined = frozenset(self._hot), frozenset(self._declined)
            made = self._made("", subject, lambda outline: make_code(subject, hot, declined, outline))
        except TooDeep:
            self._attempts = _MOST_ATTEMPTS
            self._result.reason = "its loops are nested more deeply than CPython compiles"
            return
        result, handled = self._result, Counter(plan.opnames[index] for index in made.outline.handled)
        if not made.entries:
            result.reason = "handlers execute all of what is hot"
            self.watch(table)
            return
        result.compiled, result.handled, result.reason = made.instructions - len(made.outline.handled), handled, ""
        result.source = made.source
        function = CompiledCode(made, linked, self._recorder, self._again, result.failures).function(
            self._resuming, self._cache
        )
        for index, number in made.entries.items():
            table[index] = function, number, index + 1
        if not subject.generates:
            self._compile_direct(subject, frame.guest)
        self.watch(table)

    def _compile_direct(self, subject: Subject, guest: GuestCode) -> None:
        """Compiles the function, if it is one that is called often, in the form that does without a frame."""
        is_called_often = 0 in self._hot and self._profile.has(0)
        is_function = guest.is_optimized and subject.frame.generator is None
        signatures = self._profile.signatures
        if not is_called_often or not is_function or not signatures:
            return
        signature = max(signatures, key=signatures.__getitem__)  # `most_common` imports, and the program may import
        direct = attrs.evolve(subject, is_direct=True, constants={})
        try:
            declined = frozenset(self._declined)
            made = self._made(
                signature, subject, lambda outline: make_direct_code(direct, declined, signature, outline)
            )
        except TooDeep:
            return  # the other form has its blocks in other places
        if made.outline.handled:
            return  # it would stop there
        self._result.direct_source = made.source
        form = DirectCode(made, subject.plan, self._guest, self._recorder, self._result.failures)
        guest.direct, guest.signature = form.function(self._linked, self._recorder, self._cache), signature

    def _made(self, form: str, subject: Subject, make: Callable[[Outline | None], MadeCode]) -> MadeCode:
        """Makes code, at once if the same has been made in a run before."""
        if not self._cache.keeps:
            return make(None)
        description = f"{form} {self._description(subject)}"
        made = make(self._cache.outline(description))
        self._cache.keep_outline(description, made.outline)
        return made

    def _description(self, subject: Subject) -> str:
        """What decides what is made, but for what the program's objects are like."""
        code = subject.plan.code
        found = (self._hot, self._declined, self._dropping)
        parts = (code.co_qualname, code.co_filename, code.co_firstlineno, code.co_code, *map(sorted, found))
        return f"{parts!r} {self._profile.description()}"

    def _again(self, indexes: set[int]) -> None:
        """Looks once more, as what some instructions work on is not what it was."""
        guest = self._guest()
        if self._attempts < _MOST_ATTEMPTS and guest is not None:
            self._declined |= indexes & self._dropping
            self._dropping |= indexes
            self._look(guest.table)
