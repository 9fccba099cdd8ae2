"""Reads the objects of the heap, and finds what has changed in them by comparing.

After native code has worked on objects, what it may have reached is compared with what is recorded.
"""

from collections.abc import Callable, Iterable
from types import GeneratorType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.anatomy import (
    MISSING,
    Fields,
    closure_of,
    dictionary_of_class,
    function_fields,
    is_guest_function,
    name_of,
)
from calcharo_vm.recording.identity import NO_ENTRIES, Identities, Shade, Table, Words, stands_for, token
from calcharo_vm.recording.iterators import FOLLOWING, ITERATES, MAPPING
from calcharo_vm.recording.layouts import Items
from calcharo_vm.recording.sameness import differing, entries_if_same, parts_if_unchanged, same_at_start
from calcharo_vm.recording.values import GENERATOR_KINDS, MAPPING_KINDS, HeapKind
from calcharo_vm.recording.weak_references import referent

_IMMUTABLE_KINDS = frozenset(
    {
        HeapKind.RANGE,
        HeapKind.SLICE,
        HeapKind.METHOD,
        HeapKind.MODULE,
        *GENERATOR_KINDS,
    }
)
_READ_ANEW_KINDS = frozenset({HeapKind.BYTEARRAY, HeapKind.SCALAR})
"""Kinds whose content is another scalar each time that it is read; a scalar's never changes."""
_MOST_CREDIT = 200_000
_SET_KINDS = frozenset({HeapKind.SET, HeapKind.FROZENSET})


def _pairs(items: Items, kind: HeapKind) -> Items:
    """The items of a mapping as keys and values in turn."""
    return [part for item in items for part in (item, None)] if kind in _SET_KINDS else items


