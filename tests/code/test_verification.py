"""Tests for calcharo_vm/code/verification.py: damaged code objects are refused, all others are not."""

import ast
import dis
import inspect
import re
from types import CodeType
from typing import Any

import pytest

from calcharo_vm.code import decode
from calcharo_vm.code.metadata import TABLE
from calcharo_vm.code.verification import verify
from calcharo_vm.errors import InvalidBytecode

NUMBERS = dis.opmap
EMITTED = TABLE.OPNAMES
# CPython crashes when such a code object is made; nobody can hand one over.
CRASHING = {NUMBERS.get("INSTRUMENTED_INSTRUCTION"), NUMBERS.get("INSTRUMENTED_LINE")}


def sample(n: int) -> int:
    total = 0
    for i in range(n):
        try:
            total += i
        except ValueError as error:
            print(error)
    return total


def damaged(**changes: Any) -> CodeType:
    return sample.__code__.replace(**changes)


@pytest.mark.parametrize("module", [ast, dis, re])
def test_compiled_code_is_accepted(module: Any) -> None:
    verify(compile(inspect.getsource(module), module.__file__, "exec"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"co_code": b""}, "has no instructions"),
        ({"co_code": bytes([NUMBERS["NOP"], 0])}, "runs past its last instruction"),
        ({"co_code": bytes([NUMBERS["POP_TOP"], 0, NUMBERS["RETURN_VALUE"], 0])}, "pops from an empty value stack"),
        ({"co_code": bytes([NUMBERS["JUMP_FORWARD"], 9, NUMBERS["NOP"], 0])}, "where no instruction starts"),
        ({"co_code": bytes([NUMBERS["LOAD_ATTR"], 0])}, "ends within the inline cache"),
        ({"co_names": ()}, "of its 0 names"),
        ({"co_code": bytes([NUMBERS["LOAD_CONST"], 99, NUMBERS["RETURN_VALUE"], 0])}, "to number 99 of its"),
        ({"co_stacksize": 0}, "stack slots"),
        ({"co_exceptiontable": b"\x80"}, "ends within an entry"),
        ({"co_exceptiontable": b"\xc1"}, "ends within an entry"),
    ],
)
def test_a_damaged_code_object_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidBytecode, match=message):
        verify(damaged(**{"co_exceptiontable": b"", **changes}))


@pytest.mark.parametrize("number", sorted({*range(256)} - {*EMITTED, *CRASHING}))
def test_an_unknown_opcode_is_refused(number: int) -> None:
    with pytest.raises(InvalidBytecode):
        verify(damaged(co_code=bytes([number, 0]) * 4, co_exceptiontable=b""))


def test_paths_must_agree_on_the_stack() -> None:
    units = dis.Bytecode(sample).codeobj.co_code
    assert verify(damaged(co_code=units)) is None  # type: ignore[func-returns-value]
    loop = [NUMBERS["LOAD_FAST"], 0, NUMBERS["JUMP_BACKWARD"], 2 + _caches("JUMP_BACKWARD")]

    with pytest.raises(InvalidBytecode, match="reaches offset"):
        verify(damaged(co_code=bytes(loop + [0, 0] * _caches("JUMP_BACKWARD")), co_exceptiontable=b""))


def _caches(name: str) -> int:
    entries = dis._inline_cache_entries  # type: ignore[attr-defined]
    count: int = entries[NUMBERS[name]] if isinstance(entries, list) else entries.get(name, 0)
    return count


def test_a_code_unit_belongs_to_the_instruction_before_it() -> None:
    decoded = decode(sample.__code__)
    call = next(each for each in decoded.instructions if each.opname == "CALL")

    assert decoded.index_at(call.offset) == decoded.index_at(call.offset + 2 * _caches("CALL")) == call.index


def test_an_offset_behind_the_code_is_refused() -> None:
    with pytest.raises(InvalidBytecode, match="no instruction at offset 4096"):
        decode(sample.__code__).index_at(4096)
