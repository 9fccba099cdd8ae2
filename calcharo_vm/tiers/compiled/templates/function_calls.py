"""Calls of the program's functions: of the same module, with arguments that are known to fit.

A function gets a frame, or is called in the form that does without; then arguments that are missing, named, or too many
for its parameters are bound here, as CPython would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.guest_code import CO_VARARGS, CO_VARKEYWORDS
from calcharo_vm.tiers.compiled.profile import GENERATORS
from calcharo_vm.tiers.compiled.templates.generators import create_generator
from calcharo_vm.tiers.compiled.values import SCALARS, Value, are_mixed, only_one, type_test
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter
    from calcharo_vm.tiers.compiled.profile import Called

BESIDES: Final = 2
"""How much lies on the stack beside what `oparg` counts: what is called, and NULL or the receiver of a method."""


def call_function(
    writer: PathWriter,
    called: Value,
    arguments: Sequence[Value],
    names: Sequence[str] = (),
    above: Sequence[Value] = (),
) -> None:
    """Calls a function of the program.

    Args:
        writer: What writes the path.
        called: The function, which goes unseen if only the stack holds it.
        arguments: The arguments; the last ones belong to `names`.
        names: The names of keyword arguments.
        above: What else lies on the stack, above the arguments.
    """
    subject = writer.subject
    if subject.limits_recursion or type(subject.frame.globals) is not dict:
        raise Declined
    kinds = subject.profile.types_at(writer.index + 1, 1)
    if kinds and kinds <= GENERATORS and not names and not above:
        create_generator(writer, called, arguments, find_code(writer, called.code))
        return
    can_be_direct = bool(kinds)
    function = _function(writer, arguments, names)
    if function is not None and not can_be_direct:
        raise Declined
    guest = find_code(writer, called.code)
    if not can_be_direct:
        if subject.is_direct:
            writer.leave()
            writer.is_over = True
        else:
            _start(writer, called, arguments, guest)
        return
    bound = bind(writer, called, arguments, names, function) if function is not None else [*arguments]
    signature = signature_of_bound(bound)
    if function is None and not subject.is_direct:
        side = writer.copy()
        side.nest(f"if {guest}.signature != {signature}:")
        _start(side, called, arguments, guest)
    else:
        writer.leave_unless(f"{guest}.signature == {signature}")
    leave_if_too_deep(writer)
    writer.catch_up()
    writer.hand_over(writer.oparg + BESIDES + len(above))
    _call_directly(writer, called, bound, guest, kinds, [each for each in (*above, called) if each.is_owned])


def leave_unless_goes(writer: PathWriter, called: Value, goes: str = "function_goes_unseen") -> None:
    """Leaves a call to the handler if somebody can tell that what is called goes when it has been called."""
    if called.is_owned:
        writer.leave_unless(f"{called.shade}.count > 1 or {goes}({called.shade}, {called.code})")


def find_code(writer: PathWriter, function: str) -> str:
    """Makes sure that a function is one of the program's, of the same module; gives the variable of its code."""
    guest = writer.name("guest")
    writer.leave_unless(f"type({function}) is FunctionType and {function}.__globals__ is scope")
    writer.emit(f"{guest} = {function}.__code__.co_consts[-1]")
    writer.leave_unless(f"type({guest}) is GuestCode and not zeros")
    return guest


def leave_if_too_deep(writer: PathWriter) -> None:
    """Leaves a call to the handler that may be one too many, or is in the midst of something."""
    is_known = "recorder.running is record and frame.context.depth < frame.context.limit"
    writer.leave_unless("left" if writer.subject.is_direct else is_known)


def _function(writer: PathWriter, arguments: Sequence[Value], names: Sequence[str]) -> Called | None:
    """What the functions are like that have been called here; None if they take just these arguments."""
    found = writer.subject.profile.functions.get(writer.index, set())
    count = len(arguments)
    if not names and all(
        each.shape.positional == len(each.shape.names) == count and not each.shape.stars for each in found
    ):
        return None
    return only_function(writer)


