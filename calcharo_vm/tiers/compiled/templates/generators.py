"""Generators: their frames pause, and loops ask them for values."""

from __future__ import annotations

import sys
from types import CoroutineType, GeneratorType
from typing import TYPE_CHECKING
from weakref import getweakrefcount

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.generators import pass_on
from calcharo_vm.machine.values import Null
from calcharo_vm.recording import ops
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.assembly import Line
from calcharo_vm.tiers.compiled.profile import GENERATORS
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import SCALARS, Value, only_one, type_test
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.assembly import Goto
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_HAS_POSITIONS = sys.version_info >= (3, 15)
"""Whether a position, or NULL, lies above what is iterated."""
_KEEPS_RECEIVER = sys.version_info >= (3, 12)
"""Whether a delegation that ends leaves its receiver to END_SEND."""
_BORROWS_ARGUMENTS = sys.version_info >= (3, 14)
"""Whether a function that is called with a variable of its caller's does not count as one more that refers to it."""
_DROPS_AT_END = sys.version_info < (3, 14)
"""Whether a loop that ends drops the iterator at once."""

_HANDED_ON = (HeapKind.TUPLE, HeapKind.LIST, HeapKind.DICT)
"""Kinds of objects that are as they are recorded, so that a generator's last reference may become another frame's."""


def create_generator(writer: PathWriter, called: Value, arguments: Sequence[Value], guest: str) -> None:
    """Calls a function that makes a generator or coroutine, with just the arguments it takes."""
    subject, index = writer.subject, writer.index
    if subject.is_direct:
        raise Declined
    origins = subject.constant("origins", sys.get_coroutine_origin_tracking_depth)
    writer.leave_unless(f"{guest}.generator_count == {len(arguments)} and {guest}.machine is frame.context.machine")
    writer.leave_unless("recorder.running is record and frame.context.depth < frame.context.limit")
    writer.leave_if(f"{origins}()")
    writer.catch_up()
    handed = writer.hand_over(writer.oparg + 2)
    taken = "".join(f"{value.shade}, " for value in reversed(handed) if value.is_owned)
    given, function, shade = (writer.name(prefix) for prefix in ("given", "function", "s"))
    writer.emit(f"{given}, {function} = [{', '.join(value.code for value in arguments)}], {called.code}")
    made = writer.call(f"create(frame, {index}, {function}, {guest}, {given}, ({taken}))", steps=_STEPS_OF_CREATING)
    writer.emit(f"{shade} = by_id[id({made})]")
    writer.emit(f"{given} = {function} = None")
    writer.keep(made)
    writer.go_on_with(Value(made, None, shade, is_owned=True))


_STEPS_OF_CREATING = 3
"""The call, COPY_FREE_VARS and RETURN_GENERATOR."""


@template("YIELD_VALUE")
def yield_value(writer: PathWriter) -> None:
    """Pauses the frame of a generator with a value."""
    subject = writer.subject
    if subject.is_direct:
        raise Declined
    value = writer.own_top()
    frames = writer.name("frames")
    writer.emit(f"{frames} = record.thread.frames")
    writer.leave_unless(f"len({frames}) > 1 and not zeros")
    writer.take()
    plan, index = subject.plan, writer.index
    word, pops, act, detail = plan.rows[index]
    row = subject.constant(f"row_{index}", (word, 0, act, detail))
    writer.emit(f"frame.result, frame.ip = {value.code}, {index + 1}")
    writer.end_with_call("0", str(ops.LEAVE), subject.text("SUSPENDED"))
    writer.emit(f"{frames}.pop()")
    writer.emit(f"turns.extend((tape.reach - tape.room + 1, {frames}[-1].number))")
    writer.emit(f"record.row, record.length = {row}, {plan.depths[index] - pops}")
    writer.emit("record.searches, record.variable_writes = effects.searches, effects.variable_writes")
    writer.emit(f"record.thread.word = {writer.step_word}")
    if value.shade is not None:
        writer.emit(f"record.thread.yielded = {value.shade}")
    writer.emit("return PAUSED")
    writer.is_over = True


