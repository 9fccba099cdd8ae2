"""Methods of built-in types, as they are looked up to be called."""

from __future__ import annotations

import sys

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import BUILTIN_METHODS
from calcharo_vm.tiers.compiled.block_writer import BlockWriter, Declined
from calcharo_vm.tiers.compiled.templates.registry import Template, registering

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_HAS_METHODS = sys.version_info >= (3, 12)


@template("LOAD_ATTR", "LOAD_METHOD")
def load_attribute(writer: BlockWriter) -> None:
    """Pushes a method of a built-in type, and its receiver."""
    is_method = writer.opname == "LOAD_METHOD" or (_HAS_METHODS and writer.oparg & 1)
    if not is_method:
        raise Declined
    owner = writer.peek(1)
    kinds = {owner.type} if owner.type is not None else writer.operand_types(1)
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    name = writer.subject.plan.code.co_names[writer.oparg >> 1 if writer.opname == "LOAD_ATTR" else writer.oparg]
    method = BUILTIN_METHODS.get(kind, {}).get(name)  # type: ignore[arg-type] # None is in no table
    if method is None or kind is None:
        raise Declined
    owner = writer.only(owner, kind)
    found = writer.permanent(method)
    writer.use(1)
    writer.push(found)
    writer.push(owner)
    writer.end("2", found.word, owner.word)
