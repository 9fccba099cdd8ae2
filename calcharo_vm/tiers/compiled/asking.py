"""What made functions ask about values of any class, where no code of the program may answer."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final
from weakref import ref

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.identity import Shade, stands_for
from calcharo_vm.tiers.compiled.values import EXCEPTIONS, SCALARS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calcharo_vm.recording.shadow import Shadow

_CONTAINERS: Final = (list, tuple, dict, set, frozenset, range, bytearray, deque)
_TRUE_IF_NOT_EMPTY: Final = frozenset(map(id, (*SCALARS, *_CONTAINERS)))
_SAY_THEIR_CLASS: Final = _TRUE_IF_NOT_EMPTY | frozenset(map(id, EXCEPTIONS))
_USUAL: Final = {name: vars(object)[name] for name in ("__getattribute__", "__class__")}
_is_subclass: Final = type.__subclasscheck__


def are_held(shades: Sequence[Shade | None]) -> bool:
    """Returns whether something else holds each of the objects that places hold, scalars left out."""
    return all(shade is None or shade.count > shades.count(shade) for shade in shades)


class _Answers:
    """What is known of classes, until one of the program's has changed; it keeps none of them alive."""

    def __init__(self, shadow: Shadow, answer: Callable[[type], bool]) -> None:
        self._shadow, self._answer = shadow, answer
        self._class_changes = -1
        self._known: dict[int, tuple[ref[type], bool]] = {}

    def of(self, cls: type) -> bool:
        """The answer for a class."""
        if self._class_changes != self._shadow.class_changes:
            self._class_changes = self._shadow.class_changes
            self._known.clear()
        known = self._known.get(id(cls))
        if known is None or known[0]() is not cls:
            known = self._known[id(cls)] = ref(cls), self._answer(cls)
        return known[1]


class Asking:
    """Asks about values, for one recorder."""

    def __init__(self, shadow: Shadow) -> None:
        self._shadow = shadow
        self._always_true = _Answers(shadow, _is_always_true)
        self._says_its_class = _Answers(shadow, _says_its_class)

    def are_recorded(self, words: Sequence[object], values: Sequence[object]) -> bool:
        """Returns whether values are those that are recorded, and need not be looked at again."""
        epoch = self._shadow.epoch
        for word, value in zip(words, values, strict=True):
            if not stands_for(word, value) or (type(word) is Shade and word.epoch != epoch):
                return False
        return True

    def is_true(self, value: object) -> bool | None:
        """Returns whether a value is true; None if code of the program or of a library may have to tell."""
        cls = type(value)
        if id(cls) in _TRUE_IF_NOT_EMPTY:
            return bool(value)
        return self._always_true.of(cls) or None

    def is_instance(self, value: object, types: object) -> bool | None:
        """Returns whether a value is an instance of a class, or of one of several; None as in `is_true`."""
        if type(types) is tuple:
            for each in types:
                answer = self.is_instance(value, each)
                if answer is not False:
                    return answer
            return False
        if type(types) is not type:
            return None  # its metaclass may tell
        cls = type(value)
        if cls is types or _is_subclass(types, cls):
            return True
        return False if id(cls) in _SAY_THEIR_CLASS or self._says_its_class.of(cls) else None


def _is_always_true(cls: type) -> bool:
    """Returns whether nothing tells whether an instance is true, which then is so."""
    return type_attribute(cls, "__bool__") is NULL and type_attribute(cls, "__len__") is NULL


def _says_its_class(cls: type) -> bool:
    """Returns whether an instance has no `__class__` but its type."""
    return all(type_attribute(cls, name) is usual for name, usual in _USUAL.items())
