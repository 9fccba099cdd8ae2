"""Calls of native functions of which it is known what they change, with operands that run no code of the program."""

from __future__ import annotations

import math
from collections import deque
from types import BuiltinFunctionType, GeneratorType, MethodDescriptorType
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import Null
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.profile import CLASS, GUEST, METHOD, OwnError
from calcharo_vm.tiers.compiled.templates.bound_methods import call_method
from calcharo_vm.tiers.compiled.templates.container_methods import METHODS, TAKING_ANY
from calcharo_vm.tiers.compiled.templates.exceptions import make_own_error
from calcharo_vm.tiers.compiled.templates.function_calls import call_function, leave_unless_goes
from calcharo_vm.tiers.compiled.templates.generators import call_send, end_generator
from calcharo_vm.tiers.compiled.templates.instances import IN_PLACE, instantiate
from calcharo_vm.tiers.compiled.templates.native_results import RESULTS
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import SCALARS, Value, only_one, type_test
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_PURE: frozenset[object] = frozenset(
    {
        *(abs, ascii, bin, bool, chr, divmod, float, format, hash, hex, int, len, max, min, oct, ord, pow, repr),
        *(round, str),
        *(function for function in vars(math).values() if type(function) is BuiltinFunctionType),
        *(
            method
            for kind in (str, bytes, int, float)
            for name, method in vars(kind).items()
            if type(method) is MethodDescriptorType and not name.startswith("_")
        ),
    }
)
"""What gives the same each time, and does nothing else, for scalars."""
_SIZED = frozenset({list, tuple, dict, set, frozenset, deque, range})


@template("CALL")
def call(writer: PathWriter) -> None:
    """Calls a function, with positional arguments."""
    subject = writer.subject
    names: Sequence[str] = ()
    if writer.going_back is not None:
        names = subject.plan.code.co_consts[subject.plan.opargs[writer.going_back]]
    elif _has_keywords(writer):
        raise Declined
    callees = subject.profile.callees.get(writer.index, set())
    callee = next(iter(callees)) if len(callees) == 1 else None
    if callee == CLASS:
        instantiate(writer, *_operands(writer), names)
        return
    if callee == GUEST:
        called, arguments = _operands(writer)
        leave_unless_goes(writer, called)
        call_function(writer, called, arguments, names)
        return
    if callee == METHOD and not names:
        call_method(writer, *_operands(writer))
        return
    if isinstance(callee, OwnError):
        make_own_error(writer, *_operands(writer), callee.address)
        return
    if callee is None or not subject.calls_natively(callee):
        raise Declined
    called, arguments = _operands(writer, look=writer.peek_any if callee in _TAKING_ANY else writer.peek)
    if called.constant is not callee and writer.known("callee", called.code) is not callee:
        name = subject.constant(f"called_{writer.index}", callee)
        writer.leave_unless(f"{called.code} is {name}")
        writer.note(callee, "callee", called.code)
    is_of_scalars = all(argument.is_scalar for argument in arguments) and writer.result_types <= SCALARS
    native = _pure if is_of_scalars and callee in _PURE else _NATIVE.get(callee) or RESULTS.get(callee)
    if native is None:
        raise Declined
    native(writer, arguments, callee)


def _has_keywords(writer: PathWriter) -> bool:
    """Returns whether KW_NAMES comes before a call; until 3.11, PRECALL lies between them."""
    return "KW_NAMES" in writer.subject.plan.opnames[max(writer.index - 2, 0) : writer.index]


def _operands(
    writer: PathWriter, above: int = 0, look: Callable[[int], Value] | None = None
) -> tuple[Value, list[Value]]:
    """What is called, and its arguments, of which the first may be the receiver of a method.

    Args:
        writer: Writes the path.
        above: How much lies on top of them.
        look: Gives the value at a place; arguments that are passed on may be scalars or objects.
    """
    look = look or writer.peek_any
    places = range(writer.oparg + 2 + above, above, -1)
    for place in places[:2]:
        if writer.kind(place) is Null:
            writer.only(writer.peek(place), Null)
    first, second, *rest = (look(place) for place in places)
    if first.type is Null:
        return second, rest
    if first.is_scalar or first.is_mixed:
        raise Declined
    return first, rest if second.type is Null else [second, *rest]


