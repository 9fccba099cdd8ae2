"""Instances being made, and properties: their functions are called in place of the native code that would call them."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording import ops
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.classes import plain_classes
from calcharo_vm.tiers.compiled.templates.function_calls import (
    BESIDES,
    bind,
    caller,
    find_code,
    go_on_with,
    leave_if_too_deep,
    only_function,
    pass_on,
    signature_of_bound,
)
from calcharo_vm.tiers.compiled.values import Value
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

IN_PLACE: Final = 2
"""What tells a function that it is called in place of native code."""
_NEW: Final = vars(object)["__new__"]
_INIT: Final = vars(object)["__init__"]
_KIND: Final = HeapKind.INSTANCE


def instantiate(
    writer: PathWriter,
    called: Value,
    arguments: Sequence[Value],
    names: Sequence[str] = (),
    above: Sequence[Value] = (),
) -> None:
    """Makes an instance of a class of the program, and calls its `__init__`; see `call_function`."""
    subject = writer.subject
    addresses = subject.profile.classes.get(writer.index, set())
    classes = plain_classes(subject.shadow, addresses)
    if len(classes) != 1 or called.is_scalar:
        raise Declined
    (cls,) = classes
    anatomy = subject.shadow.anatomy.of(cls)
    is_usual = type_attribute(cls, "__new__") is _NEW and type_attribute(cls, "__del__") is NULL
    if not is_usual or anatomy.kind is not _KIND or anatomy.is_booked or anatomy.adapter or anatomy.own_fields:
        raise Declined
    initializer = type_attribute(cls, "__init__")
    writer.unchanged_classes()
    writer.leave_unless(f"type({called.code}) is type and id({called.code}) == {subject.address(id(cls))}")
    if called.is_owned:
        writer.leave_unless(f"{called.shade}.count > 1")
    if initializer is _INIT and not arguments and not names:
        _make_plain(writer, called, cls)
    elif type(initializer) is FunctionType and not subject.is_direct and not subject.limits_recursion:
        _make(writer, called, cls, arguments, names, above)
    else:
        raise Declined


def _make_plain(writer: PathWriter, called: Value, cls: type) -> None:
    """Makes an instance that nothing initialises."""
    instance = _new(writer, called)
    writer.use(writer.oparg + BESIDES)
    shade = writer.name("s")
    writer.emit(f"{shade} = new_instance({instance})")
    writer.push(Value(instance, None, shade, is_owned=True))
    writer.end(*_new_words(writer, cls, shade), "1", f"{shade}.token")


def _new(writer: PathWriter, called: Value) -> str:
    """Makes the instance itself: it has an address that nothing recorded has."""
    instance = writer.hold(f"{writer.subject.constant('new_', _NEW)}({called.code})")
    writer.leave_if(f"id({instance}) in by_id")
    return instance


def _new_words(writer: PathWriter, cls: type, shade: str) -> tuple[str, ...]:
    text, name = writer.subject.text, writer.subject.shadow.anatomy.of(cls).name
    return str(ops.NEW), f"{shade}.token.stop", text(_KIND.value), text(name), text("")


def _make(
    writer: PathWriter,
    called: Value,
    cls: type,
    arguments: Sequence[Value],
    names: Sequence[str],
    above: Sequence[Value],
) -> None:
    """Makes an instance, and calls its `__init__`."""
    function = writer.hold(f"{called.code}.__init__")
    guest, shade = find_code(writer, function), writer.name("s")
    instance = _new(writer, called)
    given = [Value(instance, None, shade, is_owned=True), *arguments]
    bound = bind(writer, Value(function, FunctionType, "None"), given, names, only_function(writer))
    writer.leave_unless(f"{guest}.signature == {signature_of_bound(bound)} and {guest}.returns_nothing")
    leave_if_too_deep(writer)
    writer.catch_up()
    writer.hand_over(writer.oparg + BESIDES + len(above))
    if called.is_owned:
        writer.emit(f"{called.shade}.count -= 1")
    passed, slots, preparing = pass_on(writer, bound)
    preparing = [
        f"{shade} = new_instance({instance})",
        f"extend(({', '.join(_new_words(writer, cls, shade))},))",
        *preparing,
    ]
    _, word = _call_in_place(writer, f"{guest}.direct({passed}, {slots}", function, preparing, ("0",), above, instance)
    writer.emit(f"{shade} = complete_instance({instance}, {shade}, {word})")
    go_on_with(writer, instance, shade, frozenset({object}))


def _call_in_place(
    writer: PathWriter,
    begun: str,
    function: str,
    preparing: Sequence[str],
    words: Sequence[str],
    above: Sequence[Value],
    gives: str,
) -> tuple[str, str]:
    """Calls a function in place of native code; gives the variables of what it returns, and of its last step's word."""
    closure, word = writer.name("closure"), writer.name("word")
    writer.emit(f"{closure} = {function}.__closure__")
    taken = "".join(f"{each.shade}, " for each in above if each.is_owned)
    code = f"{begun}, scope, builtins, {closure}, {caller(writer)}, {writer.step_word}, {IN_PLACE}, ({taken}))"
    both = writer.call(code, preparing, words, gives)
    result = writer.name("r")
    writer.emit(f"{result}, {word} = {both}")
    writer.emit(f"{both} = {closure} = None")  # they must not keep anything alive
    return result, word


def load_property(writer: PathWriter, owner: Value, classes: Sequence[type], name: str) -> None:
    """Pushes what the function of a property gives."""
    subject, kinds = writer.subject, writer.subject.profile.types_at(writer.index + 1, 1)
    getters = {id(found.fget): found.fget for cls in classes if type(found := type_attribute(cls, name)) is property}
    is_one = len(getters) == 1 and all(type(type_attribute(cls, name)) is property for cls in classes)
    if not is_one or not kinds or subject.is_direct or subject.limits_recursion:
        raise Declined
    (getter,) = getters.values()
    if type(getter) is not FunctionType:
        raise Declined
    writer.instance(owner, classes)
    function = writer.hold(f"type({owner.code}).{name}.fget")
    guest = find_code(writer, function)
    writer.leave_unless(f"{guest}.signature == '(o)'")
    leave_if_too_deep(writer)
    owner = writer.own_top()
    writer.emit(f"{owner.shade}.count += 1")
    given = writer.name("given")
    writer.emit(f"{given} = [{owner.code}]")
    begun = f"{guest}.direct({given}, {{0: {owner.shade}}}"
    result, word = _call_in_place(writer, begun, function, (), (), (), "")
    shade = writer.name("s")
    writer.take()
    writer.emit(f"{shade} = complete({result}, {word}, {owner.shade})")
    go_on_with(writer, result, shade, kinds)
