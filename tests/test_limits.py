"""Tests for limits: each ends the run, is named by the outcome, and keeps what has been recorded until then."""

import sys
import threading
from pathlib import Path

import pytest

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Capture, Limits
from calcharo_vm.errors import LimitExceeded, MemoryLimitExceeded, StepLimitExceeded, TimeoutExceeded
from calcharo_vm.plugins import LiveRun, LiveStep, hookimpl
from calcharo_vm.program.observation import MachineRecorder
from calcharo_vm.recording import Outcome, OutcomeStatus, budget
from calcharo_vm.recording.budget import Budget


def run(source: str, **limits: float) -> Recording:
    return execute_and_trace(source, TracerConfig(limits=Limits(**limits)))  # type: ignore[arg-type]


COUNTING = "n = 0\nwhile True: n += 1\n"


@pytest.mark.parametrize("steps", [1, 2, 1000, 1024, 1025, 3333])
def test_exactly_so_many_steps_are_recorded(steps: int) -> None:
    recording = run(COUNTING, steps=steps)
    unlimited = execute_and_trace("n = 0\nwhile n < 1000: n += 1\n")

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="steps")
    assert len(recording) == steps
    assert [step.variables_state for step in recording][:6] == [step.variables_state for step in unlimited][:6][:steps]
    with pytest.raises(StepLimitExceeded) as caught:
        recording.raise_for_outcome()
    assert caught.value.recording is recording


def test_a_program_within_its_limits_runs_to_its_end() -> None:
    limits = {"steps": 5000, "wall_seconds": 60, "cpu_seconds": 60, "memory_bytes": 1 << 33}
    limits |= {"recursion_depth": 40, "output_bytes": 3, "heap_objects": 3000}
    recording = run("def f(n): return n and f(n - 1)\nf(30)\nprint('é')\n", **limits)

    assert recording.outcome.status == "completed"
    assert "é\n" == recording.stdout


def test_a_program_may_take_as_many_steps_as_it_needs() -> None:
    needed = len(execute_and_trace("x = 1\ny = 2\n"))

    assert run("x = 1\ny = 2\n", steps=needed).outcome.status == "completed"
    assert run("x = 1\ny = 2\n", steps=needed - 1).outcome.status == "limit"


CALLING = """
def f(a): return a
class C:
    def g(self): return [f(1) for i in range(3)]
for i in range(100): f(i); C().g()
"""


def test_steps_are_exact_where_frames_come_and_go() -> None:
    for steps in range(1, 300, 23):
        assert len(run(CALLING, steps=steps)) == steps


STUBBORN = {
    "handlers": """
while True:
    try:
        while True: pass
    except BaseException: print('handled')
    finally: print('finally')
""",
    "context managers": """
class Swallowing:
    def __enter__(self): return self
    def __exit__(self, *_): print('exit'); return True
while True:
    with Swallowing():
        while True: pass
""",
    "generators": """
def numbers():
    while True:
        try: yield 1
        except BaseException: print('ignored')
        finally: print(end='')
kept = [numbers() for _ in range(3)]
for each in kept: next(each)
while True: next(kept[0])
""",
    "finalisers": """
class Loud:
    def __del__(self):
        print('deleted')
        while True: pass
kept = [Loud() for _ in range(3)]
def f(x):
    while True: pass
f(Loud())
""",
    "callbacks of native code": "sorted(range(100_000), key=lambda value: -value)",
    "a finaliser within native code": """
class Loud:
    def __del__(self):
        while True: pass
def make(_): Loud()
list(map(make, range(1000)))
""",
    "coroutines": """
import asyncio
async def spin():
    while True:
        try: await asyncio.sleep(0)
        except BaseException: print('handled')
async def main(): await asyncio.gather(spin(), spin())
asyncio.run(main())
""",
    "threads": """
import threading
def spin():
    while True:
        try:
            while True: pass
        except BaseException: print('handled')
threads = [threading.Thread(target=spin) for _ in range(3)]
for each in threads: each.start()
for each in threads: each.join()
""",
    "an executor": """
from concurrent.futures import ThreadPoolExecutor
def spin():
    while True: pass
with ThreadPoolExecutor(2) as pool:
    print(pool.submit(spin).exception(), pool.submit(spin).exception())
""",
    "hooks": """
import sys
def spin(*_):
    print('hook')
    while True: pass
sys.excepthook = sys.unraisablehook = spin
while True: pass
""",
}


@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # CPython ignores a SystemExit
@pytest.mark.parametrize("name", STUBBORN)
def test_no_code_of_the_program_outlasts_its_limit(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    before, hook = threading.active_count(), sys.excepthook
    recording = run(STUBBORN[name], steps=4000)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="steps")
    assert len(recording) == 4000
    assert ("", "") == (recording.stdout, recording.stderr)
    assert ("", "") == capfd.readouterr()
    assert before == threading.active_count()
    assert hook is sys.excepthook
    assert recording[-1].value_stack is not None