def only_function(writer: PathWriter) -> Called:
    """What the function is like that is called here, if it is always the same."""
    found = writer.subject.profile.functions.get(writer.index, set())
    if len(found) != 1:
        raise Declined
    return next(iter(found))


@attrs.frozen
class Packed:
    """What a parameter with stars gets: an expression, of values that have lain on the stack."""

    code: str
    parts: Sequence[Value]


def bind(
    writer: PathWriter, called: Value, arguments: Sequence[Value], names: Sequence[str], function: Called
) -> list[Value | Packed]:
    """What the parameters of a function get, in the order of its slots."""
    shape, count = function.shape, len(arguments) - len(names)
    shape_name = writer.subject.constant(f"shape_{writer.index}", shape)
    writer.leave_unless(f"{called.code}.__code__.co_consts[-1].shape == {shape_name}")
    given = dict(enumerate(arguments[: min(count, shape.positional)]))
    further, named = arguments[shape.positional : count], dict[str, Value]()
    for name, argument in zip(names, arguments[count:], strict=True):
        if name in shape.names[shape.positional_only :]:
            slot = shape.names.index(name)
            if slot in given:
                raise Declined
            given[slot] = argument
        else:
            named[name] = argument
    if (further and not shape.stars & CO_VARARGS) or (named and not shape.stars & CO_VARKEYWORDS):
        raise Declined
    slots = range(len(shape.names))
    bound: list[Value | Packed] = [given.get(slot) or _default(writer, called, function, slot) for slot in slots]
    if shape.stars & CO_VARARGS:
        bound.append(Packed(f"({''.join(f'{each.code}, ' for each in further)})", further))
    if shape.stars & CO_VARKEYWORDS:
        entries = ", ".join(f"{name!r}: {each.code}" for name, each in named.items())
        bound.append(Packed(f"{{{entries}}}", [*named.values()]))
    return bound


def _default(writer: PathWriter, called: Value, function: Called, slot: int) -> Value:
    """The default of a parameter; where there is none by now, what raises is left to the handler."""
    shape, place = function.shape, slot - function.shape.positional
    if place < 0:
        kind = function.defaults[place] if -place <= len(function.defaults) else ""
        code = f"{called.code}.__defaults__[{place}]"
    else:
        kind = dict(function.keyword_defaults).get(shape.names[slot], "")
        code = f"{called.code}.__kwdefaults__[{shape.names[slot]!r}]"
    if kind == "s":
        value = writer.scalar(code, None)
        writer.leave_unless(f"id(type({value.code})) in SCALAR_IDS")
        return value
    if kind != "o":
        raise Declined
    return writer.known_object(writer.hold(code))


def _start(writer: PathWriter, called: Value, arguments: Sequence[Value], guest: str) -> None:
    """Starts the frame of the function."""
    writer.leave_unless(
        f"{guest}.framed_count == {len(arguments)} and {guest}.machine is frame.context.machine"
        f" and {guest}.table is not None"
    )
    writer.leave_unless("recorder.running is record and frame.context.depth < frame.context.limit")
    given, function = writer.name("given"), writer.name("function")
    handed = writer.hand_over(writer.oparg + BESIDES)
    taken = "".join(f"{value.shade}, " for value in reversed(handed) if value.is_owned)
    writer.emit(f"{given}, {function} = [{', '.join(value.code for value in arguments)}], {called.code}")
    writer.end_with_call("0")
    writer.emit(f"return start(frame, {writer.index}, {function}, {guest}, {given}, ({taken}))")
    writer.is_over = True


