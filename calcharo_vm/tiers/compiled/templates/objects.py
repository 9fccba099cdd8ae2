"""New tuples, lists, dictionaries and sets, and constants that are objects."""

from __future__ import annotations

from types import CodeType
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.anatomy import name_of
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import SCALARS, Value, are_mixed, only_one
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_MOST_PARTS = 16


@template("BUILD_TUPLE")
def build_tuple(writer: PathWriter) -> None:
    """Makes a tuple of values from the stack."""
    if not writer.oparg:
        raise Declined  # there is only one empty tuple
    parts = _parts(writer, writer.oparg)
    _give_sequence(writer, tuple, f"({', '.join(part.code for part in parts)},)", parts)


@template("BUILD_LIST")
def build_list(writer: PathWriter) -> None:
    """Makes a list of values from the stack."""
    parts = _parts(writer, writer.oparg)
    _give_sequence(writer, list, f"[{', '.join(part.code for part in parts)}]", parts)


@template("BUILD_SET")
def build_set(writer: PathWriter) -> None:
    """Makes an empty set, to which a comprehension adds elements."""
    if writer.oparg:
        raise Declined
    _give_table(writer, set, "set_()", [])


@template("BUILD_MAP")
def build_map(writer: PathWriter) -> None:
    """Makes a dictionary of keys and values from the stack, in turns."""
    parts = _parts(writer, 2 * writer.oparg)
    parts[::2] = [writer.peek(place) for place in range(2 * writer.oparg, 0, -2)]
    if not all(key.is_scalar for key in parts[::2]):
        raise Declined
    entries = (f"{key.code}: {part.code}" for key, part in zip(parts[::2], parts[1::2], strict=True))
    _give_table(writer, dict, f"{{{', '.join(entries)}}}", parts)


def give_error(writer: PathWriter, arguments: Sequence[Value], callee: object) -> None:
    """Makes an exception of one of the interpreter's classes that hold their arguments alone."""
    assert isinstance(callee, type)
    anatomy = writer.subject.shadow.anatomy.of(callee)
    if anatomy.adapter is not None or not all(argument.is_scalar for argument in arguments):
        raise Declined
    made, given = writer.subject.constant(f"called_{writer.index}", callee), [each.code for each in arguments]
    name = writer.hold(f"{made}({', '.join(given)})")
    writer.leave_if(f"id({name}) in by_id")
    writer.use(writer.oparg + 2)
    shade = writer.name("s")
    kind = writer.subject.constant("kind_of_error", anatomy.kind)
    writer.emit(f"{shade} = new({name}, {kind}, {anatomy.name!r}, [{', '.join(given)}])")
    items = (str(ops.ITEMS), f"{shade}.token.stop", "0", "0", str(len(given)), *given)
    _give(writer, callee, name, shade, items if given else ())


def give_read(writer: PathWriter, code: str, kinds: frozenset[type], count: int) -> None:
    """Pushes a new object, or a scalar, in the place of so many values: of an object, what it holds is read."""
    result, shade = writer.hold(code), writer.name("s")
    is_scalar = f"id(type({result})) in SCALAR_IDS"
    is_mixed = are_mixed(kinds)
    known = f"id({result}) in by_id"  # it may be one of the values, which then stays on the stack
    writer.leave_if(f"not {is_scalar} and {known}" if is_mixed else f"{is_scalar} or {known}")
    writer.use(count)
    writer.tell()
    writer.emit(f"{shade} = None if {is_scalar} else hold({result})" if is_mixed else f"{shade} = hold({result})")
    kind = only_one(kinds - {object})
    value = Value(result, kind, shade, is_owned=True, is_mixed=is_mixed)
    writer.push(value)
    writer.end("1", value.word, is_purging=True)


def _parts(writer: PathWriter, count: int) -> list[Value]:
    if count > _MOST_PARTS:
        raise Declined
    return [writer.peek_any(place) for place in range(count, 0, -1)]


def _give_sequence(writer: PathWriter, cls: type, code: str, parts: Sequence[Value]) -> None:
    name = _made(writer, cls, code, parts)
    kind, type_name = kind_of(writer, cls)
    shade = writer.name("s")
    writer.emit(f"{shade} = new({name}, {kind}, {type_name}, [{', '.join(part.recorded for part in parts)}])")
    items = (str(ops.ITEMS), f"{shade}.token.stop", "0", "0", str(len(parts)), *(part.word for part in parts))
    _give(writer, cls, name, shade, items if parts else ())


