"""Tests for calcharo_vm/machine/machine.py: machines run code, keep apart and leave the process as it was."""

import builtins
import gc
import subprocess
import sys
import textwrap
import threading
import traceback
import warnings
import weakref
from types import CodeType
from typing import Any

import pytest

from calcharo_vm.errors import InvalidBytecode
from calcharo_vm.machine import Machine, Scope
from calcharo_vm.machine.context import ACTIVE_MACHINES
from calcharo_vm.machine.frame import Frame


def compiled(source: str, mode: str = "exec") -> CodeType:
    return compile(source, "<guest>", mode, dont_inherit=True)


class Counter:
    """An observer that counts instructions."""

    def __init__(self) -> None:
        self.count = 0

    def instruction(self, _frame: Frame, _index: int) -> None:
        self.count += 1

    def ignore(self, *_: object) -> None:
        """Takes every other event."""

    frame_entered = frame_resumed = frame_left = raised = handled = jumped = ignore


def test_an_expression_has_a_value() -> None:
    assert Machine().run_code(compiled("1 + x", "eval"), {"x": 2}) == 3


def test_assignments_go_to_the_locals_if_there_are_any() -> None:
    namespace: dict[str, Any] = {}
    local: dict[str, Any] = {}

    Machine().run_code(compiled("x = 1\nglobal y\ny = 2"), namespace, local)

    assert local == {"x": 1}
    assert namespace["y"] == 2


def test_globals_get_builtins_as_with_exec() -> None:
    namespace: dict[str, Any] = {}

    Machine().run_code(compiled("n = len('abc')"), namespace)

    assert namespace["n"] == 3
    assert namespace["__builtins__"] is builtins.__dict__


def test_an_exception_has_the_frames_of_the_program_only() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        Machine().run_code(compiled("def f():\n    1 / 0\nf()"), {})

    entries = traceback.extract_tb(caught.value.__traceback__)
    assert [(entry.name, entry.lineno) for entry in entries if entry.filename == "<guest>"] == [
        ("<module>", 3),
        ("f", 2),
    ]


def test_while_active_the_library_sees_the_guest_and_afterwards_the_host() -> None:
    before = (sys._getframe, sys.settrace, warnings.warn, list(sys.meta_path), sys.getrecursionlimit())
    machine = Machine()

    with machine.activate() as same:
        assert same is machine
        assert ACTIVE_MACHINES[-1] is machine
        assert sys._getframe is not before[0]
        assert sys.getrecursionlimit() >= before[4]

    assert machine not in ACTIVE_MACHINES
    assert before == (sys._getframe, sys.settrace, warnings.warn, list(sys.meta_path), sys.getrecursionlimit())


def test_a_machine_that_cannot_be_active_leaves_the_process_as_it_was() -> None:
    before = (sys._getframe, sys.settrace, warnings.warn, list(sys.meta_path), sys.getrecursionlimit())
    machine = Machine()
    machine.recursion_limit = 1 << 40

    with pytest.raises(OverflowError), machine.activate():
        pytest.fail("the host has no such limit")

    assert before == (sys._getframe, sys.settrace, warnings.warn, list(sys.meta_path), sys.getrecursionlimit())


def test_each_thread_has_a_context_of_its_own() -> None:
    machine = Machine()
    found: list[Any] = []

    def run() -> None:
        found.append(machine.runs_here)
        machine.run_code(compiled("x = 1"), {})
        found.extend((machine.runs_here, machine.context))

    assert not machine.runs_here
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert found[:2] == [False, True]
    assert found[2] is not machine.context
    assert machine.context is machine.context


def test_the_call_stack_begins_with_the_outermost_frame() -> None:
    machine = Machine()
    names: list[str] = []

    def look() -> None:
        names.extend(frame.code.co_name for frame in machine.context.call_stack())

    machine.run_code(compiled("def f(): look()\nf()"), {"look": look})

    assert names == ["<module>", "f"]
    assert machine.context.call_stack() == []


def test_a_code_object_is_prepared_once() -> None:
    machine, code = Machine(), compiled("x = 1")
    guest = machine.guest_code(code)

    assert machine.guest_code(code) is guest
    assert Machine().guest_code(code) is not guest


def test_machines_call_each_others_functions() -> None:
    first, second = Machine(), Machine()
    namespace: dict[str, Any] = {}
    first.run_code(compiled("def f(x): return x + 1"), namespace)

    assert second.run_code(compiled("f(1)", "eval"), {"f": namespace["f"]}) == 2


def test_nobody_is_told_after_observing_has_stopped() -> None:
    counter = Counter()
    machine = Machine(observer=counter)
    namespace: dict[str, Any] = {}
    machine.run_code(compiled("def f(): return 1\nf()"), namespace)
    told = counter.count
    assert told > 0

    machine.stop_observing()

    assert machine.observe is None
    assert namespace["f"]() == 1
    assert counter.count == told


def test_a_code_object_from_elsewhere_is_checked_once() -> None:
    machine, code = Machine(), compiled("x = 1")

    guest = machine.verified_code(code)

    assert guest.is_foreign
    assert machine.verified_code(code) is guest
    with pytest.raises(InvalidBytecode):
        machine.run_code(code.replace(co_code=b""), {}, foreign=True)


def test_a_scope_may_be_given() -> None:
    scope = Scope(include=("json",))

    assert Machine(scope=scope).scope is scope
    assert not Machine().scope.contains("json", None)


def test_what_a_program_leaves_is_collected() -> None:
    class Canary:
        """Is alive or not."""

    canary = Canary()
    alive = weakref.ref(canary)
    machine = Machine()
    machine.run_code(compiled("def f(): return canary\nf()"), {"canary": canary})
    del canary
    gc.collect()

    assert alive() is None


def test_machines_go_with_their_programs() -> None:
    """Runs in a process of its own: what measures coverage keeps code objects."""
    script = """
        import gc, weakref
        from calcharo_vm.machine import Machine
        programs = (
            "def f(): return 1",
            "class A:\\n    def m(self): return self\\nkept = A().m()",
            "def g(): yield 1\\nkept = g(); next(kept)",
            "async def f(): pass\\nf().close()",
            "kept = sorted([2, 1], key=lambda x: x)",
            "def f():\\n    try: 1 / 0\\n    except ZeroDivisionError: pass\\nf()",
            "try: 1 / 0\\nexcept ZeroDivisionError as error: kept = error",
            "def f():\\n    try: 1 / 0\\n    except ZeroDivisionError as error: kept = error\\nf()",
            "import sys\\nkept = sys._getframe()",
        )
        for program in programs:
            machine = Machine()
            with machine.activate():
                machine.run_code(compile(program, "<guest>", "exec"), {})
            reference = weakref.ref(machine)
            del machine
            for _ in range(3):  # what code objects refer to is seen when they have gone
                gc.collect()
            if reference() is not None: print("is kept by", program)
        print("done")
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "done\n"
