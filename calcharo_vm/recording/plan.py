"""What the recorder has to look at after each instruction of a code object, worked out once."""

import sys
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Final

import attrs

from calcharo_vm.code import DecodedCode, Flags, Instruction, decode, flags, localsplus_names, pops
from calcharo_vm.code.metadata import OPCODES, TABLE, stack_effect
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.journal import LINE, CodeInfo, InstructionInfo, Journal

NOTHING: Final = -1
"""Only the stack changes. Numbers from 0 up mean: the top of the stack moves to that fast local slot."""
ITERATES: Final = -2
"""The value pushed may be a new iterator, at the start of the operand."""
FRESH: Final = -3
"""The value pushed is a new object, whatever its address was before."""
SLOTS: Final = -4
CELL: Final = -5
LOCAL_NAME: Final = -6
GLOBAL_NAME: Final = -7
NAMESPACES: Final = -8
LIST_GROWS: Final = -9
FUNCTION_PART: Final = -10
BRANCH: Final = -11
IMPORTS: Final = -12

PREPARED: Final = -20
"""From here down, something is looked at before the instruction executes, too."""
ATTRIBUTE: Final = -20
SUBSCRIPT: Final = -21
STORE_SLICE: Final = -22
LIST_EXTENDS: Final = -32
COLLECTION_GROWS: Final = -33
SET_GROWS: Final = -23
MAP_GROWS: Final = -24
CALL: Final = -25
IN_PLACE: Final = -26
READ_SUBSCRIPT: Final = -27
ADVANCE: Final = -28
READ_ATTRIBUTE: Final = -29
ENTER_WITH: Final = -30
EXIT_WITH: Final = -31
UNPACK: Final = -34
CONTAINS: Final = -35

SPREADS: Final = "spreads"
"""The detail of a call whose arguments come from an iterable."""

_ACTS: Final = {
    **dict.fromkeys(("BUILD_LIST", "BUILD_MAP", "BUILD_SET", "BUILD_CONST_KEY_MAP", "MAKE_FUNCTION"), FRESH),
    "GET_ITER": ITERATES,
    "STORE_DEREF": CELL,
    "DELETE_DEREF": CELL,
    "STORE_NAME": LOCAL_NAME,
    "DELETE_NAME": LOCAL_NAME,
    "STORE_GLOBAL": GLOBAL_NAME,
    "DELETE_GLOBAL": GLOBAL_NAME,
    "IMPORT_NAME": IMPORTS,
    "IMPORT_STAR": NAMESPACES,
    "SETUP_ANNOTATIONS": NAMESPACES,
    "LIST_APPEND": LIST_GROWS,
    "LIST_EXTEND": LIST_EXTENDS,
    "SET_UPDATE": COLLECTION_GROWS,
    "DICT_UPDATE": COLLECTION_GROWS,
    "DICT_MERGE": COLLECTION_GROWS,
    "SET_FUNCTION_ATTRIBUTE": FUNCTION_PART,
    "STORE_ATTR": ATTRIBUTE,
    "DELETE_ATTR": ATTRIBUTE,
    "STORE_SUBSCR": SUBSCRIPT,
    "DELETE_SUBSCR": SUBSCRIPT,
    "STORE_SLICE": STORE_SLICE,
    "SET_ADD": SET_GROWS,
    "MAP_ADD": MAP_GROWS,
    "CALL": CALL,
    "CALL_KW": CALL,
    "CALL_FUNCTION_EX": CALL,
    "BINARY_SUBSCR": READ_SUBSCRIPT,
    "FOR_ITER": ADVANCE,
    "SEND": UNPACK,
    "UNPACK_SEQUENCE": UNPACK,
    "UNPACK_EX": UNPACK,
    "CONTAINS_OP": CONTAINS,
    "LOAD_ATTR": READ_ATTRIBUTE,
    "LOAD_METHOD": READ_ATTRIBUTE,
    "BEFORE_WITH": ENTER_WITH,
    "BEFORE_ASYNC_WITH": ENTER_WITH,
    "WITH_EXCEPT_START": EXIT_WITH,
}
_ENDING: Final = frozenset({"RETURN_VALUE", "RETURN_CONST", "RERAISE", "RAISE_VARARGS"})
_ALWAYS_JUMPING: Final = frozenset({"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"})
_ONE_SLOT: Final = frozenset({"DELETE_FAST", "LOAD_FAST_AND_CLEAR", "MAKE_CELL"})
_FIRST_IN_PLACE, _LAST_IN_PLACE, _SUBSCRIPT = 13, 25, 26  # arguments of BINARY_OP
_IMPORT_STAR_INTRINSIC = 2
_CO_OPTIMIZED, _CO_VARARGS, _CO_VARKEYWORDS = 1, 4, 8
_NAMING: Final = {
    **dict.fromkeys(("LOAD_NAME", "STORE_NAME", "DELETE_NAME", "STORE_GLOBAL", "DELETE_GLOBAL"), 0),
    **dict.fromkeys(("LOAD_METHOD", "STORE_ATTR", "DELETE_ATTR", "IMPORT_FROM", "LOAD_FROM_DICT_OR_GLOBALS"), 0),
    "LOAD_GLOBAL": 1,
    "LOAD_ATTR": int(sys.version_info >= (3, 12)),
    "LOAD_SUPER_ATTR": 2,
    "IMPORT_NAME": 2 if sys.version_info >= (3, 15) else 0,
}
"""By how many bits the arguments of opcodes are shifted that stand for one of the code's names."""


