"""The content of the recorded heap as it is now, and how writes to it are journalled.

Writes by opcodes and well-known methods name the one entry they changed.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from types import MemberDescriptorType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.anatomy import MISSING, module_namespace
from calcharo_vm.recording.comparison import Comparison
from calcharo_vm.recording.exception_chain import linked_exceptions
from calcharo_vm.recording.identity import Shade, stands_for
from calcharo_vm.recording.iterating import LEADING, keeps_a_place
from calcharo_vm.recording.layouts import MACHINERY_NAMES, namespace
from calcharo_vm.recording.values import OWN_FIELDS, HeapKind

_READ_WHOLE = frozenset(
    {HeapKind.FUNCTION, HeapKind.CLASS, HeapKind.EXCEPTION, HeapKind.NATIVE, HeapKind.ITERATOR, HeapKind.WEAKREF}
)
"""Kinds whose attributes are not all an instance's own."""
_SLOT = id(MemberDescriptorType)
_NAMED_KINDS = frozenset({HeapKind.DICT, HeapKind.NAMESPACE})
_KEYED_ALONE = frozenset(map(id, (dict, defaultdict, Counter)))
"""Dictionaries of which storing or deleting changes no other entry, and reading may add one."""
_ENDED_KINDS: dict[HeapKind, type[list[object]] | type[deque[object]]] = {HeapKind.LIST: list, HeapKind.DEQUE: deque}