def test_the_next_run_starts_afresh() -> None:
    run(STUBBORN["handlers"], steps=100)

    assert "3\n" == execute_and_trace("print(1 + 2)").stdout


@pytest.mark.parametrize("limit", ["wall_seconds", "cpu_seconds"])
def test_time_runs_out(limit: str) -> None:
    recording = run(COUNTING, **{limit: 0.05})

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit=limit)
    assert recording[-1].variables_state["n"] in range(1, len(recording))
    with pytest.raises(TimeoutExceeded if limit == "wall_seconds" else LimitExceeded):
        recording.raise_for_outcome()


def test_memory_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    used = iter([1000, 1000, 1999, 2001])
    monkeypatch.setattr(budget, "sample", lambda: (next(used, 2001), 0.0))
    recording = run(COUNTING, memory_bytes=1000)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="memory_bytes")
    assert len(recording) in range(2000, 5000)
    with pytest.raises(MemoryLimitExceeded):
        recording.raise_for_outcome()


def test_objects_run_out() -> None:
    recording = run("kept = []\nwhile True: kept.append([])\n", heap_objects=500)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="heap_objects")
    assert len(recording[-1].heap) in range(500, 2000)


def test_frames_run_out() -> None:
    source = "import sys\nsys.setrecursionlimit(9000)\ndef f(n):\n  try: f(n + 1)\n  except BaseException: pass\nf(0)\n"
    recording = run(source, recursion_depth=50)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="recursion_depth")
    assert len(recording[-1].call_stack) == 50
    assert recording[-1].opname.startswith("CALL")


def test_output_runs_out() -> None:
    recording = run("while True:\n  print('é' * 4)\n", output_bytes=20)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="output_bytes")
    assert "éééé\nééééé\n"[:5] + "éééé\né" == recording.stdout


def test_what_is_written_after_the_end_is_not_recorded() -> None:
    late = "import threading\nthreading.Timer(0.3, print, ['late']).start()\nprint('early')\nwhile True: pass\n"
    recording = run(late, steps=2000)

    assert (2000, "early\n") == (len(recording), recording.stdout)


def test_output_that_is_not_recorded_runs_out_too(capfd: pytest.CaptureFixture[str]) -> None:
    config = TracerConfig(capture=Capture(output=False), limits=Limits(output_bytes=20))
    recording = execute_and_trace("while True:\n  print('a' * 9)\n", config)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="output_bytes")
    assert "" == recording.stdout
    assert "a" * 9 + "\n" in capfd.readouterr().out


def test_a_file_ends_with_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "run.calcharo"
    spilled = execute_and_trace(COUNTING, TracerConfig(limits=Limits(steps=5000), capture=Capture(spill=str(path))))

    for recording in (spilled, Recording.open(path)):
        assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="steps")
        assert len(recording) == 5000
    assert run(COUNTING, steps=5000)[-1].variables_state == spilled[-1].variables_state


def test_what_is_recorded_until_the_limit_is_true() -> None:
    audited = TracerConfig(limits=Limits(steps=2500), capture=Capture(audit=True))
    recording = execute_and_trace(STUBBORN["generators"], audited)

    assert len(recording) == 2500


def test_time_of_waiting_is_left_out_once_however_many_threads_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([100.0, 103.5, 104.5])
    monkeypatch.setattr(budget, "monotonic", lambda: next(now))
    limited = Budget(Limits(wall_seconds=1))
    limited.waited(101, 104)
    limited.waited(101.5, 104)

    assert [limited.used_up(1, 1), limited.used_up(1, 1)] == [None, "wall_seconds"]


class Stopping:
    """Stops the run at a line, in every thread that comes there."""

    def __init__(self, line: int) -> None:
        self.line = line

    @hookimpl
    def on_step(self, run: LiveRun, step: LiveStep) -> None:
        if step.line_number == self.line:
            run.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # CPython ignores a SystemExit
@pytest.mark.parametrize(("name", "line"), [("handlers", 4), ("threads", 6), ("generators", 6)])
def test_a_run_is_stopped_before_an_instruction(name: str, line: int) -> None:
    recording = execute_and_trace(STUBBORN[name], TracerConfig(plugins=(Stopping(line),)))

    assert recording.outcome == Outcome(OutcomeStatus.CANCELLED)
    assert (recording.stdout, recording[-1].value_stack is not None) == ("", True)
    assert line not in {step.line_number for step in recording}


def test_a_thread_that_is_late_is_stopped_too() -> None:
    recorder = MachineRecorder()
    recorder.limit_reached = "steps"

    with pytest.raises(SystemExit):
        recorder.stop_before(None)  # type: ignore[arg-type] # it is not looked at
    recorder._is_shared = True
    with pytest.raises(SystemExit):
        recorder.begin_again(None)  # type: ignore[arg-type] # as above
    recorder.finish()


def test_a_budget_without_limits_is_never_used_up() -> None:
    unlimited = Budget(Limits())

    assert unlimited.used_up(1 << 60, 1 << 60) is None
    assert not unlimited.has_written_too_much
    assert not unlimited.is_too_deep(1 << 60)
