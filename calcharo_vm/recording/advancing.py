"""What advancing a built-in iterator by one changes in what a state has of it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.iterators import COUNT, ITERATES, NEXT, POSITION, REMAINING, STEP, start
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from calcharo_vm.recording.state import Thing


def advance(word: object, own: Callable[[int], "Thing"]) -> None:
    """Advances the iterator that a word stands for, and those it takes its values from; `own` makes one changeable."""
    waiting = [word]
    while waiting:
        each = waiting.pop()
        if type(each) is range:
            thing = own(each.stop)
            if thing.kind is HeapKind.ITERATOR:
                waiting += _advance(thing)


def begin(word: object, iterated: object, own: Callable[[int], "Thing"], heap: Mapping[int, "Thing"]) -> None:
    """Gives a new iterator what it holds, where the journal leaves that to whoever replays it.

    Args:
        word: What the instruction that makes iterators has pushed.
        iterated: What it has taken.
        own: Makes an object of the heap changeable.
        heap: The objects.
    """
    if type(word) is range and type(iterated) is range:
        thing, source = heap[word.stop], heap[iterated.stop]
        if thing.kind is HeapKind.ITERATOR and not thing.fields and not thing.items:
            own(word.stop).fields = start(iterated, source.kind, source.items, len(source.table))


def _advance(thing: "Thing") -> list[object]:
    """Advances one iterator, and returns those that it advances in turn."""
    fields = thing.fields
    if POSITION in fields:
        fields[POSITION] += fields.get(STEP, 1)  # type: ignore[operator]
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
