"""Plain values from words: fresh copies that are equal to what the program had, cycles kept."""

from collections import deque
from typing import Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.adapters import TEXT
from calcharo_vm.recording.exception_chain import TRACEBACK, entries_of
from calcharo_vm.recording.state import State, Thing
from calcharo_vm.recording.values import NULL, OWN_FIELDS, HeapKind, HeapObject, ObjectSnapshot, Ref

_PLAIN_CONTAINERS = {
    HeapKind.LIST: list,
    HeapKind.DICT: dict,
    HeapKind.NAMESPACE: dict,
    HeapKind.SET: set,
    HeapKind.DEQUE: deque,
}
_IMMUTABLE = {HeapKind.TUPLE: tuple, HeapKind.FROZENSET: frozenset}
_HOLDING = frozenset({*_PLAIN_CONTAINERS, *_IMMUTABLE, HeapKind.BYTEARRAY, HeapKind.EXCEPTION})
_SHOWN_BY_NAME = frozenset({HeapKind.FUNCTION, HeapKind.CLASS, HeapKind.MODULE})
_NAMED_ITEMS = {
    HeapKind.METHOD: ("__func__", "__self__"),
    HeapKind.CELL: ("cell_contents",),  # an empty cell has none
}
"""Kinds whose items are what their attributes of these names are."""


class Values(Protocol):
    """Gives a value for a word of one state."""

    def of(self, word: object) -> object:
        """The value of a word."""


class References:
    """Gives scalars as themselves and objects as `Ref`, which lead to the heap."""

    def __init__(self, state: State) -> None:
        self._null = state.journal.null

    def of(self, word: object) -> object:
        """The word as a heap object's content shows it."""
        return reference(word, self._null)


class PlainValues:
    """Makes plain values of one state's words; the same object gives the same copy every time."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._heap = state.heap
        self._null = state.journal.null
        self._made: dict[int, object] = {}
        self._unfilled: list[tuple[object, Thing]] = []

    def of(self, word: object) -> object:
        """The plain value of a word."""
        value = self._shell(word)
        while self._unfilled:
            self._fill(*self._unfilled.pop())
        return value

    def _shell(self, word: object) -> object:
        """The value of a word; mutable objects may still be empty."""
        if type(word) is not range:
            return NULL if word is self._null else word
        oid = word.stop
        if oid not in self._made:
            waiting = [oid]
            while waiting:  # immutable containers are made from the inside out
                inner = self._immutable_parts(waiting[-1])
                if inner:
                    waiting += inner
                else:
                    self._make(waiting.pop())
        return self._made[oid]

    def _immutable_parts(self, oid: int) -> list[int]:
        """The immutable containers in an immutable container that have not been made yet."""
        thing = self._heap[oid]
        if not _is_immutable(thing):
            return []
        tokens = [word.stop for word in _items(thing) if type(word) is range]
        return [part for part in tokens if part not in self._made and _is_immutable(self._heap[part])]

    def _make(self, oid: int) -> None:
        if oid in self._made:
            return
        thing = self._heap[oid]
        if _is_immutable(thing):
            make = _IMMUTABLE[thing.kind]
            parts = [self._key(word) if make is frozenset else self._shell(word) for word in _items(thing)]
            self._made[oid] = make(parts)
        elif thing.kind in (HeapKind.RANGE, HeapKind.SLICE):
            parts = [self._shell(word) for word in thing.items]
            self._made[oid] = range(*parts) if thing.kind is HeapKind.RANGE else slice(*parts)  # type: ignore[call-overload]
        elif thing.kind is HeapKind.BYTEARRAY and not thing.fields:
            self._made[oid] = bytearray(_bytes_of(thing))
        elif thing.kind in _PLAIN_CONTAINERS and thing.fields.keys() <= OWN_FIELDS:
            self._made[oid] = container = _empty(thing)
            self._unfilled.append((container, thing))
        else:
            name = "" if thing.kind is HeapKind.TUPLE else thing.name
            text = str(thing.fields.get(TEXT, ""))
            self._made[oid] = snapshot = ObjectSnapshot(thing.type_name, {}, oid, name=name, text=text)
            self._unfilled.append((snapshot, thing))

    def _fill(self, made: object, thing: Thing) -> None:
        match made:
            case ObjectSnapshot():
                self._fill_snapshot(made, thing)
            case dict():
                for key, word in thing.table.items():
                    made[self._key(key)] = self._shell(word)
            case set():
                made.update(self._key(word) for word in thing.table)
            case _:
                assert isinstance(made, list | deque)
                words = thing.items
                made.extend(words if _holds_scalars(thing, self._null) else map(self._shell, words))

    def _fill_snapshot(self, snapshot: ObjectSnapshot, thing: Thing) -> None:
        if thing.kind in _SHOWN_BY_NAME:
            return
        if thing.kind is HeapKind.SCALAR:
            snapshot.value = thing.items[0]
        elif thing.kind not in _NAMED_ITEMS and (thing.items or thing.kind in _HOLDING):
            snapshot.value = self._held_value(thing)
        names = shown_fields(thing, self._state)
        snapshot.attributes.update((name, self._shell(word)) for name, word in names.items())

    def _held_value(self, thing: Thing) -> object:
        """What an instance of a subclass of a built-in container holds; the arguments of an exception."""
        if thing.kind is HeapKind.BYTEARRAY:
            return bytearray(_bytes_of(thing))
        container: object = _PLAIN_CONTAINERS.get(thing.kind, list)()
        self._fill(container, thing)
        immutable = tuple if thing.kind is HeapKind.EXCEPTION else _IMMUTABLE.get(thing.kind)
        return container if immutable is None else immutable(container)

    def _key(self, word: object) -> object:
        """A word as the key of a dictionary or the element of a set: hashable whatever it is."""
        value = self._shell(word)
        if isinstance(value, list | dict | set | deque | bytearray) or (
            isinstance(value, slice) and type(word) is range
        ):
            assert type(word) is range
            return ObjectSnapshot(self._heap[word.stop].type_name, {}, word.stop, value=value)
        return value


def _is_immutable(thing: Thing) -> bool:
    return thing.kind in _IMMUTABLE and not thing.fields


def _bytes_of(thing: Thing) -> bytes:
    (content,) = thing.items
    assert isinstance(content, bytes)
    return content


def _items(thing: Thing) -> list[object]:
    return list(thing.table) if thing.is_mapping else thing.items


def _holds_scalars(thing: Thing, null: object) -> bool:
    """Returns whether all that a thing holds stands for itself, and can be shown as it is."""
    return range not in thing.kinds and type(null) not in thing.kinds


def reference(word: object, null: object) -> object:
    """A word as a heap object's content shows it: a scalar, `NULL` or a `Ref`."""
    if type(word) is range:
        return Ref(word.stop)
    return NULL if word is null else word