def is_condition(opname: str) -> bool:
    """Returns whether an opcode jumps or not by a value it looks at."""
    return opname.startswith("POP_JUMP_") or opname in {"JUMP_IF_TRUE_OR_POP", "JUMP_IF_FALSE_OR_POP"}


Held = tuple[object, ...] | None
"""An effect and the objects it may have: kept from before an instruction until it has executed."""

Row = tuple[int, int, int, object]
"""What to look at for one instruction: the word that ends its step, how many values it pops, act and detail."""

Prepare = Callable[[list[object], int, object], Held]
"""Looks at the stack before an instruction executes, to tell what it may change.

It gets the stack, how much of it the instruction leaves alone, and the detail that belongs to its act.
"""


@attrs.define(slots=True)
class Plan:
    """What to look at, by instruction index.

    Attributes:
        code: The code object, kept so that its address stays its own.
        number: Its place among the journal's codes.
        opnames: The names of their opcodes.
        opargs: The arguments of its instructions.
        rows: What each instruction may change.
        depths: The length of the stack before each instruction.
        pushes: How many values each instruction pushes; -1 where that depends on whether it jumps.
        filled_cells: The slots of the cells that are filled when the class is made whose body this is.
    """

    code: CodeType
    number: int
    opnames: list[str]
    opargs: list[int]
    rows: list[Row]
    depths: list[int]
    pushes: list[int]
    filled_cells: tuple[int, ...]


def make_plan(code: CodeType, journal: Journal) -> Plan:
    """Works out the plan of a code object and enters its instructions into the journal's tables."""
    decoded = decode(code)
    number, first = len(journal.codes), len(journal.instructions)
    info = _describe(code, first, has_source=_has_source(code, journal))
    journal.codes.append(info)
    journal.instructions.extend(_row(number, code, instruction) for instruction in decoded.instructions)
    rows: list[Row] = [
        (word, _pops(instruction), *_act(decoded, instruction))
        for word, instruction in enumerate(decoded.instructions, ops.FIRST_STEP + first)
    ]
    opnames = [instruction.opname for instruction in decoded.instructions]
    pushes = [_pushes(instruction) for instruction in decoded.instructions]
    return Plan(
        code, number, opnames, decoded.opargs, rows, _depths(decoded), pushes, info.cells if info.is_namespace else ()
    )


def make_line_plan(code: CodeType, journal: Journal) -> Plan:
    """Works out the plan of a code object whose steps are lines, each of which may change anything.

    A step stands at the first instruction of its line. Nothing lies on the stack, and what closures share is a plain
    variable of each frame that has it, without a cell.
    """
    decoded = decode(code)
    number, first = len(journal.codes), len(journal.instructions)
    journal.codes.append(_describe(code, first, has_source=_has_source(code, journal)))
    journal.instructions.extend(
        InstructionInfo(
            number, instruction.offset, LINE, None, position.line, position.end_line, position.column,
            position.end_column, pops=0, is_expression=False, is_condition=False,
        )
        for instruction in decoded.instructions
        for position in (instruction.position,)
    )  # fmt: skip
    count = len(decoded.opcodes)
    rows: list[Row] = [
        (word, 0, NOTHING, None) for word in range(ops.FIRST_STEP + first, ops.FIRST_STEP + first + count)
    ]
    return Plan(code, number, [LINE] * count, [0] * count, rows, [0] * count, [0] * count, ())


def _has_source(code: CodeType, journal: Journal) -> bool:
    if not journal.codes:
        journal.main_codes = frozenset(_within(code))
    return code in journal.main_codes or not code.co_filename.startswith("<")


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _within(constant)


def _describe(code: CodeType, first: int, *, has_source: bool) -> CodeInfo:
    starred = bool(code.co_flags & _CO_VARARGS) + bool(code.co_flags & _CO_VARKEYWORDS)
    names = localsplus_names(code)
    shared = {*code.co_cellvars, *code.co_freevars}
    return CodeInfo(
        filename=code.co_filename,
        function=code.co_qualname,
        first_line=code.co_firstlineno,
        slots=names,
        parameters=code.co_argcount + code.co_kwonlyargcount + starred,
        is_namespace=not code.co_flags & _CO_OPTIMIZED,
        cells=tuple(slot for slot, name in enumerate(names) if name in shared),
        first=first,
        has_source=has_source,
    )


