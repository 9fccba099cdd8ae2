"""Functions being made: code object, function, closure and defaults, in one go where nothing comes between.

Until 3.12, MAKE_FUNCTION takes all parts from the stack. Since then SET_FUNCTION_ATTRIBUTE brings one after the other,
the closure first; until it has come, what stands for a function with free variables is not one yet.
"""

from __future__ import annotations

import sys
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.functions import UNCLOSED_NAME
from calcharo_vm.recording import ops
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import Value
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_TAKES_PARTS: Final = sys.version_info < (3, 13)
_DEFAULTS, _KEYWORD_DEFAULTS, _ANNOTATIONS, _CLOSURE = 1, 2, 4, 8
_FIELDS: Final = {_DEFAULTS: "__defaults__", _KEYWORD_DEFAULTS: "__kwdefaults__", _CLOSURE: "__closure__"}
"""What a bit stands for that the recording tells of, in the order in which it does."""


@attrs.frozen
class Making:
    """A function that is being made.

    Attributes:
        waiting: The words of the instructions that come next, each with what the stack has on top after it.
        value: The function.
        fields: The values of its parts, by their bits.
    """

    waiting: tuple[tuple[tuple[str, ...], Value], ...]
    value: Value
    fields: Mapping[int, Value]


def begin_function(writer: PathWriter, code: CodeType) -> bool:
    """Makes the function of a code object, and pushes that, if nothing comes between; what comes next tells of it.

    Returns:
        Whether it is so; else nothing is done.
    """
    subject, needs_closure = writer.subject, _needs_closure(writer)
    bits = _CLOSURE if needs_closure else subject.plan.opargs[writer.index + 1] if _TAKES_PARTS else 0
    if not _is_made_at_once(writer, needs_closure) or bool(code.co_freevars) != bool(bits & _CLOSURE):
        return False
    parts = _parts(writer, bits)
    if parts is None:
        return False
    function, number, shade = _made(writer, code, parts), writer.name("n"), writer.name("s")
    writer.emit(f"{number} = shadow.made")
    writer.emit(f"shadow.made = {number} + {1 + needs_closure}")
    writer.emit(f"note_written({number})")
    kind, text = subject.constant("kind_of_function", HeapKind.FUNCTION), subject.text
    new, name, opaque, drop = str(ops.NEW), text(code.co_qualname), text(HeapKind.OPAQUE.value), str(ops.DROP)
    writer.emit(f"{shade} = new({function}, {kind}, 'function', [], {name})")
    constant, value = Value(function, CodeType, shade), Value(function, FunctionType, shade, is_owned=True)
    told: tuple[str, ...] = (new, f"{shade}.token.stop", text(HeapKind.FUNCTION.value), text("function"), name)
    told += (*_fields(writer, value, parts), "1", value.word)
    if needs_closure:
        unclosed = writer.name("n")
        writer.emit(f"{unclosed} = {number} + 1")
        writer.emit(f"note_written({unclosed})")
        before = (new, unclosed, opaque, text(UNCLOSED_NAME), text(""), "1", f"range({unclosed})", drop, number)
        waiting: tuple[tuple[tuple[str, ...], Value], ...] = ((before, constant), ((*told, drop, unclosed), value))
    else:
        waiting = (((*told, drop, number), value),)
    writer.making = Making(waiting, value, parts)
    writer.push(constant)
    writer.end(new, number, opaque, text("code"), name, "1", f"range({number})")
    return True


def _needs_closure(writer: PathWriter) -> bool:
    """Whether SET_FUNCTION_ATTRIBUTE brings a closure after MAKE_FUNCTION."""
    plan, at = writer.subject.plan, writer.index + 2
    return not _TAKES_PARTS and plan.opnames[at] == "SET_FUNCTION_ATTRIBUTE" and plan.opargs[at] == _CLOSURE


def _is_made_at_once(writer: PathWriter, needs_closure: bool) -> bool:
    """Whether a function is made right after its code object has been pushed, and no jump leads in between."""
    subject, following, last = writer.subject, writer.index + 1, writer.index + 1 + needs_closure
    if subject.plan.opnames[following] != "MAKE_FUNCTION" or not subject.profile.has(last):
        return False
    return not any(subject.linked.landing(index) in (following, last) for index in range(len(subject.plan.opnames)))


