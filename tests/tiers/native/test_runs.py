"""Tests for runs on the native tier: threads, modules, limits, and what it cannot record."""

import asyncio
import gc
import sys
import threading
import weakref
from pathlib import Path
from types import FrameType

import pytest

from calcharo_vm import Capture, ExecutionTracer, Limits, Recording, ScopePatterns, TracerConfig, execute_and_trace
from calcharo_vm.errors import ConfigurationError, InternalError, RecordingError
from calcharo_vm.recording import OutcomeStatus
from calcharo_vm.tiers.native.frames import NativeCode
from tests.tiers.native.native import NATIVE, lines_of, record


class TestThreads:
    source = """\
import threading
def work(n):
    found = []
    for k in range(n):
        found.append(k)
    box.append(found)
box = []
threads = [threading.Thread(target=work, args=(n,)) for n in (2, 3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(box))
"""

    def test_each_has_its_steps(self) -> None:
        recording = record(self.source)
        of_threads: dict[int, list[int | None]] = {0: [], 1: [], 2: []}
        for step in recording:
            of_threads[step.thread].append(step.line_number)

        assert recording.stdout == "[[0, 1], [0, 1, 2]]\n"
        assert of_threads[1] == [3, 4, 5, 4, 5, 4, 6]
        assert of_threads[2] == [3, 4, 5, 4, 5, 4, 5, 4, 6]

    def test_they_can_be_read_again(self, tmp_path: Path) -> None:
        recording = record(self.source)
        recording.save(tmp_path / "it.calcharo")

        again = Recording.open(tmp_path / "it.calcharo")
        assert lines_of(again) == lines_of(recording)
        assert [row.arguments for row in again.calls("work")] == [{"n": 2}, {"n": 3}]

    def test_they_are_waited_for(self) -> None:
        source = (
            "import threading, time\ndef f():\n    time.sleep(0.05)\n    print('late')\n"
            "threading.Thread(target=f).start()\n"
        )

        assert record(source).stdout == "late\n"

    def test_coroutines_that_a_library_resumes_in_a_thread(self) -> None:
        source = (
            "import asyncio, threading\nasync def main():\n    await asyncio.sleep(0); await asyncio.sleep(0)\n"
            "    return 1\nthread = threading.Thread(target=lambda: asyncio.run(main()))\n"
            "thread.start()\nthread.join()\n"
        )
        recording = record(source)

        assert [step.line_number for step in recording if step.function == "main"] == [3, 4]
        assert Recording.from_json(str(recording.to_json())).frames.executing(0) == recording.frames.executing(0)

    @pytest.mark.parametrize("is_traced", [False, True])
    def test_those_of_others_are_not_recorded(self, *, is_traced: bool) -> None:
        begin, has_begun = threading.Event(), threading.Event()
        seen: list[str] = []

        def trace(frame: FrameType, _event: str, _argument: object) -> None:
            seen.append(frame.f_code.co_name)

        def wait() -> None:
            begin.wait()
            threading.Thread(target=has_begun.set).start()

        before = threading.gettrace()
        other = threading.Thread(target=wait)
        other.start()
        threading.settrace(trace if is_traced else None)
        try:
            shared = {"__name__": "__main__", "begin": begin, "has_begun": has_begun}
            recording = execute_and_trace("begin.set()\nhas_begun.wait()\n", NATIVE, globals=shared)
            other.join()
            assert threading.gettrace() == (trace if is_traced else None)
        finally:
            threading.settrace(before)

        assert [step.line_number for step in recording] == [1, 2]
        assert ("run" in seen) == is_traced

    def test_programs_side_by_side(self) -> None:
        async def both() -> list[Recording]:
            tracer = ExecutionTracer(NATIVE)
            return await asyncio.gather(*(tracer.arun(f"for k in range({n}):\n    print(k)\n") for n in (20, 30)))

        assert [recording.stdout.count("\n") for recording in asyncio.run(both())] == [20, 30]


