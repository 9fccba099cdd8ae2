"""Tracebacks of guest frames.

A traceback entry needs a host frame. Each guest frame that an exception passes gets a mirror: the frame of
a generator that never starts, made from the guest's own name, file and line table. Its locals are cells,
filled when the guest frame ends: until then they would keep alive what the frame drops.
"""

from __future__ import annotations

import os
import sys
from types import CellType, CodeType, CoroutineType, FrameType, FunctionType, GeneratorType, TracebackType
from typing import TYPE_CHECKING, Any
from weakref import ref

from calcharo_vm.code.metadata import OPCODES, TABLE
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from calcharo_vm.machine.frame import Frame

MACHINE_FOLDER = os.path.dirname(__file__)  # noqa: PTH120 - pathlib is slow to import
_CO_OPTIMIZED_NEWLOCALS = 0x3
_REFERENCES_OF_THE_FRAME = 3 if sys.version_info < (3, 14) else 2  # the guest frame's, the variable's, the call's
_CO_GENERATOR = 0x20
_EXTENDED_ARG, _COPY_FREE_VARS, _RETURN_GENERATOR, _POP_TOP, _NOP, _LOAD_NAME, _LOAD_CONST = (
    OPCODES[name]
    for name in ("EXTENDED_ARG", "COPY_FREE_VARS", "RETURN_GENERATOR", "POP_TOP", "NOP", "LOAD_NAME", "LOAD_CONST")
)
_AFTER_RESUME = 2 + 2 * TABLE.INLINE_CACHES.get(OPCODES["RESUME"], 0)
_CALL_OF_A_NAME = compile("f()", "<mirror>", "eval", dont_inherit=True).co_code[_AFTER_RESUME:-2]
_CALL_OF_FIRST_CONSTANT = _CALL_OF_A_NAME.replace(bytes([_LOAD_NAME, 0]), bytes([_LOAD_CONST, 0]))


class StubMarker:
    """Is the last constant of host code that stands for guest code: its frames are the machine's."""

    is_machine_stub = True


class GuestReference:
    """Is the last constant of host code that shows a guest code object to whoever reads its name and lines."""

    def __init__(self, code: CodeType) -> None:
        self.code = code


class MirrorReference(GuestReference):
    """Is the last constant of a mirror's code: it leads from the mirror to the guest's frame.

    It is weak, since the garbage collector does not look into code objects.
    """

    def __init__(self, frame: Frame) -> None:
        self.code = frame.guest.code
        self.frame = ref(frame)


def is_machine_code(code: CodeType) -> bool:
    """Whether frames of this host code belong to the machine and are hidden from the guest."""
    constants = code.co_consts
    return (bool(constants) and isinstance(constants[-1], StubMarker)) or code.co_filename.startswith(MACHINE_FOLDER)


