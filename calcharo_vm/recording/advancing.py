"""What a state has of a built-in iterator: at its start, and one value further."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.iterators import COUNT, IS_EXHAUSTED, ITERATES, NEXT, POSITION, REMAINING, STEP
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from calcharo_vm.recording.state import Thing


def advance(word: object, own: Callable[[int], "Thing"]) -> None:
    """Advances the iterator that a word stands for, and those it takes its values from; `own` makes one changeable."""
    waiting = [word]
    while waiting:
        each = waiting.pop()
        assert type(each) is range  # iterators are objects, or the journal makes no sense
        waiting += _advance(own(each.stop))


def start(iterated: object, heap: Mapping[int, "Thing"]) -> dict[object, object]:
    """The fields of an iterator that is at the start of a list, tuple, dictionary, set or range."""
    assert isinstance(iterated, range)
    thing = heap[iterated.stop]
    if thing.kind is HeapKind.RANGE:
        first, stop, step = (number for number in thing.items if isinstance(number, int))
        length = (stop - first + step - (1 if step > 0 else -1)) // step  # len() has no room for all
        return {NEXT: first, STEP: step, REMAINING: max(length, 0)}
    if thing.is_mapping:
        return {ITERATES: iterated, REMAINING: len(thing.table)}
    return {ITERATES: iterated, POSITION: 0}


def _advance(thing: "Thing") -> list[object]:
    """Advances one iterator, and returns those that it advances in turn; of a generator there is nothing to tell."""
    fields = thing.fields
    if POSITION in fields:
        fields[POSITION] += fields.get(STEP, 1)  # type: ignore[operator]
        if fields[POSITION] < 0:  # type: ignore[operator]
            thing.fields = {IS_EXHAUSTED: True}
    elif REMAINING in fields:
        fields[REMAINING] -= 1  # type: ignore[operator]
        if NEXT in fields:
            fields[NEXT] += fields[STEP]  # type: ignore[operator]
    elif COUNT in fields:
        fields[COUNT] += 1  # type: ignore[operator]
        return [fields[ITERATES]]
    elif thing.type_name == "zip":
        return thing.items
    return []
