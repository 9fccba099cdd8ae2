"""Exceptions that are raised and handled in one frame.

A path goes on from what raises to the handler. Where the path ends within the handler, or a guard fails there, the
eval loop enters it, so that the exception is the current one for all to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import Null
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.raising import place_of
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import EXCEPTION_IDS, SCALARS, Value
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.code.exception_table import HandlerEntry
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)


def catch(writer: PathWriter, entry: HandlerEntry, error: str) -> None:
    """Ends the instruction, which has raised what a variable has: its handler goes on."""
    _catch(writer, entry, error, _handed_over(writer, entry), _offset(writer))


def leave_frame(writer: PathWriter, error: str) -> None:
    """Ends the path: the instruction has raised what a variable has, and no handler of its frame goes on."""
    if writer.handled is not None:
        raise Declined
    target = _leave_unless_handled(writer)
    _leave_frame(writer, target, error, _handed_over(writer, None))


def raise_here(writer: PathWriter, entry: HandlerEntry | None) -> None:
    """Raises an exception, or a new one of a class of the interpreter's."""
    if writer.oparg != 1 or writer.handled is not None:
        raise Declined  # the host would have to know what is being handled
    value = writer.peek(1)
    if value.is_scalar:
        raise Declined
    writer.leave_unless(f"can_raise({value.code})")
    target = _leave_unless_handled(writer) if entry is None else ""
    dropped = _handed_over(writer, entry, raised=value)
    error = writer.name("e")
    writer.emit(f"{error} = raised({value.code})")
    if entry is None:
        _leave_frame(writer, target, error, dropped)
    else:
        _catch(writer, entry, error, dropped, _offset(writer))


def raise_again(writer: PathWriter, entry: HandlerEntry | None) -> None:
    """Raises an exception again: no traceback entry is added."""
    value = writer.peek(1)
    if value.is_scalar or (entry is None and writer.handled is not None):
        raise Declined
    lasti = writer.peek(writer.oparg + 1) if writer.oparg else _offset(writer)
    if not lasti.is_scalar:
        raise Declined
    target = _leave_unless_handled(writer) if entry is None else ""
    dropped = _handed_over(writer, entry, raised=value)
    error = writer.name("e")
    writer.emit(f"{error} = {value.code}")
    if entry is None:
        _leave_frame(writer, target, error, dropped, lasti)
    else:
        _catch(writer, entry, error, dropped, lasti, is_raised=False)


def _leave_unless_handled(writer: PathWriter) -> str:
    """Makes sure that another frame of the same loop handles what is raised, and gives the variable that has it."""
    target = writer.name("target")
    writer.emit(f"{target} = handling(frame)")
    writer.leave_if(f"{target} is None")
    return target


def _handed_over(writer: PathWriter, entry: HandlerEntry | None, *, raised: Value | None = None) -> list[Value]:
    """What goes from the stack: nobody may be able to tell."""
    dropped = writer.hand_over_above(writer.depth if entry is None else entry.depth)
    for value in dropped:
        if value.is_owned and value is not raised and not value.is_constant:
            stays = f"({value.shade}.count > {len(dropped)} or is_plain({value.shade}))"
            writer.leave_unless(value.or_scalar(stays))
    return dropped


def _leave_frame(writer: PathWriter, target: str, error: str, dropped: list[Value], lasti: Value | None = None) -> None:
    """Tells that an exception leaves the frame, and has the eval loop go on in another one."""
    taken = "".join(f"{value.shade}, " for value in reversed(dropped) if value.is_owned)
    again = "" if lasti is None else f", {lasti.code}"
    writer.tell()
    writer.leave_frame(f"unwind(frame, {target}, {error}, {writer.index}, ({taken}){again})")


def _offset(writer: PathWriter) -> Value:
    """Where the instruction is, as handlers get it that raise again."""
    return Value(str(writer.subject.linked.decoded.offsets[writer.index] >> 1), int)


