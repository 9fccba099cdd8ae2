"""Lists and sets that get one element more, in comprehensions or by a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter
    from calcharo_vm.tiers.compiled.values import Value


def append(writer: PathWriter, container: Value, value: Value) -> tuple[str, ...]:
    """Adds a value, taken from the stack, at the end of a list that is as it is recorded; gives the words to tell."""
    shade, size = container.shade, writer.name("size")
    writer.emit(f"{size} = len({container.code})")
    writer.emit(f"{container.code}.append({value.code})")
    writer.emit(f"{shade}.items.append({value.recorded})")
    if value.shade is not None and not value.is_owned:
        writer.emit(value.if_object(f"{value.shade}.count += 1"))
    writer.emit(f"note_written({shade}.token.stop)")
    return str(ops.ITEMS), f"{shade}.token.stop", size, size, "1", value.word


def add(writer: PathWriter, container: Value, value: Value) -> str:
    """Adds a scalar to a set of scalars that is as it is recorded; gives the variable that has the words to tell."""
    shade, words = container.shade, writer.name("words")
    writer.emit(f"if {value.code} in {container.code}: {words} = ()")
    writer.emit("else:")
    writer.emit(f"{container.code}.add({value.code})", 1)
    writer.emit(f"{shade}.table[{value.code}] = None", 1)
    writer.emit(f"note_written({shade}.token.stop)", 1)
    writer.emit(f"{words} = ({ops.KEY}, {shade}.token.stop, {value.code}, None)", 1)
    return words


def extend(writer: PathWriter, container: Value, added: Value, kind: type | None, count: int) -> str:
    """Adds what a list or tuple holds to a list, both as they are recorded.

    Args:
        writer: Writes the path.
        container: The list.
        added: What is added.
        kind: The type of that.
        count: How many values the instruction takes from the stack.

    Returns:
        The variable that has the words to tell.
    """
    if kind not in {list, tuple} or added.is_scalar:
        raise Declined
    added = writer.only(added, kind)
    shade, size, words, items = container.shade, writer.name("size"), writer.name("words"), writer.name("items")
    writer.emit(f"{size}, {items} = len({container.code}), {added.shade}.items")
    writer.leave_unless(f"{size} == len({shade}.items) and len({added.code}) == len({items})")
    writer.leave_unless(f"are_recorded({items}, {added.code})")
    writer.use(count)
    writer.emit(f"{items} = [*{items}]")
    writer.emit(f"{container.code}.extend({added.code})")
    writer.emit(f"{shade}.items += {items}")
    writer.emit(f"{words} = ()")
    writer.emit(f"if {items}:")
    writer.emit(f"{words} = [{ops.ITEMS}, {shade}.token.stop, {size}, {size}, len({items})]", 1)
    writer.emit(f"note_written({shade}.token.stop)", 1)
    writer.emit(f"for item in {items}:", 1)
    writer.emit("if type(item) is Shade:", 2)
    writer.emit("item.count += 1", 3)
    writer.emit(f"{words}.append(item.token)", 3)
    writer.emit("else:", 2)
    writer.emit(f"{words}.append(item)", 3)
    return words