def strip_machine_entries(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without the machine's entries before the first entry of the guest or of native code."""
    while traceback is not None and is_machine_code(traceback.tb_frame.f_code):
        traceback = traceback.tb_next
    return traceback


def add_traceback_entry(frame: Frame, error: BaseException, *, is_calling: bool = False) -> None:
    """Puts the frame in front of an exception's traceback, as CPython does when an exception passes it.

    A frame that is not complete yet is left out (CPython's `_PyFrame_IsIncomplete`).

    Args:
        frame: The frame.
        error: The exception.
        is_calling: Whether the exception comes from a frame that this one called.
    """
    decoded = frame.guest.decoded
    index = frame.ip - 1
    if index < decoded.first_traceable and frame.generator is None:
        error.__traceback__ = strip_machine_entries(error.__traceback__)
        return
    line = decoded.positions[index][0]
    frame.raised_at = _offset(frame, is_calling=is_calling)
    error.__traceback__ = TracebackType(
        strip_machine_entries(error.__traceback__), mirror_of(frame), frame.raised_at, -1 if line is None else line
    )


_CALLS_COUNT_CACHES = sys.version_info < (3, 13)
_SEND_THAT_RUNS_FRAMES = OPCODES["SEND"] if (3, 12) <= sys.version_info < (3, 13) else -1
_GENERATORS = (GeneratorType, CoroutineType)


def executing_index(frame: Frame) -> int:
    """The index of the instruction that a frame shows to be at."""
    return max(frame.ip - 1, 0) if frame.jump is None else frame.jump.target


def _offset(frame: Frame, *, is_calling: bool) -> int:
    """Where a frame is: until 3.12, an instruction that has the eval loop run another frame counts its caches in."""
    decoded = frame.guest.decoded
    index = executing_index(frame)
    offset, opcode = decoded.offsets[index], decoded.opcodes[index]
    if opcode == _SEND_THAT_RUNS_FRAMES and frame.stack:
        is_calling = is_calling or type(frame.stack[-1]) in _GENERATORS
    return offset + 2 * TABLE.INLINE_CACHES.get(opcode, 0) if is_calling and _CALLS_COUNT_CACHES else offset


def last_offset(frame: Frame) -> int:
    """`f_lasti`, in bytes, of a frame that runs, waits for a frame it has called, or has ended."""
    if frame.raised_at is not None:
        return frame.raised_at
    called = frame.context.frame
    while called is not None and called.back is not frame:
        called = called.back
    return _offset(frame, is_calling=called is not None and not called.entry)


def mirrored(value: Any) -> Frame | None:
    """The guest frame that a mirror stands for; None for anything else, and when the mirror has forgotten it."""
    constants = value.f_code.co_consts if type(value) is FrameType else ()
    return constants[-1].frame() if constants and type(constants[-1]) is MirrorReference else None


def mirror_of(frame: Frame) -> FrameType:
    """The host frame that stands for a guest frame, the same one for as long as the frame runs."""
    if frame.mirror is None:
        frame.mirror = make_mirror(frame)
    host_frame: FrameType = frame.mirror[0]
    return host_frame


def make_mirror(frame: Frame) -> tuple[FrameType, tuple[CellType, ...]]:
    """A host frame with the name, file, lines and globals of a guest frame, and the cells of its locals.

    It keeps the guest's frame, as a host frame keeps its locals, where the garbage collector looks.
    """
    template = frame.guest.mirror_code
    reference = MirrorReference(frame)
    code = template.replace(co_consts=(reference.frame, reference))
    if not frame.guest.is_optimized:
        return eval(code, frame.globals, frame.globals if frame.locals is None else frame.locals).gi_frame, ()
    cells = tuple(CellType() for _ in code.co_freevars)
    frame.mirror_cells = cells[::-1]  # a tuple drops its last item first, a frame its first variable
    function = FunctionType(code, frame.globals, closure=cells)
    function.__annotations__ = {"frame": frame}  # which a function drops last, after its cells
    return function().gi_frame, cells


def make_mirror_code(code: CodeType, *, is_optimized: bool) -> CodeType:
    """Code that makes a generator at once, in the disguise of `code`.

    A module's or class body's first puts on the value stack what its first constant, a weak reference, refers to.
    """
    names = _variables(code) if is_optimized else ()
    start = copying_free_variables(len(names)) if is_optimized else _CALL_OF_FIRST_CONSTANT
    start += bytes([_RETURN_GENERATOR, 0, _POP_TOP, 0])
    length = max(len(code.co_code), len(start) + 2)
    nops = bytes([_NOP, 0]) * ((length - len(start)) // 2)
    return code.replace(
        co_code=start + nops,
        co_flags=_CO_GENERATOR | (_CO_OPTIMIZED_NEWLOCALS if is_optimized else 0),
        co_argcount=0,
        co_posonlyargcount=0,
        co_kwonlyargcount=0,
        co_nlocals=0,
        co_varnames=(),
        co_cellvars=(),
        co_freevars=names,
        co_exceptiontable=b"",
        co_stacksize=3,
    )


def copying_free_variables(count: int) -> bytes:
    """The instruction that starts code with free variables."""
    prefix = [_EXTENDED_ARG, count >> 8] if count > 255 else []
    return bytes([*prefix, _COPY_FREE_VARS, count & 255]) if count else b""


def _variables(code: CodeType) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*code.co_varnames, *code.co_cellvars, *code.co_freevars)))


