"""Who is who on the guest's heap, without keeping any guest object alive.

A `Shade` stands for one guest object. It is found by the object's address, which tells objects
apart only while they live, so the recorded places that hold each object are counted: an object
whose count is above zero is held by the program itself, and its address is its own. At a count of
zero the address is forgotten. After the garbage collector has freed something, and within the step
in which a count reached zero, an address is believed only after looking at the content again. It is
never believed of an object of another type: native code may have freed one that something recorded held.
"""

import gc
from collections.abc import Iterable
from math import copysign, isnan
from typing import Final
from weakref import ref

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.anatomy import Anatomy, name_of, outlives_the_program
from calcharo_vm.recording.layouts import SCALAR_TYPES
from calcharo_vm.recording.values import GENERATOR_KINDS, MAPPING_KINDS, HeapKind

Words = list[object]
Table = dict[object, object]

NO_ENTRIES: Final[Table] = {}
"""Stands for a table without entries; never written to."""

_GONE: Final = -1


class Shade:
    """What is recorded of one guest object: who it is, how many recorded places hold it, and its content."""

    __slots__ = (
        "address",
        "count",
        "dictionary",
        "epoch",
        "fields",
        "frame",
        "has_plain_keys",
        "items",
        "kind",
        "name",
        "slots",
        "table",
        "token",
        "type_address",
        "type_name",
    )

    def __init__(
        self, number: int, value: object, kind: HeapKind, epoch: int, type_name: str = "", name: str = ""
    ) -> None:
        self.type_name = type_name
        self.name = name
        self.token = range(number)
        self.address = id(value)
        self.type_address = id(type(value))
        self.kind = kind
        self.epoch = epoch
        self.count = 0
        self.items: Words = []
        self.table: Table = {} if kind in MAPPING_KINDS else NO_ENTRIES
        self.fields: Table = NO_ENTRIES
        self.has_plain_keys = True  # all keys of the table are scalars
        self.slots: tuple[str, ...] = ()  # the attributes that are not in it
        self.dictionary = 0  # the address of the dictionary that keeps its attributes
        self.frame: int | None = None  # the number of what a generator runs

    @property
    def is_recorded(self) -> bool:
        """Whether the journal has the object still."""
        return self.address != _GONE


_PLAIN_KINDS = frozenset({HeapKind.TUPLE, HeapKind.LIST, HeapKind.RANGE, HeapKind.CELL})
_MOST_PLAIN = 8
_DICT = id(dict)


def is_plain(shade: Shade) -> bool:
    """Returns whether nobody can tell when an object goes, whatever goes with it: it is short, and of scalars."""
    return goes_unnoticed(shade) and Shade not in map(type, shade.items)


def goes_unnoticed(shade: Shade) -> bool:
    """Returns whether nobody can tell when an object goes that goes alone: it is short, and holds nothing alone."""
    items = shade.items
    if shade.type_address == _DICT:
        return not shade.table
    if shade.kind not in _PLAIN_KINDS or len(items) > _MOST_PLAIN or shade.fields:
        return False
    for item in items:  # noqa: SIM110 - faster than all()
        if type(item) is Shade and item.count <= items.count(item):
            return False
    return True


def token(word: object) -> object:
    """What is written to the journal for a word."""
    return word.token if type(word) is Shade else word


def stands_for(word: object, value: object) -> bool:
    """Returns whether a recorded word stands for this very object; a scalar may have been made anew."""
    if type(word) is Shade:
        return word.address == id(value) and word.type_address == id(type(value))
    if word is value:
        return True
    cls = type(word)
    if cls is not type(value):
        return False
    if cls is float:
        if word == value:
            return copysign(1.0, word) == copysign(1.0, value)  # type: ignore[arg-type] # they are floats
        return isnan(word) and isnan(value)  # type: ignore[arg-type] # as above
    return word == value if cls in _EXACT else cls is complex and repr(word) == repr(value)


_EXACT = frozenset({int, str, bytes})


