"""Tests for calcharo_vm/code/decoded.py and its neighbours, against `dis`."""

import asyncio.base_events
import dis
import inspect
import sys
from types import CodeType, ModuleType
from typing import Any

import pytest

import calcharo_vm.code
from calcharo_vm.code import Flags, Instruction, decode, flags, localsplus_names, metadata, pops
from calcharo_vm.errors import InvalidBytecode


def all_code(code: CodeType) -> list[CodeType]:
    nested = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return [code, *(inner for outer in nested for inner in all_code(outer))]


MODULES = (inspect, asyncio.base_events, dis)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_instructions_are_those_of_dis(module: ModuleType) -> None:
    for code in all_code(compile(inspect.getsource(module), str(module.__file__), "exec")):
        native = [one for one in dis.get_instructions(code) if one.opname not in {"EXTENDED_ARG", "CACHE"}]
        mine = decode(code).instructions

        assert [(one.offset, one.opname, one.arg) for one in native] == [
            (one.offset, one.opname, one.oparg) for one in mine
        ]
        assert [_target_of(one) for one in native] == [
            None if one.target is None else decode(code)._starts[one.target] for one in mine
        ]
        positions = [one.positions for one in native]
        assert [(p.lineno, p.end_lineno, p.col_offset, p.end_col_offset) for p in positions if p] == [
            (p.line, p.end_line, p.column, p.end_column) for p in (one.position for one in mine)
        ]


def _target_of(instruction: dis.Instruction) -> Any:
    jumps = instruction.opcode in {*dis.hasjrel, *dis.hasjabs} and instruction.opname != "END_ASYNC_FOR"
    return instruction.argval if jumps else None


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_exception_handlers_are_those_of_dis(module: ModuleType) -> None:
    for code in all_code(compile(inspect.getsource(module), str(module.__file__), "exec")):
        decoded = decode(code)
        for entry in dis.Bytecode(code).exception_entries:  # type: ignore[attr-defined]
            covered = [index for index, offset in enumerate(decoded.offsets) if entry.start <= offset < entry.end]
            for index in covered:
                handler = decoded.handler_for(index)
                assert handler is not None
                assert (entry.depth, entry.lasti) == (handler.depth, handler.lasti)


@pytest.mark.parametrize("length", [0, 3, 6])
def test_instructions_behind_the_end_of_the_line_table_have_no_position(length: int) -> None:
    code = all_code.__code__
    cut = code.replace(co_linetable=code.co_linetable[:length])
    known = dict(enumerate(cut.co_positions()))

    assert len(known) < len(cut.co_code) // 2
    assert decode(cut).positions == [known.get(offset // 2, (None,) * 4) for offset in decode(cut).offsets]


def test_a_code_object_is_decoded_once() -> None:
    code = all_code.__code__

    assert decode(code) is decode(code)


def test_slots_are_named_in_order() -> None:
    def outer(a: int, b: int) -> Any:
        c = a

        def inner() -> int:
            d = b
            return c + d

        return inner

    assert localsplus_names(outer.__code__)[:2] == ("a", "b")
    assert set(localsplus_names(outer.__code__)) == {"a", "b", "c", "inner"}
    assert localsplus_names(outer(1, 2).__code__) == ("d", "b", "c")


def test_flags_and_pops_of_an_instruction() -> None:
    code = compile("x.y = f(1, 2)", "<test>", "exec")
    by_name: dict[str, Instruction] = {one.opname: one for one in decode(code).instructions}

    assert Flags.WRITES_HEAP in flags(by_name["STORE_ATTR"])
    assert Flags.CALLS in flags(by_name["CALL"])
    assert pops(by_name["STORE_ATTR"]) == 2
    assert pops(by_name["CALL"]) == 4


def test_only_what_is_public_can_be_imported() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        calcharo_vm.code.nothing


def test_another_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0, "final", 0))

    with pytest.raises(ImportError, match=r"this is cpython 3\.10"):
        metadata.load_table("calcharo_vm.code", "metadata")


def test_jumping_behind_the_end_is_refused() -> None:
    with pytest.raises(InvalidBytecode, match="where no instruction starts"):
        decode(all_code.__code__.replace(co_code=bytes([dis.opmap["JUMP_FORWARD"], 200]), co_exceptiontable=b""))


def test_an_unknown_opcode_is_refused() -> None:
    unknown = dis.opmap.get("RESERVED", 255)

    with pytest.raises(InvalidBytecode, match=r"has the opcode \d+ at offset 0, which this CPython does not have"):
        decode(all_code.__code__.replace(co_code=bytes([unknown, 0]), co_exceptiontable=b""))
