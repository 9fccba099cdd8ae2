"""Elements of lists, tuples, dictionaries and strings of exactly these types."""

from __future__ import annotations

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.path_writer import Declined, PathWriter
from calcharo_vm.tiers.compiled.templates.growing import add, append
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import Fresh, Value, unchanged

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)


@template("BINARY_SUBSCR")
def subscript(writer: PathWriter) -> None:
    """Pushes an element."""
    container, key = writer.peek(2), writer.peek(1)
    kind = writer.kind(2)
    if kind not in {list, tuple, str, dict} or not key.is_scalar:
        raise Declined
    if kind is not dict:
        writer.only(key, int)
    container = writer.only(container, kind)
    key = writer.peek(1)
    shade = container.shade
    if kind is dict:
        writer.leave_unless(f"{shade}.has_plain_keys")
    table = "table" if kind is dict else "items"
    result = writer.part(f"{container.code}[{key.code}]", f"{shade}.{table}[{key.code}]", writer.result_types)
    writer.use(2)
    writer.give(result)


@template("STORE_SUBSCR")
def store_subscript(writer: PathWriter) -> None:
    """Stores in a list, in the place of a scalar, or in a dictionary."""
    value, container, key = writer.peek(3), writer.peek(2), writer.peek(1)
    kind = writer.kind(2)
    if kind not in {list, dict} or not (key.is_scalar and value.is_scalar) or container.is_owned:
        raise Declined
    if kind is list:
        writer.only(key, int)
    writer.only(container, kind)
    container, key = writer.peek(2), writer.peek(1)
    words = _store_item(writer, container, key, value) if kind is list else _store_entry(writer, container, key, value)
    writer.use(3)
    writer.end("0", f"*{words}")


def _store_item(writer: PathWriter, container: Value, key: Value, value: Value) -> str:
    items, old, words = f"{container.shade}.items", writer.name("old"), writer.name("words")
    writer.leave_unless(f"0 <= {key.code} < len({items}) == len({container.code})")
    writer.emit(f"{old} = {items}[{key.code}]")
    writer.leave_unless(f"type({old}) is not Shade")
    writer.emit(f"{container.code}[{key.code}] = {value.code}")
    writer.emit(f"if {unchanged(old, value)}: {words} = ()")
    writer.emit("else:")
    writer.emit(f"{items}[{key.code}] = {value.code}", 1)
    writer.emit(f"note_written({container.shade}.token.stop)", 1)
    oid = f"{container.shade}.token.stop"
    writer.emit(f"{words} = ({ops.ITEMS}, {oid}, {key.code}, {key.code} + 1, 1, {value.code})", 1)
    return words


def _store_entry(writer: PathWriter, container: Value, key: Value, value: Value) -> str:
    shade, old, words = container.shade, writer.name("old"), writer.name("words")
    kind = writer.subject.constant("DICT", HeapKind.DICT)  # and no module's namespace
    writer.leave_unless(
        f"{shade}.kind is {kind} and {shade}.has_plain_keys and id({container.code}) not in by_dictionary"
    )
    writer.emit(f"{old} = {shade}.table.get({key.code}, NULL)")
    writer.leave_unless(f"type({old}) is not Shade")
    writer.emit(f"{container.code}[{key.code}] = {value.code}")
    writer.emit(f"if {unchanged(old, value)}: {words} = ()")
    writer.emit("else:")
    writer.emit(f"{shade}.table[{key.code}] = {value.code}", 1)
    writer.emit(f"note_written({shade}.token.stop)", 1)
    writer.emit(f"{words} = ({ops.KEY}, {shade}.token.stop, {key.code}, {value.code})", 1)
    return words


@template("UNPACK_SEQUENCE")
def unpack_sequence(writer: PathWriter) -> None:
    """Pushes the elements of a tuple, the first one last."""
    container = writer.peek(1)
    count = writer.oparg
    if writer.kind(1) is not tuple or container.shade is None or not 0 < count <= ops.MOST_PUSHES:
        raise Declined
    if container.fresh is not None:
        _unpack_fresh(writer, container.fresh)
        return
    container = writer.only(container, tuple)
    writer.leave_unless(f"len({container.code}) == {count}")
    parts = []
    for at in range(count):
        kinds = writer.subject.profile.types_at(writer.index + 1, at + 1)
        parts.append(writer.part(f"{container.code}[{at}]", f"{container.shade}.items[{at}]", kinds))
    writer.use(1)
    for part in reversed(parts):
        writer.push(part)
    writer.end(str(count), *(part.word for part in reversed(parts)))


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
    """Adds an entry of scalars to the dictionary that a comprehension makes."""
    key, value = writer.peek(2), writer.peek(1)
    if not (key.is_scalar and value.is_scalar):
        raise Declined
    container = writer.beneath(writer.oparg + 1)
    writer.leave_unless(f"type({container.code}) is dict")
    words = _store_entry(writer, container, key, value)
    writer.hand_over(2)
    writer.end("0", f"*{words}")
