"""What each chunk of a journal is about, so that whoever looks for something passes over the others.

A chunk whose words have been walked over once is known by a few numbers: which instructions it
executes, which objects it writes to, and where its operations on frames, exceptions and output are.
Before that, its words are only searched for the numbers that are wanted, which says for certain
that a chunk has none of them.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.journal import Journal
from calcharo_vm.types import Oid, StepIndex, ThreadId

RUN_OPERATIONS: Final = frozenset({ops.ENTER, ops.LEAVE, ops.RESUME, ops.THREAD})
"""Operations that say which frame is executed."""

_MARKED = RUN_OPERATIONS | {ops.RAISED, ops.RAISED_AGAIN, ops.HANDLED, ops.OUT, ops.ERR}
_HEAP_WRITES = range(ops.NEW, ops.DROP)
_KEYED = frozenset({ops.KEY, ops.UNKEY})
_WALKS_KEPT = 16
_FEW = 8
_LOOKED_UP_ONE_BY_ONE = 2


@attrs.frozen
class Wanted:
    """What somebody looks for in chunks: any of these.

    Attributes:
        instructions: Numbers of instructions that are executed.
        oids: Objects that are written to.
        names: Keys of mappings under which something is written.
        namespaces: The mappings that are meant with the names; any if there are none.
        operations: Operations that are followed by a text: on exceptions and output.
    """

    instructions: frozenset[int] = frozenset()
    oids: frozenset[Oid] = frozenset()
    names: frozenset[str] = frozenset()
    namespaces: frozenset[Oid] = frozenset()
    operations: frozenset[int] = frozenset()

    @property
    def words(self) -> frozenset[object]:
        """Words of which one at least is in a chunk that has what is wanted, but for few objects and operations."""
        ends = {ops.FIRST_STEP + instruction for instruction in self.instructions}
        return frozenset({*ends, *self.names, *(self.oids if len(self.oids) > _FEW else ())})

    def within(self, written: "array[int]") -> "Wanted":
        """What of it may be in a chunk that writes to these objects only."""
        oids = self.oids.intersection(written) if self.oids else self.oids
        has_names = self.names and not (self.namespaces and self.namespaces.isdisjoint(written))
        return attrs.evolve(self, oids=oids, names=self.names if has_names else frozenset())

    def may_be_among(self, words: tuple[object, ...], own: frozenset[object]) -> bool:
        """Returns whether a look at the words of a chunk, when one's own are known, does not rule the chunk out."""
        if len(own) <= _LOOKED_UP_ONE_BY_ONE:  # comparing with a number is faster than hashing
            if any(word in words for word in own):
                return True
        elif not own.isdisjoint(words):
            return True
        few = self.oids if len(self.oids) <= _FEW else ()
        is_written = any(_may_be(words, oid, -1, _is_write) for oid in few)
        return is_written or any(_may_be(words, operation, 1, _is_text) for operation in self.operations)


@attrs.frozen
class _Summary:
    """What a chunk is about."""

    executed: int  # a bit for each instruction
    written: "array[int]"  # oids
    names: frozenset[object]
    operations: int  # a bit for each
    marks: "array[int]"  # where the operations on frames, exceptions and output are

    def has(self, wanted: Wanted) -> bool:
        """Returns whether the chunk has something that is wanted."""
        return (
            any(self.executed >> number & 1 for number in wanted.instructions)
            or any(self.operations >> operation & 1 for operation in wanted.operations)
            or not wanted.oids.isdisjoint(self.written)
            or not wanted.names.isdisjoint(self.names)
        )


