"""Tests for calcharo_vm/program: how a program is prepared; tests/cli/test_run.py holds whole runs against `python`."""

from __future__ import annotations

import builtins
import io
import os
import subprocess
import sys
from threading import Barrier, Thread
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from calcharo_vm.program import Program, ProgramKind, compile_file, compile_text, new_main_module
from calcharo_vm.program.guest_process import GuestProcess, lent
from calcharo_vm.program.main_module import forget_file, name_file
from calcharo_vm.program.shadowing import forget_shadowed_modules
from calcharo_vm.program.uncaught import guest_traceback

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_main_module_has_what_cpython_gives_it() -> None:
    names = subprocess.run(
        [sys.executable, "-c", "print(*vars())"], capture_output=True, text=True, check=True
    ).stdout.split()

    assert list(vars(new_main_module())) == names


def test_the_files_name_is_given_and_taken_back() -> None:
    main = new_main_module()
    before = list(vars(main))

    name_file(main, "/folder/program.py")

    assert main.__file__ == "/folder/program.py"
    assert main.__loader__.get_filename("__main__") == "/folder/program.py"  # type: ignore[union-attr]
    forget_file(main)
    assert list(vars(main)) == before


@pytest.mark.parametrize(
    ("program", "argv", "words"),
    [
        (Program(ProgramKind.FILE, "x.py", ("a",)), ["x.py", "a"], ["x.py", "a"]),
        (Program(ProgramKind.MODULE, "x", ("a",)), ["-m", "a"], ["-m", "x", "a"]),
        (Program(ProgramKind.COMMAND, "x = 1"), ["-c"], ["-c", "x = 1"]),
        (Program(ProgramKind.STDIN, "-", ("a",)), ["-", "a"], ["-", "a"]),
    ],
)
def test_a_command_line_gives_argv(program: Program, argv: list[str], words: list[str]) -> None:
    assert program.argv == argv
    assert program.words == words


def test_the_first_import_folder_follows_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.py").touch()
    (tmp_path / "x.py").symlink_to("real/x.py")

    assert Program(ProgramKind.FILE, str(tmp_path / "x.py")).first_import_folder == str(tmp_path / "real")
    assert Program(ProgramKind.COMMAND, "1").first_import_folder == ""


def test_compiling_is_uninfluenced_by_calcharos_own_flags() -> None:
    code = compile_text("def f(x: undefined): pass", "<test>")

    assert not code.co_flags & __import__("__future__").annotations.compiler_flag


def test_a_null_byte_is_an_error_at_its_line() -> None:
    with pytest.raises(SyntaxError) as caught:
        compile_file(b"x = 1\r\ny = '\0'", "/folder/x.py")

    assert caught.value.msg == "source code cannot contain null bytes"
    assert (caught.value.filename, caught.value.lineno, caught.value.text) == ("/folder/x.py", 2, "y = '")


def test_modules_beside_the_program_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "beside.py").touch()
    (tmp_path / "data").mkdir()
    for name in ("beside", "beside.part", "data", "elsewhere"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))

    forget_shadowed_modules(str(tmp_path))

    assert "beside" not in sys.modules
    assert "beside.part" not in sys.modules
    assert "data" in sys.modules
    assert "elsewhere" in sys.modules


def test_a_modules_own_folder_does_not_hide_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "beside.py").touch()
    module = ModuleType("beside")
    module.__file__ = str(tmp_path / "beside.py")
    monkeypatch.setitem(sys.modules, "beside", module)

    forget_shadowed_modules(str(tmp_path))

    assert sys.modules["beside"] is module


def view(name: str) -> GuestProcess:
    return GuestProcess(ModuleType(name), [name], [name])


def test_what_is_lent_is_taken_back() -> None:
    before = GuestProcess.as_it_is()
    mine = view("mine")

    with lent(mine):
        assert sys.argv == ["mine"]
        assert sys.modules["__main__"] is mine.main
        sys.argv = ["changed"]

    after = GuestProcess.as_it_is()
    assert (after.main, after.argv, after.path) == (before.main, before.argv, before.path)


