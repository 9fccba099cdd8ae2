"""Loops over iterators of built-in types, none of which runs code of the program."""

from __future__ import annotations

import sys
from operator import length_hint
from types import GeneratorType
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import Null
from calcharo_vm.recording import ops
from calcharo_vm.recording.iterating import PLAIN_ITERATORS
from calcharo_vm.recording.iterators import ITERATES
from calcharo_vm.recording.quick_objects import record_tuple
from calcharo_vm.tiers.compiled.profile import ITERATORS_OF_ITEMS, ITERATORS_OF_PAIRS, ITERATORS_OF_SCALARS, VIEWS
from calcharo_vm.tiers.compiled.reading import found
from calcharo_vm.tiers.compiled.templates.generators import next_of_generator
from calcharo_vm.tiers.compiled.templates.objects import new_words
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import SCALARS, Fresh, Value, only_one, type_test
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.assembly import Goto, Line
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)


_STAYS = sys.version_info >= (3, 14)
"""Whether an iterator that has ended stays on the stack."""
HAS_POSITIONS = sys.version_info >= (3, 15)
"""Whether a position lies above what is iterated, which is the container itself, or NULL above an iterator."""
ITERATOR_PLACE = 2 if HAS_POSITIONS else 1
"""Where the iterator lies, from the top of the stack."""
_PUSHED = ("2", "NULL") if HAS_POSITIONS else ("1",)
_BY_POSITION = frozenset({list, tuple, str, bytes}) if HAS_POSITIONS else frozenset()
"""What is iterated by position."""


def for_iter(writer: PathWriter, at_end: Sequence[Line | Goto]) -> None:
    """Pushes the next value of an iterator; the handler ends the loop, in the lines `at_end`."""
    if not writer.is_empty():
        raise Declined
    iterators = writer.operand_types(ITERATOR_PLACE)
    kind = only_one(iterators)
    if kind is not None and kind in _BY_POSITION:
        _next_by_position(writer, kind, at_end)
        return
    if kind is GeneratorType:
        next_of_generator(writer, ITERATOR_PLACE, at_end)
        return
    family = next((name for name, members in _FAMILIES.items() if iterators and iterators <= members), "")
    if not family:
        raise Declined
    iterator, value = writer.hold(f"stack[-{ITERATOR_PLACE}]"), writer.name("v")
    writer.subject.constant(family, frozenset(map(id, _FAMILIES[family])))
    writer.leave_unless(f"id(type({iterator})) in {family}")
    if family == "ITERATORS_OF_SCALARS":
        writer.emit(f"{value} = next({iterator}, NULL)")
    elif family == "ITERATORS_OF_ITEMS":
        held = writer.name("s")
        writer.emit(f"{held} = record.shades[-1].fields.get({ITERATES!r})")
        # An iterator that ends lets go what it iterated, which the handler does if it is the last to hold that.
        ends = f"({held} is None or {held}.count < 2) and not {iterator}.__length_hint__()"
        writer.emit(f"{value} = NULL if {ends} else next({iterator}, NULL)")
    else:
        ends = _may_end(writer, iterator, kind)
        writer.emit(f"{value} = NULL if {ends} else next({iterator}, NULL)")
    writer.emit(f"{iterator} = None")
    if family == "ITERATORS_OF_PAIRS" or HAS_POSITIONS:
        writer.emit(f"if {value} is NULL:")
        writer.written.lines += at_end
    else:
        _end(writer.copy(), value, at_end, holds_objects=family == "ITERATORS_OF_ITEMS")
    writer.nest("else:")
    late = f"return late(frame, stack, {writer.index}, {value})"
    if family == "ITERATORS_OF_PAIRS":
        _push_new(writer, value, late)
    else:
        pushed = _known(writer, value, late, writer.result_types)
        writer.push(pushed)
        writer.end(str(ops.ADVANCED), *_PUSHED, pushed.word)