def _row(number: int, code: CodeType, instruction: Instruction) -> InstructionInfo:
    position = instruction.position
    return InstructionInfo(
        code=number,
        offset=instruction.offset,
        opname=instruction.opname,
        oparg=instruction.oparg,
        line=position.line,
        end_line=position.end_line,
        column=position.column,
        end_column=position.end_column,
        pops=_pops(instruction),
        is_expression=bool(flags(instruction) & Flags.EXPRESSION),
        is_condition=is_condition(instruction.opname),
        name=_name(code, instruction),
    )


def _name(code: CodeType, instruction: Instruction) -> str | None:
    """The name that an instruction stands for: of a variable in a namespace, an attribute or a module."""
    shift = _NAMING.get(instruction.opname)
    return None if shift is None else code.co_names[(instruction.oparg or 0) >> shift]


def _pops(instruction: Instruction) -> int:
    if instruction.opname == "FOR_ITER":  # leaves the iterator where it is; 3.15 counts in the value above it
        return int(sys.version_info >= (3, 15))
    return pops(instruction)


def _pushes(instruction: Instruction) -> int:
    if instruction.opcode in TABLE.JUMPS and instruction.opname not in _ALWAYS_JUMPING:
        return -1
    return _effect(instruction.opcode, instruction.oparg or 0) + _pops(instruction)


def _effect(opcode: int, oparg: int, *, jump: bool = False) -> int:
    """The change of the stack's length, which CPython counts in other places for a few opcodes."""
    name = TABLE.OPNAMES[opcode]
    if name == "RETURN_GENERATOR":  # until 3.12, what is sent first is counted as there from the start
        return 1
    if name == "PRECALL":  # what a call of 3.11 takes is counted here, and taken by CALL
        return 0
    effect = stack_effect(opcode, oparg, jump=jump)
    if name == "CALL" and "PRECALL" in OPCODES:
        effect += stack_effect(OPCODES["PRECALL"], oparg, jump=jump)
    return effect


def _depths(decoded: DecodedCode) -> list[int]:
    """The length of the stack before each instruction, which is the same on every path to it."""
    depths = [-1] * len(decoded.opcodes)
    waiting = [(0, 0), *((entry.target, entry.depth + entry.lasti + 1) for entry in decoded.handlers)]
    while waiting:
        index, depth = waiting.pop()
        while index < len(depths) and depths[index] < 0:
            depths[index] = depth
            opcode, oparg = decoded.opcodes[index], decoded.opargs[index]
            name = TABLE.OPNAMES[opcode]
            if opcode in TABLE.JUMPS:
                waiting.append((decoded.targets[index], depth + _effect(opcode, oparg, jump=True)))
            if name in _ENDING or name in _ALWAYS_JUMPING:
                break
            depth += _effect(opcode, oparg)
            index += 1
    return depths


def _act(decoded: DecodedCode, instruction: Instruction) -> tuple[int, object]:
    name, oparg = instruction.opname, instruction.oparg or 0
    if name == "STORE_FAST":
        return oparg, None
    if name in _ONE_SLOT:
        return SLOTS, (oparg,)
    if name == "STORE_FAST_LOAD_FAST":
        return SLOTS, (oparg >> 4,)
    if name == "STORE_FAST_STORE_FAST":
        return SLOTS, (oparg >> 4, oparg & 15)
    if name == "COPY_FREE_VARS":
        count = len(localsplus_names(decoded.code))
        return SLOTS, tuple(range(count - oparg, count))
    if is_condition(name):
        return BRANCH, instruction.target
    if name == "BUILD_TUPLE":
        return (FRESH if oparg else NOTHING), None  # there is only one empty tuple
    if name == "BINARY_OP":
        return _binary_act(oparg), None
    if name == "CALL_INTRINSIC_1":
        return (NAMESPACES if oparg == _IMPORT_STAR_INTRINSIC else NOTHING), None
    act = _ACTS.get(name, NOTHING)
    return act, _detail(decoded.code, act, instruction)


def _binary_act(oparg: int) -> int:
    if _FIRST_IN_PLACE <= oparg <= _LAST_IN_PLACE:
        return IN_PLACE
    return READ_SUBSCRIPT if oparg == _SUBSCRIPT else NOTHING


def _detail(code: CodeType, act: int, instruction: Instruction) -> object:
    opname = instruction.opname
    if act in {LOCAL_NAME, GLOBAL_NAME, ATTRIBUTE, READ_ATTRIBUTE}:
        return _name(code, instruction)
    if opname == "CALL_FUNCTION_EX":
        return SPREADS
    if act == ENTER_WITH:
        return opname
    if act in {ADVANCE, UNPACK}:  # where the iterator lies
        is_indexed = opname in {"SEND", "FOR_ITER"} and sys.version_info >= (3, 15)  # by what lies above it
        return -1 - (opname == "SEND") - is_indexed
    return instruction.oparg or 0
