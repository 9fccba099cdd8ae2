"""The heap of a step: its objects, and who refers to whom."""

import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.values import MAPPING_KINDS, CallInfo, HeapKind, HeapObject, Ref
from calcharo_vm.types import Oid

_PAIRED = MAPPING_KINDS - {HeapKind.SET, HeapKind.FROZENSET}


class Place(enum.StrEnum):
    """Where an object is referred to from."""

    ITEM = "item"
    KEY = "key"
    VALUE = "value"
    FIELD = "field"
    VARIABLE = "variable"
    STACK = "stack"


@attrs.frozen
class Referrer:
    """One place that refers to an object.

    Attributes:
        place: What kind of place it is.
        where: The index of an item or on the value stack, the name of a field or variable, the key of a value;
            for a key, the key itself.
        oid: The object that the place is in, None when it is in a frame.
        frame: The number of the frame that the place is in, None when it is in an object.
    """

    place: Place
    where: object
    oid: Oid | None = None
    frame: int | None = None


class Heap(dict[Oid, HeapObject]):
    """The objects that some frames lead to, by oid."""

    def __init__(self, objects: Iterable[HeapObject], frames: Iterable[CallInfo] = ()) -> None:
        super().__init__((each.oid, each) for each in objects)
        self._frames = tuple(frames)

    def referrers(self, oid: Oid) -> tuple[Referrer, ...]:
        """The places that refer to an object: in frames, innermost last, then in objects, in order of first sight.

        A weak reference is none.
        """
        return tuple(self._referrers.get(oid, ()))

    @cached_property
    def _referrers(self) -> dict[Oid, list[Referrer]]:
        found: defaultdict[Oid, list[Referrer]] = defaultdict(list)
        for frame in self._frames:
            for name, word in frame.references.items():
                _note(found, word, Referrer(Place.VARIABLE, name, frame=frame.frame))
            for index, word in enumerate(frame.stack_references):
                _note(found, word, Referrer(Place.STACK, index, frame=frame.frame))
        for each in self.values():
            for word, place, where in _places(each):
                _note(found, word, Referrer(place, where, oid=each.oid))
        return found


def _note(found: dict[Oid, list[Referrer]], word: object, referrer: Referrer) -> None:
    if isinstance(word, Ref):
        found[word.oid].append(referrer)


def _places(each: HeapObject) -> Iterator[tuple[object, Place, object]]:
    """Yields what an object refers to, with the place."""
    for index, item in enumerate(each.items):
        if each.kind not in _PAIRED:
            yield item, Place.ITEM, index
        else:
            assert isinstance(item, tuple)
            yield item[0], Place.KEY, item[0]
            yield item[1], Place.VALUE, item[0]
    if each.kind is not HeapKind.WEAKREF:
        named = each.items if each.kind in _NAMED_ITEMS else ()
        for name, word in each.fields.items():
            if word not in named:
                yield word, Place.FIELD, name


_NAMED_ITEMS = frozenset({HeapKind.TUPLE, HeapKind.METHOD, HeapKind.CELL})
"""Kinds whose fields are names for their items."""
