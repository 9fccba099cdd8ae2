"""Tests for calcharo_vm/tracer.py."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from threading import Event, Thread
from types import CodeType, ModuleType

import pytest

from calcharo_vm import (
    Capture,
    CompilationError,
    ConfigurationError,
    ExecutionTracer,
    InvalidBytecode,
    Recording,
    ScopePatterns,
    TracerConfig,
    execute_and_trace,
)
from calcharo_vm.machine.trampolines import is_trampoline

GCD = """\
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a

print(gcd(12, 18))
"""


def corrupted(code: CodeType) -> CodeType:
    """Put an opcode into a code object that no CPython has."""
    return code.replace(co_code=bytes([225, 0, *code.co_code]))


def print_all() -> None:
    print("all")


class Beside:
    def method(self) -> None:
        print_all()


def calls_beside() -> None:
    Beside().method()


def opnames(recording: Recording) -> list[str]:
    return [step.opname for step in recording]


class TestWhatCanBeTraced:
    def test_source_text(self) -> None:
        recording = execute_and_trace(GCD)

        assert recording.outcome.status == "completed"
        assert recording.outcome.exit_code == 0
        assert recording.stdout == "6\n"
        assert recording.source == GCD
        assert {step.function for step in recording} == {"<module>", "gcd"}
        assert {step.filename for step in recording} == {"<string>"}

    def test_source_bytes_with_their_own_encoding(self) -> None:
        recording = execute_and_trace(b"# coding: latin-1\nprint(ascii('\xe9'))\n")

        assert recording.stdout == "'\\xe9'\n"
        assert recording.source == "# coding: latin-1\nprint(ascii('\xe9'))\n"

    def test_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "main.py").write_text("import beside, sys\nprint(__file__, __name__, sys.argv, sys.path[0])\n")
        (tmp_path / "beside.py").write_text("value = 1\n")

        recording = execute_and_trace(tmp_path / "main.py")

        path = str(tmp_path / "main.py")
        assert recording.stdout == f"{path} __main__ {[path]} {tmp_path}\n"
        assert {step.filename for step in recording} == {path, str(tmp_path / "beside.py")}

    def test_a_module_beside_a_file_runs_each_time(self, tmp_path: Path) -> None:
        (tmp_path / "main.py").write_text("import beside\n")
        (tmp_path / "beside.py").write_text("print('executed')\n")

        first, second = (execute_and_trace(tmp_path / "main.py") for _ in range(2))

        assert first.stdout == second.stdout == "executed\n"
        assert "beside" not in sys.modules

    def test_a_module_beside_a_file_that_runs_natively_is_forgotten_too(self, tmp_path: Path) -> None:
        (tmp_path / "main.py").write_text("import beside\n")
        (tmp_path / "beside.py").write_text("print('executed')\n")

        first, second = (
            execute_and_trace(tmp_path / "main.py", TracerConfig(scope=ScopePatterns(exclude=("beside",))))
            for _ in range(2)
        )

        assert first.stdout == second.stdout == "executed\n"
        assert "beside" not in sys.modules

    def test_a_module_beside_a_file_wins_over_one_imported_from_elsewhere(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "main.py").write_text("import beside\n")
        (tmp_path / "beside.py").write_text("print('executed')\n")
        other = ModuleType("beside")
        other.__file__ = "/elsewhere/beside.py"
        monkeypatch.setitem(sys.modules, "beside", other)

        recording = execute_and_trace(tmp_path / "main.py")

        assert recording.stdout == "executed\n"
        assert sys.modules["beside"] is other

    def test_a_code_object(self) -> None:
        recording = execute_and_trace(compile("print(x)\n", "given", "exec"), globals={"x": 5})

        assert recording.stdout == "5\n"
        assert recording[0].filename == "given"

    def test_a_function(self) -> None:
        value = 20

        def double() -> None:
            print(value * 2)

        recording = execute_and_trace(double)

        assert recording.stdout == "40\n"
        assert recording[0].function.endswith("double")
        assert recording[-1].variables_state["value"] == 20

    def test_the_functions_of_its_module_are_recorded_too(self) -> None:
        recording = execute_and_trace(calls_beside)

        assert recording.stdout == "all\n"
        assert {step.function for step in recording} == {"calls_beside", "print_all", "Beside.method"}
        assert not is_trampoline(print_all.__code__)

    def test_a_bound_method(self) -> None:
        class Counter:
            count = 1

            def grow(self) -> None:
                self.count += 1

        counter = Counter()

        recording = execute_and_trace(counter.grow)

        assert counter.count == 2
        assert recording.outcome.status == "completed"
        assert len(recording) > 3

    def test_two_runs_are_the_same(self) -> None:
        first, second = ([(step.opname, step.variables_state) for step in execute_and_trace(GCD)] for _ in range(2))

        assert first == second


class TestItsSurroundings:
    def test_argv(self) -> None:
        recording = execute_and_trace("import sys; print(sys.argv)", argv=["name", "a"])

        assert recording.stdout == "['name', 'a']\n"

    def test_stdin(self) -> None:
        program = "import sys\nprint(input(), ascii(sys.stdin.read()), sys.stdin.readline())\n"

        recording = execute_and_trace(program, stdin="first\n\xe9")

        assert recording.stdout == "first '\\xe9' \n"

    def test_stdin_has_bytes(self) -> None:
        recording = execute_and_trace("import sys\nprint(sys.stdin.buffer.read())\n", stdin="\xe9")

        assert recording.stdout == "b'\\xc3\\xa9'\n"

    def test_the_end_of_stdin(self) -> None:
        recording = execute_and_trace("input()", stdin="")

        assert recording.outcome.exception is not None
        assert recording.outcome.exception.type_name == "EOFError"

    def test_globals_are_used_and_kept(self) -> None:
        namespace: dict[str, object] = {"x": 1}

        execute_and_trace("y = x + 1", globals=namespace)

        assert namespace["y"] == 2

    def test_filename(self) -> None:
        assert execute_and_trace("x = 1", filename="named.py")[0].filename == "named.py"

    def test_main_is_the_programs(self) -> None:
        program = "import sys, pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))) is A, __name__)\n"

        assert execute_and_trace(program).stdout == "True __main__\n"

    def test_everything_is_given_back(self, tmp_path: Path) -> None:
        (tmp_path / "main.py").write_text("import sys\nsys.argv.append(1); sys.path.append(2); sys.stdout = None\n")
        before = (sys.argv, list(sys.path), sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr)

        execute_and_trace(tmp_path / "main.py", argv=["x"], stdin="text")

        assert (sys.argv, sys.path, sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr) == before

    def test_output_is_recorded_and_not_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        recording = execute_and_trace("import sys; print('out'); print('err', file=sys.stderr)")

        assert (recording.stdout, recording.stderr) == ("out\n", "err\n")
        assert capsys.readouterr() == ("", "")

    def test_output_is_recorded_and_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        recording = execute_and_trace("print('out')", TracerConfig(capture=Capture(forward=True)))

        assert recording.stdout == "out\n"
        assert capsys.readouterr().out == "out\n"

    def test_output_is_shown_when_it_is_not_captured(self, capsys: pytest.CaptureFixture[str]) -> None:
        recording = execute_and_trace("print('out')", TracerConfig(capture=Capture(output=False)))

        assert recording.stdout == ""
        assert capsys.readouterr().out == "out\n"


class TestHowItEnds:
    def test_an_exception_is_an_outcome(self) -> None:
        recording = execute_and_trace("def f():\n    1 / 0\nf()\n", filename="f.py")

        outcome = recording.outcome
        assert outcome.status == "exception"
        assert outcome.exit_code == 1
        assert outcome.exception is not None
        assert outcome.exception.type_name == "ZeroDivisionError"
        assert outcome.exception.message == "division by zero"
        assert [line for line in outcome.exception.traceback.splitlines() if line.startswith("  File")] == [
            '  File "f.py", line 3, in <module>',
            '  File "f.py", line 2, in f',
        ]

    @pytest.mark.parametrize(("argument", "code"), [("", 0), ("0", 0), ("3", 3), ("'bye'", 1), ("256", 0)])
    def test_sys_exit_is_an_outcome(self, argument: str, code: int) -> None:
        recording = execute_and_trace(f"import sys; sys.exit({argument})")

        assert (recording.outcome.status, recording.outcome.exit_code) == ("exited", code)

    def test_the_message_of_sys_exit_is_output(self) -> None:
        assert execute_and_trace("import sys; sys.exit('bye')").stderr == "bye\n"

    def test_an_exception_that_names_no_class_of_exception_is_an_outcome(self) -> None:
        recording = execute_and_trace("class Odd(BaseException):\n    def __str__(self): 1/0\nraise Odd\n")

        assert recording.outcome.status == "exception"

    @pytest.mark.parametrize("source", ["def f(:", b"x = \xff", "x = 1\0", "  x = 1", "(" * 500])
    def test_source_that_does_not_compile(self, source: str | bytes) -> None:
        with pytest.raises(CompilationError) as caught:
            execute_and_trace(source)

        assert isinstance(caught.value.__cause__, SyntaxError | MemoryError | ValueError)
        assert str(caught.value)

    def test_a_syntax_error_of_the_programs_own_is_an_outcome(self) -> None:
        recording = execute_and_trace("eval('1 +')")

        assert recording.outcome.exception is not None
        assert recording.outcome.exception.type_name == "SyntaxError"

    def test_an_end_of_many_steps_at_once_is_recorded(self) -> None:
        program = "def a(n): return b(n + 1)\ndef b(n): return a(n + 1)\na(0)\n"

        recording = execute_and_trace(program)

        assert recording.outcome.exception is not None
        assert recording.stderr == recording.outcome.exception.traceback

    def test_finalisers_belong_to_the_program(self) -> None:
        program = (
            "word = 'late'\nclass A:\n    def __del__(self):\n        print(word)\n"
            "a = A()\nb = A()\nb.itself = b\nprint('end')\n"
        )

        recording = execute_and_trace(program)

        assert recording.stdout == "end\nlate\nlate\n"
        assert [step.function for step in recording][-1] == "A.__del__"

    def test_what_outlives_the_program_is_not_recorded(self) -> None:
        namespace: dict[str, object] = {}
        recording = execute_and_trace("def f(n):\n    print(n)\n    yield n\ng = f(2)\n", globals=namespace)
        before = (len(recording), recording.to_json())

        namespace["f"](1).send(None)  # type: ignore[operator]
        next(namespace["g"])  # type: ignore[call-overload]

        assert (len(recording), recording.to_json()) == before
        assert recording.stdout == ""

    def test_threads_are_waited_for(self) -> None:
        program = (
            "import threading, time\ndef work():\n    time.sleep(0.05)\n    print('worked')\n"
            "threading.Thread(target=work).start()\n"
        )

        recording = execute_and_trace(program)

        assert recording.stdout == "worked\n"
        assert {step.thread for step in recording} == {0, 1}

    def test_threads_of_the_library_are_waited_for(self) -> None:
        program = """
            import threading, time
            from concurrent.futures import ThreadPoolExecutor
            def work(*told):
                time.sleep(0.05)
                print(*told)
            pool = ThreadPoolExecutor(1)
            for number in range(2): pool.submit(work, "pool", number)
            threading.Timer(0.3, work, ["timer"]).start()
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        """

        recording = execute_and_trace(textwrap.dedent(program))

        assert sorted(recording.stdout.splitlines()) == ["pool 0", "pool 1", "timer"]

    def test_threads_of_a_collected_executor_are_waited_for(self) -> None:
        program = """
            import time
            from concurrent.futures import ThreadPoolExecutor
            def work():
                time.sleep(0.3)
                print("worked")
            def submit(): ThreadPoolExecutor(1).submit(work)
            submit()
        """

        assert execute_and_trace(textwrap.dedent(program)).stdout == "worked\n"

    def test_threads_of_this_process_are_not_waited_for(self) -> None:
        done = Event()
        Thread(target=done.wait).start()

        recording = execute_and_trace("import threading; print(threading.active_count() > 1)")

        assert not done.is_set()
        done.set()
        assert recording.stdout == "True\n"

    def test_corrupt_code_is_a_clear_error_and_the_recording_is_kept(self) -> None:
        good = compile("x = 1\ndef f():\n    return 2\nf()\n", "f.py", "exec")
        function = next(constant for constant in good.co_consts if isinstance(constant, CodeType))
        constants = tuple(corrupted(function) if each is function else each for each in good.co_consts)

        with pytest.raises(InvalidBytecode) as caught:
            execute_and_trace(good.replace(co_consts=constants))

        assert caught.value.recording is not None
        assert "STORE_NAME" in opnames(caught.value.recording)


class TestArgumentsThatCannotBeHonoured:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((5,), "source is 5, of type int; pass source text, a pathlib.Path, a code object or a function"),
            ((print,), "has no bytecode"),
            (("x = 1", "fast"), "config is 'fast', of type str; pass a TracerConfig or None"),
        ],
    )
    def test_positional(self, arguments: tuple[object, ...], message: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            execute_and_trace(*arguments)  # type: ignore[arg-type]

        assert message in str(caught.value)

    @pytest.mark.parametrize(
        ("keywords", "message"),
        [
            ({"filename": 5}, "filename is 5"),
            ({"argv": "text"}, "argv is 'text', of type str; pass a list of strings"),
            ({"argv": ["a", 1]}, "argv holds 1, of type int"),
            ({"stdin": 5}, "stdin is 5, of type int; pass text or None"),
            ({"globals": [1]}, "globals is [1], of type list; pass a dict"),
        ],
    )
    def test_by_keyword(self, keywords: dict[str, object], message: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            execute_and_trace("x = 1", **keywords)  # type: ignore[arg-type]

        assert message in str(caught.value)

    def test_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "nowhere.py"):
            with pytest.raises(ConfigurationError, match="cannot be read"):
                execute_and_trace(path)

    def test_a_name_for_what_has_one(self) -> None:
        with pytest.raises(ConfigurationError, match="a code object has its file name already"):
            execute_and_trace(compile("1", "f", "exec"), filename="g")

    def test_globals_for_a_function(self) -> None:
        with pytest.raises(ConfigurationError, match="a function has its globals already"):
            execute_and_trace(print_all, globals={})


class TestTheTracer:
    def test_it_traces_again_and_again(self) -> None:
        tracer = ExecutionTracer()

        assert [tracer.trace(f"x = {number}")[-1].variables_state["x"] for number in range(2)] == [0, 1]

    def test_its_scope(self) -> None:
        program = "import colorsys\ncolorsys.rgb_to_hsv(1, 0, 0)\n"
        sys.modules.pop("colorsys", None)
        config = TracerConfig(scope=ScopePatterns(include="colorsys"))

        recording = execute_and_trace(program, config)

        assert "rgb_to_hsv" in {step.function for step in recording}
        sys.modules.pop("colorsys", None)
        assert {step.function for step in execute_and_trace(program)} == {"<module>"}

    def test_many_side_by_side(self) -> None:
        recordings: dict[int, Recording] = {}

        def trace(number: int) -> None:
            program = f"total = 0\nfor i in range(50):\n    total += {number}\nprint(total)\n"
            recordings[number] = execute_and_trace(program)

        threads = [Thread(target=trace, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert {number: recording.stdout for number, recording in recordings.items()} == {
            number: f"{50 * number}\n" for number in range(4)
        }
        assert len({len(recording) for recording in recordings.values()}) == 1

    def test_one_within_another(self) -> None:
        program = "from calcharo_vm import execute_and_trace\nprint(len(execute_and_trace('x = 1')) > 0)\n"

        assert execute_and_trace(program).stdout == "True\n"


def test_the_working_folder_and_environment_are_the_callers() -> None:
    assert execute_and_trace("import os; print(os.getcwd())").stdout == f"{Path.cwd()}\n"