class Shadow(Comparison):
    """The recorded heap as it is now."""

    layouts_changed = False
    """Whether the instances of a class may have other attributes than before, as its bases or slots are others."""

    def appended(self, value: object) -> None:
        """Journals what has been added at the end of a list."""
        shade = self.held(value)
        if shade is None:
            return
        before = len(shade.items)
        if shade.kind is not HeapKind.LIST or list.__len__(value) < before:  # type: ignore[arg-type]
            self.update(value, shade)
        elif list.__len__(value) > before:  # type: ignore[arg-type]
            self._splice(shade, before, before, list.__getitem__(value, slice(before, None)))  # type: ignore[call-overload]

    def raised(self, error: BaseException) -> None:
        """Journals what raising an exception has changed in it, if it is recorded, and in those that it came from."""
        for each in linked_exceptions(error):
            self.changed(each)

    def advanced(self, iterators: Iterable[object]) -> None:
        """Journals how far iterators are, and those that they take their values from."""
        waiting = list(iterators)
        for iterator in waiting:
            shade = self.held(iterator)
            if shade is not None:
                parts = self.update(iterator, shade)
            elif id(type(iterator)) in LEADING:
                items, fields = self.content(iterator, HeapKind.ITERATOR)
                parts = [*items, *fields.values()]
            else:
                continue
            waiting += [part for part in parts if keeps_a_place(part)]

    def moved_at(self, value: object, end: int) -> None:
        """Journals one item added or removed at the start (0) or the end (-1) of a list or deque."""
        shade = self.held(value)
        if shade is None:
            return
        base = _ENDED_KINDS.get(shade.kind)
        before = len(shade.items)
        grown = base.__len__(value) - before if base is not None else 0  # type: ignore[arg-type]
        at = before if end else 0
        if grown == 1:
            self._splice(shade, at, at, [base.__getitem__(value, end)])  # type: ignore[call-overload, index]
        elif grown == -1:
            self._splice(shade, at + end, at + end + 1, [])
        else:
            self.update(value, shade)

    def added(self, value: object, element: object) -> None:
        """Journals an element added to a set, or nothing when it was there already."""
        shade = self.held(value)
        if shade is None:
            return
        grown = set.__len__(value) - len(shade.table) if shade.kind is HeapKind.SET else -1  # type: ignore[arg-type]
        if grown == 1:
            self._set_key(shade, self.hold(element), None)
        elif grown:
            self.update(value, shade)

    def discarded(self, value: object, element: object) -> None:
        """Journals that an element has been removed from a set, or nothing when it was not there."""
        shade = self.held(value)
        if shade is None:
            return
        shrunk = len(shade.table) - set.__len__(value) if shade.kind is HeapKind.SET else -1  # type: ignore[arg-type]
        is_plain = shade.has_plain_keys and id(type(element)) in self.scalars
        if shrunk == 1 and is_plain and element in shade.table:
            self.remove_key(shade, element)
        elif shrunk:
            self.update(value, shade)

    def removed_at(self, value: object, place: object) -> None:
        """Journals that the item at an index has been removed from a list."""
        shade = self.held(value)
        if shade is None:
            return
        before = len(shade.items)
        is_shorter = shade.kind is HeapKind.LIST and list.__len__(value) == before - 1  # type: ignore[arg-type]
        if is_shorter and type(place) is int and -before <= place < before:
            at = place % before
            self._splice(shade, at, at + 1, [])
        else:
            self.update(value, shade)

    def inserted_at(self, value: object, place: object) -> None:
        """Journals that an item has been inserted into a list before the one at an index, or at one of its ends."""
        shade = self.held(value)
        if shade is None:
            return
        before = len(shade.items)
        is_longer = shade.kind is HeapKind.LIST and list.__len__(value) == before + 1  # type: ignore[arg-type]
        if is_longer and type(place) is int:
            at = min(max(place + before if place < 0 else place, 0), before)
            self._splice(shade, at, at, [list.__getitem__(value, at)])  # type: ignore[call-overload]
        else:
            self.update(value, shade)

    def item_stored(self, value: object, key: object) -> None:
        """Journals what has been stored in a container, or deleted from it, under `key`."""
        if id(value) in self.by_dictionary:
            self.changed(value)
            return
        shade = self.held(value)
        if shade is None:
            return
        if shade.kind is HeapKind.LIST and type(key) is int:
            if list.__len__(value) != len(shade.items):  # type: ignore[arg-type]
                self.removed_at(value, key)
                return
            index = key + len(shade.items) if key < 0 else key
            if not 0 <= index < len(shade.items):  # it raised
                return
            if not stands_for(shade.items[index], list.__getitem__(value, index)):  # type: ignore[call-overload]
                self._splice(shade, index, index + 1, [list.__getitem__(value, index)])  # type: ignore[call-overload]
        elif (
            shade.kind is HeapKind.DICT
            and id(type(key)) in self.scalars
            and shade.has_plain_keys
            and id(type(value)) in _KEYED_ALONE
        ):
            self.key_stored(value, shade, key)
        elif not self._gained_a_key(value, shade):
            self.update(value, shade)

    def key_stored(self, value: object, shade: Shade, key: object) -> None:
        """Journals what a dictionary whose keys are all scalars holds under one of them."""
        now = dict.get(value, key, MISSING)  # type: ignore[call-overload]
        old = shade.table.get(key, MISSING)
        if now is MISSING:
            if old is not MISSING:
                del shade.table[key]
                self.note_written(shade.token.stop)
                self.log += (ops.UNKEY, shade.token.stop, key)
                self.release(old)
        elif not stands_for(old, now):
            self._set_key(shade, key, self.hold(now))
            self.release(old)

    def _gained_a_key(self, value: object, shade: Shade) -> bool:
        """Journals a new last key, looking nothing up; returns False when that is not what happened."""
        if type(value) is not dict or len(value) != len(shade.table) + 1:
            return False
        key, now = next(reversed(value.items()))
        self._set_key(shade, self.hold(key), self.hold(now))
        return True

    def name_stored(self, mapping: object, name: str) -> None:
        """Journals what a namespace holds under a name."""
        shade = self.held(mapping)
        if shade is None:
            return
        if shade.kind is HeapKind.NAMESPACE and name in MACHINERY_NAMES:
            return
        if shade.kind in _NAMED_KINDS and shade.has_plain_keys:
            self.key_stored(mapping, shade, name)
        else:
            self.update(mapping, shade)

    def attribute_stored(self, value: object, name: str) -> None:
        """Journals an attribute that has been set or deleted."""
        shade = self.by_id.get(id(value))
        if name == "__class__" and shade is not None and shade.count:
            self._change_class(value, shade)
        shade = self.held(value)
        if shade is None:
            return
        if name == "__dict__":
            self.update(value, shade)
            self._keep_dictionary(value, shade)
            return
        if name == "__bases__":
            self.layouts_changed = True
        if shade.kind is HeapKind.MODULE:
            self.name_stored(module_namespace(value), name)
            return
        readers = self.anatomy.of(type(value)).attributes
        if shade.kind is HeapKind.CLASS and name[:2] != "__" and self.anatomy.is_guest(value):  # type: ignore[arg-type]
            now = namespace(value).get(name, MISSING)  # type: ignore[arg-type]
            old = shade.fields.get(name)
            self.layouts_changed |= type(old) is Shade and old.type_address == _SLOT
        elif readers is not None and shade.kind not in _READ_WHOLE and name not in OWN_FIELDS:
            try:
                now = readers.read_one(value, name)
            except TypeError:  # the class has got other bases
                self.anatomy.forget()
                self.update(value, shade)
                return
        else:
            self.update(value, shade)
            return
        if now is MISSING:
            if name in shade.fields:
                self._delete_field(shade, name)
        elif name not in shade.fields and shade.slots:  # slots come before the entries of the dictionary
            self.update(value, shade)
        elif not stands_for(shade.fields.get(name, MISSING), now):
            self._replace_field(shade, name, now)
        if shade.dictionary in self.by_id:
            self._update_dictionary(value, shade)

    def _change_class(self, value: object, shade: Shade) -> None:
        """Journals that an object has got another class: it is told anew."""
        self._tell_anew(value, shade, self.anatomy.of(type(value)).kind)
