"""Tests for calcharo_vm/plugins/telling.py and events.py: what plugins are told, and what that costs."""

from __future__ import annotations

import gc
import sys
import weakref
from types import FunctionType
from typing import cast

import pytest

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.config import Capture, Limits
from calcharo_vm.errors import PluginError
from calcharo_vm.machine.machine import Machine
from calcharo_vm.plugins import LiveCall, LiveException, LiveReturn, LiveStep, hookimpl, load
from calcharo_vm.plugins.telling import Teller
from calcharo_vm.program.observation import MachineRecorder, as_observer
from tests.plugins.plugins import Everything, Noting, trace

PROGRAM = """
import sys
def numbers(count):
    for number in range(count):
        yield number
def inverse(number):
    return 1 / number
total = 0
for each in numbers(3):
    try: total += inverse(each)
    except ZeroDivisionError: print("zero", file=sys.stderr)
print(total, sorted([2, 1], key=lambda number: -number))
class Gone:
    def __del__(self): print("gone")
Gone()
"""


@pytest.mark.parametrize("tier", ["interpreter", "compiled"])
def test_each_step_is_told_once_before_its_instruction_and_recorded_as_without(tier: str) -> None:
    plugin = Everything()
    recording = trace(PROGRAM, plugin, optimization=tier)
    alone = execute_and_trace(PROGRAM)

    steps = plugin.of("step")
    assert [step[0] for step in steps] == list(range(len(recording)))
    for step, (_, opname, oparg, place, _variables) in zip(recording, steps, strict=True):
        assert (step.opname, step.oparg, step.thread) == (opname, oparg, place[4])  # type: ignore[index]
        assert (step.filename, step.function, step.line_number, step.offset) == place[:4]  # type: ignore[index]
        assert len(step.call_stack) - 1 in {place[5], place[5] + 1, place[5] - 1}  # type: ignore[index]
    assert [(step.opname, step.offset, step.variables_state) for step in recording] == [
        (step.opname, step.offset, step.variables_state) for step in alone
    ]
    assert (recording.stdout, recording.stderr) == (alone.stdout, alone.stderr)


def test_a_step_sees_the_variables_before_its_instruction() -> None:
    plugin = Everything()
    recording = trace("def f(a):\n  b = a + 1\n  return b\nx = f(1)\n", plugin)

    for before, (index, *_, variables) in zip(recording, plugin.of("step")[1:], strict=False):
        assert isinstance(index, int)
        if before.function == recording[index].function == "f":
            assert before.variables_state == variables


def test_frames_exceptions_and_output_are_told_in_order() -> None:
    plugin = Everything()
    trace(PROGRAM, plugin)

    assert plugin.of("start") == [("<string>", ("<string>",), PROGRAM, 0)]
    assert plugin.of("exception") == [("inverse", "ZeroDivisionError"), ("<module>", "ZeroDivisionError")]
    generators = [note for note in plugin.notes if note[:2] in {("call", "numbers"), ("return", "numbers")}]
    assert [note[2:4] for note in generators] == [
        (False, 1),
        ("made_generator", None),
        *[(True, 1), ("yielded", 0), (True, 1), ("yielded", 1), (True, 1), ("yielded", 2), (True, 1)],
        ("returned", None),
    ]
    assert ("inverse", "raised", None, 1) in plugin.of("return")
    assert [note[1:3] for note in plugin.of("return") if note[0] == "<lambda>"] == [("returned", -2), ("returned", -1)]
    assert "".join(str(text) for text, is_error in plugin.of("output") if is_error) == "zero\n"
    calls, returns = plugin.of("call"), plugin.of("return")
    assert len(calls) == len(returns)
    assert plugin.notes[-1][:2] == ("finish", "completed")


def test_a_limit_is_told() -> None:
    plugin = Everything()
    recording = trace("while True: pass", plugin, limits=Limits(steps=50))

    assert plugin.notes[-2:] == [("limit", "steps"), ("finish", "limit", 50)]
    assert len(plugin.of("step")) == len(recording) == 50


def test_output_is_told_where_it_is_not_recorded(capfd: pytest.CaptureFixture[str]) -> None:
    plugin = Everything()
    recording = trace("print('seen')", plugin, capture=Capture(output=False))

    assert (recording.stdout, capfd.readouterr().out) == ("", "seen\n")
    assert plugin.of("output") == [("seen", False), ("\n", False)]


class Printing(Noting):
    @hookimpl
    def on_call(self, call: LiveCall) -> None:
        print("plugin in", call.function)
        sys.stderr.write("plugin\n")

    @hookimpl
    def on_output(self, text: str) -> None:
        print("heard", repr(text))


