"""Methods that are bound to an instance or class of the program: what an attribute gives, and calls of that."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.templates.function_calls import call_function, leave_unless_goes
from calcharo_vm.tiers.compiled.templates.objects import kind_of, new_words
from calcharo_vm.tiers.compiled.values import Value
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter


def is_bound_by_classes(classes: Sequence[type], name: str) -> bool:
    """Returns whether an attribute of classes, or of their instances, is a method bound to a class."""
    found = [type_attribute(cls, name) for cls in classes]
    return bool(found) and all(type(each) is classmethod and type(each.__func__) is FunctionType for each in found)


def is_bound_by_instances(classes: Sequence[type], name: str) -> bool:
    """Returns whether an attribute of instances of classes is a method bound to the instance."""
    return bool(classes) and all(type(type_attribute(cls, name)) is FunctionType for cls in classes)


def bind_method(writer: PathWriter, owner: Value, name: str) -> Value:
    """Makes the method that an attribute is, in the place of its owner on the stack; whoever calls tells of it."""
    subject = writer.subject
    method = writer.hold(f"{owner.code}.{name}")
    kind, type_name = kind_of(writer, MethodType)
    writer.leave_unless(f"type({method}) is {subject.constant('MethodType', MethodType)} and id({method}) not in by_id")
    function = writer.known_object(writer.hold(f"{method}.__func__"))
    receiver = writer.known_object(writer.hold(f"{method}.__self__"))
    writer.use(1)
    shade = writer.name("s")
    writer.emit(f"{shade} = new({method}, {kind}, {type_name}, [{function.shade}, {receiver.shade}])")
    for part in (function, receiver):
        writer.emit(f"{part.shade}.count += 1")
    oid = f"{shade}.token.stop"
    writer.add_words(*new_words(writer, MethodType, oid), str(ops.ITEMS), oid, "0", "0", "2")
    writer.add_words(function.word, receiver.word)
    return Value(method, MethodType, shade, is_owned=True)


def call_method(writer: PathWriter, called: Value, arguments: Sequence[Value]) -> None:
    """Calls a method that lies on the stack: its function, with what it is bound to as the first argument."""
    if called.is_mixed:
        raise Declined
    writer.leave_unless(f"type({called.code}) is {writer.subject.constant('MethodType', MethodType)}")
    leave_unless_goes(writer, called, "goes_unseen")
    function = Value(writer.hold(f"{called.code}.__func__"), FunctionType, called.shade, is_owned=called.is_owned)
    receiver = writer.known_object(writer.hold(f"{called.code}.__self__"))
    call_function(writer, function, [receiver, *arguments])
