"""Native functions that make an object of what they are given, and change nothing: what they return is read anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.profile import VIEWS
from calcharo_vm.tiers.compiled.templates.objects import give_error, give_read
from calcharo_vm.tiers.compiled.values import EXCEPTIONS, PLAIN_EXCEPTIONS, SCALARS, Value
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

_CONTAINERS = frozenset({list, tuple, dict, set, range}) | VIEWS


def of_scalars(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Calls a function with scalars."""
    if not all(argument.is_scalar for argument in arguments):
        raise Declined
    _give_object(writer, arguments, callee)


def of_receiver(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Calls a method of an object that nobody can change, with scalars."""
    if not arguments or arguments[0].is_scalar or not all(argument.is_scalar for argument in arguments[1:]):
        raise Declined
    _give_object(writer, arguments, callee)


def of_joined(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Joins the texts that a list or tuple holds."""
    if len(arguments) != 2 or not arguments[0].is_scalar or arguments[1].is_scalar:
        raise Declined
    container = _container(writer, 1)
    if container.type not in {list, tuple}:
        raise Declined
    writer.leave_unless(f"Shade not in set(map(type, {container.shade}.items))")
    _give_scalar(writer, f"{arguments[0].code}, {container.code}", callee)


def of_containers(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Calls a function with containers, which it looks into at most to make iterators of them."""
    if not arguments:
        raise Declined
    _give_object(writer, [_container(writer, place) for place in range(len(arguments), 0, -1)], callee)


def of_items(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Calls a function with one container of scalars, which it compares, adds or puts elsewhere."""
    if len(arguments) != 1 or arguments[0].is_scalar:
        raise Declined
    container = _container(writer, 1)
    if container.type not in {list, tuple, set, range}:
        raise Declined
    content = "table" if container.type is set else "items"
    writer.leave_unless(f"Shade not in set(map(type, {container.shade}.{content}))")
    kinds = writer.result_types
    if kinds and kinds <= SCALARS:
        _give_scalar(writer, container.code, callee)
    else:
        _give_object(writer, [container], callee)


def _container(writer: PathWriter, place: int) -> Value:
    """An argument, by its place from the top of the stack, known to be a container of a built-in type, or a scalar."""
    argument = writer.peek(place)
    if argument.is_scalar:
        return argument
    kind = writer.kind(place)
    if kind not in _CONTAINERS:
        raise Declined
    return writer.only(argument, kind)


def _give_scalar(writer: PathWriter, arguments: str, callee: object) -> None:
    name = writer.subject.constant(f"called_{writer.index}", callee)
    result = writer.seen(writer.scalar(f"{name}({arguments})", None), writer.result_types)
    writer.use(writer.oparg + 2)
    writer.give(result)


def _give_object(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    kinds, given = writer.result_types, ", ".join(argument.code for argument in arguments)
    if kinds <= SCALARS:
        _give_scalar(writer, given, callee)
        return
    name = writer.subject.constant(f"called_{writer.index}", callee)
    give_read(writer, f"{name}({given})", kinds, writer.oparg + 2)


_METHODS_OF_TEXTS = "split rsplit splitlines partition rpartition"
_METHODS_OF_PATTERNS = {
    re.Pattern: "match fullmatch search findall finditer split",
    re.Match: "end expand group groupdict groups span start",
}
RESULTS: dict[object, Callable[[PathWriter, Sequence[Value], object], None]] = {
    range: of_scalars,
    **dict.fromkeys(EXCEPTIONS, of_scalars),
    **dict.fromkeys(PLAIN_EXCEPTIONS, give_error),
    **{getattr(kind, name): of_scalars for kind in (str, bytes) for name in _METHODS_OF_TEXTS.split()},
    **{vars(kind)[name]: of_receiver for kind, names in _METHODS_OF_PATTERNS.items() for name in names.split()},
    **dict.fromkeys((str.join, bytes.join), of_joined),
    **dict.fromkeys(
        (dict.items, dict.keys, dict.values, dict.copy, list.copy, set.copy, enumerate, zip), of_containers
    ),
    **dict.fromkeys((sum, min, max, any, all, sorted, list, tuple, set), of_items),
}
"""What is known of them."""
