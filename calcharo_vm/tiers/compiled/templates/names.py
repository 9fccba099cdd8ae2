"""Names: globals and builtins, and those of a module's own code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.imports import LAZY_IMPORT
from calcharo_vm.recording import ops
from calcharo_vm.recording.layouts import MACHINERY_NAMES
from calcharo_vm.tiers.compiled.templates.loading import give_loaded, place_of_loaded
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import SCALARS, Value, unchanged
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)


@template("LOAD_GLOBAL")
def load_global(writer: PathWriter) -> None:
    """Pushes a global or builtin, and NULL if it is about to be called."""
    frame, is_called = writer.subject.frame, writer.oparg & 1 == 1
    name = writer.subject.plan.code.co_names[writer.oparg >> 1]
    kinds = writer.subject.profile.types_at(writer.index + 1, place_of_loaded(is_called=is_called))
    if type(frame.globals) is not dict or type(frame.builtins) is not dict or not kinds:
        raise Declined
    value = writer.known("global", name)
    if value is None:
        value = _read_global(writer, name, kinds)
        writer.note(value, "global", name)
    give_loaded(writer, value, is_called=is_called)


def _read_global(writer: PathWriter, name: str, kinds: frozenset[type]) -> Value:
    is_global = name in writer.subject.frame.globals
    if not is_global:
        writer.leave_unless(f"{name!r} not in scope")
    found = f"{'scope' if is_global else 'builtins'}[{name!r}]"
    if kinds <= SCALARS:
        return writer.seen(writer.scalar(found, None), kinds)
    if kinds & SCALARS:
        raise Declined
    value = writer.known_object(writer.hold(found))
    _leave_if_lazy(writer, value)
    return value


@template("LOAD_NAME")
def load_name(writer: PathWriter) -> None:
    """Pushes a variable of a module, or a builtin."""
    frame, name = writer.subject.frame, _own_name(writer)
    if name in frame.globals:
        table = f"record.namespaces[0].table[{name!r}]"
        value = writer.part(f"scope[{name!r}]", table, writer.result_types)
        _leave_if_lazy(writer, value)
    else:
        writer.leave_unless(f"{name!r} not in scope")
        if not writer.result_types or writer.result_types & SCALARS:
            raise Declined
        value = writer.known_object(writer.hold(f"builtins[{name!r}]"))
    writer.give(value)


@template("STORE_NAME")
def store_name(writer: PathWriter) -> None:
    """Stores a variable of a module, in the place of a scalar or of what something else holds, too."""
    name, value = _own_name(writer), writer.peek(1)
    if name in MACHINERY_NAMES:
        raise Declined
    shade, old, words = writer.name("s"), writer.name("old"), writer.name("words")
    writer.emit(f"{shade} = record.namespaces[0]")
    writer.leave_unless(f"{shade}.has_plain_keys")
    writer.emit(f"{old} = {shade}.table.get({name!r}, NULL)")
    writer.leave_unless(f"type({old}) is not Shade or {old}.count > 1")
    writer.take()
    writer.changes("global", name)
    writer.emit(f"scope[{name!r}] = {value.code}")
    recorded = value.shade or value.code
    same = unchanged(old, value) if value.is_scalar else f"{old} is {recorded}"
    writer.emit(f"if {same}:")
    writer.emit(f"{words} = ()", 1)
    if value.is_owned:
        writer.emit(f"{value.shade}.count -= 1", 1)
    writer.emit("else:")
    writer.emit(f"{shade}.table[{name!r}] = {recorded}", 1)
    writer.emit(f"if type({old}) is Shade: {old}.count -= 1", 1)
    if value.shade is not None and not value.is_owned:
        writer.emit(f"{value.shade}.count += 1", 1)
    writer.emit(f"note_written({shade}.token.stop)", 1)
    writer.emit(f"{words} = ({ops.KEY}, {shade}.token.stop, {name!r}, {value.word})", 1)
    writer.end("0", f"*{words}")


def _leave_if_lazy(writer: PathWriter, value: Value) -> None:
    """Leaves a lazy import (PEP 810) to the handler, which imports it."""
    if not value.is_scalar and LAZY_IMPORT is not None:
        writer.subject.constant("LAZY", LAZY_IMPORT)
        writer.leave_unless(f"type({value.code}) is not LAZY")


def _own_name(writer: PathWriter) -> str:
    """The name that the instruction works on, where a module's variables are its global names."""
    frame = writer.subject.frame
    if frame.locals is not frame.globals or type(frame.globals) is not dict or type(frame.builtins) is not dict:
        raise Declined
    writer.leave_unless("frame.locals is scope")
    name: str = writer.subject.plan.code.co_names[writer.oparg]
    return name