class Index:
    """What each chunk of a journal is about, found when somebody asks."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._summaries: dict[int, _Summary] = {}
        self._written: dict[int, dict[Oid, list[int]]] = {}  # of the chunks walked over last

    def chunks(self, wanted: Wanted, numbers: Iterable[int]) -> Iterator[int]:
        """Yields those of some chunks that have something that is wanted, in their order."""
        words, summaries = wanted.words, self._summaries
        for number in numbers:
            known = summaries.get(number)
            if known is None:
                if not self._may_have(wanted, words, number):
                    continue
                known = self._summary(number)
            if known.has(wanted):
                yield number

    def _may_have(self, wanted: Wanted, words: frozenset[object], number: int) -> bool:
        """Returns whether a chunk that nobody has walked over may have what is wanted, whose own words are known."""
        noted = self._journal.objects_written
        written = noted[number] if number < len(noted) else None
        if written is not None:
            wanted = wanted.within(written)
            if wanted.oids:
                return True
            words = wanted.words
            if not words and not wanted.operations:
                return False
        return wanted.may_be_among(self._journal.chunks[number], words)

    def has(self, wanted: Wanted, chunk: int) -> bool:
        """Returns whether a chunk has something that is wanted."""
        return next(self.chunks(wanted, (chunk,)), None) is not None

    def steps(self, chunk: int, instructions: frozenset[int]) -> list[StepIndex]:
        """The steps of a chunk that executed one of some instructions."""
        first, executed = self._journal.starts[chunk], self._journal.columns(chunk).instructions
        return [step for step, number in enumerate(executed, first) if number in instructions]

    def writes(self, chunk: int) -> dict[Oid, list[int]]:
        """Where in a chunk's words each object is written to."""
        if chunk not in self._written:
            self._walk(chunk)
        return self._written[chunk]

    def marks(self, chunk: int, operations: frozenset[int]) -> Iterator[tuple[StepIndex, int]]:
        """Yields each of a chunk's operations on frames, exceptions or output: its place, and the step after it."""
        words = self._journal.chunks[chunk]
        for at in self._summary(chunk).marks:
            if words[at] in operations:
                yield self.step(chunk, at), at

    def marks_of_threads(self, chunk: int, operations: frozenset[int]) -> Iterator[tuple[ThreadId, StepIndex, int]]:
        """Yields each of a chunk's operations on frames, exceptions or output: its thread, step and place.

        The step is the one that it is a part of: other threads may complete steps between both.
        """
        words = self._journal.chunks[chunk]
        thread = 0
        for at in self._summary(chunk).marks:
            if words[at] == ops.THREAD:
                thread = words[at + 1]  # type: ignore[assignment] # the number of one
            if words[at] in operations:
                yield thread, self._next_of(thread, self.step(chunk, at)), at

    def own_step(self, chunk: int, at: int) -> StepIndex:
        """The step that an operation on an object is a part of, or the next to end if that never does."""
        words, marks = self._journal.chunks[chunk], self._summary(chunk).marks
        before = reversed(range(bisect_left(marks, at)))
        thread: ThreadId = next((words[marks[each] + 1] for each in before if words[marks[each]] == ops.THREAD), 0)  # type: ignore[assignment] # the number of one
        step = self.step(chunk, at)
        own = self._next_of(thread, step)
        return own if own < self._journal.length else step

    def _next_of(self, thread: ThreadId, step: StepIndex) -> StepIndex:
        """The first step of a thread from one on, or the number of steps."""
        journal = self._journal
        while step < journal.length:
            chunk = journal.chunk_of(step)
            first, threads = journal.starts[chunk], journal.columns(chunk).threads
            with suppress(ValueError):
                return first + threads.index(thread, step - first)
            step = first + len(threads)
        return step

    def step(self, chunk: int, at: int) -> StepIndex:
        """The step whose end is the next behind a place in a chunk's words."""
        return self._journal.starts[chunk] + bisect_left(self._journal.columns(chunk).ends, at)

    def _summary(self, chunk: int) -> _Summary:
        if chunk not in self._summaries:
            self._walk(chunk)
        return self._summaries[chunk]

    def _walk(self, chunk: int) -> None:
        words = self._journal.chunks[chunk]
        marks, written = _places(words)
        operations = 0
        for at in marks:
            operations |= 1 << words[at]  # type: ignore[operator] # an operation is an int
        executed = _bits(self._journal.columns(chunk).instructions)
        names = frozenset(name for places in written.values() for at in places for name in _names(words, at))
        self._summaries[chunk] = _Summary(executed, array("I", written), names, operations, marks)
        self._written[chunk] = written
        if len(self._written) > _WALKS_KEPT:
            del self._written[next(iter(self._written))]


def _may_be(words: tuple[object, ...], wanted: int, beside: int, is_right: Callable[[object], bool]) -> bool:
    """Returns whether a number is among the words with the right kind of word beside it."""
    at = -1
    with suppress(ValueError, IndexError):  # there is none any more
        while True:
            at = words.index(wanted, at + 1)
            if is_right(words[at + beside]):
                return True
    return False


def _is_write(word: object) -> bool:
    return type(word) is int and word in _HEAP_WRITES


def _is_text(word: object) -> bool:
    return type(word) is str


def _places(words: tuple[object, ...]) -> tuple["array[int]", dict[Oid, list[int]]]:
    """Where the operations of a chunk are that are marked, and where each object is written to."""
    marks, written = array("I"), dict[Oid, list[int]]()
    at, end = 0, len(words)
    most_pushes, first_step, store = ops.MOST_PUSHES, ops.FIRST_STEP, ops.STORE
    while at < end:
        operation: int = words[at]  # type: ignore[assignment] # an operation is an int
        if operation <= most_pushes:
            at += operation + 1
        elif operation >= first_step:
            at += 1
        elif operation == store:
            at += 2
        else:
            if operation in _MARKED:
                marks.append(at)
            elif operation in _HEAP_WRITES:
                written.setdefault(words[at + 1], []).append(at)  # type: ignore[arg-type]
            at += ops.length(words, at)
    return marks, written


def _names(words: tuple[object, ...], at: int) -> Iterator[str]:
    """The names under which an operation writes to a mapping."""
    operation = words[at]
    if operation == ops.TABLE:
        keys = words[at + 3 : at + ops.length(words, at) : 2]
    else:
        keys = words[at + 2 : at + 3] if operation in _KEYED else ()
    return (key for key in keys if type(key) is str)


def _bits(numbers: Iterable[int]) -> int:
    """An int with a bit for each number."""
    bits = 0
    for number in set(numbers):
        bits |= 1 << number
    return bits
