"""Global names and builtins."""

from __future__ import annotations

import sys

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import Null
from calcharo_vm.tiers.compiled.block_writer import BlockWriter, Declined
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import SCALARS, Value

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_NULL_LAST = sys.version_info >= (3, 13)


@template("LOAD_GLOBAL")
def load_global(writer: BlockWriter) -> None:
    """Pushes a global or builtin, and NULL if it is about to be called."""
    frame, is_called = writer.subject.frame, writer.oparg & 1
    name = writer.subject.plan.code.co_names[writer.oparg >> 1]
    kinds = writer.subject.profile.types_at(writer.index + 1, 2 if is_called and _NULL_LAST else 1)
    if type(frame.globals) is not dict or type(frame.builtins) is not dict or not kinds:
        raise Declined
    if name not in frame.globals:
        writer.leave_unless(f"{name!r} not in frame.globals")
    source = "frame.globals" if name in frame.globals else "frame.builtins"
    if kinds <= SCALARS:
        value = writer.seen(writer.scalar(f"{source}[{name!r}]", None), kinds)
    elif kinds & SCALARS:
        raise Declined
    else:
        value = writer.known_object(writer.hold(f"{source}[{name!r}]"))
    null = Value("NULL", Null)
    pushed = [value] if not is_called else [value, null] if _NULL_LAST else [null, value]
    for each in pushed:
        writer.push(each)
    writer.end(str(len(pushed)), *(each.word for each in pushed))
