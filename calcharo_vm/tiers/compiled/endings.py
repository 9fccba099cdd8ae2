"""Whether objects may go within a path: whether anybody could tell, through a finaliser or a weak reference."""

from __future__ import annotations

import builtins
import gc
from types import CellType, CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Final
from weakref import getweakrefcount

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.identity import Shade, goes_unnoticed
from calcharo_vm.tiers.compiled.classes import plain_classes
from calcharo_vm.tiers.compiled.profile import ITERATORS_OF_ITEMS, ITERATORS_OF_SCALARS
from calcharo_vm.tiers.compiled.values import SCALAR_IDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calcharo_vm.recording.shadow import Shadow

_QUIET_TYPES: Final = frozenset(map(id, (dict, set, range, FunctionType, *ITERATORS_OF_SCALARS, *ITERATORS_OF_ITEMS)))
"""Types whose objects end without a word, but for what they hold and weak references; so do tuples, lists and cells."""
_PLAIN: Final = frozenset(map(id, (list, tuple)))
_PASSIVE: Final = SCALAR_IDS | {id(CodeType)}
"""Types whose objects a function refers to, and nobody can tell when these go."""
_BUILTINS: Final = builtins.__dict__
_MOST: Final = 40
"""How many objects may go at once; more are left to a handler."""

Going = tuple[Shade, object]
"""What is recorded of an object that one place lets go, and the object."""


class Endings:
    """What one recorder's made functions ask before they let go of objects."""

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._by_id = shadow.by_id
        self._quiet: dict[int, bool] = {}
        self._class_changes = -1

    def go_unseen(self, places: Sequence[Going]) -> bool:
        """Returns whether nobody can tell when places let go what they hold, whatever goes with it."""
        going, lost = [*places], dict[Shade, int]()
        for shade, value in going:  # and what is added meanwhile
            count = shade.count
            if count > 1:
                lost[shade] = so_far = lost.get(shade, 0) + 1
                if so_far < count:
                    continue  # something else holds it, so far
            cls, items = type(value), shade.items
            if shade.address != id(value) or len(going) > _MOST:
                return False
            if cls is MethodType:
                going += zip(items, (value.__func__, value.__self__), strict=True)  # type: ignore[arg-type, attr-defined] # it is one
            elif cls is CellType:
                going += [(part, value.cell_contents) for part in items if type(part) is Shade]  # type: ignore[attr-defined] # it is one
            elif cls is tuple or cls is list:
                parts = zip(items, value, strict=True)  # type: ignore[call-overload] # it is one of these
                going += [each for each in parts if type(each[0]) is Shade]
            else:
                held = (self._parts_of_function if cls is FunctionType else self._parts)(shade, value)
                if held is None:
                    return False
                going += held
        return True

    def goes_unseen(self, shade: Shade, value: object) -> bool:
        """The same for one place."""
        return goes_unnoticed(shade) or self.go_unseen(((shade, value),))

    def iterator_goes_unseen(self, shade: Shade, held: Shade, iterator: object) -> bool:
        """The same for an iterator at its end, and the container that it alone may hold."""
        return (held.type_address in _PLAIN and goes_unnoticed(held)) or self.go_unseen(((shade, iterator),))

    def variables_go_unseen(self, slots: Mapping[int, Shade], fast: Sequence[object]) -> bool:
        """The same for a frame's variables."""
        held = [*slots.values()]
        most = len(held)
        for shade in held:
            count = shade.count
            if count <= most and (count == 1 or held.count(shade) == count):
                return self.go_unseen([(each, fast[slot]) for slot, each in slots.items()])
        return True

    def _parts(self, shade: Shade, value: object) -> list[Going] | None:
        """What an object holds that is recorded; None if its end, or that of anything else it holds, may be seen."""
        cls = type(value)
        if getweakrefcount(value) or shade.address in self._shadow.by_dictionary:
            return None
        if id(cls) not in _QUIET_TYPES and not self._is_quiet(cls):
            return None
        words = [*shade.fields.values(), *shade.table, *shade.table.values()]
        parts: list[Going] = []
        waiting = gc.get_referents(value)
        for part in waiting:
            kind = type(part)
            if id(kind) in SCALAR_IDS or kind is CodeType or part is cls or part is _BUILTINS:
                continue
            known = self._by_id.get(id(part))
            if known is not None and known.count:
                if known in words:
                    parts.append((known, part))
            elif shade.dictionary == id(part):
                waiting += gc.get_referents(part)  # the attributes
            else:
                return None
        return parts

    def function_goes_unseen(self, shade: Shade, function: FunctionType) -> bool:
        """The same for a function that has just been called: its frame holds the cells of its closure by then."""
        held = self._parts_of_function(shade, function)
        if held is None:
            return False
        closure = function.__closure__
        others = [each for each in held if each[1] is not closure]
        return not others or self.go_unseen(others)

    def _parts_of_function(self, shade: Shade, function: object) -> list[Going] | None:
        """The same as `_parts` of a function."""
        if getweakrefcount(function):
            return None
        parts: list[Going] = []
        for part in gc.get_referents(function):
            if id(type(part)) in _PASSIVE:
                continue
            known = self._by_id.get(id(part))
            if known is not None and known.count:
                if known in shade.fields.values():
                    parts.append((known, part))
            elif part is not _BUILTINS:
                return None
        return parts

    def _is_quiet(self, cls: type) -> bool:
        """Returns whether a class is one of the program's that has no finaliser, and keeps attributes as usual."""
        if self._class_changes != self._shadow.class_changes:
            self._class_changes = self._shadow.class_changes
            self._quiet.clear()
        known = self._quiet.get(id(cls))
        if known is None:
            is_plain = bool(plain_classes(self._shadow, {id(cls)}))
            known = self._quiet[id(cls)] = is_plain and type_attribute(cls, "__del__") is NULL
        return known