def _catch(
    writer: PathWriter,
    entry: HandlerEntry,
    error: str,
    dropped: list[Value],
    lasti: Value,
    *,
    is_raised: bool = True,
) -> None:
    writer.tell()
    shade, is_plain = writer.name("s"), writer.name("plain")
    if is_raised:
        place = writer.subject.constant(f"place_{writer.index}", place_of(writer.subject.linked.decoded, writer.index))
        writer.emit(f"{shade}, {is_plain} = catch(frame, {entry.depth}, {error}, {place})")
    else:
        writer.emit(f"{shade}, {is_plain} = catch_again({entry.depth}, {error}), False")
    for value in dropped:
        writer.let_go_of(value)
    caught = Value(error, None, shade, is_owned=True)
    if is_raised:
        writer.caught(caught, is_plain)
    pushed = [*([lasti] if entry.lasti else []), caught]
    for value in pushed:
        writer.push(value)
    writer.keep(error)
    writer.end(str(len(pushed)), *(value.word for value in pushed), is_purging=True)


def make_own_error(writer: PathWriter, called: Value, arguments: Sequence[Value], address: int) -> None:
    """Makes an exception of a class of the program, at an address, that leaves that to the interpreter's classes."""
    if writer.subject.is_direct or not all(argument.is_scalar for argument in arguments):
        raise Declined
    writer.leave_unless(f"id({called.code}) == {writer.subject.address(address)} and {called.shade}.count")
    writer.unchanged_classes()
    error = writer.hold(f"{called.code}({', '.join(argument.code for argument in arguments)})")
    writer.leave_if(f"id({error}) in by_id")
    writer.use(writer.oparg + 2)
    _give_recorded(writer, error, None)


def load_arguments(writer: PathWriter) -> None:
    """Pushes the arguments of an exception of one of the interpreter's classes."""
    owner, owners = writer.peek(1), writer.subject.profile.owners.get(writer.index, set())
    if owner.is_scalar or not owners or not owners <= EXCEPTION_IDS or writer.subject.is_direct:
        raise Declined
    writer.leave_unless(f"id(type({owner.code})) in {writer.subject.constant('EXCEPTION_IDS', EXCEPTION_IDS)}")
    arguments = writer.hold(f"{owner.code}.args")
    writer.use(1)
    _give_recorded(writer, arguments, tuple)


def _give_recorded(writer: PathWriter, name: str, kind: type | None) -> None:
    """Pushes an object that is looked at to be recorded."""
    writer.tell()
    shade = writer.name("s")
    writer.emit(f"{shade} = hold({name})")
    writer.push(Value(name, kind, shade, is_owned=True))
    writer.end("1", f"{shade}.token", is_purging=True)


@template("LOAD_ASSERTION_ERROR")
def load_assertion_error(writer: PathWriter) -> None:
    """Pushes AssertionError."""
    writer.give(writer.permanent(AssertionError))


@template("PUSH_EXC_INFO")
def push_exception(writer: PathWriter) -> None:
    """Starts a handler: the exception becomes the current one, instead of none."""
    if writer.subject.is_direct or writer.handled is not None:
        raise Declined
    error = writer.peek(1)
    if error.is_scalar:
        raise Declined
    writer.leave_unless("previous_exception(frame) is None")
    error = writer.take()
    previous = Value("None", type(None))
    writer.push(previous)
    writer.push(error)
    writer.enter_handler(error)
    writer.end("2", previous.word, error.word)


@template("CHECK_EXC_MATCH")
def check_match(writer: PathWriter) -> None:
    """Tests whether an exception is of a class, or of one of several."""
    error, types = writer.peek(2), writer.peek(1)
    if error.is_scalar or types.is_scalar:
        raise Declined
    result = writer.name("v")
    writer.emit(f"{result} = type({error.code}) is {types.code} or matches({error.code}, {types.code})")
    writer.leave_if(f"{result} is None")
    writer.use(1)
    writer.give(Value(result, bool))


@template("POP_EXCEPT")
def pop_exception(writer: PathWriter) -> None:
    """Ends a handler: no exception is the current one, or that which was before."""
    if writer.subject.is_direct:
        raise Declined
    writer.need(1)
    if writer.handled is None:  # the eval loop is in the handler, and leaves it
        writer.use(1)
        writer.end("0")
        writer.leave_handler()
        writer.is_over = True
        return
    writer.pop_handler()
    writer.use(1)
    writer.end("0")


@template("DELETE_FAST")
def delete_fast(writer: PathWriter) -> None:
    """Deletes a local that has just got a scalar, as the name of an exception does when its handler ends."""
    slot, value = writer.oparg, writer.slot_value(writer.oparg)
    if value is None or value.type not in SCALARS - {Null}:
        raise Declined
    writer.emit(f"fast[{slot}] = NULL")
    writer.forget(slot)
    writer.end(str(ops.FAST), str(slot), "NULL")