def end_generator(writer: PathWriter, value: Value, words: Sequence[str]) -> None:
    """Returns a value from the frame of a generator.

    Args:
        writer: Writes the path.
        value: The value.
        words: What is told of it first, if it does not lie on the stack.
    """
    plan, index = writer.subject.plan, writer.index
    pops = plan.rows[index][1]
    if writer.subject.is_direct or plan.depths[index] != pops:
        raise Declined  # something would be dropped besides
    writer.leave_unless(
        "len(record.thread.frames) > 1 and not zeros and (not slots or variables_go_unseen(slots, fast))"
    )
    writer.hand_over(pops)
    writer.emit(f"frame.result, frame.ip = {value.code}, {index + 1}")
    writer.end_with_call(*words, "0", str(ops.LEAVE), writer.subject.text("RETURNED"))
    writer.emit(f"ended(record, {value.shade}, {writer.step_word})")
    writer.emit("return ENDED")
    writer.is_over = True


def next_of_generator(writer: PathWriter, place: int, by_handler: Sequence[Line | Goto]) -> None:
    """Pushes what a generator of the program yields next; that is the first thing a path does.

    Args:
        writer: Writes the path.
        place: Where the generator lies, from the top of the stack.
        by_handler: The lines that have the handler do it, if the generator has ended already.
    """
    iterator, value = _held(writer, place, 2), writer.name("v")
    generator = iterator.partition(" ")[0]
    _ask(writer, GeneratorType, generator, place)
    _try(writer, f"{value} = next({generator}, NULL)")
    base = writer.subject.plan.depths[writer.index] - 1
    told = [f"extend(({ops.STACK}, {base}, 0))", "release(record.take_top())"] if _DROPS_AT_END else []
    ending = _Ending(
        f"{value} is NULL",
        f"getweakrefcount({generator})" if _DROPS_AT_END else "False",
        ["stack.pop()"] if _DROPS_AT_END else [],
        ["extend((1, NULL))"] if _HAS_POSITIONS else told,
    )
    writer.subject.constant("getweakrefcount", getweakrefcount)
    _take(writer, iterator, value, ending, by_handler, ("2", "NULL") if place > 1 else ("1",))


def send(writer: PathWriter, by_handler: Sequence[Line | Goto]) -> None:
    """Sends a scalar to a generator or coroutine of the program, and pushes what it yields, or has returned.

    Args:
        writer: Writes the path.
        by_handler: The lines that have the handler do it, if the receiver has ended already.
    """
    place = 2 if _HAS_POSITIONS else 1  # when the value is taken
    kind = only_one(writer.operand_types(place + 1))
    sent = writer.peek(1)
    if kind not in GENERATORS or not sent.is_scalar or writer.depth + 1 != writer.subject.plan.depths[writer.index]:
        raise Declined
    iterator = _held(writer, place, 1 if _BORROWS_ARGUMENTS else 2)
    value, has_ended = writer.name("v"), writer.name("ended")
    receiver = iterator.partition(" ")[0]
    _ask(writer, kind, receiver, place + 1)
    writer.emit(f"{has_ended} = False")
    _try(writer, f"{value} = {receiver}.send({sent.code})", f"{value}, {has_ended} = stop.value, True")
    words = ("3", "record.shades[-1].token", "NULL") if _HAS_POSITIONS else ("2", "record.shades[-1].token")
    ending = _Ending(
        has_ended,
        f"id(type({value})) not in SCALAR_IDS" if _KEEPS_RECEIVER else "True",
        [f"stack.append({value})"] if _KEEPS_RECEIVER else [f"stack[-1] = {value}"],
        [f"extend(({', '.join(words)}, {value}))"],
    )
    again = [Line(f"stack.append({sent.code})", depth=1), *by_handler]
    writer.take()
    _take(writer, iterator, value, ending, again, words)


def _held(writer: PathWriter, place: int, count: int) -> str:
    """Gives names to a generator: as many as handlers have for it, as its own code may count the references.

    Assigning to what this returns forgets all of them.
    """
    names = [writer.name("o") for _ in range(count)]
    writer.emit(f"{' = '.join(names)} = stack[-{place}]")
    for name in names:
        writer.keep(name)
    return " = ".join(names)


