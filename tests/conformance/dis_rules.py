"""What `dis` says of each instruction of a code object: the yardstick for invariants.py.

Where `dis.stack_effect` tells less than what CPython's loop does, this corrects it:

- an exhausted FOR_ITER is said to jump to END_FOR, but does itself what END_FOR does (3.12 and later);
- before 3.13 RETURN_GENERATOR is not said to be followed by the value sent first, which POP_TOP drops;
- on 3.11 the arguments of a call are said to be popped by PRECALL, but CALL pops them.
"""

import dis
import sys
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple, Protocol

from calcharo_vm.host_builtins import __builtins__
from tests.conformance.path import operation_offset

JUMPED_PAST = {"END_FOR", "POP_TOP"} if sys.version_info[:2] == (3, 13) else {"END_FOR"}
"""What an exhausted FOR_ITER does itself."""


class Handler(NamedTuple):
    """An entry of the exception table; places are in bytes, the end is excluded."""

    start: int
    end: int
    target: int
    depth: int
    lasti: bool


class Rule(NamedTuple):
    """One instruction and what it must do."""

    opname: str
    opcode: int
    arg: int | None
    offset: int
    target: int
    """The index of the instruction it may jump to, or -1."""
    straight: int
    """The stack effect when the next instruction follows."""
    jumping: int
    """The stack effect when it jumps."""
    handler: Handler | None
    handler_index: int
    """The index of the handler's first instruction, or -1."""


def rules_of(code: CodeType) -> list[Rule]:
    """Gives a rule for each instruction."""
    handlers = list(_handlers(code))
    listed = list(_instructions(code))
    numbers = {offset: index for index, (_, _, _, offset, _) in enumerate(listed)}
    rules = []
    for opname, opcode, arg, offset, target in listed:
        handler = next((entry for entry in handlers if entry.start <= offset < entry.end), None)
        extra = _correction(opname, arg or 0)
        rules.append(
            Rule(
                opname,
                opcode,
                arg,
                offset,
                -1 if target is None else numbers[operation_offset(code, target)],
                dis.stack_effect(opcode, arg, jump=False) + extra,
                dis.stack_effect(opcode, arg, jump=True) + extra,
                handler,
                -1 if handler is None else numbers[operation_offset(code, handler.target)],
            )
        )
    return rules


def _instructions(code: CodeType) -> Iterator[tuple[str, int, int | None, int, int | None]]:
    for one in dis.get_instructions(code):
        if one.opname in {"CACHE", "EXTENDED_ARG"}:
            continue
        # The argument of END_ASYNC_FOR, since 3.14, tells monitoring where the loop is: it never jumps.
        jumps = one.opname != "END_ASYNC_FOR" and (one.opcode in dis.hasjrel or one.opcode in dis.hasjabs)
        arg = one.arg if one.opcode >= dis.HAVE_ARGUMENT else None
        yield one.opname, one.opcode, arg, one.offset, one.argval if jumps else None


def _correction(opname: str, arg: int) -> int:
    version = sys.version_info[:2]
    if opname == "RETURN_GENERATOR" and version < (3, 13):
        return 1
    if opname in {"PRECALL", "CALL"} and version == (3, 11):
        return arg if opname == "PRECALL" else -arg
    return 0


class _TableEntry(Protocol):
    start: int
    end: int
    target: int
    depth: int
    lasti: bool


def _handlers(code: CodeType) -> Iterator[Handler]:
    parse = vars(dis)["_parse_exception_table"]  # unknown to the type checker
    entries: list[_TableEntry] = parse(code)
    for entry in entries:
        yield Handler(entry.start, entry.end, entry.target, entry.depth, entry.lasti)