def test_what_a_plugin_prints_is_not_the_programs(capfd: pytest.CaptureFixture[str]) -> None:
    recording = trace("print('program')", Printing())

    assert (recording.stdout, recording.stderr) == ("program\n", "")
    assert capfd.readouterr() == ("plugin in <module>\nheard 'program'\nheard '\\n'\n", "plugin\n")


class Prying(Noting):
    """Calls a method of the program's."""

    @hookimpl
    def on_step(self, step: LiveStep) -> None:
        self.notes.append(("step", step.function))
        if step.opname == "NOP" or "thing" in step.globals:
            str(step.globals.get("thing"))


def test_nothing_that_a_hook_does_is_told() -> None:
    plugin = Prying()
    trace("class T:\n  def __str__(self): return 'T'\nthing = T()\nx = 1\n", plugin)

    assert ("T.__str__",) not in plugin.of("step")


class Keeping(Noting):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[LiveStep | LiveCall | LiveReturn | LiveException] = []

    @hookimpl
    def on_step(self, step: LiveStep) -> None:
        self.kept.append(step)

    @hookimpl
    def on_call(self, call: LiveCall) -> None:
        self.kept.append(call)

    @hookimpl
    def on_return(self, leaving: LiveReturn) -> None:
        self.kept.append(leaving)

    @hookimpl
    def on_exception(self, exception: LiveException) -> None:
        self.kept.append(exception)


def test_what_is_told_is_over_when_the_hook_returns() -> None:
    plugin = Keeping()
    recording = trace(
        "class A:\n  def __del__(self): print('gone')\ndef f(a): 1/0\ntry: f(A())\nexcept: pass\n", plugin
    )

    assert recording.stdout == "gone\n"
    for event in plugin.kept:
        assert "over" in repr(event)
        for name in ("function", "line_number", "locals", "depth"):
            with pytest.raises(PluginError, match="over; copy"):
                getattr(event, name)
    with pytest.raises(PluginError):
        next(event for event in plugin.kept if isinstance(event, LiveException)).error


def test_plugins_live_no_longer_than_their_run() -> None:
    plugin = Everything()
    gone = weakref.ref(plugin)
    trace("x = 1", plugin)
    del plugin
    gc.collect()

    assert gone() is None


class Quiet(Noting):
    @hookimpl
    def on_start(self) -> None:
        self.notes.append(("start",))

    @hookimpl
    def on_finish(self) -> None:
        self.notes.append(("finish",))


def handlers_of(recorder: MachineRecorder) -> list[FunctionType]:
    code = compile("x = 1\nfor each in x: f(each)", "<string>", "exec")
    return [cast("FunctionType", entry[0]) for entry in Machine(observer=as_observer(recorder)).guest_code(code).link()]


def watched_by(*plugins: object) -> MachineRecorder:
    recorder = MachineRecorder()
    recorder.tell(Teller(load(plugins, with_installed=False)))
    return recorder


def test_hooks_that_nobody_implements_leave_handlers_and_events_as_they_are() -> None:
    """The loop calls the very same functions: there is nothing that could cost anything."""
    events = {"frame_entered", "frame_left", "frame_resumed", "raised"}
    alone, quiet, told = MachineRecorder(), watched_by(Quiet()), watched_by(Everything())

    assert not events & (vars(alone).keys() | vars(quiet).keys())
    assert events <= vars(told).keys()
    called = [{name for name in cells(handlers_of(each)) if "told" in name} for each in (alone, quiet, told)]
    assert called == [set(), set(), {"_told.<locals>.told"}]
    for each in (alone, quiet, told):
        each.finish()


def cells(handlers: list[FunctionType]) -> set[str]:
    """The names of the functions that handlers have in their closures."""
    contents = [cell.cell_contents for handler in handlers for cell in handler.__closure__ or ()]
    return {each.__qualname__ for each in contents if isinstance(each, FunctionType)}


def test_the_compiled_tier_leaves_watched_programs_to_the_interpreter() -> None:
    loop = "total = 0\nfor n in range(3000): total += n\n"
    watched = trace(loop, Everything(), optimization="compiled").statistics
    unwatched = trace(loop, Quiet(), optimization="compiled").statistics

    assert (watched.tier, unwatched.tier) == ("interpreter", "compiled")
    assert "Everything" in watched.reason
    assert sum(code.compiled for code in unwatched.codes) > 0


def test_threads_are_told_with_their_numbers() -> None:
    plugin = Everything()
    source = "import threading\ndef f(): pass\nt = threading.Thread(target=f)\nt.start(); t.join()\n"
    recording = execute_and_trace(source, TracerConfig(plugins=(plugin, Quiet())))

    threads = {place[4] for _, _, _, place, _ in plugin.of("step")}  # type: ignore[index]
    assert threads == {step.thread for step in recording} == {0, 1}
    assert len(plugin.of("step")) == len(recording)
