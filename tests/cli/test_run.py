"""Tests for calcharo_vm/cli/run.py: the same command line, with `python` and with `calcharo run`."""

from __future__ import annotations

import py_compile
import signal
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import Recording
from calcharo_vm.cli.run import RunRequest, UsageError, parse_run
from calcharo_vm.program import Program, ProgramKind
from tests.cli.differential import assert_same, calcharo, native

if TYPE_CHECKING:
    from pathlib import Path

SHOW_MAIN = """\
import sys
print([name for name in vars() if name != "sys"])
print(__name__, __doc__, __package__, type(__loader__), __spec__ and __spec__.name)
print(globals().get("__file__"), globals().get("__cached__"), globals().get("__annotations__"))
print(sys.argv, sys.orig_argv[1:], sys.path[:2])
print(sys.modules["__main__"].__dict__ is globals(), type(__builtins__))
"""

FAILS = """\
def outer(value):
    return inner(value) + 1

def inner(value):
    return (value
            / 0)

outer(3)
"""


def write(folder: Path, **programs: str) -> None:
    for name, text in programs.items():
        (folder / f"{name}.py").write_text(text)


def test_what_takes_long_to_import_is_not_imported(tmp_path: Path) -> None:
    slow = {"attr", "attrs", "cattrs", "click", "dataclasses", "inspect", "rich"}
    found = calcharo("run", "-c", f"import sys; print(sorted({slow} & set(sys.modules)))", folder=tmp_path)

    assert found.stdout == "[]\n"