class TestModules:
    def test_those_in_the_folder_and_those_included(self, tmp_path: Path) -> None:
        (tmp_path / "beside.py").write_text("def f():\n    return 1\n")
        program = tmp_path / "program.py"
        program.write_text("import beside\nfrom string import capwords\nprint(beside.f(), capwords('a b'))\n")

        recording = record(program)
        assert {Path(step.filename).name for step in recording} == {"beside.py", "program.py"}
        recording = record(program, NATIVE.evolve(scope={"exclude": ("beside",)}))
        assert {Path(step.filename).name for step in recording} == {"program.py"}

    def test_an_included_module_that_is_imported_by_the_program(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "far_away.py").write_text("k = 1\n")
        source = f"import sys\nsys.path.insert(0, {str(tmp_path / 'elsewhere')!r})\nimport far_away\n"
        config = TracerConfig(optimization="native", scope=ScopePatterns(include=("far_away",)))

        recording = record(source, config)
        sys.modules.pop("far_away", None)
        assert [step.line_number for step in recording if step.filename.endswith("far_away.py")] == [1]
        assert not any(step.filename.endswith("far_away.py") for step in record(source))
        sys.modules.pop("far_away", None)

    def test_a_function_and_those_beside_it(self) -> None:
        recording = record(called_by_tests)

        assert [(step.function, step.line_number - FIRST_LINE) for step in recording] == [  # type: ignore[operator]
            ("called_by_tests", 1),
            ("_beside", 6),
            ("called_by_tests", 2),
        ]

    def test_what_code_is_made_from_the_programs(self) -> None:
        source = (
            "import types\ndef old():\n    yield 1\nasync def main():\n    await types.coroutine(old)()\n"
            "main().send(None)\n"
        )

        assert ("old", 3) in {(step.function, step.line_number) for step in record(source)}


def called_by_tests() -> int:
    k = _beside()
    return k + 1


def _beside() -> int:
    return 1


FIRST_LINE = called_by_tests.__code__.co_firstlineno


class TestLifetimes:
    def test_objects_go_when_they_would(self) -> None:
        source = (
            "class Node:\n    def __del__(self): print('gone')\ndef f():\n    node = Node()\n    print('in')\n"
            "f()\nprint('out')\nnode = Node()\n"
        )

        assert record(source).stdout == "in\ngone\nout\ngone\n"

    def test_nothing_of_the_program_is_kept(self) -> None:
        kept: list[weakref.ref[object]] = []
        source = (
            "class Node: pass\ndef f(node):\n    it = g(node)\n    next(it)\n    keep(node)\n"
            "def g(node):\n    yield node\n    yield 2\nf(Node())\n"
        )
        recording = execute_and_trace(
            source, NATIVE, globals={"__name__": "__main__", "keep": lambda node: kept.append(weakref.ref(node))}
        )
        gc.collect()

        assert len(recording) > 0
        assert [reference() for reference in kept] == [None]


class TestRecursion:
    def test_recording_goes_on_after_calls_that_are_too_deep(self) -> None:
        source = (
            "def down(k):\n    return down(k + 1)\n"
            "try:\n    down(0)\nexcept RecursionError as error:\n    print(error)\n"
            "k = 1\ndef up(n):\n    return n and 1 + up(n - 1)\nprint(up(3))\n"
        )
        recording = record(source)

        assert recording.stdout.startswith("maximum recursion depth exceeded")
        assert recording.stdout.endswith("\n3\n")
        assert "near the recursion limit" in recording.statistics.reason
        assert len({len(step.call_stack) for step in recording[-4:]}) == 4
        assert recording[-1].variables_state["n"] == 0

    def test_deep_calls_that_return(self) -> None:
        recording = record(
            f"def up(n):\n    return n and 1 + up(n - 1)\nprint(up({sys.getrecursionlimit() - 150}))\nk = 1\n"
        )

        assert recording[-1].line_number == 4
        assert recording[-1].variables_state["k"] == 1


