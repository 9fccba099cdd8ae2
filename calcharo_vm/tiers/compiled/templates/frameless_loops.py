"""Loops of functions that do without a frame: the iterator lies in a variable, and ends here, without a handler."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.iterators import ITERATES
from calcharo_vm.tiers.compiled.profile import ITERATORS_OF_ITEMS, ITERATORS_OF_SCALARS
from calcharo_vm.tiers.compiled.templates.iteration import HAS_POSITIONS
from calcharo_vm.tiers.compiled.values import SCALARS, Value, are_mixed, held_values, only_one, type_test
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

_STAYS: Final = sys.version_info >= (3, 14)
"""Whether an iterator that has ended stays on the stack."""


def for_iter_without_frame(writer: PathWriter, go_on: Callable[[PathWriter], None]) -> None:
    """Pushes the next value of an iterator, or ends the loop and goes on behind it."""
    if HAS_POSITIONS or not writer.is_empty():
        raise Declined
    iterators = writer.operand_types(1)
    gives_scalars = iterators <= ITERATORS_OF_SCALARS
    if not iterators or not (gives_scalars or iterators <= ITERATORS_OF_ITEMS):
        raise Declined
    held = held_values(writer.depth)[-1]
    iterator, shade, value = held.code, held.shade, writer.name("v")
    assert shade is not None
    name = "ITERATORS_OF_SCALARS" if gives_scalars else "ITERATORS_OF_ITEMS"
    writer.subject.constant(name, frozenset(map(id, ITERATORS_OF_SCALARS if gives_scalars else ITERATORS_OF_ITEMS)))
    writer.leave_unless(f"id(type({iterator})) in {name}")
    source = writer.name("s")
    writer.emit(f"{source} = {shade}.fields.get({ITERATES!r})")
    if gives_scalars:
        writer.emit(f"{value} = next({iterator}, NULL)")
    else:
        # An iterator that ends lets go what it iterated: it goes first if it is the last to hold that.
        ends = f"({source} is None or {source}.count < 2) and not {iterator}.__length_hint__()"
        writer.emit(f"{value} = NULL if {ends} else next({iterator}, NULL)")
    _end(writer, held, value, source, go_on)
    writer.nest("else:")
    _push(writer, value)


def _end(writer: PathWriter, held: Value, value: str, source: str, go_on: Callable[[PathWriter], None]) -> None:
    """Writes what is done when there is no next value: until 3.13, the iterator goes; since then, POP_ITER drops it."""
    side = writer.copy()
    side.nest(f"if {value} is NULL:")
    goes_alone = f"{source} is None or {source}.count > 1"
    side.leave_unless(f"{held.shade}.count == 1 and ({goes_alone} or goes_unseen({held.shade}, {held.code}))")
    if _STAYS:
        side.tell()
        side.emit(f"next({held.code}, NULL)")  # if it has not ended by itself
        side.emit(f"shadow.advanced(({held.code},))")
        side.emit("if zeros: purge()")
        side.end()
    else:
        side.add_words(str(ops.STACK), str(side.depth - 1), "0")
        side.drop_held()
        side.end()
    go_on(side)


def _push(writer: PathWriter, value: str) -> None:
    """Pushes the next value; what is not as it was before is told, and left to the next instruction's handler."""
    kinds = writer.result_types
    if not kinds:
        raise Declined
    kind, shade, advanced = only_one(kinds), writer.name("s"), str(ops.ADVANCED)
    if kinds <= SCALARS:
        known, pushed = (
            f"id(type({value})) in SCALAR_IDS" if kind is None else type_test(value, kind),
            Value(value, kind),
        )
    else:
        writer.emit(f"{shade} = by_id.get(id({value}))")
        known = (
            f"{shade} is not None and {shade}.count and {shade}.epoch == shadow.epoch"
            f" and {shade}.type_address == id(type({value}))"
        )
        if are_mixed(kinds):
            writer.emit(f"if id(type({value})) in SCALAR_IDS: {shade} = None")
            known = f"(id(type({value})) in SCALAR_IDS or {known})"
        writer.keep(value)
        pushed = Value(value, None, shade, is_mixed=are_mixed(kinds))
    other = writer.copy()
    other.nest(f"if not ({known}):")
    other.add_words(advanced)
    other.tell()
    other.emit(f"{shade} = hold({value}) if id(type({value})) not in SCALAR_IDS else None")
    other.push(Value(value, None, shade, is_owned=True))
    other.end("1", f"{value} if {shade} is None else {shade}.token")
    other.leave_at(other.index + 1)
    writer.push(pushed)
    writer.end(advanced, "1", pushed.word)