def _end(side: PathWriter, value: str, at_end: Sequence[Line | Goto], *, holds_objects: bool) -> None:
    """Writes the end of a loop: until 3.13, the iterator goes; since then, POP_ITER drops it.

    The handler does that where somebody may be able to tell that the iterator, or what it iterated, is gone.
    """
    landing = side.subject.linked.landing(side.index)
    assert landing is not None
    side.nest(f"if {value} is NULL:")
    shade, held = side.name("s"), side.name("s")
    side.emit(f"{shade} = record.shades[-1]")
    is_unusual = f"{shade}.count != 1 or zeros"
    if holds_objects:
        side.emit(f"{held} = {shade}.fields.get({ITERATES!r})")
        ends = f"type({held}) is Shade and {held}.count < 2 and not iterator_goes_unseen({shade}, {held}, stack[-1])"
        is_unusual += f" or ({ends})"
    side.emit(f"if {is_unusual}:")
    side.written.lines += [attrs.evolve(line, depth=line.depth + 1) for line in at_end]
    side.nest("else:")
    if _STAYS:
        side.emit("next(stack[-1], NULL)")  # if it has not ended by itself
        side.emit("shadow.advanced((stack[-1],))")
        side.emit("if zeros: purge()")
    else:
        side.add_words(str(ops.STACK), str(side.depth - 1), "0")
        side.drop_top()
    side.end()
    side.commit(following=landing)
    side.go(landing)


def _next_by_position(writer: PathWriter, kind: type, at_end: Sequence[Line | Goto]) -> None:
    """Pushes the element at a position, which lies on the stack and is counted up."""
    container, position, value = writer.hold("stack[-2]"), writer.name("v"), writer.name("v")
    writer.emit(f"{position} = stack[-1]")
    writer.leave_unless(f"{type_test(container, kind)} and type({position}) is int")
    writer.emit(f"if {position} >= len({container}):")
    writer.emit(f"{container} = None", 1)
    writer.written.lines += at_end
    writer.nest("else:")
    writer.emit(f"{value} = {container}[{position}]")
    pushed = _known(writer, value, writer.leaving, writer.result_types)
    writer.emit(f"stack[-1] = {position} + 1")
    writer.push(pushed)
    writer.end("2", f"{position} + 1", pushed.word)


def _known(writer: PathWriter, value: str, late: str, kinds: frozenset[type]) -> Value:
    """A scalar, or what is recorded already; `late` is done where it is something else than was seen."""
    if kinds and kinds <= SCALARS:
        kind = only_one(kinds)
        test = f"id(type({value})) in SCALAR_IDS" if kind is None else type_test(value, kind)
        writer.emit(f"if not ({test}): {late}")
        return Value(value, kind)
    if not kinds:
        raise Declined
    return found(writer, value, late, kinds)


def _push_new(writer: PathWriter, value: str, late: str) -> None:
    """Pushes a tuple that the iterator has made."""
    parts = _parts(writer, value, late)
    if parts:
        _push_fresh(writer, value, parts)
        return
    made, shade = writer.name("made"), writer.name("s")
    writer.keep(value)
    writer.emit(f"{made} = new_tuple({value})")
    writer.emit(f"if {made} is None: {late}")
    writer.emit(f"{shade}, {made} = {made}")
    writer.push(Value(value, tuple, shade, is_owned=True))
    writer.end(str(ops.ADVANCED), f"*{made}", *_PUSHED, f"{shade}.token")


def _parts(writer: PathWriter, value: str, late: str) -> Sequence[Value]:
    """What a tuple holds that the next instruction takes apart; nothing, if that is not known.

    `late` is done where it is something else.
    """
    subject, following = writer.subject, writer.index + 1
    if subject.plan.opnames[following] != "UNPACK_SEQUENCE" or not subject.profile.has(following + 1):
        return ()
    count = subject.linked.decoded.opargs[following]
    seen = [subject.profile.types_at(following + 1, at + 1) for at in range(count)]
    if not 0 < count <= ops.MOST_PUSHES or not all(seen):
        return ()
    writer.emit(f"if len({value}) != {count} or id({value}) in by_id: {late}")
    parts = []
    for at, kinds in enumerate(seen):
        part = writer.name("v")
        writer.emit(f"{part} = {value}[{at}]")
        parts.append(_known(writer, part, late, kinds))
    return parts