def _give_table(writer: PathWriter, cls: type, code: str, parts: Sequence[Value]) -> None:
    name = _made(writer, cls, code, parts)
    kind, type_name = kind_of(writer, cls)
    shade = writer.name("s")
    entries = (f"{key.code}: {part.recorded}" for key, part in zip(parts[::2], parts[1::2], strict=True))
    writer.emit(f"{shade} = new_table({name}, {kind}, {type_name}, {{{', '.join(entries)}}})")
    table = (str(ops.TABLE), f"{shade}.token.stop", str(len(parts)), *(part.word for part in parts))
    _give(writer, cls, name, shade, table if parts else ())


def _made(writer: PathWriter, cls: type, code: str, parts: Sequence[Value]) -> str:
    """Makes the object, and takes what it holds from the stack."""
    if cls is set:
        writer.subject.constant("set_", set)
    name = writer.hold(code)
    is_whole = f" or len({name}) != {len(parts) // 2}" if cls is dict and len(parts) > 2 else ""
    writer.leave_if(f"id({name}) in by_id{is_whole}")
    writer.hand_over(len(parts))
    for part in parts:
        if part.shade is not None and not part.is_owned:
            writer.emit(part.if_object(f"{part.shade}.count += 1"))
    return name


def kind_of(writer: PathWriter, cls: type) -> tuple[str, str]:
    """What the made code calls the kind of a class's instances, and their type's name as a literal."""
    anatomy = writer.subject.shadow.anatomy.of(cls)
    return writer.subject.constant(f"kind_of_{cls.__name__}", anatomy.kind), repr(anatomy.name)


def _give(writer: PathWriter, cls: type, name: str, shade: str, content: Sequence[str]) -> None:
    writer.push(Value(name, cls, shade, is_owned=True))
    writer.end(*new_words(writer, cls, f"{shade}.token.stop"), *content, "1", f"{shade}.token")


def new_words(writer: PathWriter, cls: type, oid: str, own_name: str = "") -> tuple[str, ...]:
    """The words that tell of a new object, by the expression of its oid."""
    anatomy, text = writer.subject.shadow.anatomy.of(cls), writer.subject.text
    return str(ops.NEW), oid, text(anatomy.kind.value), text(anatomy.name), text(own_name)


def give_constant(writer: PathWriter, constant: object) -> None:
    """Pushes a constant that is an object, which is recorded only as long as something recorded holds it."""
    cls = type(constant)
    is_flat = type(constant) is tuple and constant and all(type(part) in SCALARS for part in constant)
    if not is_flat and cls is not CodeType:
        raise Declined
    constants = writer.subject.constant("constants", writer.subject.plan.code.co_consts)
    code = writer.hold(f"{constants}[{writer.oparg}]")  # or else the program would count one reference more
    shade, words = writer.name("s"), writer.name("words")
    writer.emit(f"{shade} = by_id.get(id({code}))")
    is_held = (
        f"{shade}.count and {shade}.epoch == shadow.epoch and {shade}.type_address == {writer.subject.address(id(cls))}"
    )
    writer.leave_unless(f"{shade} is None or ({is_held})")
    kind, type_name = kind_of(writer, cls)
    own_name = name_of(constant, writer.subject.shadow.anatomy.of(cls).kind)
    content: tuple[str, ...] = ()
    if is_flat:
        count = len(constant)  # type: ignore[arg-type] # it is a tuple
        content = str(ops.ITEMS), f"{shade}.token.stop", "0", "0", str(count), f"*{code}"
    held = f"[*{code}]" if is_flat else "[]"
    writer.emit(f"{words} = ()")
    writer.emit(f"if {shade} is None:")
    writer.emit(f"{shade} = new({code}, {kind}, {type_name}, {held}, {own_name!r})", 1)
    writer.emit(f"{words} = ({', '.join((*new_words(writer, cls, f'{shade}.token.stop', own_name), *content))},)", 1)
    writer.emit("else:")
    writer.emit(f"{shade}.count += 1", 1)
    writer.push(Value(code, cls, shade, is_owned=True, is_constant=True))
    writer.end(f"*{words}", "1", f"{shade}.token")
