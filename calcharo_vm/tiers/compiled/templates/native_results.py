"""Native functions that make an object of what they are given, and change nothing: what they return is read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.path_writer import Declined, PathWriter
from calcharo_vm.tiers.compiled.profile import VIEWS
from calcharo_vm.tiers.compiled.templates.objects import give_error
from calcharo_vm.tiers.compiled.values import EXCEPTIONS, PLAIN_EXCEPTIONS, SCALARS, Value, only_one, type_test

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CONTAINERS = frozenset({list, tuple, dict, set, range}) | VIEWS


def of_scalars(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Calls a function with scalars."""
    if not all(argument.is_scalar for argument in arguments):
        raise Declined
    _give_object(writer, arguments, callee)


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
        _give_scalar(writer, container, callee, only_one(kinds))
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


def _give_scalar(writer: PathWriter, container: Value, callee: object, kind: type | None) -> None:
    name = writer.subject.constant(f"called_{writer.index}", callee)
    result = writer.scalar(f"{name}({container.code})", None)
    is_of_kind = f"id(type({result.code})) in SCALAR_IDS" if kind is None else type_test(result.code, kind)
    writer.leave_unless(is_of_kind)
    writer.use(writer.oparg + 2)
    writer.give(Value(result.code, kind))


def _give_object(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    kinds = writer.result_types
    if not kinds or kinds & SCALARS:
        raise Declined
    name = writer.subject.constant(f"called_{writer.index}", callee)
    result, shade = writer.hold(f"{name}({', '.join(argument.code for argument in arguments)})"), writer.name("s")
    writer.leave_if(f"id({result}) in by_id")  # it may be one of the arguments, which then stays on the stack
    writer.use(writer.oparg + 2)
    writer.tell()
    writer.emit(f"{shade} = hold({result})")
    writer.push(Value(result, only_one(kinds), shade, is_owned=True))
    writer.end("1", f"{shade}.token", is_purging=True)


_METHODS_OF_TEXTS = "split rsplit splitlines partition rpartition"
RESULTS: dict[object, Callable[[PathWriter, Sequence[Value], object], None]] = {
    range: of_scalars,
    **dict.fromkeys(EXCEPTIONS, of_scalars),
    **dict.fromkeys(PLAIN_EXCEPTIONS, give_error),
    **{getattr(kind, name): of_scalars for kind in (str, bytes) for name in _METHODS_OF_TEXTS.split()},
    **dict.fromkeys(
        (dict.items, dict.keys, dict.values, dict.copy, list.copy, set.copy, enumerate, zip), of_containers
    ),
    **dict.fromkeys((sum, min, max, any, all, sorted, list, tuple, set), of_items),
}
"""What is known of them."""