class TestWhatTheProgramSeesOfItself:
    @pytest.mark.parametrize("words", [("show.py",), ("./show.py", "a", "-b", "--tier"), ("../{}/show.py", "--", "x")])
    def test_a_script(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        write(tmp_path, show=SHOW_MAIN)

        assert_same(*(word.format(tmp_path.name) for word in words), folder=tmp_path)

    def test_a_script_in_another_folder(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        write(tmp_path / "sub", show=SHOW_MAIN + "import beside\n", beside="print(__name__, __file__)")

        assert_same("sub/show.py", folder=tmp_path)

    def test_a_script_through_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        write(tmp_path / "sub", show=SHOW_MAIN)
        (tmp_path / "link.py").symlink_to("sub/show.py")

        assert_same("link.py", folder=tmp_path)

    def test_a_module(self, tmp_path: Path) -> None:
        write(tmp_path, show=SHOW_MAIN)

        assert_same("-m", "show", "-c", "x", folder=tmp_path)
        assert_same("-mshow", folder=tmp_path)

    def test_a_package(self, tmp_path: Path) -> None:
        package = tmp_path / "package"
        package.mkdir()
        write(package, __init__="print(__name__, __file__)", __main__=SHOW_MAIN, part="from . import __path__, other")
        write(package, other="print(__name__, __package__)", tool=SHOW_MAIN + "from .part import other\n")

        assert_same("-m", "package", "x", folder=tmp_path)
        assert_same("-m", "package.tool", folder=tmp_path)

    def test_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        write(tmp_path / "folder", __main__=SHOW_MAIN + "import beside\n", beside="print(__name__, __file__)")

        assert_same("folder", "x", folder=tmp_path)

    def test_an_archive(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
            archive.writestr("__main__.py", SHOW_MAIN + "import beside\n1/0\n")
            archive.writestr("beside.py", "print(__name__, __file__)")

        assert_same("archive.zip", "x", folder=tmp_path)

    def test_code(self, tmp_path: Path) -> None:
        assert_same("-c", SHOW_MAIN, "x", "-c", folder=tmp_path)
        assert_same(f"-c{SHOW_MAIN}", folder=tmp_path)

    def test_stdin(self, tmp_path: Path) -> None:
        assert_same("-", "x", folder=tmp_path, stdin=SHOW_MAIN)

    def test_a_compiled_file(self, tmp_path: Path) -> None:
        write(tmp_path, show=SHOW_MAIN)
        py_compile.compile(str(tmp_path / "show.py"), str(tmp_path / "compiled.pyc"))

        assert_same("compiled.pyc", folder=tmp_path)

    @pytest.mark.parametrize("option", ["-P", "-I", "-O", "-Wdefault"])
    def test_options_of_the_interpreter(self, tmp_path: Path, option: str) -> None:
        write(tmp_path, show="import sys\nprint(sys.path[:1], sys.flags, sys.warnoptions, __debug__, sys.orig_argv)\n")
        if option == "-I":
            pytest.importorskip("calcharo_vm")
            seen = calcharo("run", "show.py", folder=tmp_path, options=("-I",))
            if "No module named calcharo_vm" in seen.stderr:
                pytest.skip("calcharo_vm is not installed here, and -I ignores PYTHONPATH")

        assert_same("show.py", folder=tmp_path, options=(option,))

    def test_a_module_of_the_program_wins_over_one_calcharo_uses(self, tmp_path: Path) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        write(folder, typing="answer = 42", attrs="answer = 43")
        write(folder, main="import typing, attrs\nprint(typing.__file__, typing.answer, attrs.answer)")

        assert_same("folder/main.py", folder=tmp_path)


class TestInputAndOutput:
    def test_stdin_is_the_programs(self, tmp_path: Path) -> None:
        write(tmp_path, reads="import sys\nprint(input('name? '))\nprint(sys.stdin.read().upper())\n")

        seen = assert_same("reads.py", folder=tmp_path, stdin="first\nrest\nof it")

        assert seen.stdout == "name? first\nREST\nOF IT\n"

    def test_output_keeps_its_bytes(self, tmp_path: Path) -> None:
        text = "import sys, os\nsys.stdout.write('a\\r\\n\\xe9')\nsys.stdout.flush()\nos.write(1, b'\\xff')\n"
        write(tmp_path, writes=text + "print('end', file=sys.stderr)\n")

        assert_same("writes.py", folder=tmp_path)

    def test_a_closed_stdout(self, tmp_path: Path) -> None:
        assert_same("-c", "import sys; print(1); sys.stdout.close()", folder=tmp_path)
        assert_same("-c", "import os; print(1); os.close(1)", folder=tmp_path)

    def test_a_broken_pipe(self, tmp_path: Path) -> None:
        write(tmp_path, many="for number in range(100000): print(number)")
        shown = []
        for words in (["many.py"], ["-m", "calcharo_vm", "run", "many.py"]):
            with subprocess.Popen(
                [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
            ) as process:
                assert process.stdout is not None
                assert process.stderr is not None
                process.stdout.readline()
                process.stdout.close()
                shown.append((process.stderr.read(), process.wait(60)))

        native, ours = shown

        assert ours == native


class TestHowItEnds:
    @pytest.mark.parametrize(
        "argument", ["", "None", "0", "3", "-1", "256", "'goodbye'", "(1, 2)", "2.5", "True", "b'x'"]
    )
    def test_exit_codes(self, tmp_path: Path, argument: str) -> None:
        assert_same("-c", f"import sys; sys.exit({argument})", folder=tmp_path)

    def test_exit_through_handlers(self, tmp_path: Path) -> None:
        write(tmp_path, leaves="import sys\ntry:\n    sys.exit(5)\nfinally:\n    print('finally')\n")

        assert_same("leaves.py", folder=tmp_path)

    @pytest.mark.parametrize("words", [("fails.py",), ("-m", "fails"), ("-c", FAILS), ("-",)])
    def test_an_uncaught_exception(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        write(tmp_path, fails=FAILS)

        seen = assert_same(*words, folder=tmp_path, stdin=FAILS)

        assert seen.status == 1
        assert seen.stderr.startswith("Traceback (most recent call last):\n")

    @pytest.mark.parametrize(
        "text",
        [
            "try:\n    {}['k']\nexcept KeyError as error:\n    raise ValueError('v') from error\n",
            "try:\n    {}['k']\nexcept KeyError:\n    undefined\n",
            "raise ExceptionGroup('several', [ValueError(1), TypeError('x')])\n",
            "error = ValueError('noted')\nerror.add_note('a note')\nraise error\n",
            "class Odd(Exception):\n    def __str__(self): 1/0\nraise Odd\n",
            "import json\njson.loads('{')\n",
            "sorted([1, 'a'], key=lambda value: value + 1)\n",
            "def f(): f()\nf()\n",
            "raise SystemError\n",
            "import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    1/0\nasyncio.run(main())\n",
            "print(undefined_name)\n",
            "import nowhere\n",
            "exec('1/0')\n",
            "eval('(1 +')\n",
        ],
    )
    def test_what_is_printed_of_it(self, tmp_path: Path, text: str) -> None:
        write(tmp_path, fails=text)

        assert_same("fails.py", folder=tmp_path)

    @pytest.mark.parametrize(
        "text",
        [
            "import sys\nsys.excepthook = lambda *what: print('hooked', what[0], what[2].tb_lineno)\n1/0\n",
            "import sys\ndef hook(*what): undefined\nsys.excepthook = hook\n1/0\n",
            "import sys\ndef hook(*what): sys.exit(9)\nsys.excepthook = hook\n1/0\n",
            "import sys\ndel sys.excepthook\n1/0\n",
            "import sys\nsys.excepthook = 5\n1/0\n",
            "import sys\nsys.stderr = None\n1/0\n",
            "import sys, atexit\natexit.register(lambda: print(sys.last_value, sys.last_traceback.tb_lineno))\n1/0\n",
        ],
    )
    def test_the_programs_own_hook(self, tmp_path: Path, text: str) -> None:
        write(tmp_path, hooked=text)

        assert_same("hooked.py", folder=tmp_path)

    @pytest.mark.parametrize("words", [("slow.py",), ("-m", "slow")])
    def test_ctrl_c(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        write(
            tmp_path,
            slow="import atexit, os\natexit.register(print, 'late')\nos.kill(os.getpid(), 2)\nwhile True: pass\n",
        )

        seen = assert_same(*words, folder=tmp_path)

        assert seen.status == -signal.SIGINT
        assert seen.stdout == "late\n"

    def test_ctrl_c_that_is_caught(self, tmp_path: Path) -> None:
        text = "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    while True: pass\n"
        write(tmp_path, catches=text + "except KeyboardInterrupt:\n    print('caught')\n")

        assert_same("catches.py", folder=tmp_path)

    def test_signals(self, tmp_path: Path) -> None:
        handler = "lambda number, frame: print(number, frame.f_code.co_name)"
        handled = f"import os, signal\nsignal.signal(signal.SIGUSR1, {handler})\n"
        assert_same("-c", handled + "os.kill(os.getpid(), signal.SIGUSR1)\nprint('after')", folder=tmp_path)
        assert_same("-c", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", folder=tmp_path)

    @pytest.mark.parametrize(
        "source",
        [
            b"def f(:\n    pass\n",
            b"if 1:\n\tx\n        y\n",
            b"  x = 1\n",
            b"x = (1,\n",
            b'x = "abc\n',
            b"x = 1\ny = \xff\n",
            b"# a\n# b\nx = 1\ny = 'a\xff'\n",
            b"# \xff\nx = 1\n",
            b"x = 1\x00\n",
            b"# coding: nope\nx = 1\n",
            b"# coding: latin-1\nprint(ascii('\xe9'))\n",
            b"\xef\xbb\xbfprint(1)\n",
            b"print 'hello'\n",
            b"return 1\n",
            b"x = 1 is 1\n",
        ],
    )
    def test_source_that_is_broken_or_odd(self, tmp_path: Path, source: bytes) -> None:
        (tmp_path / "odd.py").write_bytes(source)

        assert_same("odd.py", folder=tmp_path)

    @pytest.mark.parametrize(
        "words", [("-m", "broken"), ("-m", "package"), ("-c", "x = ("), ("-c", "  x = 1\n  print(x)")]
    )
    def test_broken_modules_and_code(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        (tmp_path / "package").mkdir()
        write(tmp_path, broken="def f(:\n")
        write(tmp_path / "package", __init__="import broken", __main__="")

        assert_same(*words, folder=tmp_path)

    @pytest.mark.parametrize(
        "words",
        [("nowhere.py",), ("-m", "nowhere"), ("-m", "package.nowhere"), ("empty",), ("-m", "empty"), ("data.pyc",)],
    )
    def test_there_is_no_such_program(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        (tmp_path / "package").mkdir()
        (tmp_path / "empty").mkdir()
        (tmp_path / "data.pyc").write_bytes(b"no magic")

        assert_same(*words, folder=tmp_path)


class TestWhatComesAfterTheEnd:
    def test_threads_then_exit_functions_then_finalisers(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            late="""\
import atexit, threading, time

class Finalised:
    def __del__(self):
        print("finalised")

kept = Finalised()

def late():
    print("late", sorted(name for name in globals() if name.startswith("__")))

def work():
    time.sleep(0.1)
    print("worked")

atexit.register(late)
threading.Thread(target=work).start()
print("end")
""",
        )

        seen = assert_same("late.py", folder=tmp_path)

        assert seen.stdout.startswith("end\nworked\nlate")
        assert seen.stdout.endswith("finalised\n")

    def test_a_finaliser_when_the_interpreter_has_forgotten_its_modules(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            late="""\
import json, os, sys, warnings

class Kept:
    def __del__(self, write=os.write, warn=warnings.warn, getframe=sys._getframe):
        plus = lambda x: x + 1
        class Local:
            name = [getframe().f_code.co_name for _ in "a"]
        found = eval("plus(1)", {"plus": plus}), Local.name, dir(), super().__eq__(self)
        write(1, repr((found, list(plus(x) for x in (1, 2)))).encode() + b"\\n")
        warn("late", ResourceWarning)
        raise ValueError(5)

json.kept = Kept()
""",
        )

        seen = assert_same("late.py", folder=tmp_path, options=("-Wa",))

        assert "[2, 3])\n" in seen.stdout
        assert "ResourceWarning: late\n" in seen.stderr

    def test_an_exception_in_a_thread(self, tmp_path: Path) -> None:
        write(tmp_path, threads="import threading\ndef work():\n    1/0\nthreading.Thread(target=work).start()\n")

        assert_same("threads.py", folder=tmp_path)

    def test_an_exception_in_an_exit_function(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            late="import atexit\ndef late():\n    1/0\natexit.register(late)\natexit.register(print, 'first')\n",
        )

        assert_same("late.py", folder=tmp_path)


class TestProcesses:
    @pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
    def test_multiprocessing(self, tmp_path: Path, method: str) -> None:
        write(
            tmp_path,
            pool=f"""\
import multiprocessing

def double(value):
    return 2 * value

if __name__ == "__main__":
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        print(pool.map(double, range(5)))
""",
        )

        assert_same("pool.py", folder=tmp_path, options=("-Wignore",))

    def test_its_own_interpreter(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            starts="import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(6 * 7)'], check=True)\n",
        )

        assert_same("starts.py", folder=tmp_path)

    def test_a_fork(self, tmp_path: Path) -> None:
        text = (
            "import os\nchild = os.fork()\nif child:\n    os.waitpid(child, 0)\nprint('parent' if child else 'child')\n"
        )
        write(tmp_path, forks=text)

        assert_same("forks.py", folder=tmp_path, options=("-Wignore",))


class TestRecording:
    """`--record` changes nothing that can be seen of the run, and leaves a recording behind."""

    @pytest.mark.parametrize("name", ["out.json", "out.calcharo"])
    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("print('out')\nimport sys\nprint('err', file=sys.stderr)\n", "completed"),
            ("print(open(__file__).fileno())\n", "completed"),
            ("def f():\n    1 / 0\nf()\n", "exception"),
            ("import sys\nsys.exit(3)\n", "exited"),
            ("import sys, atexit\natexit.register(print, 'late')\nsys.exit('message')\n", "exited"),
            (
                "import atexit, threading\natexit.register(print, 'late')\nthreading.Thread(target=print).start()\n",
                "completed",
            ),
            ("import os\nos.kill(os.getpid(), 2)\nwhile True: pass\n", "exception"),
            ("class A:\n    def __del__(self):\n        print('del')\na = A()\nprint('end')\n", "completed"),
            ("import os\nchild = os.fork()\nif child: os.waitpid(child, 0)\nprint('both')\n", "completed"),
        ],
    )
    def test_a_script(self, tmp_path: Path, text: str, status: str, name: str) -> None:
        write(tmp_path, program=text)
        expected = native("program.py", folder=tmp_path, options=("-Wignore",))

        words = ("run", "--record", name, "program.py")
        actual = calcharo(*words, folder=tmp_path, options=("-Wignore",))

        assert actual == expected
        recording = Recording.open(tmp_path / name)
        assert recording.outcome.status == status
        assert recording.source == text
        if "fork" not in text:
            assert recording.stdout == expected.stdout
            assert recording.stderr == expected.stderr

    def test_a_module_and_code(self, tmp_path: Path) -> None:
        write(tmp_path, program="x = 1\n")

        for words in (("-m", "program"), ("-c", "x = 1")):
            assert calcharo("run", "--record", "out.json", *words, folder=tmp_path).status == 0
            assert Recording.from_json(tmp_path / "out.json")[-1].variables_state["x"] == 1

    def test_a_growing_file_that_cannot_be_made(self, tmp_path: Path) -> None:
        seen = calcharo("run", "--record", "nowhere/out.calcharo", "-c", "print(1)", folder=tmp_path)

        assert (seen.status, seen.stdout) == (2, "")  # nothing has run
        assert seen.stderr.startswith("calcharo run: the recording cannot be saved: ")

    def test_a_disk_that_gets_full(self, tmp_path: Path) -> None:
        write(tmp_path, program="import os\nos.closerange(3, 2000)\nfor i in range(2000): pass\nprint('end')\n")
        seen = calcharo("run", "--record", "out.calcharo", "program.py", folder=tmp_path)

        assert (seen.status, seen.stdout) == (2, "end\n")
        assert seen.stderr.startswith("calcharo run: the recording cannot be saved: ")

    def test_the_native_tier_records_lines(self, tmp_path: Path) -> None:
        (tmp_path / "program.py").write_text(
            "import atexit, beside\ndef late():\n    print('late')\natexit.register(late)\nprint(beside.k)\n"
        )
        (tmp_path / "beside.py").write_text("k = 1\n")
        words = ("--record", "it.calcharo", "--exclude", "beside", "program.py")
        done = calcharo("run", "--tier", "native", *words, folder=tmp_path)
        recording = Recording.open(tmp_path / "it.calcharo")

        assert (done.status, done.stdout, done.stderr) == (0, "1\nlate\n", "")
        assert [step.line_number for step in recording] == [1, 2, 4, 5, 3]
        assert recording.stdout == done.stdout
        assert recording.outcome.exit_code == 0

    def test_the_native_tier_without_a_recording_is_cpython(self, tmp_path: Path) -> None:
        (tmp_path / "program.py").write_text("import sys\nprint(sys.gettrace(), sys.argv)\n1 / 0\n")
        done = calcharo("run", "--tier", "native", "program.py", "a", folder=tmp_path)

        assert (done.status, done.stdout) == (1, "None ['program.py', 'a']\n")
        assert "calcharo" not in done.stderr
        assert "line 3, in <module>" in done.stderr

    def test_the_compiled_tier_records_the_same(self, tmp_path: Path) -> None:
        (tmp_path / "program.py").write_text("def f(n):\n    for i in range(n): i * 2\nf(300)\nprint('done')\n")
        seen = [
            calcharo("run", "--tier", tier, "--record", f"{tier}.json", "program.py", folder=tmp_path)
            for tier in ("interpreter", "compiled")
        ]
        one, other = (Recording.from_json(tmp_path / f"{tier}.json") for tier in ("interpreter", "compiled"))

        assert [(each.status, each.stdout, each.stderr) for each in seen] == [(0, "done\n", "")] * 2
        assert [step.variables_state for step in one] == [step.variables_state for step in other]

    def test_a_recording_that_cannot_be_saved(self, tmp_path: Path) -> None:
        seen = calcharo("run", "--record", "nowhere/out.json", "-c", "print(1)", folder=tmp_path)

        assert (seen.status, seen.stdout) == (2, "1\n")
        assert seen.stderr.startswith("calcharo run: the recording cannot be saved: ")


class TestWhatRunsOnTheMachine:
    CALLS = """
import collections, contextlib, copyreg, enum, functools, re, reprlib, sys, types, typing
called = set()
def note(frame, event, argument):
    called.add(frame.f_globals["__name__"])
sys.settrace(note)
collections.UserList([1])
contextlib.suppress()
copyreg.constructor(int)
enum.Enum("Kind", "a b")
functools.cmp_to_key(max)
functools.partialmethod(max)
re.purge()
reprlib.Repr()
types.resolve_bases(())
typing.cast(int, 1)
sys.settrace(None)
print(sorted(called & {module.__name__ for module in list(vars().values()) if type(module) is type(sys)}))
print(isinstance(re.IGNORECASE, enum.Flag), contextlib.suppress.__mro__[1] is contextlib.AbstractContextManager)
"""

    def run(self, folder: Path, *options: str) -> str:
        seen = calcharo("run", *options, "-c", self.CALLS, folder=folder)
        assert (seen.stderr, seen.status) == ("", 0)
        return seen.stdout

    def test_all_of_the_library_when_all_is_included(self, tmp_path: Path) -> None:
        expected = native("-c", self.CALLS, folder=tmp_path)

        assert expected.stderr == ""
        assert len(expected.stdout.split(",")) >= 8
        assert self.run(tmp_path, "--include", "*") == expected.stdout

    def test_nothing_that_only_calcharo_imports(self, tmp_path: Path) -> None:
        text = """
import sys, types
called = []
def locals_of(value):
    return sys._getframe().f_locals
def note(frame, event, argument):
    called.append((frame.f_globals["__name__"], frame.f_code.co_name))
sys.settrace(note)
types.FunctionType(locals_of.__code__.replace(co_name="other"), globals())(1).keys()
exec("x = locals_of(2)")
sys.settrace(None)
print(called)
"""
        expected = native("-c", text, folder=tmp_path)

        assert calcharo("run", "--include", "*", "-c", text, folder=tmp_path) == expected
        assert expected.stdout == "[('__main__', 'other'), ('__main__', '<module>'), ('__main__', 'locals_of')]\n"

    def test_a_module_that_calcharo_uses_itself(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, "--include=enum") == "['enum']\nTrue True\n"

    def test_what_is_excluded_after_all(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, "--include=enum", "--include=re", "--exclude=enum") == "['re']\nTrue True\n"

    def test_nothing_of_the_library_otherwise(self, tmp_path: Path) -> None:
        assert self.run(tmp_path) == "[]\nTrue True\n"


class TestTheCommandLine:
    @pytest.mark.parametrize(
        ("words", "request_"),
        [
            (["x.py", "--tier", "y"], RunRequest(Program(ProgramKind.FILE, "x.py", ("--tier", "y")))),
            (["--tier", "interpreter", "x.py"], RunRequest(Program(ProgramKind.FILE, "x.py"), "interpreter")),
            (
                ["--include=a", "--include", "b", "-m", "x"],
                RunRequest(Program(ProgramKind.MODULE, "x"), include=("a", "b")),
            ),
            (
                ["--exclude", "*", "-cx=1", "a"],
                RunRequest(Program(ProgramKind.COMMAND, "x=1", ("a",), is_attached=True), exclude=("*",)),
            ),
            (
                ["--record", "out.json", "-", "a"],
                RunRequest(Program(ProgramKind.STDIN, "-", ("a",)), record="out.json"),
            ),
            (["--", "-odd.py"], RunRequest(Program(ProgramKind.FILE, "-odd.py"))),
            (["--help", "x.py"], RunRequest(None)),
        ],
    )
    def test_what_it_asks_for(self, words: list[str], request_: RunRequest) -> None:
        assert parse_run(words) == request_

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ([], "nothing to run: give FILE, -m MODULE or -c CODE"),
            (["-m"], "-m needs the name of a module"),
            (["-c"], "-c needs a program's text"),
            (["--record"], "option --record needs a value"),
            (["--fast", "x.py"], "no such option: --fast"),
            (["-x"], "no such option: -x"),
            (
                ["--tier", "fast", "x.py"],
                "tier 'fast' is not available in this release; use 'interpreter' or 'compiled' or 'native'",
            ),
            (["--tier", "compiled", "x.py"], "the compiled tier is for recording: say where to with --record OUT"),
            (
                ["--tier", "native", "--include", "m", "x.py"],
                "--include and --exclude say what the native tier records: say where to with --record OUT",
            ),
        ],
    )
    def test_what_it_cannot_mean(self, words: list[str], message: str) -> None:
        with pytest.raises(UsageError) as caught:
            parse_run(words)

        assert str(caught.value) == message

    def test_a_usage_error_is_one_line(self, tmp_path: Path) -> None:
        seen = calcharo("run", "--fast", "x.py", folder=tmp_path)

        assert seen.status == 2
        assert seen.stderr == "calcharo run: no such option: --fast (calcharo run --help shows what there is)\n"
        assert not seen.stdout

    @pytest.mark.parametrize(
        "words", [("--help",), ("run", "--help"), ("run", "-h"), ("trace", "-h"), ("dis", "--help")]
    )
    def test_help(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        seen = calcharo(*words, folder=tmp_path)

        assert seen.status == 0
        assert seen.stdout.startswith("Usage: calcharo")

    def test_version(self, tmp_path: Path) -> None:
        assert calcharo("--version", folder=tmp_path).stdout.startswith("calcharo ")

    def test_an_unknown_command(self, tmp_path: Path) -> None:
        seen = calcharo("walk", folder=tmp_path)

        assert seen.status == 2
        assert seen.stderr.startswith("calcharo: No such command 'walk'.")
        assert seen.stderr.count("\n") == 1
