"""Fast locals: slots that hold scalars, or objects that stay where they are."""

from __future__ import annotations

from types import CellType
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import Null
from calcharo_vm.recording import ops
from calcharo_vm.recording.values import HeapKind
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import Value, unchanged
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)


@template("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW", "LOAD_CLOSURE")
def load_fast(writer: PathWriter) -> None:
    """Pushes a local, or a cell."""
    value = writer.load(writer.oparg, writer.result_types)
    writer.give(value)


@template("LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW")
def load_two(writer: PathWriter) -> None:
    """Pushes two locals."""
    profile, following = writer.subject.profile, writer.index + 1
    first = writer.load(writer.oparg >> 4, profile.types_at(following, 2))
    second = writer.load(writer.oparg & 15, profile.types_at(following, 1))
    writer.push(first)
    writer.push(second)
    writer.end("2", first.word, second.word)


@template("LOAD_FAST_AND_CLEAR")
def load_and_clear(writer: PathWriter) -> None:
    """Pushes NULL where a comprehension has a variable that has no value so far."""
    if writer.result_types != {Null}:
        raise Declined
    slot = writer.oparg
    writer.leave_unless(f"fast[{slot}] is NULL")
    writer.push(Value("NULL", Null))
    writer.end("1", "NULL", str(ops.FAST), str(slot), "NULL")


@template("STORE_FAST")
def store_fast(writer: PathWriter) -> None:
    """Stores a local."""
    writer.store(writer.oparg, writer.take())
    writer.end(str(ops.STORE), str(writer.oparg))


@template("STORE_FAST_LOAD_FAST")
def store_and_load(writer: PathWriter) -> None:
    """Stores a local and pushes another."""
    slot, other = writer.oparg >> 4, writer.oparg & 15
    stored = writer.peek_any(1)
    loaded = None if slot == other else writer.load(other, writer.result_types)
    writer.take()
    writer.store(slot, stored)
    loaded = loaded or attrs.evolve(stored, is_owned=False)
    writer.push(loaded)
    writer.end("1", loaded.word, str(ops.FAST), str(slot), stored.word)


@template("STORE_FAST_STORE_FAST")
def store_two(writer: PathWriter) -> None:
    """Stores two locals."""
    first, second = writer.oparg >> 4, writer.oparg & 15
    if first == second:
        raise Declined
    value, other = writer.peek_any(1), writer.peek_any(2)
    gone = writer.let_go(first), writer.let_go(second)  # before anything is done
    if None not in gone:
        writer.leave_unless(f"{gone[0]} is not {gone[1]} or {gone[0]} is None")  # the end of one object
    writer.take()
    writer.take()
    writer.put_in_slot(first, value, gone[0])
    writer.put_in_slot(second, other, gone[1])
    fast = str(ops.FAST)
    writer.end("0", fast, str(first), value.word, fast, str(second), other.word)


@template("COPY_FREE_VARS")
def copy_free_vars(writer: PathWriter) -> None:
    """Tells what the function's closure holds: the frame was made with the cells in their slots."""
    words: list[str] = []
    count = writer.slots
    for slot in range(count - writer.oparg, count):
        writer.leave_unless(f"slots[{slot}].epoch == shadow.epoch")
        words += [str(ops.FAST), str(slot), f"slots[{slot}].token"]
    writer.end(*words)


@template("MAKE_CELL")
def make_cell(writer: PathWriter) -> None:
    """Puts a slot's value, if any, into a new cell in the same slot."""
    slot, kind = writer.oparg, writer.subject.constant("kind_of_cell", HeapKind.CELL)
    value, shade, items, words = (writer.name(prefix) for prefix in ("o", "s", "items", "words"))
    writer.subject.constant("CellType", CellType)
    cell = writer.hold(f"CellType() if fast[{slot}] is NULL else CellType(fast[{slot}])")
    writer.leave_if(f"id({cell}) in by_id")
    writer.emit(f"{value} = fast[{slot}]")
    writer.emit(f"{items} = [] if {value} is NULL else [slots.pop({slot}, {value})]")  # which is held as before
    writer.emit(f"{shade} = slots[{slot}] = new({cell}, {kind}, 'cell', {items})")
    oid, token = f"{shade}.token.stop", f"{items}[0].token if type({items}[0]) is Shade else {items}[0]"
    writer.emit(f"{words} = ({ops.ITEMS}, {oid}, 0, 0, 1, {token}) if {items} else ()")
    writer.emit(f"fast[{slot}] = {cell}")
    writer.emit(f"{value} = {items} = None")
    writer.forget(slot)
    text = writer.subject.text
    new_words = (str(ops.NEW), oid, text(HeapKind.CELL.value), text("cell"), text(""))
    writer.end(*new_words, f"*{words}", str(ops.FAST), str(slot), f"{shade}.token")


@template("LOAD_DEREF")
def load_dereference(writer: PathWriter) -> None:
    """Pushes the content of a cell."""
    slot = writer.oparg
    value = writer.part(f"fast[{slot}].cell_contents", f"slots[{slot}].items[0]", writer.result_types)
    writer.give(value)


@template("STORE_DEREF")
def store_dereference(writer: PathWriter) -> None:
    """Stores a scalar into a cell that holds one, or nothing."""
    slot, value = writer.oparg, writer.peek(1)
    if not value.is_scalar:
        raise Declined
    shade, old, words = writer.name("s"), writer.name("old"), writer.name("words")
    writer.emit(f"{shade} = slots[{slot}]")
    writer.emit(f"{old} = {shade}.items[0] if {shade}.items else NULL")
    writer.leave_unless(f"type({old}) is not Shade")
    writer.emit(f"fast[{slot}].cell_contents = {value.code}")
    writer.emit(f"if {unchanged(old, value)}: {words} = ()")
    writer.emit("else:")
    oid = f"{shade}.token.stop"
    writer.emit(f"{words} = ({ops.ITEMS}, {oid}, 0, len({shade}.items), 1, {value.code})", 1)
    writer.emit(f"{shade}.items[:] = [{value.code}]", 1)
    writer.emit(f"note_written({oid})", 1)
    writer.use(1)
    writer.end("0", f"*{words}")
