"""Attributes of the program's instances, and methods as they are looked up to be called."""

from __future__ import annotations

import sys
from types import FunctionType
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.recording import ops
from calcharo_vm.recording.layouts import mro, namespace
from calcharo_vm.recording.values import OWN_FIELDS
from calcharo_vm.tiers.compiled.classes import are_kept_by_instances, has_no_descriptor, plain_classes
from calcharo_vm.tiers.compiled.templates.bound_methods import bind_method, is_bound_by_classes, is_bound_by_instances
from calcharo_vm.tiers.compiled.templates.exceptions import load_arguments
from calcharo_vm.tiers.compiled.templates.instances import load_property
from calcharo_vm.tiers.compiled.templates.loading import give_loaded
from calcharo_vm.tiers.compiled.templates.other_attributes import load_other, load_readable
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import Value, is_same
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_HAS_METHODS = sys.version_info >= (3, 12)


def _classes(writer: PathWriter) -> list[type]:
    """The classes of the objects whose attribute it is, if all are plain ones."""
    return plain_classes(writer.subject.shadow, writer.subject.profile.owners.get(writer.index))


@template("LOAD_ATTR", "LOAD_METHOD")
def load_attribute(writer: PathWriter) -> None:
    """Pushes an attribute of an instance, or a method and its receiver."""
    is_method = writer.opname == "LOAD_METHOD" or (_HAS_METHODS and writer.oparg & 1 == 1)
    name = writer.subject.plan.code.co_names[writer.oparg >> 1 if _HAS_METHODS else writer.oparg]
    classes = _classes(writer)
    owner = writer.peek(1)
    if not classes or owner.is_scalar:
        if name == "args":
            load_arguments(writer)
        else:
            load_other(writer, owner, name, is_method=is_method)
    elif is_bound_by_classes(classes, name):
        _give_bound(writer, owner, classes, name, is_method=is_method)
    elif is_method:
        _load_method(writer, owner, classes, name)
    elif are_kept_by_instances(classes, name):
        value = writer.known("attribute", owner.shade, name)
        if value is None:
            writer.instance(owner, classes)
            value = writer.part(f"{owner.code}.{name}", f"{owner.shade}.fields[{name!r}]", writer.result_types)
            writer.note(value, "attribute", owner.shade, name)
        writer.use(1)
        writer.give(value)
    elif is_bound_by_instances(classes, name):
        _give_bound(writer, owner, classes, name, is_method=False)
    elif all(has_no_descriptor(cls, name) for cls in classes):
        load_readable(writer, owner, classes, name)
    else:
        load_property(writer, owner, classes, name)


def _give_bound(writer: PathWriter, owner: Value, classes: list[type], name: str, *, is_method: bool) -> None:
    """Pushes a method that is bound to the instance or its class, unless the instance has such an attribute itself."""
    writer.instance(owner, classes)
    writer.leave_unless(f"{name!r} not in {owner.shade}.fields")
    give_loaded(writer, bind_method(writer, owner, name), is_called=is_method)


def _load_method(writer: PathWriter, owner: Value, classes: list[type], name: str) -> None:
    functions = [type_attribute(cls, name) for cls in classes]
    if any(type(function) is not FunctionType for function in functions):
        raise Declined
    writer.instance(owner, classes)
    if writer.opname != "LOAD_SPECIAL":  # which does not ask the instance
        writer.leave_unless(f"{name!r} not in {owner.shade}.fields")
    code = writer.hold(f"type({owner.code}).{name}")
    shade = writer.subject.shadow.held(functions[0])
    if shade is not None and all(function is functions[0] for function in functions):
        found = Value(code, None, writer.subject.constant(f"shade_{writer.index}", shade))
    else:
        found = writer.known_object(code)
    writer.take()
    writer.push(found)
    writer.push(owner)
    writer.end("2", found.word, owner.word)


@template("LOAD_SPECIAL")
def load_special(writer: PathWriter) -> None:
    """Pushes the method of a context manager, an instance of a class of the program, and the manager."""
    name, owner, classes = (
        ("__enter__", "__exit__", "__aenter__", "__aexit__")[writer.oparg],
        writer.peek(1),
        _classes(writer),
    )
    if not classes or owner.is_scalar:
        raise Declined
    _load_method(writer, owner, classes, name)


