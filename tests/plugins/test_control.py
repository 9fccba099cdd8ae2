"""Tests for calcharo_vm/plugins/control.py, and for skipping: what hooks may do to a run."""

from __future__ import annotations

import threading

import pytest

from calcharo_vm import ExecutionTracer, TracerConfig
from calcharo_vm.config import Limits
from calcharo_vm.errors import PluginError
from calcharo_vm.plugins import LiveCall, LiveRun, LiveStep, hookimpl
from calcharo_vm.recording import OutcomeStatus
from tests.plugins.plugins import Controlling, Everything, Noting, trace

PROGRAM = """
def f(a):
    b = a + 1
    return b * 2
try:
    x = f(1); y = f(2)
finally:
    print("done")
z = 3
"""


def lines(plugin: Noting) -> list[object]:
    found: list[object] = []
    for _, line in plugin.of("step"):
        if not found or found[-1] != line:
            found.append(line)
    return found


def test_a_stopped_run_executes_nothing_any_more() -> None:
    plugin = Controlling(3, "stop")
    recording = trace(PROGRAM, plugin)

    assert recording.outcome.status is OutcomeStatus.CANCELLED
    assert recording.stdout == ""
    index, _ = plugin.of("step")[-1]
    assert isinstance(index, int)
    assert len(recording) == index  # the instruction that the hook was told of is not executed
    assert recording[-1].function == "f"


class Stopping(Noting):
    """Stops the run in a hook that is not told of steps."""

    @hookimpl
    def on_call(self, run: LiveRun, call: LiveCall) -> None:
        if call.function == "f":
            run.stop()


@pytest.mark.parametrize("tier", ["interpreter", "compiled"])
def test_any_hook_may_stop_the_run(tier: str) -> None:
    recording = trace(PROGRAM, Stopping(), optimization=tier)

    assert recording.outcome.status is OutcomeStatus.CANCELLED
    assert (recording.stdout, recording[-1].opname[:4]) == ("", "CALL")


THREADS = """
import threading
def spin():
    while True: n = 1
threads = [threading.Thread(target=spin) for _ in range(3)]
for each in threads: each.start()
for each in threads: each.join()
"""


class StoppingLate(Noting):
    @hookimpl
    def on_step(self, run: LiveRun, step: LiveStep) -> None:
        if step.thread == 2 and step.line_number == 4:
            run.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # CPython ignores a SystemExit
def test_all_threads_are_stopped() -> None:
    before = threading.active_count()
    recording = trace(THREADS, StoppingLate())

    assert recording.outcome.status is OutcomeStatus.CANCELLED
    assert before == threading.active_count()
    assert recording[-1].variables_state is not None


def test_a_line_is_skipped() -> None:
    plugin = Controlling(6, "skip_line")
    trace(PROGRAM, plugin)

    line_6 = [index for index, line in plugin.of("step") if line == 6 and isinstance(index, int)]
    complete = Controlling(99, "skip_line")
    trace(PROGRAM, complete)
    all_of_6 = [index for index, line in complete.of("step") if line == 6 and isinstance(index, int)]
    assert line_6[0] == all_of_6[0]
    assert line_6[1] > all_of_6[1]
    assert 3 in lines(plugin)  # a function that the line calls is another line


def test_a_call_is_skipped_with_all_that_it_calls() -> None:
    plugin = Controlling(3, "skip_function")
    trace(PROGRAM, plugin)

    assert [line for line in lines(plugin) if line in {3, 4}] == [3, 3, 4]
    assert lines(plugin)[-1] == 9


def test_steps_are_skipped_for_one_plugin_alone() -> None:
    plugin, other = Controlling(3, "skip", 5), Everything()
    recording = trace(PROGRAM, plugin, other)

    indexes = [index for index, _ in plugin.of("step")]
    gap = next(number for number, index in enumerate(indexes) if number != index)
    assert indexes == [*range(gap), *range(gap + 5, len(recording))]
    assert len(other.of("step")) == len(recording)


@pytest.mark.parametrize("steps", [0, -1, True, "2"])
def test_only_a_positive_number_of_steps_is_skipped(steps: object) -> None:
    with pytest.raises(PluginError, match="positive number") as caught:
        trace(PROGRAM, Controlling(3, "skip", steps), plugin_failure="stop")  # type: ignore[arg-type]
    assert caught.value.hook == "on_step"


class Pausing(Noting):
    """Pauses at a line, and has another thread look and go on."""

    def __init__(self, *, then: str) -> None:
        super().__init__()
        self.then = then
        self.has_paused = threading.Event()
        self.run: LiveRun | None = None

    @hookimpl
    def on_step(self, run: LiveRun, step: LiveStep) -> None:
        if step.line_number == 9 and self.run is None:
            self.run = run
            run.pause()
            self.has_paused.set()

    def go_on(self) -> None:
        self.has_paused.wait()
        assert self.run is not None
        self.notes.append(("paused", self.run.steps))
        getattr(self.run, self.then)()


@pytest.mark.parametrize(("then", "status"), [("resume", "completed"), ("stop", "cancelled")])
def test_a_paused_program_waits_for_another_thread(then: str, status: str) -> None:
    plugin = Pausing(then=then)
    other = threading.Thread(target=plugin.go_on)
    other.start()
    recording = trace(PROGRAM, plugin)
    other.join()

    ((steps,),) = plugin.of("paused")
    assert isinstance(steps, int)
    assert recording.outcome.status == status
    assert recording[steps - 1].line_number != 9
    assert (recording[-1].variables_state.get("z"), recording.stdout) == ({"resume": 3}.get(then), "done\n")


class PausingAWhile(Noting):
    @hookimpl
    def on_step(self, run: LiveRun) -> None:
        if not self.notes:
            self.notes.append(("paused",))
            run.pause()
            threading.Timer(0.5, run.resume).start()


def test_time_that_a_program_is_paused_does_not_count() -> None:
    recording = trace("for n in range(2000): pass", PausingAWhile(), limits=Limits(wall_seconds=0.45))

    assert recording.outcome.status is OutcomeStatus.COMPLETED


class PausingInVain(Noting):
    @hookimpl
    def on_start(self, run: LiveRun) -> None:
        run.pause()


def test_nobody_can_pause_without_steps() -> None:
    with pytest.raises(PluginError, match="implement on_step"):
        trace("x = 1", PausingInVain(), plugin_failure="stop")


def test_one_plugin_is_told_of_many_runs_side_by_side() -> None:
    plugin = Everything()
    tracer = ExecutionTracer(TracerConfig(plugins=(plugin,)))
    threads = [threading.Thread(target=tracer.trace, args=(f"x = {number}",)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(plugin.of("start")) == len(plugin.of("finish")) == 4