@attrs.frozen
class _Ending:
    """What is done when a generator has ended.

    Attributes:
        condition: The condition that it has.
        is_unusual: The condition that the next handler has to settle it.
        stack: The lines that leave on the stack what lies there then.
        told: The lines that tell that.
    """

    condition: str
    is_unusual: str
    stack: Sequence[str]
    told: Sequence[str]


_COMPLETE = ("tape.commit(record.thread.word)", "record.thread.word, record.row, recorder.running = 0, None, record")
"""The lines that complete the step in which a generator's frame has paused or ended."""


def _ask(writer: PathWriter, kind: type, iterator: str, place: int) -> None:
    """Makes sure that it is a generator whose frame the machine executes, and gets ready for that."""
    subject, index = writer.subject, writer.index
    depth = subject.plan.depths[index]
    subject.constant(kind.__name__, kind)
    writer.leave_unless(
        f"type({iterator}) is {kind.__name__} and record.top == {depth - place}"
        " and record.shades[-1].frame is not None and not zeros"
    )
    row = subject.constant(f"asking_{index}", subject.plan.rows[index])
    writer.emit(f"frame.ip, record.row, record.length = {index + 1}, {row}, {depth}")


def _try(writer: PathWriter, code: str, at_end: str = "") -> None:
    """Has a generator go on, whose frame tells what this instruction has done by then."""
    writer.emit("try:")
    writer.emit_resuming(code, 1)
    if at_end:
        writer.emit("except StopIteration as stop:")
        writer.emit(at_end, 1)
    writer.emit("except BaseException as error:")
    writer.subject.constant("pass_on", pass_on)
    writer.emit("if was_resumed(record, error):", 1)
    writer.emit_resuming("pass_on(error)", 2)
    writer.emit(writer.leaving, 1)


def _take(
    writer: PathWriter,
    iterator: str,
    value: str,
    ending: _Ending,
    by_handler: Sequence[Line | Goto],
    words: Sequence[str],
) -> None:
    """Goes on with what the generator has yielded, or where its end leads.

    Args:
        writer: Writes the path.
        iterator: The variables that have the generator, to assign to.
        value: The variable that has what it has yielded.
        ending: What is done when it has ended.
        by_handler: The lines that have the handler ask it, if it had ended before.
        words: What is told before the value.
    """
    landing = writer.subject.linked.landing(writer.index)
    assert landing is not None
    pushed, is_unusual = _yielded(writer, value)
    writer.emit(f"if {ending.condition} or pending or {is_unusual}:")
    writer.emit("if recorder.running is record:", 1)
    writer.emit("record.row = None", 2)
    writer.written.lines += [attrs.evolve(line, depth=line.depth + 1) for line in by_handler]
    writer.emit(f"elif {ending.condition}:", 1)
    for line in ending.stack:
        writer.emit(line, 2)
    writer.emit(f"if pending or {ending.is_unusual}: left(record.thread)", 2)
    writer.emit("else:", 2)
    for line in (*ending.told, "if zeros: purge()", *_COMPLETE):
        writer.emit(line, 3)
    writer.emit(f"{iterator} = None", 2)
    writer.go(landing, 2)
    writer.emit("else:", 1)
    _leave_to_arriving(writer, iterator, value, 2)
    _go_on_with_yielded(writer, iterator, pushed, words)


def _leave_to_arriving(writer: PathWriter, generator: str, value: str, depth: int) -> None:
    """Has the step completed, at the next instruction, in which a generator has yielded something unusual."""
    writer.emit("left(record.thread)", depth)
    writer.emit(f"stack.append({value})", depth)
    writer.emit(f"{generator} = None", depth)
    writer.go(writer.index + 1, depth)


def _go_on_with_yielded(writer: PathWriter, generator: str, pushed: Value, words: Sequence[str]) -> None:
    """Completes the step with what a generator has yielded, and goes on."""
    writer.nest("else:")
    writer.give_up(generator)
    writer.emit(f"extend(({', '.join((*words, pushed.word))}))")
    if pushed.shade is not None:
        writer.emit("record.thread.yielded = None")
    for line in _COMPLETE:
        writer.emit(line)
    writer.go_on_with(pushed)