def test_each_thread_finds_its_own_in_sys_while_programs_run_side_by_side() -> None:
    before, own_class = GuestProcess.as_it_is(), type(sys)
    barrier, seen = Barrier(3, timeout=30), []
    shared = sys.modules

    def run(name: str) -> None:
        mine = view(name)
        with lent(mine):
            sys.argv = [*sys.argv, "changed"]
            sys.stdout = io.StringIO()
            del sys.stdin
            sys.modules[name] = ModuleType(name)
            barrier.wait()
            print("written by", name)
            found = sys.stdout.getvalue(), sys.argv, sys.path, sys.stdin, sys.modules["__main__"].__name__
            seen.append((*found, sys.modules["sys"].__name__, "__main__" in sys.modules))
            assert sys.modules.pop(name).__name__ == name == __import__("__main__").__name__
            assert sys.modules.copy().keys() == set(sys.modules)
            assert len(sys.modules) == len(list(sys.modules))
            assert repr(sys.modules).startswith("{'sys'")
            assert sys.__class__ is own_class
            assert not hasattr(sys, "nothing")
            setattr(sys, "noted", name)  # noqa: B010 - no attribute that it has
            delattr(sys, "noted")
            with pytest.raises(KeyError):
                sys.modules["no such module"]
            barrier.wait()

    threads = [Thread(target=run, args=(name,)) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    barrier.wait()
    assert (sys.argv, sys.path, sys.stdout) == (before.argv, before.path, before.streams["stdout"])
    assert sys.modules["__main__"] is before.main
    barrier.wait()
    for thread in threads:
        thread.join()

    assert sorted(seen) == [
        (f"written by {name}\n", [name, "changed"], [name], None, name, "sys", True) for name in ("one", "other")
    ]
    assert (type(sys), sys.modules, sys.modules["__main__"]) == (own_class, shared, before.main)
    assert GuestProcess.as_it_is().streams == before.streams


def test_modules_of_a_program_are_hidden_from_others_and_the_processs_from_it() -> None:
    hosts, mine = ModuleType("own_module"), ModuleType("own_module")
    program = view("program")
    program.owns_module = lambda name, _module: name == "own_module"
    sys.modules["own_module"] = hosts

    def run() -> None:
        with lent(program):
            assert "own_module" not in sys.modules
            sys.modules["own_module"] = mine
            assert __import__("own_module") is mine
            assert "own_module" in sys.modules
            barrier.wait()
            barrier.wait()
            del sys.modules["own_module"]
            assert "own_module" not in sys.modules

    barrier = Barrier(2, timeout=30)
    thread = Thread(target=run)
    thread.start()
    barrier.wait()
    assert __import__("own_module") is sys.modules["own_module"] is hosts
    barrier.wait()
    thread.join()

    assert sys.modules.pop("own_module") is hosts
    assert __import__ is builtins.__import__


def test_what_the_outer_program_changed_is_there_when_the_inner_ends() -> None:
    with lent(view("outer")):
        sys.argv = ["outer", "changed"]
        with lent(view("inner")):
            assert sys.argv == ["inner"]
        assert sys.argv == ["outer", "changed"]


def test_programs_side_by_side_leave_nothing_behind() -> None:
    before = GuestProcess.as_it_is()
    barrier = Barrier(4)

    def run(name: str) -> None:
        for _ in range(20):
            barrier.wait()
            with lent(view(name)):
                os.sched_yield()

    threads = [Thread(target=run, args=(f"program {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    after = GuestProcess.as_it_is()
    assert (after.main, after.argv, after.path, after.streams) == (
        before.main,
        before.argv,
        before.path,
        before.streams,
    )


def test_calcharos_own_frames_are_cut_from_tracebacks() -> None:
    namespace: dict[str, object] = {"__package__": "calcharo_vm.somewhere"}
    exec("def call(function): return function()", namespace)

    def fails() -> None:
        1 / 0

    with pytest.raises(ZeroDivisionError) as caught:
        namespace["call"](fails)  # type: ignore[operator]

    names = []
    entry = guest_traceback(caught.value)
    while entry is not None:
        names.append(entry.tb_frame.f_code.co_name)
        entry = entry.tb_next
    assert names == ["test_calcharos_own_frames_are_cut_from_tracebacks", "fails"]