@template("LOAD_SUPER_ATTR")
def load_super_attribute(writer: PathWriter) -> None:
    """Pushes a method of the next class in the receiver's method resolution order, and the receiver."""
    subject = writer.subject
    name, classes = subject.plan.code.co_names[writer.oparg >> 2], _classes(writer)
    place, start = _place_of_next(classes, subject.profile.starts.get(writer.index, set()), name)
    found, cls, owner = writer.peek(3), writer.peek(2), writer.peek(1)
    if not writer.oparg & 1 or place < 0 or owner.is_scalar:
        raise Declined
    writer.leave_unless(
        f"{found.code} is {subject.constant('super_', super)} and id({cls.code}) == {subject.address(start)}"
    )
    writer.instance(owner, classes)
    code = writer.hold(f"type({owner.code}).__mro__[{place}].__dict__[{name!r}]")
    method = writer.known_object(code)
    writer.take()
    writer.use(2)
    writer.push(method)
    writer.push(owner)
    writer.end("2", method.word, owner.word)


def _place_of_next(classes: list[type], starts: set[int], name: str) -> tuple[int, int]:
    """Where in all method resolution orders the next class lies that defines a function; -1 where they differ.

    Returns:
        The place, and the address of the class after which to look.
    """
    if len(starts) != 1:
        return -1, 0
    (start,) = starts
    places = set()
    for cls in classes:
        order = mro(cls)
        after = next((place for place, each in enumerate(order, 1) if id(each) == start), len(order))
        places.add(next((place for place in range(after, len(order)) if name in namespace(order[place])), -1))
    if len(places) != 1:
        return -1, 0
    (place,) = places
    are_functions = place >= 0 and all(type(namespace(mro(cls)[place])[name]) is FunctionType for cls in classes)
    return (place if are_functions else -1), start


@template("STORE_ATTR")
def store_attribute(writer: PathWriter) -> None:
    """Stores an attribute of an instance, in the place of a scalar or of what something else holds, too."""
    name = writer.subject.plan.code.co_names[writer.oparg]
    classes = _classes(writer)
    value, owner = writer.peek_any(2), writer.peek(1)
    if not classes or owner.shade is None or name in OWN_FIELDS:
        raise Declined
    if not all(has_no_descriptor(cls, name) for cls in classes) or name[:2] == "__":
        raise Declined
    writer.instance(owner, classes)
    shade, words = owner.shade, writer.name("words")
    if not writer.known("dictionary", shade):
        dictionary = f"{shade}.dictionary"  # or else somebody else has had its address
        writer.leave_unless(f"{dictionary} not in by_id or by_id[{dictionary}].type_address != id(dict)")
        writer.note("not recorded", "dictionary", shade)
    before: Value | None = writer.known("attribute", shade, name)
    is_known = before is not None and before.is_scalar
    old = before.code if before is not None and is_known else _old_attribute(writer, str(shade), name)
    if owner.is_owned:  # which may be the value, too
        writer.leave_unless(f"{shade}.count > {1 + value.is_owned}")
        writer.emit(f"{shade}.count -= 1")
    writer.hand_over(2)
    writer.emit(f"{owner.code}.{name} = {value.code}")
    kind = before.type if before is not None and is_known else None
    writer.emit(f"if {is_same(old, value, kind)}:")
    writer.emit(f"{words} = ()", 1)
    if value.is_owned:
        writer.emit(value.if_object(f"{value.shade}.count -= 1"), 1)
    writer.emit("else:")
    writer.emit(f"if {shade}.fields is NO_ENTRIES: {shade}.fields = {{}}", 1)
    if not is_known:
        writer.emit(f"if type({old}) is Shade: {old}.count -= 1", 1)
    writer.emit(f"{shade}.fields[{name!r}] = {value.recorded}", 1)
    if value.shade is not None and not value.is_owned:
        writer.emit(value.if_object(f"{value.shade}.count += 1"), 1)
    writer.emit(f"note_written({shade}.token.stop)", 1)
    writer.emit(f"{words} = ({ops.FIELD}, {shade}.token.stop, {name!r}, {value.word})", 1)
    writer.changes("attribute", name)  # of another object as well, which may be this one
    writer.note(attrs.evolve(value, is_owned=False), "attribute", shade, name)
    writer.end("0", f"*{words}")


def _old_attribute(writer: PathWriter, shade: str, name: str) -> str:
    """Gives a name to what is recorded of an attribute that is to be replaced, which nobody may miss."""
    old = writer.name("old")
    writer.emit(f"{old} = {shade}.fields.get({name!r}, NULL)")
    writer.leave_unless(f"{old} is not NULL or not {shade}.slots")
    writer.leave_unless(f"type({old}) is not Shade or {old}.count > 1")
    return old
