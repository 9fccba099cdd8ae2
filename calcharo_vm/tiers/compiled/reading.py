"""Values as a path reads them: from the stack, a local variable, a container, or as something recorded is found.

What has been seen there decides whether a scalar is expected, an object, or either, as of a variable that starts as
None: then the variable that would have its shade has None where it is a scalar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.values import SCALARS, Value, are_mixed, held_values

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter


def taken(writer: PathWriter, at: int, kinds: frozenset[type]) -> Value:
    """Takes what lies on top of the frame's stack, which is `at` long without it."""
    if writer.subject.is_direct:
        return _taken_from_variable(writer, at, kinds)
    if kinds <= SCALARS:
        writer.leave_unless(f"record.top < {at}")
        name = writer.name("v")
        writer.emit(f"{name} = stack.pop()")
        return Value(name, None)
    shade, is_mixed = writer.name("s"), are_mixed(kinds)
    if is_mixed:
        writer.emit(f"{shade} = record.take_top() if record.top == {at} else None")
    else:
        writer.leave_unless(f"record.top == {at}")
        writer.emit(f"{shade} = record.take_top()")
    return Value(writer.hold("stack.pop()"), None, shade, is_owned=True, is_mixed=is_mixed)


def _taken_from_variable(writer: PathWriter, at: int, kinds: frozenset[type]) -> Value:
    """The same where there is no frame: what blocks leave to each other lies in variables."""
    (held,) = held_values(at + 1)[at:]
    if not are_mixed(kinds):
        writer.leave_unless(f"{held.shade} is {'' if kinds <= SCALARS else 'not '}None")
    if kinds <= SCALARS:
        return writer.scalar(held.code, None)
    name, shade = writer.hold(held.code), writer.name("s")
    writer.emit(f"{shade} = {held.shade}")
    writer.emit(f"{held.code} = None")
    return Value(name, None, shade, is_owned=True, is_mixed=are_mixed(kinds))


def part(writer: PathWriter, code: str, recorded: str, kinds: frozenset[type]) -> Value:
    """What a container holds: `code` reads it there, `recorded` from what is recorded of it."""
    if kinds <= SCALARS:
        return writer.seen(writer.scalar(code, None), kinds)
    name, shade, is_mixed = writer.hold(code), writer.name("s"), are_mixed(kinds)
    is_scalar = f"id(type({name})) in SCALAR_IDS"
    writer.emit(f"{shade} = {f'None if {is_scalar} else ' if is_mixed else ''}{recorded}")
    is_known = (
        f"type({shade}) is Shade and {shade}.address == id({name}) and {shade}.epoch == shadow.epoch"
        f" and {shade}.type_address == id(type({name}))"
    )
    writer.leave_unless(f"{is_scalar} or ({is_known})" if is_mixed else is_known)
    return Value(name, None, shade, is_mixed=is_mixed)


def local(writer: PathWriter, slot: int, kinds: frozenset[type]) -> Value:
    """The value of a fast local slot."""
    if kinds <= SCALARS:
        value = writer.seen(writer.scalar(f"fast[{slot}]", None), kinds)
        if len(kinds) > 1:
            writer.leave_if(f"{value.code} is NULL")  # no variable, although NULL stands for itself
        return value
    name, shade, is_mixed = writer.hold(f"fast[{slot}]"), writer.name("s"), are_mixed(kinds)
    if is_mixed:
        writer.leave_if(f"{name} is NULL")
        writer.emit(f"{shade} = slots.get({slot})")
        writer.leave_unless(f"id(type({name})) in SCALAR_IDS if {shade} is None else {shade}.epoch == shadow.epoch")
    else:
        writer.emit(f"{shade} = slots[{slot}]")
        writer.leave_unless(f"{shade}.epoch == shadow.epoch")
    return Value(name, None, shade, is_mixed=is_mixed)


def found(writer: PathWriter, name: str, otherwise: str, kinds: frozenset[type]) -> Value:
    """What a variable has, if it is a scalar or is recorded; `otherwise` is done where it has to be looked at."""
    shade, is_mixed = writer.name("s"), are_mixed(kinds)
    is_known = (
        f"({shade} := by_id.get(id({name}))) is not None and {shade}.count and {shade}.epoch == shadow.epoch"
        f" and {shade}.type_address == id(type({name}))"
    )
    if is_mixed:
        writer.emit(f"if id(type({name})) in SCALAR_IDS: {shade} = None")
    writer.emit(f"{'el' if is_mixed else ''}if not ({is_known}): {otherwise}")
    writer.keep(name)
    return Value(name, None, shade, is_mixed=is_mixed)


def recorded(writer: PathWriter, code: str, kinds: frozenset[type]) -> Value:
    """What an expression gives that can be read again: a scalar, or what is recorded already."""
    if kinds <= SCALARS:
        return writer.seen(writer.scalar(code, None), kinds)
    name = writer.hold(code)
    return found(writer, name, writer.leaving, kinds)