class TestWhatEndsARecording:
    def test_a_trace_function_of_the_program(self) -> None:
        recording = record("import sys\nk = 1\nsys.settrace(None)\nk = 2\n")

        assert [step.line_number for step in recording] == [1, 2, 3]
        assert "the program has set a trace function" in recording.statistics.reason
        assert recording.outcome.status is OutcomeStatus.COMPLETED

    def test_a_failure_of_ours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("on purpose")

        monkeypatch.setattr(NativeCode, "handles", fail)
        before = sys.gettrace()
        with pytest.raises(InternalError, match="ZeroDivisionError: on purpose") as caught:
            record("k = 1\ntry:\n    k.missing\nexcept AttributeError:\n    k = 2\n")

        assert caught.value.recording is not None
        assert caught.value.recording[-1].line_number == 3
        assert sys.gettrace() is before

    def test_a_file_that_cannot_be_written(self, tmp_path: Path) -> None:
        config = NATIVE.evolve(capture={"spill": str(tmp_path / "missing" / "it.calcharo")})

        with pytest.raises(RecordingError):
            record("k = 1", config)

    def test_being_cancelled(self) -> None:
        async def start() -> None:
            begun = threading.Event()
            run = asyncio.create_task(
                ExecutionTracer(NATIVE).arun(
                    "begun.set()\nwhile True:\n    k = 1\n", globals={"__name__": "__main__", "begun": begun}
                )
            )
            await asyncio.to_thread(begun.wait)
            run.cancel()
            await run

        threads = threading.active_count()
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(start())
        assert threading.active_count() == threads

    def test_leaving(self) -> None:
        recording = record("import sys\nsys.exit(3)\n")

        assert (recording.outcome.status, recording.outcome.exit_code) == (OutcomeStatus.EXITED, 3)


class TestLimits:
    @pytest.mark.parametrize(
        ("limits", "remedy"),
        [
            (Limits(steps=5), "use optimization='interpreter'"),
            (Limits(threads=0), "use optimization='interpreter'"),
            (Limits(wall_seconds=5), "use isolation='worker', where it holds for the process"),
        ],
    )
    def test_those_that_nothing_holds_the_program_to(self, limits: Limits, remedy: str) -> None:
        with pytest.raises(ConfigurationError, match="the native tier executes nothing itself") as caught:
            record("k = 1", TracerConfig(optimization="native", limits=limits))

        assert remedy in str(caught.value)

    def test_a_worker_is_held_to_its_time(self) -> None:
        config = TracerConfig(optimization="native", isolation="worker", limits=Limits(wall_seconds=1.0))

        recording = record("k = 0\nwhile True:\n    k += 1\n", config)

        assert (recording.outcome.status, recording.outcome.limit) == (OutcomeStatus.LIMIT, "wall_seconds")
        assert recording.statistics.tier == "native"
        assert recording[-1].variables_state["k"] != 0

    def test_steps_in_a_worker(self) -> None:
        with pytest.raises(ConfigurationError, match=r"limits\.steps is 5"):
            record("k = 1", TracerConfig(optimization="native", isolation="worker", limits=Limits(steps=5)))

    def test_replay(self) -> None:
        with pytest.raises(ConfigurationError, match="replay is given"):
            execute_and_trace("k = 1", NATIVE, replay=[])


def test_output_and_input_are_the_programs() -> None:
    config = NATIVE.evolve(capture={"metrics": False})

    recording = execute_and_trace("print(input(), flush=True)", config, stdin="typed\n")

    assert recording.stdout == "typed\n"
    assert recording[-1].memory_bytes == 0


def test_a_file_gets_the_steps_while_the_program_runs(tmp_path: Path) -> None:
    path = tmp_path / "it.calcharo"

    recording = record("for k in range(3000):\n    m = [k]\n", NATIVE.evolve(capture=Capture(spill=str(path))))

    assert len(Recording.open(path)) == len(recording) == 6001
    assert Recording.open(path)[4000].variables_state == recording[4000].variables_state
