"""Compares the live objects that frames lead to with the state that the journal gives."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.audit.reading import Reader, kinds_of, name_of_type
from calcharo_vm.recording.frames import ObservedFrame
from calcharo_vm.recording.identity import Shade
from calcharo_vm.recording.layouts import is_scalar
from calcharo_vm.recording.state import FrameState, State, Thing
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.types import Oid, StepIndex

_ABSENT: Final = object()
_NO_HOLDER: Final[tuple[str, int | None]] = "variable", None
_SETS = frozenset({HeapKind.SET, HeapKind.FROZENSET})


@attrs.frozen
class Mismatch:
    """A place where the recording says something else than the program's objects.

    Attributes:
        step: The last step that was complete.
        place: Where it is: a function and the way from one of its variables.
        type_name: The class of the object that is recorded wrongly; of what holds it, if it is a scalar.
        oid: The identity that it is recorded with, None for the variables of a frame.
        recorded: What is recorded there, as text.
        live: What is there, as text.
    """

    step: StepIndex
    place: str
    type_name: str
    oid: Oid | None
    recorded: str
    live: str

    def __str__(self) -> str:
        what = self.type_name if self.oid is None else f"{self.type_name} #{self.oid}"
        return f"after step {self.step}, {self.place} ({what}) is recorded as {self.recorded} and is {self.live}"


class Comparison:
    """One comparison of a thread's live frames with a state."""

    def __init__(self, state: State, reader: Reader, addresses: dict[int, int], hints: Mapping[int, Shade]) -> None:
        """Starts with what is known of the objects' addresses, by oid.

        Where the elements of a set correspond cannot be told from their order; `hints`, which say it by address,
        are followed, and whatever they lead to is compared.
        """
        self.mismatches: list[Mismatch] = []
        self._state = state
        self._reader = reader
        self.addresses: dict[int, int] = {}
        """Where the objects were that have been found."""
        self._known_addresses = addresses
        self._hints = hints
        self._oids: dict[int, int] = {}
        self._waiting: list[tuple[object, int, str]] = []
        self._compared: set[int] = set()

    def run(self, frames: list[ObservedFrame], thread: int) -> None:
        """Compares the frames of a thread, innermost first, and all objects that they lead to."""
        numbers = self._state.threads.get(thread, [])[::-1]
        if len(frames) != len(numbers):
            self._differs("the call stack", "list", None, f"{len(numbers)} frames", f"{len(frames)} frames")
            return
        for frame, number in zip(frames, numbers, strict=True):
            self._compare_frame(frame, self._state.frames[number])
        while self._waiting:
            value, oid, place = self._waiting.pop()
            if oid not in self._compared:
                self._compared.add(oid)
                self._compare_content(value, oid, place)

    def _compare_frame(self, frame: ObservedFrame, recorded: FrameState) -> None:
        code = self._state.journal.codes[recorded.code]
        function = frame.code.co_qualname
        for slot, (value, word) in enumerate(zip_longest(frame.fast, recorded.fast, fillvalue=_ABSENT)):
            name = code.slots[slot] if slot < len(code.slots) else f"slot {slot}"
            self._compare(value, word, f"{name} of {function}")
        for place, (value, word) in enumerate(zip_longest(frame.stack, recorded.stack, fillvalue=_ABSENT)):
            self._compare(value, word, f"place {place} of the value stack of {function}")
        self._compare(frame.globals, range(recorded.globals), f"the globals of {function}")
        if frame.locals is not None and frame.locals is not frame.globals:
            word = _ABSENT if recorded.namespace is None else range(recorded.namespace)
            self._compare(frame.locals, word, f"the namespace of {function}")

    def _compare(self, value: object, word: object, place: str, holder: tuple[str, int] | None = None) -> None:
        """Compares a value with a word; objects are compared in their turn."""
        if type(word) is not range:
            if not _is_same_scalar(value, word):
                self._differs(place, *(holder or _NO_HOLDER), _text_of_word(self._state, word), _text(value))
        elif word.stop not in self._state.heap or not self._is_nobody_elses(value, word.stop):
            type_name, oid = holder or (name_of_type(value), word.stop)
            self._differs(place, type_name, oid, _text_of_word(self._state, word), _text(value))
        else:
            self._waiting.append((value, word.stop, place))

    def _is_nobody_elses(self, value: object, oid: int) -> bool:
        """Returns whether an object and a recorded one belong to each other, now and as far as it is known."""
        if value is _ABSENT or is_scalar(value) or value is self._state.journal.null:
            return False
        address = self._known_addresses.get(oid) or self.addresses.setdefault(oid, id(value))
        return self._oids.setdefault(id(value), oid) == oid and address == id(value)

    def _compare_content(self, value: object, oid: int, place: str) -> None:
        thing = self._state.heap[oid]
        holder = thing.type_name, oid
        kinds = kinds_of(value)
        if thing.type_name != name_of_type(value) or not (kinds is None or thing.kind in kinds):
            self._differs(place, *holder, f"a {thing.type_name} ({thing.kind})", _text(value))
            return
        items, fields = self._reader.content(value, thing.kind)
        if thing.kind in _SETS:
            self._compare_elements(items, thing, oid, place)
        else:
            words = [word for entry in thing.table.items() for word in entry] if thing.is_mapping else thing.items
            for at, (item, word) in enumerate(zip_longest(items, words, fillvalue=_ABSENT)):
                label = _label_of_entry(items, words, at) if thing.is_mapping else f"[{at}]"
                self._compare(item, word, place + label, holder)
        recorded = thing.fields
        if thing.kind is HeapKind.WEAKREF:  # it refers to what is still there
            referent = recorded["referent"]
            is_there = isinstance(referent, int) and self._state.is_alive(referent)
            recorded = {**recorded, "referent": referent if is_there else None}
        if [*fields] != [*recorded]:
            self._differs(place, *holder, f"with the attributes {[*recorded]}", f"with {[*fields]}")
            return
        for name, part in fields.items():
            self._compare(part, recorded[name], f"{place}.{name}", holder)

    def _compare_elements(self, items: list[object], thing: Thing, oid: int, place: str) -> None:
        """Compares the elements of a set, which have no order."""
        recorded = {word.stop for word in thing.table if type(word) is range}
        found = set()
        scalars = []
        for item in items:
            if is_scalar(item):
                scalars.append(_text(item))
                continue
            number = self._oid_of(item)
            found.add(number)
            if number in recorded:
                self._compare(item, range(number), f"an element of {place}", (thing.type_name, oid))
        texts = sorted(_text(word) for word in thing.table if type(word) is not range)
        if found != recorded or sorted(scalars) != texts:
            self._differs(place, thing.type_name, oid, f"{texts} and {sorted(recorded)}", f"{sorted(scalars)}")

    def _oid_of(self, value: object) -> int:
        if id(value) in self._oids:
            return self._oids[id(value)]
        shade = self._hints.get(id(value))
        return -1 if shade is None else shade.token.stop

    def _differs(self, place: str, type_name: str, oid: int | None, recorded: str, live: str) -> None:
        self.mismatches.append(Mismatch(self._state.steps - 1, place, type_name, oid, recorded, live))


def _is_same_scalar(value: object, word: object) -> bool:
    if value is word:
        return True
    return type(value) is type(word) and is_scalar(word) and repr(value) == repr(word)


def _label_of_entry(items: list[object], words: list[object], at: int) -> str:
    key = next((each[at & ~1] for each in (words, items) if at & ~1 < len(each)), None)
    label = f"[{_text(key)}]" if type(key) is not range else f"[#{key.stop}]"
    return label if at & 1 else f", key {label}"


def _text(value: object) -> str:
    """A value as text, without running code of the program."""
    if value is _ABSENT:
        return "nothing"
    return repr(value) if is_scalar(value) else f"a {name_of_type(value)}"


def _text_of_word(state: State, word: object) -> str:
    if type(word) is not range:
        return _text(word)
    thing = state.heap.get(word.stop)
    return f"#{word.stop}, which is gone" if thing is None else f"{thing.type_name} #{word.stop}"


def frames_of(frame: ObservedFrame) -> Iterator[ObservedFrame]:
    """The frames of a thread from a frame outwards."""
    one: ObservedFrame | None = frame
    while one is not None:
        yield one
        one = one.back