def _push_fresh(writer: PathWriter, value: str, parts: Sequence[Value]) -> None:
    """Pushes a new tuple that is about to be taken apart, so that nothing but its number need be recorded."""
    subject, number = writer.subject, writer.name("n")
    subject.constant("record_tuple", record_tuple)
    writer.keep(value)
    writer.emit(f"{number} = shadow.made")
    writer.emit(f"shadow.made = {number} + 1")
    writer.emit(f"note_written({number})")
    shade = f"record_tuple(shadow, {value}, {number}, [{', '.join(part.recorded for part in parts)}])"
    writer.push(Value(value, tuple, shade, is_owned=True, fresh=Fresh(number, parts)))
    content = str(ops.ITEMS), number, "0", "0", str(len(parts)), *(part.word for part in parts)
    writer.end(str(ops.ADVANCED), *new_words(writer, tuple, number), *content, *_PUSHED, f"range({number})")


_FAMILIES = {
    "ITERATORS_OF_SCALARS": ITERATORS_OF_SCALARS,
    "ITERATORS_OF_ITEMS": ITERATORS_OF_ITEMS,
    "ITERATORS_OF_PAIRS": ITERATORS_OF_PAIRS,
}


def _may_end(writer: PathWriter, iterator: str, kind: type | None) -> str:
    """The condition that `may_end` holds for an iterator of pairs, or a shorter one.

    Asking another time is nothing if there is one iterator beneath that stays at its end, and lets nothing go.
    """
    writer.subject.constant("may_end", may_end)
    asked = f"may_end({iterator})"
    if kind is zip or kind is None:
        return asked  # the first iterator would have been advanced
    held = writer.name("s")
    writer.emit(f"{held} = record.shades[-{ITERATOR_PLACE}].fields.get({ITERATES!r})")
    if kind is enumerate:
        writer.subject.constant("ITERATORS_OF_ITEMS", frozenset(map(id, ITERATORS_OF_ITEMS)))
        plain = f"{held} is not None and {held}.type_address in ITERATORS_OF_ITEMS"
        writer.emit(f"{held} = {held}.fields.get({ITERATES!r}) if {plain} else None")
    return f"({held} is None or {held}.count < 2) and {asked}"


def may_end(iterator: object) -> bool:
    """Returns whether advancing an iterator of pairs may be more than giving the next pair.

    It may be at its end, or advance what is not an iterator of a built-in container.
    """
    cls = type(iterator)
    if cls is enumerate:
        parts: Sequence[object] = _reduce_enumerate(iterator)[1][:1]
    elif cls is zip:
        parts = _reduce_zip(iterator)[1]
    else:
        parts = (iterator,)
    for part in parts:  # noqa: SIM110 - faster than any()
        if id(type(part)) not in PLAIN_ITERATORS or not length_hint(part):
            return True
    return False


_reduce_enumerate, _reduce_zip = vars(enumerate)["__reduce__"], vars(zip)["__reduce__"]


@template("GET_ITER")
def get_iter(writer: PathWriter) -> None:
    """Makes an iterator of a built-in container; an iterator stays the same."""
    value = writer.peek(1)
    kind, kinds = writer.kind(1), writer.operand_types(1)
    if kind is None and not HAS_POSITIONS and kinds and kinds <= _ITERABLE and not value.is_scalar:
        writer.leave_unless(f"id(type({value.code})) in {writer.subject.constant('ITERABLE', _ITERABLE_IDS)}")
    elif (
        kind is None
        or kind not in _ITERATORS | _ITERABLE
        or (HAS_POSITIONS and writer.oparg and kind is not GeneratorType)
    ):
        raise Declined
    else:
        value = writer.only(value, kind)
    if kind in _BY_POSITION:
        writer.push(Value("0", int))
        writer.end("2", value.word, "0")
        return
    if kind in _ITERATORS:
        shade = value.shade
    else:
        writer.take()
        writer.let_go_of(value)
        writer.tell()
        iterator, shade = writer.hold(f"iter({value.code})"), writer.name("s")
        writer.emit(f"{shade} = see_iterator({iterator}, by_id.get(id({iterator})), {value.shade})")
        writer.emit(f"{shade}.count += 1")
        writer.push(Value(iterator, None, shade, is_owned=True))
    token = f"{shade}.token"
    if HAS_POSITIONS:
        writer.push(Value("NULL", Null))
    writer.end(*(("2", token, "NULL") if HAS_POSITIONS else ("1", token)), is_purging=kind not in _ITERATORS)


_ITERATORS = frozenset({GeneratorType}).union(*_FAMILIES.values())
_ITERABLE = frozenset({list, tuple, dict, set, range, str}) | VIEWS
_ITERABLE_IDS = frozenset(map(id, _ITERABLE))