def _made(writer: PathWriter, code: CodeType, parts: Mapping[int, Value]) -> str:
    """Makes the function itself: it has an address that nothing recorded has."""
    subject = writer.subject
    trampoline = subject.constant(f"trampoline_{writer.index}", subject.frame.guest.trampoline_within(code))
    closure = f", closure={parts[_CLOSURE].code}" if _CLOSURE in parts else ""
    function = writer.hold(f"FunctionType({trampoline}, scope{closure})")
    writer.leave_if(f"id({function}) in by_id or {subject.address(id(code))} in by_id")
    for bit, part in parts.items():
        if bit != _CLOSURE:
            writer.emit(f"{function}.{_FIELDS[bit]} = {part.code}")
    return function


def _parts(writer: PathWriter, bits: int) -> dict[int, Value] | None:
    """The parts of the function that lie on the stack, by their bits; None if there are others than objects."""
    found: dict[int, Value] = {}
    for place, bit in enumerate(
        (bit for bit in (_CLOSURE, _ANNOTATIONS, _KEYWORD_DEFAULTS, _DEFAULTS) if bits & bit), 1
    ):
        part = writer.peek(place)
        if bit == _ANNOTATIONS or part.is_scalar:
            return None
        found[bit] = part
    return {bit: found[bit] for bit in _FIELDS if bit in found}


def _fields(writer: PathWriter, function: Value, fields: Mapping[int, Value]) -> tuple[str, ...]:
    """Records all parts of a function, and gives the words that tell of them."""
    if not fields:
        return ()
    named = ", ".join(f"{_FIELDS[bit]!r}: {part.shade}" for bit, part in fields.items())
    writer.emit(f"{function.shade}.fields = {{{named}}}")
    told = [word for bit, part in fields.items() for word in (writer.subject.text(_FIELDS[bit]), part.word)]
    return str(ops.FIELDS), f"{function.shade}.token.stop", str(2 * len(fields)), *told


@template("MAKE_FUNCTION")
def make_function(writer: PathWriter) -> None:
    """Replaces a code object, and what lies below it, by the function."""
    _go_on(writer, takes_parts=_TAKES_PARTS)


def _go_on(writer: PathWriter, *, takes_parts: bool) -> None:
    """Tells of the next instruction of those that make a function."""
    making = writer.making
    if making is None or not making.waiting:
        raise Declined
    (words, value), *waiting = making.waiting
    writer.making = attrs.evolve(making, waiting=tuple(waiting))
    writer.take()
    if takes_parts:
        for part in writer.hand_over(len(making.fields)):
            _hold(writer, part)
    writer.push(value)
    writer.end(*words)


def _hold(writer: PathWriter, part: Value) -> None:
    """Has the function hold a part that has lain on the stack."""
    if not part.is_owned:
        writer.emit(f"{part.shade}.count += 1")


@template("SET_FUNCTION_ATTRIBUTE")
def set_function_attribute(writer: PathWriter) -> None:
    """Gives a function that has just been made its closure, defaults or keyword defaults."""
    making = writer.making
    if making is not None and making.waiting:
        _go_on(writer, takes_parts=True)
        return
    function, part, bit = writer.peek(1), writer.peek(2), writer.oparg
    if making is None or function is not making.value or part.is_scalar or bit not in _FIELDS or bit in making.fields:
        raise Declined
    fields = {**making.fields, bit: part}
    told: tuple[str, ...] = (
        str(ops.FIELD),
        f"{function.shade}.token.stop",
        writer.subject.text(_FIELDS[bit]),
        part.word,
    )
    writer.emit(f"{function.code}.{_FIELDS[bit]} = {part.code}")
    _hold(writer, part)
    in_order = {bit: fields[bit] for bit in _FIELDS if bit in fields}
    named = _fields(writer, function, in_order)
    if list(in_order) != list(fields):  # what was there already comes after it
        told += named
    writer.making = attrs.evolve(making, fields=in_order)
    writer.hand_over(2)
    writer.push(function)
    writer.end("1", function.word, *told)