def _call_directly(
    writer: PathWriter,
    called: Value,
    bound: Sequence[Value | Packed],
    guest: str,
    kinds: frozenset[type],
    taken: Sequence[Value],
) -> None:
    """Calls the host function that does what the function does; only where that stops is there a frame."""
    given, slots, preparing = pass_on(writer, bound)
    closure = writer.name("closure")
    writer.emit(f"{closure} = {called.code}.__closure__")
    code = f"{guest}.direct({given}, {slots}, scope, builtins, {closure}, {caller(writer)}, {writer.step_word}"
    code += f", taken=({''.join(f'{each.shade}, ' for each in taken)}))" if taken else ")"
    result = writer.call(code, preparing)
    if not writer.subject.is_direct:
        writer.emit(f"{closure} = None")  # it must not keep anything alive while handlers work
    shade = writer.name("s")
    go_on_with(
        writer, result, shade, kinds, f"{shade} = by_id[id({result})] if id(type({result})) not in SCALAR_IDS else None"
    )


def pass_on(writer: PathWriter, bound: Sequence[Value | Packed]) -> tuple[str, str, list[str]]:
    """Hands arguments over to a function that is called without a frame.

    Returns:
        The variable that has the list of them, the expression of those that are recorded objects, by slot, and lines to
        execute when what the instruction does before is told.
    """
    given = writer.name("given")
    codes, slots, preparing = [], [], []
    for at, each in enumerate(bound):
        if type(each) is Value:
            codes.append(each.code)
            if each.shade is not None:
                slot = f"{at}: {each.shade}"
                slots.append(f"**({{}} if {each.shade} is None else {{{slot}}})" if each.is_mixed else slot)
                if not each.is_owned:
                    writer.emit(each.if_object(f"{each.shade}.count += 1"))
        elif type(each) is Packed:
            packed, shade = writer.name("o"), writer.name("s")
            writer.emit(f"{packed} = {each.code}")
            codes.append(packed)
            slots.append(f"{at}: {shade}")
            holding = "hold_tuple" if each.code[0] == "(" else "hold"
            preparing += [f"{shade} = {holding}({packed})", f"{packed} = None"]
            preparing += [part.if_object(f"{part.shade}.count -= 1") for part in each.parts if part.is_owned]
    writer.emit(f"{given} = [{', '.join(codes)}]")
    return given, f"{{{', '.join(slots)}}}", preparing


def caller(writer: PathWriter) -> str:
    """What a function that is called without a frame gets to know of whoever calls."""
    if writer.subject.is_direct:
        return "left - 1, number, scope_oid"
    return "frame.context.limit - frame.context.depth - 1, record.number, record.namespaces[0].token.stop"


def go_on_with(writer: PathWriter, result: str, shade: str, kinds: frozenset[type], finding: str = "") -> None:
    """Goes on with what a call has given, if it is of the kinds that were seen.

    Args:
        writer: What writes the path.
        result: The variable that has it.
        shade: The variable that has its shade, or None for a scalar.
        kinds: The kinds.
        finding: The line that sets this variable where it is needed.
    """
    if not kinds & SCALARS:
        if finding:
            writer.emit(finding)
        writer.keep(result)
        writer.go_on_with(Value(result, None, shade, is_owned=True))
        writer.leave_unless(f"{shade} is not None")
        return
    if are_mixed(kinds):
        if finding:
            writer.emit(finding)
        writer.keep(result)
        writer.go_on_with(Value(result, None, shade, is_owned=True, is_mixed=True))
        return
    kind = only_one(kinds)
    other = writer.copy()
    other.nest(f"if not ({f'id(type({result})) in SCALAR_IDS' if kind is None else type_test(result, kind)}):")
    if finding:
        other.emit(finding)
    other.leave_with(Value(result, None, shade, is_owned=True))
    writer.go_on_with(Value(result, kind))


def signature_of_bound(bound: Sequence[Value | Packed]) -> str:
    """The expression of which kinds arguments are, as `signature_of` says it of values."""
    letters = "".join(map(_letter, bound))
    return f'f"({letters})"' if "{" in letters else repr(f"({letters})")


def _letter(argument: Value | Packed) -> str:
    """What stands in a signature for an argument: a letter, or an expression in braces."""
    if type(argument) is not Value:
        return "o"
    if argument.is_mixed:
        return f"{{'s' if {argument.shade} is None else 'o'}}"
    return "s" if argument.is_scalar else "o"
