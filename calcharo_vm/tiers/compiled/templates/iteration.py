"""Loops over iterators of built-in types."""

from __future__ import annotations

import sys

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.block_writer import BlockWriter, Declined
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import Value

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_RANGE_ITERATOR = type(iter(range(0)))


@template("FOR_ITER")
def for_iter(writer: BlockWriter) -> None:
    """Pushes the next number of a range; the handler ends the loop."""
    if sys.version_info >= (3, 15) or writer.is_stack_known:
        raise Declined
    if writer.subject.profile.results.get(writer.index) != {int}:
        raise Declined
    iterator, name = writer.name("it"), writer.name("v")
    writer.subject.constant("RANGE_ITERATOR", _RANGE_ITERATOR)
    writer.emit(f"{iterator} = stack[-1]")
    writer.leave_unless(f"type({iterator}) is RANGE_ITERATOR")
    writer.emit(f"{name} = next({iterator}, None)")
    writer.emit(f"{iterator} = None")
    writer.leave_unless(f"{name} is not None")
    writer.push(Value(name, int))
    writer.end(str(ops.ADVANCED), "1", name)
