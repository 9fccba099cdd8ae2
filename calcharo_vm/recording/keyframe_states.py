"""The states of keyframes, from which the way to a step starts.

Where a state is large, most keyframes tell only what has changed since an earlier one, their base. What a large
container holds is not told again at all: it is found by going through the steps since, of which nothing but what they
write to that container is looked at.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.applying import apply
from calcharo_vm.recording.journal import Journal, is_based
from calcharo_vm.recording.state import State, Thing

_MOST_WORDS_KEPT: Final = 1 << 22
_CHUNKS_KEPT: Final = 512
_BASE_START: Final = 3  # where the oids of a BASE are

Words = Sequence[object]
_Heap = dict[int, Thing]


class KeyframeStates:
    """Makes the states of a journal's keyframes; the last ones are kept, and share what is the same in them."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._writes = _Writes(journal)
        self._kept: OrderedDict[int, State] = OrderedDict()
        self._bases: dict[int, int] = {}  # of those that have one, by their steps
        self._sizes: dict[int, int] = {}
        self._size = 0

    def after(self, steps: int) -> State:
        """The state that the keyframe after so many steps tells; it is the caller's own."""
        return self._state(steps).copy()

    def _state(self, steps: int) -> State:
        state = self._kept.pop(steps, None)
        if state is None:
            state = self._made(steps, self._journal.keyframes.words(steps))
            self._size += self._sizes[steps]
        self._kept[steps] = state
        while self._size > _MOST_WORDS_KEPT and len(self._kept) > 1:
            forgotten, _state = self._kept.popitem(last=False)
            self._size -= self._sizes.pop(forgotten)
            self._bases.pop(forgotten, None)
        return state

    def _made(self, steps: int, words: Words) -> State:
        self._sizes[steps] = len(words)
        if not is_based(words):
            return State.of_keyframe(self._journal, steps, words)
        end = ops.length(words, 0)
        base = words[1]
        if type(base) is not int or not 0 < base < steps or self._journal.keyframes.last_before(base + 1) != base:
            raise ValueError(f"the keyframe after step {steps} is based on one after step {base}")
        before = self._state(base)
        if base in self._bases:
            raise ValueError(f"the keyframe after step {steps} is based on one that has a base itself")
        oids = [words[at + 1] for at in _places_of_since(words, end)]
        state = State(self._journal)
        state.heap = {oid: before.heap[oid] for oid in words[_BASE_START:end]}  # type: ignore[index, misc]
        state.found = self._found(base, steps, oids)  # type: ignore[arg-type]
        self._sizes[steps] += sum(thing.length for thing in state.found.values())
        self._bases[steps] = base
        return state.restored(steps, words, end)

    def _found(self, base: int, steps: int, oids: list[int]) -> _Heap:
        """What large containers hold at a keyframe, from the nearest before it that is known and has the same base."""
        nearest = base
        for each, its_base in self._bases.items():
            if its_base == base and nearest < each < steps and self._kept[each].heap.keys() >= set(oids):
                nearest = each
        heap = self._kept[nearest].heap
        state = State(self._journal)
        state.heap = {oid: heap[oid] for oid in oids}
        for thing in state.heap.values():
            thing.size  # noqa: B018 - so that it is found once for all that come of it
        for oid, change in self._writes.between(nearest, steps, frozenset(oids)):
            if isinstance(change, dict):
                state.own(oid).set_items(change)
            else:
                apply(state, change, 0)
        return state.heap


def _places_of_since(words: Words, at: int) -> Iterator[int]:
    while at < len(words):
        if words[at] == ops.SINCE:
            yield at
        at += ops.length(words, at)


_Items = dict[int, object]
_Write = tuple[int, Words | _Items]
"""The oid of an object, and an operation on it, or items of it that are replaced one by one, in any order."""


class _Writes:
    """Finds what the steps of some chunks write to some objects; what was found last is kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: OrderedDict[int, tuple[frozenset[int], list[_Write]]] = OrderedDict()

    def between(self, start: int, stop: int, oids: frozenset[int]) -> Iterator[_Write]:
        """Yields the writes of the steps from `start` on to `stop`, both the first of a chunk, on some objects."""
        first, last = self._journal.chunk_of(start), self._journal.chunk_of(stop - 1)
        for chunk in range(first, last + 1) if oids else ():
            known = self._known.pop(chunk, None)
            if known is None or not oids <= known[0]:
                known = oids, self._found(chunk, oids)
            self._known[chunk] = known
            if len(self._known) > _CHUNKS_KEPT:
                self._known.popitem(last=False)
            yield from (write for write in known[1] if write[0] in oids)

    def _found(self, chunk: int, oids: frozenset[int]) -> list[_Write]:
        written = self._journal.objects_written
        told = written[chunk] if chunk < len(written) else None
        if told is not None and oids.isdisjoint(told):
            return []
        words = self._journal.chunks[chunk]
        found: list[_Write] = []
        items: dict[int, _Items] = {}  # by oid, as long as nothing else is written
        at, length, lengths, first_step = 0, len(words), ops.LENGTHS, ops.FIRST_STEP
        while at < length:
            word = words[at]
            if word >= first_step:  # type: ignore[operator] # an operation is an int
                at += 1
                continue
            end = at + (lengths[word] or ops.length(words, at))  # type: ignore[call-overload] # as above
            if ops.NEW <= word <= ops.TABLE and words[at + 1] in oids:  # type: ignore[operator] # as above
                oid: int = words[at + 1]  # type: ignore[assignment] # as above
                if word == ops.ITEMS and words[at + 4] == 1 == words[at + 3] - words[at + 2]:  # type: ignore[operator]
                    if oid not in items:
                        items[oid] = {}
                        found.append((oid, items[oid]))
                    items[oid][words[at + 2]] = words[at + 5]  # type: ignore[index] # as above
                else:
                    items.pop(oid, None)
                    found.append((oid, words[at:end]))
            at = end
        return found
