"""Keyframes made while the program runs, from the recorded heap and from the frames themselves."""

from collections.abc import Iterable, Iterator
from typing import Final
from weakref import ref

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frames import CUT, FrameRecord, ObservedFrame, ThreadRecord
from calcharo_vm.recording.identity import NO_ENTRIES, Shade, Table, Words, token
from calcharo_vm.recording.journal import Keyframes, is_based
from calcharo_vm.recording.keyframes import put_content, put_object
from calcharo_vm.recording.plan import NOTHING
from calcharo_vm.recording.shadow import Shadow
from calcharo_vm.recording.values import HeapKind

_LARGE: Final = 256
"""What holds so many words is not told anew as long as there is a base."""
_LARGE_STATE: Final = 2048
"""A keyframe of so many words may be a base; smaller ones are told as quickly as what has changed."""


class _UnlikeTheJournalError(Exception):
    """Says that the frames are not as the journal has them, as while an instruction executes."""


class _Base:
    """A keyframe that tells all, and what has changed since.

    Attributes:
        steps: After how many steps it is.
        made: How many objects had been recorded by then.
        changed: The oids of those that have changed, and of others that are newer.
    """

    def __init__(self, steps: int, made: int) -> None:
        self.steps = steps
        self.made = made
        self.changed: set[int] = set()

    def divide(self, shades: Iterable[Shade]) -> tuple[list[Shade], list[int]]:
        """Divides what is recorded now into what the base does not have as it is, and the oids of all else.

        How far an iterator is nobody tells.
        """
        made, changed, iterator = self.made, self.changed, HeapKind.ITERATOR
        others: list[Shade] = []
        unchanged: list[int] = []
        for shade in shades:
            oid = shade.token.stop
            if oid >= made or oid in changed or shade.kind is iterator:
                others.append(shade)
            else:
                unchanged.append(oid)
        return others, unchanged


