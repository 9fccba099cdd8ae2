"""The machine keeps to what `dis` says of each instruction, in all programs; a machine which does not is noticed."""

import sys
from collections.abc import Callable, Iterator
from types import CodeType

import pytest

from calcharo_vm.code.decoded import decode
from calcharo_vm.code.metadata import OPCODES
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.machine import Machine
from calcharo_vm.machine.values import NULL
from tests.conformance.invariants import InvariantObserver
from tests.conformance.program import Program, programs_for, share
from tests.conformance.running import Server

PROGRAMS = share(programs_for())
SOURCE = """
def divide(a, b):
    for _ in (1, 2):
        try:
            a / b
        except ZeroDivisionError:
            continue
    return a
divide(1, 0)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = Server(sys.executable, "invariants")
    yield found
    found.close()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_invariants(program: Program, server: Server) -> None:
    status, result, output = server.run(program, "invariants")

    assert status == "done", output.stderr
    assert result["checked"] > 0
    assert not result["violations"], "\n".join(result["violations"])


def test_a_sound_machine_has_no_violations() -> None:
    assert not violations(Machine(), compile(SOURCE, "<guest>", "exec"))


@pytest.mark.parametrize(
    ("opname", "extra"), [("POP_TOP", 1), ("POP_TOP", -1), ("STORE_FAST", 1), ("RETURN_VALUE", 1), ("STORE_NAME", 1)]
)
def test_canary_a_wrong_stack_depth_is_noticed(opname: str, extra: int) -> None:
    machine = Machine()
    machine.link = dict(machine.link)
    right = machine.link[OPCODES[opname]]

    def wrong(
        oparg: int, target: int, code: CodeType
    ) -> tuple[Callable[[Frame, list[object], object], object], object]:
        handler, operand = right(oparg, target, code)

        def off_by_one(frame: Frame, stack: list[object], value: object) -> object:
            signal: object = handler(frame, stack, value)
            if extra > 0:
                stack.insert(0, NULL)
            else:
                del stack[:1]
            return signal

        return off_by_one, operand

    machine.link[OPCODES[opname]] = wrong

    assert violations(machine, compile(SOURCE, "<guest>", "exec"))


@pytest.mark.parametrize("field", ["depth", "target", "all"])
def test_canary_a_wrong_exception_table_is_noticed(field: str) -> None:
    code = compile(SOURCE, "<guest>", "exec")
    decoded = decode(code.co_consts[0])
    decoded.handlers = tuple(
        entry._replace(**{field: getattr(entry, field) + 1}) for entry in decoded.handlers if field != "all"
    )

    assert violations(Machine(), code)


def test_canary_a_wrong_position_is_noticed() -> None:
    code = compile(SOURCE, "<guest>", "exec")
    decoded = decode(code)
    decoded.positions[-1] = (99, 99, 0, 0)

    assert any("99" in violation for violation in violations(Machine(), code))


def violations(machine: Machine, code: CodeType) -> list[str]:
    observer = InvariantObserver()
    machine.observer = observer
    try:
        with machine.activate():
            machine.run_code(code, {"__name__": "__main__"})
    except BaseException as error:
        return [*observer.violations, repr(error)] if observer.violations else []
    return observer.violations