def call_send(writer: PathWriter, arguments: Sequence[Value], _callee: object) -> None:
    """Calls the method that sends a scalar to a generator of the program, and pushes what it yields."""
    subject, index, depth = writer.subject, writer.index, writer.subject.plan.depths[writer.index]
    operands = [writer.peek(place) for place in range(writer.oparg + 2, 0, -1)]
    if subject.is_direct or len(arguments) != 2 or not arguments[1].is_scalar:
        raise Declined
    if any(each.is_owned for each in operands) or writer.depth + len(operands) != depth:
        raise Declined
    receiver, sent = writer.only(arguments[0], GeneratorType), arguments[1].code
    writer.leave_unless(f"{receiver.shade}.frame is not None and not zeros and recorder.running is record")
    writer.tell()
    generator = receiver.code
    writer.let_others_run({generator})
    row = subject.constant(f"asking_{index}", subject.plan.rows[index])
    writer.emit(f"frame.ip, record.row, record.length = {index + 1}, {row}, {depth}")
    value = writer.name("v")
    _try(writer, f"{value} = {generator}.send({sent})")
    writer.hand_over(len(operands))
    pushed, is_unusual = _yielded(writer, value)
    writer.emit(f"if pending or {is_unusual}:")
    _leave_to_arriving(writer, generator, value, 1)
    _go_on_with_yielded(writer, generator, pushed, ("1",))


def _yielded(writer: PathWriter, code: str) -> tuple[Value, str]:
    """What a generator has yielded, and the condition that it is not as it was, or has to be looked at."""
    kinds = writer.result_types
    if kinds <= SCALARS:
        kind = only_one(kinds)
        test = f"id(type({code})) in SCALAR_IDS" if kind is None else type_test(code, kind)
        return Value(code, kind), f"not ({test})"
    writer.keep(code)
    shade = writer.name("s")
    writer.subject.constant("HANDED_ON", _HANDED_ON)
    writer.emit(f"{shade} = record.thread.yielded")
    is_known = f"{shade}.epoch == shadow.epoch and ({shade}.count > 1 or {shade}.kind in HANDED_ON)"
    is_unusual = f"{shade} is None or not ({is_known})"
    if not kinds & SCALARS:
        return Value(code, None, shade, is_owned=True), is_unusual
    return Value(
        code, None, shade, is_owned=True, is_mixed=True
    ), f"id(type({code})) not in SCALAR_IDS and ({is_unusual})"


@template("GET_YIELD_FROM_ITER")
def get_yield_from_iter(writer: PathWriter) -> None:
    """Leaves a generator where it is, as it is its own iterator."""
    if writer.kind(1) is not GeneratorType:
        raise Declined
    value = writer.only(writer.peek(1), GeneratorType)
    writer.end("1", value.word)


@template("GET_AWAITABLE")
def get_awaitable(writer: PathWriter) -> None:
    """Leaves a coroutine where it is that nobody awaits yet."""
    if writer.kind(1) is not CoroutineType:
        raise Declined
    value = writer.only(writer.peek(1), CoroutineType)
    writer.leave_if(f"{value.code}.cr_suspended")
    writer.end("1", value.word)


@template("END_SEND")
def end_send(writer: PathWriter) -> None:
    """Drops a generator or coroutine that has ended, under what it has returned."""
    place = 3 if _HAS_POSITIONS else 2
    receiver = writer.peek(place)
    if receiver.shade is None:
        raise Declined
    if _HAS_POSITIONS:
        writer.only(writer.peek(2), Null)
    writer.subject.constant("is_over", _is_over)
    writer.leave_unless(f"{receiver.shade}.count > 1 or is_over({receiver.code})")
    value = writer.take()
    writer.hand_over(place - 1)
    writer.let_go_of(receiver)
    writer.push(value)
    writer.end("1", value.word)


def _is_over(generator: object) -> bool:
    """Returns whether nobody can tell when a generator or coroutine goes: it has ended, and nothing goes with it."""
    frame = getattr(generator, _FRAMES.get(id(type(generator)), ""), generator)
    return frame is None and not getweakrefcount(generator)


_FRAMES = {id(GeneratorType): "gi_frame", id(CoroutineType): "cr_frame"}