class LiveKeyframes:
    """Makes the keyframe of a program of one thread, between two of its instructions."""

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._suspended: dict[int, ref[ObservedFrame]] = {}
        self._base: _Base | None = None

    def suspended(self, frame: ObservedFrame) -> None:
        """Remembers, without keeping it alive, a frame that may go on later."""
        self._suspended[frame.record.number] = ref(frame)

    def ended(self, frame: int) -> None:
        """Forgets a frame that was suspended once, by its number, as it goes on no more."""
        self._suspended.pop(frame, None)

    def changed(self, oids: Iterable[int]) -> None:
        """Takes note that steps have changed what some objects hold."""
        if self._base is not None:
            self._base.changed.update(oids)

    def added(self, keyframes: Keyframes, words: tuple[object, ...]) -> None:
        """Takes note that what `words` gave last is the last keyframe now; it may be a base of those that follow."""
        if not is_based(words):
            self._base = None
            if len(words) >= _LARGE_STATE:
                self._base = _Base(keyframes.base, self._shadow.made)
                keyframes.base_the_next()

    def words(self, frame: ObservedFrame, keyframes: Keyframes, steps: int) -> tuple[object, ...] | None:
        """The keyframe when `frame` is about to execute an instruction; None where it cannot be told."""
        words: Words = []
        thread, base = frame.record.thread, self._base
        if base is not None and (base.steps != keyframes.base or steps >= keyframes.base_due):
            base = None
        try:
            self._put_objects(words, self._iterators(frame), base)
            running = self._put_running(words, thread, frame)
            self._put_suspended(words, running)
        except _UnlikeTheJournalError:
            return None
        numbers = [record.number for record in thread.frames]
        words += (ops.RUNNING, thread.number, numbers[-1], len(numbers), *numbers, ops.THREAD, thread.number)
        return tuple(words)

    def _put_objects(self, words: Words, iterators: dict[int, Table], base: "_Base | None") -> None:
        shadow = self._shadow
        shadow.nameless = [shade for shade in shadow.nameless if shade.is_recorded]
        shades: Iterable[Shade] = (*shadow.by_id.values(), *shadow.nameless)
        if base is not None:
            shades, unchanged = base.divide(shades)
            words += (ops.BASE, base.steps, len(unchanged), *unchanged)
        for shade in shades:
            oid = shade.token.stop
            put_object(words, oid, shade.kind, shade.type_name, shade.name)
            fields = shade.fields
            if shade.kind is HeapKind.ITERATOR:
                if shade.address not in iterators:
                    raise _UnlikeTheJournalError
                fields = iterators[shade.address]
            if base is not None and oid < base.made and len(shade.items) + len(shade.table) >= _LARGE:
                put_content(words, oid, (), NO_ENTRIES, _table(fields))
                words += (ops.SINCE, oid)
            else:
                put_content(words, oid, _tokens(shade.items), _table(shade.table), _table(fields))
            if shade.frame is not None:
                words += (ops.RUNS, oid, shade.frame)

    def _iterators(self, frame: ObservedFrame) -> dict[int, Table]:
        """The fields of the iterators that frames work with, by address: how far they are is in no shade."""
        shadow = self._shadow
        found: dict[int, Table] = {}
        waiting: Words = []
        for each in self._frames(frame):
            waiting += (*each.stack, *each.fast)
        while waiting:
            value = waiting.pop()
            if id(type(value)) in shadow.scalars or id(value) in found:
                continue
            if shadow.anatomy.of(type(value)).kind is HeapKind.ITERATOR:
                items, fields = shadow.content(value, HeapKind.ITERATOR)
                found[id(value)] = {name: self._word(part) for name, part in fields.items()}
                waiting += (*items, *fields.values())
        return found

    def _frames(self, frame: ObservedFrame | None) -> Iterator[ObservedFrame]:
        """The frames that run, given the innermost, and those that are suspended."""
        while frame is not None:
            yield frame
            frame = frame.back
        for reference in list(self._suspended.values()):
            suspended = reference()
            if suspended is not None:
                yield suspended

    def _word(self, value: object) -> object:
        """The word for what an iterator holds."""
        if id(type(value)) in self._shadow.scalars:
            return value
        shade = self._shadow.held(value)
        if shade is None:
            raise _UnlikeTheJournalError
        return shade

    def _put_running(self, words: Words, thread: ThreadRecord, frame: ObservedFrame | None) -> set[int]:
        numbers = set()
        for record in reversed(thread.frames):
            if frame is None or frame.record is not record:
                raise _UnlikeTheJournalError
            if record.row is not None and record.row[1:3] == (0, NOTHING):  # its step may have been opened again
                raise _UnlikeTheJournalError
            self._put_frame(words, frame, record)
            numbers.add(record.number)
            frame = frame.back
        return numbers

    def _put_suspended(self, words: Words, running: set[int]) -> None:
        for number, reference in list(self._suspended.items()):
            if number in running:
                continue
            frame = reference()
            if frame is None:  # the garbage collector has found it, and may let it go on to be closed
                raise _UnlikeTheJournalError
            self._put_frame(words, frame, frame.record)

    def _put_frame(self, words: Words, frame: ObservedFrame, record: FrameRecord) -> None:
        globals_, *locals_ = (shade.token.stop for shade in record.namespaces)
        fast = self._content(frame.fast, record.slots.items())
        stack = self._content(frame.stack, zip(record.places[1:], record.shades[1:], strict=True))
        at, base, depth = -1, len(stack), len(stack)
        if record.row is not None:
            at, base, depth = record.row[0] - ops.FIRST_STEP, record.length - record.row[1], record.length
            if record.length == CUT or not base <= len(stack) <= depth:  # something there is not journalled yet
                raise _UnlikeTheJournalError
        words += (ops.FRAME, record.number, record.plan.number, globals_, locals_[0] if locals_ else None)
        words += (at, base, depth, len(fast), len(fast) + len(stack), *fast, *stack)

    def _content(self, values: Words, recorded: Iterable[tuple[int, Shade]]) -> Words:
        """The words for what a frame holds: scalars are themselves, objects are told from what is recorded."""
        scalars, tokens = self._shadow.scalars, {place: shade.token for place, shade in recorded}
        try:
            words = [
                value if id(type(value)) in scalars else tokens.pop(place) for place, value in enumerate(values)
            ]  # fmt: skip
        except KeyError as error:
            raise _UnlikeTheJournalError from error
        if tokens:
            raise _UnlikeTheJournalError
        return words


def _tokens(words: Words) -> Words:
    return [word.token if type(word) is Shade else word for word in words]


def _table(table: Table) -> Table:
    return {token(key): token(word) for key, word in table.items()}
