"""Loops over iterators of built-in types, none of which runs code of the program."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.iterators import ITERATES
from calcharo_vm.tiers.compiled.path_writer import Declined, PathWriter
from calcharo_vm.tiers.compiled.profile import ITERATORS_OF_ITEMS, ITERATORS_OF_SCALARS
from calcharo_vm.tiers.compiled.values import SCALARS, Value, only_one, type_test

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.assembly import Goto, Line


def for_iter(writer: PathWriter, at_end: Sequence[Line | Goto]) -> None:
    """Pushes the next value of an iterator; the handler ends the loop, in the lines `at_end`."""
    if sys.version_info >= (3, 15) or not writer.is_empty():
        raise Declined
    kinds, iterators = writer.result_types, writer.operand_types(1)
    iterator, value = writer.hold("stack[-1]"), writer.name("v")
    if iterators and iterators <= ITERATORS_OF_SCALARS:
        writer.subject.constant("ITERATORS_OF_SCALARS", ITERATORS_OF_SCALARS)
        writer.leave_unless(f"type({iterator}) in ITERATORS_OF_SCALARS")
        writer.emit(f"{value} = next({iterator}, NULL)")
    elif iterators and iterators <= ITERATORS_OF_ITEMS:
        writer.subject.constant("ITERATORS_OF_ITEMS", ITERATORS_OF_ITEMS)
        held = writer.name("s")
        writer.leave_unless(f"type({iterator}) in ITERATORS_OF_ITEMS")
        writer.emit(f"{held} = record.shades[-1].fields[{ITERATES!r}]")
        # An iterator that ends lets go what it iterated, which the handler does if it is the last to hold that.
        ends = f"{held}.count < 2 and not {iterator}.__length_hint__()"
        writer.emit(f"{value} = NULL if {ends} else next({iterator}, NULL)")
    else:
        raise Declined
    writer.emit(f"{iterator} = None")
    writer.emit(f"if {value} is NULL:")
    writer.written.lines += at_end
    writer.nest("else:")
    late = f"return late(frame, stack, {writer.index}, {value})"
    if kinds and kinds <= SCALARS:
        kind = only_one(kinds)
        test = f"id(type({value})) in SCALAR_IDS" if kind is None else type_test(value, kind)
        writer.emit(f"if not ({test}): {late}")
        pushed = Value(value, kind)
    elif kinds and not kinds & SCALARS:
        shade = writer.name("s")
        writer.emit(f"{shade} = by_id.get(id({value}))")
        writer.emit(
            f"if {shade} is None or not {shade}.count or {shade}.epoch != shadow.epoch"
            f" or {shade}.type_address != id(type({value})): {late}"
        )
        writer.keep(value)
        pushed = Value(value, None, shade)
    else:
        raise Declined
    writer.push(pushed)
    writer.end(str(ops.ADVANCED), "1", pushed.word)
