"""Methods of built-in containers that change them, or give what they hold."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.reading import part, recorded
from calcharo_vm.tiers.compiled.templates.growing import add, append, extend
from calcharo_vm.tiers.compiled.values import Value
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

_NONE = Value("None", type(None))


def append_value(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Adds a value at the end of a list, or of a deque that has no greatest length."""
    kind = deque if callee is deque.append else list
    container = _container(writer, arguments, 2, kind)
    writer.leave_unless(f"len({container.code}) == len({container.shade}.items)")
    if kind is deque:
        writer.leave_unless(f"{container.code}.maxlen is None")
    value = writer.take()
    writer.use(writer.oparg + 1)
    words = append(writer, container, value)
    writer.push(_NONE)
    writer.end("1", "None", *words)


def extend_list(writer: PathWriter, arguments: Sequence[Value], _callee: object) -> None:
    """Adds all that a list or tuple holds at the end of a list."""
    container = _container(writer, arguments, 2, list)
    added = writer.peek(1)
    words = extend(writer, container, added, writer.kind(1), writer.oparg + 2)
    writer.push(_NONE)
    writer.end("1", "None", f"*{words}")


def pop_value(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Takes the last value off a list or deque, or the first one off a deque."""
    container, kinds = _container(writer, arguments, 1, list if callee is list.pop else deque), writer.result_types
    if not kinds:
        raise Declined
    is_first = callee is deque.popleft
    shade, place, at = container.shade, 0 if is_first else -1, writer.name("at")
    writer.emit(f"{at} = {'0' if is_first else f'len({container.code}) - 1'}")
    writer.leave_unless(f"0 <= {at} < len({container.code}) == len({shade}.items)")
    value = part(writer, f"{container.code}[{place}]", f"{shade}.items[{place}]", kinds)
    if value.is_scalar or value.is_mixed:
        is_scalar = f"{value.shade} is None and " if value.is_mixed else ""
        writer.leave_if(f"{is_scalar}type({shade}.items[{place}]) is Shade")
    writer.use(writer.oparg + 2)
    writer.emit(f"{container.code}.{'popleft' if is_first else 'pop'}()")
    writer.emit(f"{shade}.items.pop({place})")
    if value.shade is not None:  # the place on the stack is one more, and that in the container one less
        value = Value(value.code, None, value.shade, is_owned=True, is_mixed=value.is_mixed)
    writer.emit(f"note_written({shade}.token.stop)")
    writer.push(value)
    writer.end("1", value.word, str(ops.ITEMS), f"{shade}.token.stop", at, f"{at} + 1", "0")


def get_value(writer: PathWriter, arguments: Sequence[Value], _callee: object) -> None:
    """Gives what a dictionary holds under a key, or what is given for keys that it does not have."""
    kinds = writer.result_types
    if not 2 <= len(arguments) <= 3 or not all(argument.is_scalar for argument in arguments[1:]) or not kinds:
        raise Declined
    container = _container(writer, arguments, len(arguments), dict)
    writer.leave_unless(f"{container.shade}.has_plain_keys")
    rest = ", ".join(argument.code for argument in arguments[1:])
    result = recorded(writer, f"{container.code}.get({rest})", kinds)
    writer.use(writer.oparg + 2)
    writer.give(result)


def add_value(writer: PathWriter, arguments: Sequence[Value], _callee: object) -> None:
    """Adds a scalar to a set."""
    container, value = _container(writer, arguments, 2, set), arguments[1]
    if not value.is_scalar:
        raise Declined
    writer.leave_unless(f"{container.shade}.has_plain_keys and len({container.code}) == len({container.shade}.table)")
    writer.use(writer.oparg + 2)
    words = add(writer, container, value)
    writer.push(_NONE)
    writer.end("1", "None", f"*{words}")


def _container(writer: PathWriter, arguments: Sequence[Value], count: int, kind: type) -> Value:
    """The receiver of a method that gets so many arguments with it: a container of exactly this type."""
    if len(arguments) != count or arguments[0].is_scalar or arguments[0].is_mixed:
        raise Declined
    return writer.only(arguments[0], kind)


METHODS: dict[object, Callable[[PathWriter, Sequence[Value], object], None]] = {
    **dict.fromkeys((list.append, deque.append), append_value),
    list.extend: extend_list,
    **dict.fromkeys((list.pop, deque.pop, deque.popleft), pop_value),
    dict.get: get_value,
    set.add: add_value,
}
"""What is known of them."""
TAKING_ANY = frozenset({list.append, deque.append})
"""Those of them for which scalars are as good as objects."""