class Identities:
    """The guest objects that are recorded now, by address."""

    def __init__(self, log: Words, null: object) -> None:
        """Writes to `log`; `null` is what the machine has for CPython's NULL."""
        self.log = log
        self.anatomy = Anatomy()
        self.by_id: dict[int, Shade] = {}
        self.epoch = 0
        self.zeros: list[Shade] = []
        self.stale: Words = []
        """The objects that something has been collected since they were looked at."""
        self.scalars = frozenset([*map(id, SCALAR_TYPES), id(type(null))])
        self.by_dictionary: dict[int, Shade] = {}
        """The instances whose attributes a dictionary keeps, by its address."""
        self.classes: list[ref[type]] = []
        """The program's classes that are recorded."""
        self.nameless: list[Shade] = []
        """Objects that are recorded although their address belongs to somebody else by now, and some that were."""
        self.frame_class: type | None = None
        """The class of the frames that generators run; such a frame has a `record` with its number."""
        self.written: set[int] = set()
        """The oids of the objects that the words since the last chunk write to."""
        self.note_written = self.written.add
        self._kept_alive: Words = []
        self.made = 0

    def hold(self, value: object) -> object:
        """The word for a value that one more recorded place holds."""
        cls = id(type(value))
        if cls in self.scalars:
            return value
        shade = self.by_id.get(id(value))
        if shade is None or not shade.count or shade.epoch != self.epoch or shade.type_address != cls:
            shade = self.see(value, shade)
        shade.count += 1
        return shade

    def see(self, value: object, known: Shade | None) -> Shade:
        """The shade of an object whose address is new, or has to be looked at again."""
        raise NotImplementedError  # pragma: no cover - Comparison says how

    def hold_all(self, words: Iterable[object]) -> None:
        """One place more holds what each of the words stands for, which are held already."""
        for word in words:
            if type(word) is Shade:
                word.count += 1

    def release(self, word: object) -> None:
        """One place fewer holds what a word stands for."""
        if type(word) is Shade:
            word.count -= 1
            if not word.count:
                self.zeros.append(word)

    def release_all(self, words: Iterable[object]) -> None:
        """One place fewer holds what each of the words stands for."""
        for word in words:
            if type(word) is Shade:
                word.count -= 1
                if not word.count:
                    self.zeros.append(word)

    def look_again(self) -> None:
        """Looks again at what may be stale."""
        raise NotImplementedError  # pragma: no cover - Comparison says how

    def purge(self) -> None:
        """Looks again at what may be stale, and forgets what no recorded place holds, and what only that held."""
        if self.stale:
            self.look_again()
        zeros, by_id, by_dictionary, extend = self.zeros, self.by_id, self.by_dictionary, self.log.extend
        while zeros:
            shade = zeros.pop()
            address = shade.address
            if shade.count or address == _GONE:
                continue
            if by_id.get(address) is shade:
                del by_id[address]
            shade.address = _GONE
            if shade.dictionary and by_dictionary.get(shade.dictionary) is shade:
                del by_dictionary[shade.dictionary]
            extend((ops.DROP, shade.token.stop))
            if shade.items:
                for word in shade.items:
                    if type(word) is Shade:
                        word.count -= 1
                        if not word.count:
                            zeros.append(word)
                shade.items = []
            if shade.table:
                self.release_all([*shade.table.keys(), *shade.table.values()])
            if shade.fields:
                self.release_all(shade.fields.values())  # the names are texts
            shade.table = shade.fields = NO_ENTRIES

    def _make(self, value: object, kind: HeapKind, type_name: str) -> Shade:
        name = name_of(value, kind)
        shade = Shade(self.made, value, kind, self.epoch, type_name, name)
        self.made += 1
        self.by_id[id(value)] = shade
        self.note_written(shade.token.stop)
        self.log += (ops.NEW, shade.token.stop, kind._value_, type_name, name)
        if kind in GENERATOR_KINDS:
            self._link_frame(value, shade)
        elif kind is HeapKind.CLASS:
            self.classes.append(ref(value))  # type: ignore[arg-type]
        if outlives_the_program(value, kind):
            shade.count += 1
            self._kept_alive.append(value)
        return shade

    def _link_frame(self, generator: object, shade: Shade) -> None:
        """Journals which frame a generator or coroutine runs, if the machine runs it."""
        number = self._frame_of(generator)
        if number is not None:
            shade.frame = number
            self.log += (ops.RUNS, shade.token.stop, number)

    def _frame_of(self, generator: object) -> int | None:
        """The number of the frame that a generator or coroutine runs, if it is not over and the machine runs it."""
        for part in gc.get_referents(generator):
            if type(part) is self.frame_class:
                number: int = part.record.number  # type: ignore[attr-defined]
                return number
        return None

    def forget(self, shade: Shade) -> None:
        """Takes note that the object of a shade is gone, whatever is recorded as holding it."""
        if self.by_id.get(shade.address) is shade:
            del self.by_id[shade.address]
        shade.address = 0
        self.nameless.append(shade)
        if not shade.count:
            self.zeros.append(shade)