def _empty(thing: Thing) -> object:
    """An empty container of the kind of a thing."""
    most = thing.fields.get("maxlen")
    return deque(maxlen=most) if type(most) is int else _PLAIN_CONTAINERS[thing.kind]()


def shown_fields(thing: Thing, state: State) -> dict[str, object]:
    """The fields of a thing by name, as words; what a weak reference refers to is there as long as that is."""
    fields = {str(name): word for name, word in thing.fields.items() if name not in (TEXT, TRACEBACK)}
    fields.update(zip(_NAMED_ITEMS.get(thing.kind, ()), thing.items, strict=False))
    if thing.kind is HeapKind.TUPLE and thing.name:
        fields.update(zip(thing.name.split(), thing.items, strict=False))
    if thing.kind is HeapKind.WEAKREF:
        number = fields.pop("referent", None)
        fields["referent"] = range(number) if type(number) is int and state.is_alive(number) else None
    return fields


def heap_object(oid: int, state: State) -> HeapObject:
    """A heap object as a step shows it."""
    thing, null = state.heap[oid], state.journal.null
    if thing.kind in (HeapKind.DICT, HeapKind.NAMESPACE):
        items: tuple[object, ...] = tuple((reference(k, null), reference(v, null)) for k, v in thing.table.items())
    else:
        words = _items(thing)
        items = tuple(words if _holds_scalars(thing, null) else (reference(word, null) for word in words))
    traceback = thing.fields.get(TRACEBACK)
    return HeapObject(
        oid=oid,
        kind=thing.kind,
        type_name=thing.type_name,
        name="" if thing.kind is HeapKind.TUPLE else thing.name,
        items=items,
        fields={name: reference(word, null) for name, word in shown_fields(thing, state).items()},
        text=str(thing.fields.get(TEXT, "")),
        traceback=() if traceback is None else entries_of(traceback),
        frame=thing.frame if thing.frame in state.frames else None,
        state=None if thing.frame is None else state.doing(thing.frame),
    )
