"""Subscripts of lists, tuples, dictionaries and strings of exactly these types."""

from __future__ import annotations

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.block_writer import BlockWriter, Declined
from calcharo_vm.tiers.compiled.templates.registry import Template, registering

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)


@template("BINARY_SUBSCR")
def subscript(writer: BlockWriter) -> None:
    """Pushes an element that is a scalar."""
    container, key = writer.peek(2), writer.peek(1)
    seen = frozenset(writer.subject.profile.results.get(writer.index, ()))
    if container.type in {list, tuple, str}:
        key = writer.only(key, int)
    elif container.type is not dict or not key.is_scalar:
        raise Declined
    elif container.shade is not None:
        writer.leave_unless(f"{container.shade}.has_plain_keys")
    result = writer.checked(f"{container.code}[{key.code}]", seen)
    writer.pop()
    writer.pop()
    writer.push(result)
    writer.end("1", result.word)


@template("STORE_SUBSCR")
def store_subscript(writer: BlockWriter) -> None:
    """Stores a scalar in the place of another in a list."""
    container = writer.peek(2)
    value = writer.peek(3)
    if container.type is not list or not value.is_scalar:
        raise Declined
    key = writer.only(writer.peek(1), int)
    old, items, words = writer.name("old"), f"{container.shade}.items", writer.name("words")
    writer.leave_unless(f"0 <= {key.code} < len({items})")
    writer.emit(f"{old} = {items}[{key.code}]")
    writer.leave_unless(f"type({old}) in SCALARS")
    writer.emit(f"{container.code}[{key.code}] = {value.code}")
    writer.emit(f"if {old} is {value.code} or stands_for({old}, {value.code}):")
    writer.emit(f"    {words} = (0,)")
    writer.emit("else:")
    writer.emit(f"    {items}[{key.code}] = {value.code}")
    writer.emit(f"    note_written({container.shade}.token.stop)")
    writer.emit(
        f"    {words} = (0, {ops.ITEMS}, {container.shade}.token.stop, {key.code}, {key.code} + 1, 1, {value.code})"
    )
    for _ in range(3):
        writer.pop()
    writer.end(f"*{words}")