class Comparison(Identities):
    """Reads objects, and compares them with what is recorded of them."""

    def __init__(self, log: Words, null: object, steps: Callable[[], int]) -> None:
        """Writes to `log`; `null` is what the machine has for CPython's NULL; `steps` counts the steps."""
        super().__init__(log, null)
        self.anatomy.number_of_referent = self._number_of_referent
        self.content = self.anatomy.content
        self.steps = steps
        self._steps_paid = 0
        self._credit = _MOST_CREDIT
        self.class_changes = 0
        """How often something has changed in the program's classes, other than a scalar's becoming another."""

    def look_again(self) -> None:
        """Compares what may be stale with what is recorded of it."""
        while self.stale:
            stale, self.stale = self.stale, []
            self.refresh(stale)

    def purge_around(self, values: Iterable[object]) -> None:
        """Forgets what no recorded place holds, but for some objects that are about to get places.

        Their addresses may have belonged to what only the forgotten objects held.
        """
        about_to: Words = []
        for value in values:
            shade = self.by_id.get(id(value))
            if shade is not None and shade.type_address == id(type(value)):
                shade.count += 1
                about_to.append(shade)
        self.purge()
        self.release_all(about_to)

    def see(self, value: object, known: Shade | None) -> Shade:
        """The shade of an object whose address is new, or has to be looked at again."""
        if known is not None:
            if self._is_still(value, known):
                known.epoch = self.epoch
                return known
            self.forget(known)
        shade = self._make(value, self._kind_of(value), self.anatomy.of(type(value)).name)
        shade.count += 1  # what it holds may lead back to it
        self._read_new(value, shade)
        shade.count -= 1
        return shade

    def see_iterator(self, value: object, known: Shade | None, iterated: object) -> Shade:
        """The shade of an iterator that iterates an object from its start, or else what `see` gives.

        Of an iterator of a built-in type, whoever replays the journal knows what it holds.
        """
        cls = type(value)
        if (
            type(iterated) is not Shade
            or id(cls) not in FOLLOWING
            or FOLLOWING[id(cls)] != (iterated.type_address, iterated.kind)
        ):
            return self.see(value, known)
        if known is not None:
            self.forget(known)
        shade = self._make(value, HeapKind.ITERATOR, self.anatomy.of(cls).name)
        if iterated.kind is HeapKind.NATIVE:
            mapping = iterated.fields[MAPPING]
            assert type(mapping) is Shade
            iterated = mapping
        self.log += (ops.BEGUN, shade.token.stop, iterated.token)
        if iterated.kind is not HeapKind.RANGE:
            shade.fields = {ITERATES: iterated}
            iterated.count += 1
        return shade

    def _number_of_referent(self, value: object) -> int | None:
        """The oid of what a weak reference refers to, which it does not hold; None when that is not recorded."""
        found = self.held(referent(value))
        return None if found is None else found.token.stop

    def _kind_of(self, value: object) -> HeapKind:
        owner = self.by_dictionary.get(id(value))
        if owner is not None and owner.kind is HeapKind.CLASS:
            return HeapKind.OPAQUE  # the class shows what is in it
        return self.anatomy.of(type(value)).kind

    def know_namespace(self, globals_: object) -> None:
        """Sees a module's dictionary, if it is not recorded yet."""
        known = self.held(globals_)
        if known is None:
            self.see_namespace(globals_)  # type: ignore[arg-type]

    def see_namespace(self, globals_: dict[str, object]) -> Shade:
        """The shade of a module's dictionary that is not recorded yet."""
        known = self.by_id.get(id(globals_))
        if known is not None:
            self.forget(known)
        shade = self._make(globals_, HeapKind.NAMESPACE, self.anatomy.of(type(globals_)).name)
        shade.count += 1  # what it holds may lead back to it
        self._read_new(globals_, shade)
        shade.count -= 1
        return shade

    def _is_still(self, value: object, known: Shade) -> bool:
        if known.type_address != id(type(value)):
            return False
        if known.kind in GENERATOR_KINDS and self._frame_of(value) not in (None, known.frame):
            return False
        if known.count:  # something was collected since: whoever it is, show what it holds now
            self.stale.append(value)
            self.zeros.append(known)  # so that the step is not completed without `purge`
            return True
        items, fields = self.content(value, known.kind)
        if known.kind is HeapKind.ITERATOR:  # it may have been advanced since it was recorded
            is_still = stands_for(known.fields.get(ITERATES), fields.get(ITERATES))
            return is_still and self._go_on(known, fields)
        if known.kind is HeapKind.EXCEPTION:  # it may have passed frames since
            is_still = len(items) == len(known.items) and all(map(stands_for, known.items, items))
            return is_still and self._go_on(known, fields)
        if known.kind in _SET_KINDS and not fields and not known.fields:  # in any order
            words = [item if id(type(item)) in self.scalars else self.by_id.get(id(item)) for item in items]
            return len(words) == len(known.table) and all(word in known.table for word in words)
        recorded: Words = known.items
        if known.kind in MAPPING_KINDS:
            items = _pairs(items, known.kind)
            recorded = [part for entry in known.table.items() for part in entry]
        if len(items) != len(recorded) or list(fields) != list(known.fields):
            return False
        return all(map(stands_for, recorded, items)) and all(map(stands_for, known.fields.values(), fields.values()))

    def _go_on(self, known: Shade, fields: Fields) -> bool:
        """Journals what has changed in an object that no recorded place has held within the step."""
        known.count += 1
        (self._compare_place if known.kind is HeapKind.ITERATOR else self._compare_fields)(known, fields)
        known.count -= 1
        return True

    # --- reading all of an object ----------------------------------------------------------------

    def _read_new(self, value: object, shade: Shade) -> None:
        """Records the content of an object met for the first time, and of the new objects it holds."""
        unread = [(value, shade)]
        while unread:
            value, shade = unread.pop()
            items, fields = self.content(value, shade.kind)
            if shade.kind is HeapKind.MODULE:
                for entries in fields.values():
                    self.know_namespace(entries)
            if shade.kind in MAPPING_KINDS:
                pairs = _pairs(items, shade.kind)
                if pairs:
                    self._set_table(shade, [self._hold_new(part, unread) for part in pairs])
            elif items:
                shade.items = [self._hold_new(item, unread) for item in items]
                self.log += (ops.ITEMS, shade.token.stop, 0, 0, len(items))
                self.log += map(token, shade.items)
            if fields:
                self._set_fields(shade, {name: self._hold_new(part, unread) for name, part in fields.items()})
            self._keep_dictionary(value, shade)

    def _hold_new(self, value: object, unread: list[tuple[object, Shade]]) -> object:
        cls = id(type(value))
        if cls in self.scalars:
            return value
        shade = self.by_id.get(id(value))
        if shade is None:
            shade = self._make(value, self._kind_of(value), self.anatomy.of(type(value)).name)
            unread.append((value, shade))
        elif not shade.count or shade.epoch != self.epoch or shade.type_address != cls:
            shade = self.see(value, shade)
        shade.count += 1
        return shade

    def _set_table(self, shade: Shade, words: Words) -> None:
        shade.table = dict(zip(words[::2], words[1::2], strict=True))
        shade.has_plain_keys = not any(type(key) is Shade for key in shade.table)
        self.note_written(shade.token.stop)
        self.log += (ops.TABLE, shade.token.stop, len(words))
        self.log += map(token, words)

    def _set_fields(self, shade: Shade, fields: Table) -> None:
        self.class_changes += shade.kind is HeapKind.CLASS
        shade.fields = fields
        self.note_written(shade.token.stop)
        self.log += (ops.FIELDS, shade.token.stop, 2 * len(fields))
        for name, word in fields.items():
            self.log += (name, token(word))

    def _set_field(self, shade: Shade, name: object, word: object) -> None:
        if shade.kind is HeapKind.CLASS and (type(word) is Shade or type(shade.fields.get(name, shade)) is Shade):
            self.class_changes += 1
        if shade.fields is NO_ENTRIES:
            shade.fields = {}
        shade.fields[name] = word
        self.note_written(shade.token.stop)
        self.log += (ops.FIELD, shade.token.stop, name, token(word))

    # --- comparing with what is recorded ---------------------------------------------------------

    def refresh(self, values: Iterable[object]) -> None:
        """Journals whatever has changed in objects and in all they reach."""
        waiting = [value for value in values if id(type(value)) not in self.scalars]
        looked_at: set[int] = set()
        while waiting:
            value = waiting.pop()
            if id(value) in looked_at:
                continue
            looked_at.add(id(value))
            reached = self._update_reached(value)
            waiting += [part for part in reached if id(type(part)) not in self.scalars]

    def can_afford_a_search(self) -> bool:
        """Returns whether looking through all that is recorded costs little enough, and takes it into account.

        Steps pay for searches, so that a program with many objects and many native calls is not
        slowed down without end.
        """
        earned = self.steps() - self._steps_paid
        self._steps_paid += earned
        self._credit = min(self._credit + earned, _MOST_CREDIT)
        if self._credit < len(self.by_id):
            return False
        self._credit -= len(self.by_id)
        return True

    def refresh_classes(self) -> None:
        """Journals whatever has changed in the program's classes, and in the cells of their methods."""
        self.classes = [reference for reference in self.classes if reference() is not None]
        waiting: Items = [reference() for reference in self.classes]
        for cls in [cls for cls in waiting if self.held(cls) and self.anatomy.is_guest(cls)]:  # type: ignore[arg-type]
            waiting += [
                cell for method in self.anatomy.content(cls, HeapKind.CLASS)[1].values() for cell in closure_of(method)
            ]
        self.refresh(waiting)

    def _update_reached(self, value: object) -> Items:
        """Journals what has changed in one object, and returns what it holds."""
        shade = self.by_id.get(id(value))
        if shade is not None and shade.count and shade.type_address == id(type(value)):
            shade.epoch = self.epoch
            return self.update(value, shade)
        if type(value) is GeneratorType or is_guest_function(value, self.anatomy.guest_modules):
            return []
        return self._parts(value, *self.anatomy.content(value, self.anatomy.of(type(value)).kind))

    def _parts(self, value: object, items: Items, fields: dict[str, object]) -> Items:
        """What an object holds whose content has been read."""
        held_by = self.anatomy.of(type(value)).held_by
        return [*items, *fields.values(), *(() if held_by is None else held_by(value))]

    def update(self, value: object, shade: Shade) -> Items:
        """Journals what has changed in a recorded object, and returns what it holds, scalars or not."""
        if shade.kind is HeapKind.INSTANCE:
            parts = self._attributes_if_unchanged(value, shade)
        else:
            parts = None if id(value) in self.by_dictionary else parts_if_unchanged(value, shade)
        return self._look_at(value, shade) if parts is None else parts

    def _attributes_if_unchanged(self, value: object, shade: Shade) -> Items | None:
        """The objects among the attributes that an instance keeps in a dictionary, if all are as they are recorded."""
        readers = self.anatomy.of(type(value)).attributes
        if shade.slots or readers is None or readers.dictionary is None:
            return None
        try:
            dictionary = readers.dictionary(value)
        except TypeError:  # the class has got other bases
            return None
        is_usual = id(dictionary) == shade.dictionary and shade.dictionary not in self.by_id
        if not is_usual or len(dictionary) != len(shade.fields):  # type: ignore[arg-type]
            return None
        return entries_if_same(shade.fields, dict.items(dictionary))  # type: ignore[arg-type]

    def _look_at(self, value: object, shade: Shade) -> Items:
        kind = shade.kind
        if kind is HeapKind.DICT:
            self.attributes_changed(value)
        if kind in _IMMUTABLE_KINDS:
            items, fields = self.anatomy.content(value, kind)
            return [*items, *fields.values()]
        if kind is HeapKind.FUNCTION and is_guest_function(value, self.anatomy.guest_modules):
            self._compare_fields(shade, function_fields(value))
            return []
        items, fields = self.content(value, kind)
        if kind in MAPPING_KINDS:
            items = _pairs(items, kind)
            self._compare_table(shade, items)
        elif kind not in _READ_ANEW_KINDS or (kind is HeapKind.BYTEARRAY and items != shade.items):
            self._compare_items(shade, items)
        if kind is HeapKind.ITERATOR:
            self._compare_place(shade, fields)
        else:
            self._compare_fields(shade, fields)
        if shade.dictionary:
            self._update_dictionary(value, shade)
        return self._parts(value, items, fields)

    def _compare_items(self, shade: Shade, items: Items) -> None:
        old = shade.items
        before, now = len(old), len(items)
        shorter = min(before, now)
        places = differing(old[:shorter], items[:shorter])
        start = places[0] if places else shorter
        same = min(same_at_start(reversed(old), reversed(items)), shorter - start) if before != now else 0
        if before != now and max(before, now) - start - same <= len(places) + abs(before - now):
            self._splice(shade, start, before - same, items[start : now - same])
            return
        self._replace_items(shade, places, items)
        if before != now:
            self._splice(shade, shorter, before, items[shorter:])

    def _replace_items(self, shade: Shade, places: list[int], items: Items) -> None:
        """Journals other items at certain places, in order, each run of them at once."""
        gone = [shade.items[place] for place in places]
        self.hold_all(gone)  # what has only moved is not let go of
        while places:
            start = places[0]
            length = next((at for at, place in enumerate(places) if place != start + at), len(places))
            self._splice(shade, start, start + length, items[start : start + length])
            del places[:length]
        self.release_all(gone)

    def _splice(self, shade: Shade, start: int, stop: int, values: Items) -> None:
        words = [self.hold(value) for value in values]
        gone = shade.items[start:stop]
        shade.items[start:stop] = words
        self.note_written(shade.token.stop)
        self.log += (ops.ITEMS, shade.token.stop, start, stop, len(words))
        self.log += map(token, words)
        self.release_all(gone)

    def _compare_table(self, shade: Shade, pairs: Items) -> None:
        if shade.kind in _SET_KINDS:
            self._compare_elements(shade, pairs[::2])
            return
        recorded = [part for entry in shade.table.items() for part in entry]
        if len(recorded) == len(pairs) and all(map(stands_for, recorded, pairs)):
            return
        grown = len(recorded) <= len(pairs) and all(map(stands_for, recorded, pairs))
        if grown:
            for at in range(len(recorded), len(pairs), 2):
                self._set_key(shade, self.hold(pairs[at]), self.hold(pairs[at + 1]))
            return
        words = [self.hold(part) for part in pairs]
        self._set_table(shade, words)
        self.release_all(recorded)

    def _compare_elements(self, shade: Shade, elements: Items) -> None:
        """Journals what has changed in a set: what is gone, then what is new, or else all of it."""
        known = {word.address if type(word) is Shade else id(word): word for word in shade.table}
        kept, new = set(), []
        for element in elements:
            word = known.get(id(element), MISSING)
            if word is MISSING or (type(word) is Shade and word.type_address != id(type(element))):
                new.append(element)
            else:
                kept.add(id(word))
        gone = [word for word in shade.table if id(word) not in kept]
        if len(gone) > len(kept):
            self._set_table(shade, [part for element in elements for part in (self.hold(element), None)])
            self.release_all([*known.values()])
            return
        words = [self.hold(element) for element in new]
        for word in gone:
            self.remove_key(shade, word)
        for word in words:
            self._set_key(shade, word, None)

    def _set_key(self, shade: Shade, key: object, word: object) -> None:
        shade.table[key] = word
        if type(key) is Shade:
            shade.has_plain_keys = False
        self.note_written(shade.token.stop)
        self.log += (ops.KEY, shade.token.stop, token(key), token(word))

    def remove_key(self, shade: Shade, key: object) -> None:
        """Journals that an entry is gone, whose value is a scalar."""
        del shade.table[key]
        self.note_written(shade.token.stop)
        self.log += (ops.UNKEY, shade.token.stop, token(key))
        self.release(key)

    def _compare_fields(self, shade: Shade, fields: dict[str, object], kept: tuple[str, ...] = ()) -> None:
        """Journals what has changed in the attributes; those in `kept` come first and stay as they are."""
        recorded = shade.fields
        if not fields and not recorded:
            return
        for name in [name for name in recorded if name not in fields and name not in kept]:
            self._delete_field(shade, name)
        for name, value in fields.items():
            if not stands_for(recorded.get(name, MISSING), value):
                self._replace_field(shade, name, value)
        names = [*(name for name in kept if name in shade.fields and name not in fields), *fields]
        if list(shade.fields) != names:
            self._set_fields(shade, {name: shade.fields[name] for name in names})

    def _compare_place(self, shade: Shade, fields: Fields) -> None:
        """Journals all fields of an iterator, of which whoever replays the journal may know others, if one differs."""
        if len(shade.fields) == len(fields) and all(map(stands_for, shade.fields.values(), fields.values())):
            return
        gone = shade.fields.values()
        self._set_fields(shade, {name: self.hold(part) for name, part in fields.items()})
        self.release_all(gone)

    def _replace_field(self, shade: Shade, name: str, value: object) -> None:
        old = shade.fields.get(name)
        self._set_field(shade, name, self.hold(value))
        self.release(old)

    def _delete_field(self, shade: Shade, name: object) -> None:
        self.class_changes += shade.kind is HeapKind.CLASS
        self.release(shade.fields.pop(name))
        self.note_written(shade.token.stop)
        self.log += (ops.UNFIELD, shade.token.stop, name)

    def attributes_changed(self, dictionary: object) -> None:
        """Journals the attributes of the instance that a dictionary keeps them for, if it does."""
        owner = self.by_dictionary.get(id(dictionary))
        if owner is not None and owner.count and owner.kind is not HeapKind.CLASS:
            self._compare_fields(owner, self.anatomy.attributes_in(dictionary, owner.type_address), owner.slots)

    def _keep_dictionary(self, value: object, shade: Shade) -> None:
        """Remembers which dictionary keeps an object's attributes."""
        if shade.kind is HeapKind.CLASS and self.anatomy.is_guest(value):  # type: ignore[arg-type]
            dictionary = dictionary_of_class(value)  # type: ignore[arg-type]
            shade.dictionary = id(dictionary)
            self.by_dictionary[shade.dictionary] = shade
            known = self.by_id.get(shade.dictionary)
            if known is not None and known.kind is HeapKind.DICT:
                self._tell_anew(dictionary, known, HeapKind.OPAQUE)
            return
        readers = self.anatomy.of(type(value)).attributes
        if readers is not None and readers.dictionary is not None:
            shade.dictionary = id(readers.dictionary(value))
            shade.slots = tuple(name for name, _getter in readers.slots)
            self.by_dictionary[shade.dictionary] = shade

    def _update_dictionary(self, value: object, shade: Shade) -> None:
        """Journals the dictionary that keeps an instance's attributes, where it is recorded itself."""
        if self.by_dictionary.get(shade.dictionary) is shade and shade.dictionary in self.by_id:
            readers = self.anatomy.of(type(value)).attributes
            dictionary = readers.dictionary(value) if readers is not None and readers.dictionary is not None else None
            known = self.held(dictionary)
            if known is not None:
                self._compare_table(known, self.anatomy.content(dictionary, known.kind)[0])

    def held(self, value: object) -> Shade | None:
        """The shade of a value, if a recorded place holds it."""
        if id(type(value)) in self.scalars:
            return None
        shade = self.by_id.get(id(value))
        return shade if shade is not None and shade.count and shade.type_address == id(type(value)) else None

    def changed(self, value: object) -> None:
        """Journals whatever has changed in one object itself."""
        shade = self.held(value)
        if shade is not None:
            self.update(value, shade)

    def _tell_anew(self, value: object, shade: Shade, kind: HeapKind) -> None:
        """Journals that an object is of another kind, and what it holds as such."""
        old = [
            *shade.items,
            *(part for table in (shade.table, shade.fields) for entry in table.items() for part in entry),
        ]
        shade.type_address, shade.kind = id(type(value)), kind
        shade.items, shade.table, shade.fields = [], {}, {}
        shade.type_name, shade.name = self.anatomy.of(type(value)).name, name_of(value, kind)
        self.note_written(shade.token.stop)
        self.log += (ops.NEW, shade.token.stop, kind._value_, shade.type_name, shade.name)
        self._read_new(value, shade)
        self.release_all(old)
