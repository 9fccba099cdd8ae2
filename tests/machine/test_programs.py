"""Tests for calcharo_vm/machine: the conformance programs, run in this process natively and on a machine.

The comparison in `tests/conformance` runs them as their own processes, as users do. Here the test process
itself executes the machine, so that the coverage of its code can be measured.
"""

import contextlib
import gc
import io
import re
import sys
import traceback
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from calcharo_vm.machine import Machine, Scope
from tests.conformance.program import Program, all_programs, share

# What needs a process of its own: it ends the process, changes it for good, or depends on it being fresh.
OWN_PROCESS = (
    "asyncio__", "async__", "import__", "library__doctest",
    "multiprocessing__", "program__", "recursion__", "signal__", "sys_exit__from_thread",
    "threading__", "uncaught__keyboard_interrupt", "uncaught__recursion_error",
    "uncaught__thread_exception", "uncaught__unraisable", "weakref__", "generator__finally",
    "class__del_and", "known_breaker__27", "known_breaker__28", "known_breaker__29",
    "introspection__callers", "string__template_of_logging", "exec_eval__locals",
    "class__property_of_modules", "library__unittest", "uncaught__warning", "introspection__",
    "coroutine__", "uncaught__custom", "uncaught__in_async", "uncaught__in_coroutine",
    "uncaught__in_task",
)  # fmt: skip
NO_MATTER_WHERE = ("introspection__settrace", "introspection__frame_")
PROGRAMS = [
    program
    for program in all_programs()
    if program.runs_on(sys.version_info[:2])
    and (program.name.startswith(NO_MATTER_WHERE) or not program.name.startswith(OWN_PROCESS))
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", share(PROGRAMS, parts=15), ids=lambda program: program.name)
def test_a_program_prints_and_raises_the_same(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(program.path)])
    monkeypatch.syspath_prepend(str(program.path.parent))

    native = _run(program.path, monkeypatch, None)

    assert native == _run(program.path, monkeypatch, Machine(scope=Scope()))


def _run(path: Path, monkeypatch: pytest.MonkeyPatch, machine: Machine | None) -> str:
    """What a program prints on stdout, and the traceback that it ends with."""
    main = ModuleType("__main__")
    main.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "__main__", main)
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(io.StringIO()):
        try:
            code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
            if machine is None:
                _execute(code, main.__dict__)
            else:
                with machine.activate():
                    machine.run_code(code, main.__dict__)
        except BaseException as error:
            _without_this_file(error)
            traceback.print_exception(error, file=stream)
    gc.collect()
    return re.sub(r"0x[0-9a-f]+", "0x...", stream.getvalue())


def _execute(code: CodeType, namespace: dict[str, Any]) -> None:
    """Executes code natively, whatever traces this process."""
    trace = sys.gettrace()
    sys.settrace(None)
    try:
        exec(code, namespace)
    finally:
        sys.settrace(trace)


def _without_this_file(error: BaseException) -> None:
    entry: Any = error.__traceback__
    while entry is not None and entry.tb_frame.f_code.co_filename == __file__:
        entry = entry.tb_next
    error.__traceback__ = entry
