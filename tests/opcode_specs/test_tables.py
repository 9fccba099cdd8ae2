"""Tests for opcode_specs/ and the tables generated from it, against `dis` of the running CPython."""

import dis
import importlib.util
import opcode
import sys
from pathlib import Path

import pytest

from calcharo_vm.code.metadata import TABLE, stack_effect

INTERNAL = {"CACHE", "INTERPRETER_EXIT", "RESERVED", "EXIT_INIT_CHECK", "ENTER_EXECUTOR", "TRACE_RECORD"}
EMITTED = {
    name: number
    for name, number in opcode.opmap.items()
    if number < 256 and name not in INTERNAL and not name.startswith("INSTRUMENTED_")
}
COUNTS = {(3, 11): 109, (3, 12): 108, (3, 13): 114, (3, 14): 117, (3, 15): 116}
ARGUMENTS = {
    "BUILD_SLICE": (2, 3),
    "COMPARE_OP": tuple(range(256)),
    "COPY": tuple(range(1, 20)),
    "CALL_INTRINSIC_1": tuple(range(1, 12)),
    "RAISE_VARARGS": (0, 1, 2),
    "RERAISE": (0, 1, 2),
    "SWAP": tuple(range(2, 20)),
    "MAKE_FUNCTION": tuple(range(16)),
    "FORMAT_VALUE": tuple(range(8)),
}


def test_every_opcode_the_compiler_can_emit_is_defined() -> None:
    assert {number: name for name, number in EMITTED.items()} == TABLE.OPNAMES


def test_the_number_of_opcodes_is_the_documented_one() -> None:
    assert COUNTS[sys.version_info[:2]] == len(TABLE.OPNAMES)


def test_the_magic_number_is_that_of_the_interpreter() -> None:
    assert int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little") == TABLE.MAGIC_NUMBER


def test_inline_caches_are_those_of_the_interpreter() -> None:
    entries = opcode._inline_cache_entries  # type: ignore[attr-defined]
    native = {
        number: entries[number] if isinstance(entries, list) else entries.get(name, 0)
        for name, number in EMITTED.items()
    }

    assert {number: count for number, count in native.items() if count} == TABLE.INLINE_CACHES


def test_arguments_and_jumps_are_those_of_the_interpreter() -> None:
    has_argument = (
        set(dis.hasarg) if hasattr(dis, "hasarg") else {n for n in EMITTED.values() if n >= dis.HAVE_ARGUMENT}
    )

    assert {n for n in EMITTED.values() if n in has_argument} == {
        n for n in EMITTED.values() if n >= TABLE.HAVE_ARGUMENT
    }
    # END_ASYNC_FOR is listed as a jump since 3.14, for monitoring tools only: it never jumps.
    jumps = {*dis.hasjrel, *dis.hasjabs} & set(EMITTED.values()) - {EMITTED.get("END_ASYNC_FOR")}
    assert set(TABLE.JUMPS) == jumps


@pytest.mark.parametrize("name", sorted(EMITTED))
@pytest.mark.parametrize("jump", [False, True])
def test_stack_effects_are_those_of_dis(name: str, jump: bool) -> None:
    number = EMITTED[name]
    arguments = ARGUMENTS.get(name, (*range(70), 255, 256, 300, 1000)) if number >= TABLE.HAVE_ARGUMENT else (None,)

    for argument in arguments:
        expected = dis.stack_effect(number, argument, jump=jump)
        assert (argument, expected) == (argument, stack_effect(number, argument or 0, jump=jump))


def test_the_generated_modules_are_up_to_date() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    sys.path.insert(0, str(root))
    try:
        from tools.generator.main import generated_modules
    finally:
        sys.path.remove(str(root))

    stale = [path.name for path, source in generated_modules().items() if path.read_text(encoding="utf-8") != source]

    assert stale == []
