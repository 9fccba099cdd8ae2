"""Elements of lists, tuples, dictionaries and strings of exactly these types."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.templates.growing import add, append, extend
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import Fresh, Value, is_same
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)


_BY_POSITION = frozenset({list, tuple, str, deque})
_BY_KEY = frozenset({dict, defaultdict})


@template("BINARY_SUBSCR")
def subscript(writer: PathWriter) -> None:
    """Pushes an element."""
    container, key = writer.peek(2), writer.peek(1)
    kind = writer.kind(2)
    if kind is None or kind not in _BY_POSITION | _BY_KEY or not key.is_scalar:
        raise Declined
    if kind in _BY_POSITION:
        writer.only(key, int)
    container = writer.only(container, kind)
    key = writer.peek(1)
    shade, table = container.shade, "items" if kind in _BY_POSITION else "table"
    if kind in _BY_KEY:
        writer.leave_unless(f"{shade}.has_plain_keys")
    if kind is defaultdict:  # or else it would make a value
        writer.leave_unless(f"{key.code} in {container.code} and len({container.code}) == len({shade}.table)")
    if kind is deque:
        writer.leave_unless(f"len({container.code}) == len({shade}.items)")
    result = writer.part(f"{container.code}[{key.code}]", f"{shade}.{table}[{key.code}]", writer.result_types)
    writer.use(2)
    writer.give(result)


@template("STORE_SUBSCR")
def store_subscript(writer: PathWriter) -> None:
    """Stores in a list or dictionary, in the place of a scalar or of what something else holds, too."""
    value, container, key = writer.peek_any(3), writer.peek(2), writer.peek(1)
    kind = writer.kind(2)
    if kind not in {list, dict} or not key.is_scalar:
        raise Declined
    if kind is list:
        writer.only(key, int)
    writer.only(container, kind)
    container, key = writer.peek(2), writer.peek(1)
    old = _old_item(writer, container, key) if kind is list else _old_entry(writer, container, key)
    if container.is_owned:  # which may be the value, too
        writer.leave_unless(f"{container.shade}.count > {1 + value.is_owned}")
        writer.emit(f"{container.shade}.count -= 1")
    writer.hand_over(3)
    writer.end("0", f"*{_store(writer, container, key, value, old)}")


def _old_item(writer: PathWriter, container: Value, key: Value) -> str:
    """Gives a name to what is recorded of an item that is to be replaced, which nobody may miss."""
    items, old = f"{container.shade}.items", writer.name("old")
    writer.leave_unless(f"0 <= {key.code} < len({items}) == len({container.code})")
    writer.emit(f"{old} = {items}[{key.code}]")
    writer.leave_unless(f"type({old}) is not Shade or {old}.count > 1")
    return old


def _old_entry(writer: PathWriter, container: Value, key: Value) -> str:
    """The same for an entry of a dictionary."""
    shade, old = container.shade, writer.name("old")
    kind = writer.subject.constant("DICT", HeapKind.DICT)  # and no module's namespace
    writer.leave_unless(
        f"{shade}.kind is {kind} and {shade}.has_plain_keys and id({container.code}) not in by_dictionary"
    )
    writer.emit(f"{old} = {shade}.table.get({key.code}, NULL)")
    writer.leave_unless(f"type({old}) is not Shade or {old}.count > 1")
    return old


def _store(writer: PathWriter, container: Value, key: Value, value: Value, old: str) -> str:
    """Stores a value that has been taken from the stack; gives the variable with the words to tell."""
    shade, words, is_list = container.shade, writer.name("words"), container.type is list
    writer.emit(f"{container.code}[{key.code}] = {value.code}")
    writer.emit(f"if {is_same(old, value)}:")
    writer.emit(f"{words} = ()", 1)
    if value.is_owned:
        writer.emit(value.if_object(f"{value.shade}.count -= 1"), 1)
    writer.emit("else:")
    writer.emit(f"if type({old}) is Shade: {old}.count -= 1", 1)
    writer.emit(f"{shade}.{'items' if is_list else 'table'}[{key.code}] = {value.recorded}", 1)
    if value.shade is not None and not value.is_owned:
        writer.emit(value.if_object(f"{value.shade}.count += 1"), 1)
    writer.emit(f"note_written({shade}.token.stop)", 1)
    told = f"{key.code}, {key.code} + 1, 1, {value.word}" if is_list else f"{key.code}, {value.word}"
    writer.emit(f"{words} = ({ops.ITEMS if is_list else ops.KEY}, {shade}.token.stop, {told})", 1)
    return words


@template("UNPACK_SEQUENCE")
def unpack_sequence(writer: PathWriter) -> None:
    """Pushes the elements of a tuple or list, the first one last."""
    container = writer.peek(1)
    if container.fresh is not None:
        _unpack_fresh(writer, container.fresh)
        return
    parts = _parts(writer, writer.oparg, f"== {writer.oparg}", range(writer.oparg))
    writer.use(1)
    for part in reversed(parts):
        writer.push(part)
    writer.end(str(writer.oparg), *(part.word for part in reversed(parts)))


@template("UNPACK_EX")
def unpack_with_star(writer: PathWriter) -> None:
    """Pushes the last elements of a tuple or list, a new list of those in the middle, and the first ones."""
    before, after = writer.oparg & 0xFF, writer.oparg >> 8
    count = before + after + 1
    at_end = range(-after, 0)
    parts = _parts(writer, count, f">= {count - 1}", [*range(before), None, *at_end])
    container = writer.peek(1)
    middle, shade = writer.hold(f"[*{container.code}[{before}:{-after or None}]]"), writer.name("s")
    writer.leave_if(f"id({middle}) in by_id")
    writer.use(1)
    writer.tell()
    writer.emit(f"{shade} = hold({middle})")
    pushed = [*parts, Value(middle, list, shade, is_owned=True)]
    pushed = [*reversed(parts[before:]), pushed[-1], *reversed(parts[:before])]
    for part in pushed:
        writer.push(part)
    writer.end(str(count), *(part.word for part in pushed), is_purging=True)


def _parts(writer: PathWriter, count: int, length: str, places: Sequence[int | None]) -> list[Value]:
    """What a tuple or list of the right length holds at places; None stands for one that is something else."""
    container, kind = writer.peek(1), writer.kind(1)
    if kind not in {list, tuple} or container.shade is None or not 0 < count <= ops.MOST_PUSHES:
        raise Declined
    container = writer.only(container, kind)
    writer.leave_unless(f"len({container.code}) {length}")
    if kind is list:
        writer.leave_unless(f"len({container.code}) == len({container.shade}.items)")
    parts = []
    for at, place in enumerate(places):
        kinds = writer.subject.profile.types_at(writer.index + 1, at + 1)
        if place is not None:
            parts.append(writer.part(f"{container.code}[{place}]", f"{container.shade}.items[{place}]", kinds))
    return parts


def _unpack_fresh(writer: PathWriter, fresh: Fresh) -> None:
    """Takes a new tuple apart, which goes: what it held is recorded elsewhere."""
    writer.take()
    for part in reversed(fresh.parts):
        writer.push(part)
    words = (part.word for part in reversed(fresh.parts))
    writer.end(str(writer.oparg), *words, str(ops.DROP), fresh.number)


@template("LIST_APPEND")
def list_append(writer: PathWriter) -> None:
    """Adds a value to the list that a comprehension makes."""
    writer.need(1)
    container = writer.beneath(writer.oparg)
    writer.leave_unless(f"type({container.code}) is list and len({container.code}) == len({container.shade}.items)")
    writer.end("0", *append(writer, container, writer.take()))


@template("SET_ADD")
def set_add(writer: PathWriter) -> None:
    """Adds a scalar to the set that a comprehension makes."""
    if not writer.peek(1).is_scalar:
        raise Declined
    container = writer.beneath(writer.oparg)
    writer.leave_unless(f"type({container.code}) is set and len({container.code}) == len({container.shade}.table)")
    writer.leave_unless(f"{container.shade}.has_plain_keys")
    writer.end("0", f"*{add(writer, container, writer.take())}")


@template("MAP_ADD")
def map_add(writer: PathWriter) -> None:
    """Adds an entry to the dictionary that a comprehension makes."""
    value, key = writer.peek_any(1), writer.peek(2)
    if not key.is_scalar:
        raise Declined
    container = writer.beneath(writer.oparg + 1)
    writer.leave_unless(f"type({container.code}) is dict")
    old = _old_entry(writer, container, key)
    writer.hand_over(2)
    writer.end("0", f"*{_store(writer, container, key, value, old)}")


@template("LIST_EXTEND")
def list_extend(writer: PathWriter) -> None:
    """Adds what a list or tuple holds to the list that is being made."""
    added, kind = writer.peek(1), writer.kind(1)
    container = writer.beneath(writer.oparg)
    writer.leave_unless(f"type({container.code}) is list")
    words = extend(writer, container, added, kind, 1)
    writer.end("0", f"*{words}")