def _pure(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    kinds = writer.result_types
    if not kinds:
        name = writer.subject.constant(f"called_{writer.index}", callee)
        writer.only_raises(f"{name}({', '.join(argument.code for argument in arguments)})")
    _push(writer, arguments, callee, only_one(kinds))


def _push(writer: PathWriter, arguments: Sequence[Value], callee: object, kind: type | None) -> None:
    name = writer.subject.constant(f"called_{writer.index}", callee)
    result = writer.scalar(f"{name}({', '.join(argument.code for argument in arguments)})", None)
    if kind is not None:
        writer.leave_unless(type_test(result.code, kind))
        result = Value(result.code, kind)
    else:
        writer.leave_unless(f"id(type({result.code})) in SCALAR_IDS")
    writer.use(writer.oparg + 2)
    writer.give(result)


def _length(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    if len(arguments) != 1:
        raise Declined
    argument = arguments[0]
    if argument.is_scalar:
        _pure(writer, arguments, callee)
        return
    kind = writer.kind(1)  # it is the only one
    if kind not in _SIZED:
        raise Declined
    writer.only(argument, kind)
    _push(writer, [writer.peek(1)], callee, int)


def _is_instance(writer: PathWriter, arguments: Sequence[Value], _callee: object) -> None:
    if len(arguments) != 2 or arguments[1].is_scalar or arguments[1].is_mixed:
        raise Declined
    value, types, result = arguments[0].code, arguments[1].code, writer.name("v")
    writer.emit(f"{result} = type({value}) is {types} or is_instance({value}, {types})")
    writer.leave_if(f"{result} is None")
    writer.use(writer.oparg + 2)
    writer.give(Value(result, bool))


def _class_of(writer: PathWriter, arguments: Sequence[Value], _callee: object) -> None:
    if len(arguments) != 1:
        raise Declined
    cls = writer.known_object(writer.hold(f"type({arguments[0].code})"))
    writer.use(writer.oparg + 2)
    writer.give(cls)


_NATIVE: dict[object, Callable[[PathWriter, Sequence[Value], object], None]] = {
    len: _length,
    **METHODS,
    GeneratorType.send: call_send,
    isinstance: _is_instance,
    type: _class_of,
}
"""What is known of functions that work on objects."""


_TAKING_ANY: frozenset[object] = frozenset({isinstance, type, *TAKING_ANY})
"""Those of them for which scalars are as good as objects."""


@template("KW_NAMES")
def keyword_names(writer: PathWriter) -> None:
    """Says which names the last arguments of the next call have, if that is of the program's functions or classes."""
    opnames = writer.subject.plan.opnames
    callees = writer.subject.profile.callees.get(opnames.index("CALL", writer.index), set())
    if callees not in ({GUEST}, {CLASS}):
        raise Declined
    writer.going_back = writer.index


@template("CALL_KW")
def call_with_keywords(writer: PathWriter) -> None:
    """Calls a function of the program, with arguments of which the last ones have the names on top of the stack."""
    names = writer.peek(1)
    plan, callees = writer.subject.plan, writer.subject.profile.callees.get(writer.index)
    if callees not in ({GUEST}, {CLASS}) or plan.opnames[writer.index - 1] != "LOAD_CONST":
        raise Declined
    names = plan.code.co_consts[plan.opargs[writer.index - 1]]
    called, arguments = _operands(writer, 1)
    if callees == {CLASS}:
        instantiate(writer, called, arguments, names, [writer.peek(1)])
        return
    leave_unless_goes(writer, called)
    call_function(writer, called, arguments, names, [writer.peek(1)])


@template("CONTAINS_OP")
def contains(writer: PathWriter) -> None:
    """Tests whether a scalar is in a string, or a key of a dictionary or set."""
    item, container = writer.peek(2), writer.peek(1)
    kind = writer.kind(1)
    if not item.is_scalar or kind not in {str, dict, set}:
        raise Declined
    writer.only(container, kind)
    item, container = writer.peek(2), writer.peek(1)
    if container.shade is not None:
        writer.leave_unless(f"{container.shade}.has_plain_keys")
    result = writer.scalar(f"{item.code} {'not ' if writer.oparg else ''}in {container.code}", bool)
    writer.use(2)
    writer.give(result)


@template("RETURN_VALUE", "RETURN_CONST")
def return_value(writer: PathWriter) -> None:
    """Returns a value to a frame that the same loop executes."""
    words = []
    if writer.opname == "RETURN_CONST":
        constant = writer.subject.plan.code.co_consts[writer.oparg]
        if type(constant) not in SCALARS:
            raise Declined
        value = Value(writer.subject.constant(f"constant_{writer.oparg}", constant), type(constant))
        words = ["1", value.word]
    else:
        value = writer.own_top()  # or else it would seem to end with the frame's variables
    if writer.subject.frame.locals is not None:
        raise Declined
    if writer.subject.generates:
        end_generator(writer, value, words)
        return
    is_direct = writer.subject.is_direct
    if is_direct:
        _return_to_native(writer, value, words)
    if not is_direct:
        writer.leave_unless("not frame.entry and can_end(frame)")
    writer.leave_unless("not slots or variables_go_unseen(slots, fast)")
    if writer.opname == "RETURN_VALUE":
        writer.take()
    shade = "None" if value.shade is None else value.shade
    returned = (*words, "0", str(ops.LEAVE), "'RETURNED'", "1", value.word)
    if is_direct:
        _return_directly(writer, value, returned)
    else:
        writer.emit(f"frame.result = {value.code}")
        writer.end_with_call(*returned)
        writer.emit(f"end(record, {shade}, {writer.step_word})")
        writer.emit("return LEFT")
    writer.is_over = True


def _return_to_native(writer: PathWriter, value: Value, words: Sequence[str]) -> None:
    """Tells that the function returns to native code, which may do more before the step is complete."""
    side = writer.copy()
    side.nest("if is_native:")
    if writer.opname == "RETURN_VALUE":
        side.take()
    result = side.name("result")
    side.emit(f"{result} = {value.code}")
    side.end_with_call(*words, "0", str(ops.LEAVE), "'RETURNED'")
    side.emit("steps = tape.reach - tape.room")
    side.emit("ends.extend((number, steps))")
    side.emit("turns.extend((steps + 1, caller))")
    if value.is_owned:
        side.emit(f"release({value.shade})")
    side.emit("if slots: release_all(slots.values())")
    side.emit(f"if is_native == {IN_PLACE}:")  # whoever called completes the step
    side.emit(_clearing(writer), 1)
    side.emit(f"return {result}, {side.step_word}", 1)
    side.emit(f"returned_to_native({side.step_word})")
    side.emit(f"return {result}")


def _return_directly(writer: PathWriter, value: Value, words: Sequence[str]) -> None:
    """Tells that the function returns, and returns to the host function that called it."""
    result = writer.name("result")
    writer.emit(f"{result} = {value.code}")
    writer.end_with_call(*words)
    writer.emit("steps = tape.reach - tape.room")
    writer.emit("ends.extend((number, steps))")
    writer.emit("turns.extend((steps + 1, caller))")
    writer.emit("if slots:")
    writer.emit("release_all(slots.values())", 1)
    writer.emit("if zeros: purge()", 1)
    writer.emit(f"put({writer.step_word})")
    writer.emit("tape.room -= 1")
    writer.emit(_clearing(writer))
    writer.emit(f"return {result}")


def _clearing(writer: PathWriter) -> str:
    """The line that lets go of the variables; they need no order if none is an object."""
    order = "fast.reverse(); " if writer.subject.frame.guest.drops_in_order else ""
    return f"if slots: {order}fast.clear()"