def fill_mirror(frame: Frame) -> None:
    """Gives a mirror the locals of its frame, which ends: from now on the mirror alone keeps them, and can be cleared.

    A mirror that nobody else holds is left to die.
    """
    host_frame, cells = frame.mirror
    if sys.getrefcount(host_frame) > _REFERENCES_OF_THE_FRAME:
        _fill(cells, frame)
        if frame.locals_snapshot and sys.version_info >= (3, 13):
            host_frame.f_locals.update(frame.locals_snapshot)
        frame.fast = []


def drop_unseen_mirror(frame: Frame) -> None:
    """Lets the mirror of a frame that pauses go if nobody else holds it: it keeps the frame, which may never go on."""
    host_frame, _cells = frame.mirror
    if sys.getrefcount(host_frame) <= _REFERENCES_OF_THE_FRAME:
        frame.mirror = None


def _fill(cells: tuple[CellType, ...], frame: Frame) -> None:
    values = local_values(frame)
    for name, cell in zip(frame.guest.mirror_code.co_freevars, cells, strict=True):
        if name in values:
            cell.cell_contents = values[name]


def lend_variables(innermost: Frame) -> list[CellType]:
    """Gives the mirrors of running frames their variables while native code may look at them.

    Returns:
        The cells that have got something, to be emptied.
    """
    frame: Frame | None = innermost
    lent: list[CellType] = []
    while frame is not None:
        if frame.mirror is not None:
            _fill(frame.mirror[1], frame)
            lent += frame.mirror[1]
        frame = frame.back
    return lent


def local_values(frame: Frame) -> dict[str, Any]:
    """The bound local variables of a function's frame, cells looked through; none when its mirror has taken them."""
    code = frame.guest.code
    cells = {*code.co_cellvars, *code.co_freevars}
    values = {}
    for name, value in zip(frame.guest.decoded.localsplus, frame.fast, strict=bool(frame.fast)):
        if name in cells and type(value) is CellType:
            try:
                values[name] = value.cell_contents
            except ValueError:
                continue
        elif value is not NULL:
            values[name] = value
    return values


HIDDEN_VARIABLES_SHOW_CELLS = sys.version_info >= (3, 14)


def hidden_values(frame: Frame) -> dict[str, Any]:
    """The bound variables of comprehensions inlined into a module or class body (PEP 709).

    Since 3.13, CPython shows the free variables that they use beside them, since 3.14 all cells of the body.
    """
    code = frame.guest.code
    if frame.locals is None or not code.co_varnames:
        return {}
    values = local_values(frame)
    left_out = code.co_freevars if sys.version_info < (3, 13) else ()
    hidden = {name: values[name] for name in code.co_varnames if name in values and name not in left_out}
    return values if hidden and HIDDEN_VARIABLES_SHOW_CELLS else hidden


def visible_locals(frame: Frame) -> Any:
    """What `locals()` of a frame shows: its variables, or its namespace."""
    if frame.locals is None:
        values = local_values(frame)
        if frame.locals_snapshot and sys.version_info >= (3, 13):
            values.update(frame.locals_snapshot)
        return values
    if sys.version_info < (3, 13):
        _put_cells_in_namespace(frame)
    hidden = hidden_values(frame)
    if not hidden:
        return frame.locals
    return hidden if sys.version_info >= (3, 13) else {**frame.locals, **hidden}


def _put_cells_in_namespace(frame: Frame) -> None:
    """Does what CPython did until 3.12 whenever somebody asked for the variables of a module or class body."""
    code = frame.guest.code
    if code.co_cellvars and frame.fast:
        values = local_values(frame)
        for name in code.co_cellvars:
            if name in values:
                frame.locals[name] = values[name]


def updated_snapshot(frame: Frame) -> Any:
    """The dictionary that `locals()` and `f_locals` give until 3.12, brought up to date."""
    values = visible_locals(frame)
    if frame.locals is not None:
        return values
    known = frame.locals_snapshot
    if known is None:
        known = frame.locals_snapshot = values
        return known
    for name in frame.guest.decoded.localsplus:
        if name in values:
            known[name] = values[name]
        else:
            known.pop(name, None)
    return known
