"""Tests for calcharo_vm/machine/failures.py: a failure of ours is reported as ours, and the program never sees it."""

from __future__ import annotations

import pickle
import platform
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import calcharo_vm
from calcharo_vm import InternalError, Recording, TracerConfig, execute_and_trace
from calcharo_vm.code.metadata import OPCODES, load_table
from calcharo_vm.errors import RecordingError
from calcharo_vm.machine.failures import is_internal
from calcharo_vm.machine.machine import Machine
from calcharo_vm.recording.effects import Effects
from calcharo_vm.recording.recorder import Recorder
from calcharo_vm.recording.shadow import Shadow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAM = """
import threading
class Swallowing:
    def __enter__(self): return self
    def __exit__(self, *_): print("exit"); return True
def numbers():
    try: yield 1
    except BaseException: print("caught")
def work(n):
    try:
        with Swallowing():
            items = [n]
            items.append(n)
            for each in numbers(): items += [each * 2]
            int("x")
    except BaseException as error: print("caught", error)
    finally: print("finally")
    return n
print("before")
"""
CALLS = {
    "plainly": "work(1)",
    "from native code": "sorted([2, 1], key=work)",
    "in a generator": "list(work(each) for each in [1])",
    "in another thread": "t = threading.Thread(target=work, args=(1,)); t.start(); t.join()",
    "in a finaliser": "class Gone:\n  def __del__(self): work(1)\nGone()",
    "in a coroutine": """
import asyncio
async def main(): await asyncio.to_thread(work, 1); work(2)
asyncio.run(main())
""",
    "when the program has ended": "class Gone:\n  def __del__(self): work(1)\nkept = Gone()",
}
RECORDER = {"moved_at": Shadow, "_prepare_call": Effects, "frame_resumed": Recorder, "raised": Recorder}
RECORDER |= {"handled": Recorder, "_arrive": Recorder, "_sync": Recorder}


def broken(*_arguments: object, **_named: object) -> object:
    raise KeyError("broken")


def fails_in(name: str, where: type, function: str = "work") -> Callable[..., object]:
    """Gives a method that fails as soon as a function of the program executes."""
    original = getattr(where, name)

    def method(self: object, *arguments: object, **named: object) -> object:
        if any(function in frame for frame in running):
            raise KeyError("broken")
        return original(self, *arguments, **named)

    running: list[str] = []
    entered = Recorder.frame_entered

    def noting(self: Recorder, frame: object) -> None:
        running.append(frame.code.co_qualname)  # type: ignore[attr-defined]
        entered(self, frame)  # type: ignore[arg-type]

    Recorder.frame_entered = noting  # type: ignore[method-assign]
    return method


def failure_of(source: str, **settings: object) -> InternalError:
    with pytest.raises(InternalError) as caught:
        execute_and_trace(source, TracerConfig(**settings))  # type: ignore[arg-type]
    return caught.value


@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # CPython ignores a SystemExit
@pytest.mark.parametrize("name", RECORDER)
@pytest.mark.parametrize("how", CALLS)
def test_a_failure_of_the_recorder_ends_the_run(how: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = threading.active_count()
    monkeypatch.setattr(Recorder, "frame_entered", Recorder.frame_entered)
    monkeypatch.setattr(RECORDER[name], name, fails_in(name, RECORDER[name]))
    error = failure_of(PROGRAM + CALLS[how])

    assert isinstance(error.__cause__, KeyError)
    assert error.recording is not None
    assert (error.recording.stdout, error.recording.stderr) == ("before\n", "")
    assert error.recording.outcome.status == "crashed"
    assert threads == threading.active_count()
    assert execute_and_trace("x = 1 + 1").outcome.status == "completed"


def broken_handler(monkeypatch: pytest.MonkeyPatch, handler: object) -> None:
    link = load_table("calcharo_vm.machine", "handlers").LINK
    monkeypatch.setitem(link, OPCODES["BINARY_OP"], lambda *_: (handler, None))


def asking_for_what_is_not_there(frame: object, _stack: object, _operand: object) -> object:
    return frame.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("handler", [asking_for_what_is_not_there, broken])
def test_a_failure_of_a_handler_ends_the_run(handler: object, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_handler(monkeypatch, handler)
    error = failure_of("try: 1 + int(1)\nexcept BaseException: print('caught')\nfinally: print('finally')\n")

    assert error.recording is not None
    assert error.recording.stdout == ""
    assert error.where == ("<module>", "<string>", 1, "BINARY_OP", error.where.offset)
    assert platform.python_version().startswith(error.python)
    assert error.version == calcharo_vm.__version__
    for told in ("BINARY_OP", "line 1", "<module>", error.python, error.version, "please report it"):
        assert told in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_machine_that_nobody_observes_fails_too(monkeypatch: pytest.MonkeyPatch) -> None:
    broken_handler(monkeypatch, broken)
    space: dict[str, object] = {"seen": []}
    code = compile("try: 1 + len(seen)\nexcept BaseException: seen.append(1)\nfinally: seen.append(2)\n", "<s>", "exec")

    with pytest.raises(InternalError, match="BINARY_OP"):
        Machine().run_code(code, space)
    assert space["seen"] == []


@pytest.mark.parametrize("name", ["UnknownName", "AttributeOfOurs"])
def test_a_handler_of_ours_betrays_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from calcharo_vm.machine import operators

    space = {"__package__": "calcharo_vm.machine", "__name__": operators.__name__}
    body = {"UnknownName": "no_such_name", "AttributeOfOurs": "frame.nothing"}[name]
    exec(f"def handler(frame, stack, operand): {body}", space)
    broken_handler(monkeypatch, space["handler"])

    assert type(failure_of("1 + int(1)").__cause__) is {"UnknownName": NameError}.get(name, AttributeError)


def test_a_failure_that_says_itself_what_is_wrong_is_reported_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise RecordingError("the disk is full")

    monkeypatch.setattr(Shadow, "moved_at", full)
    with pytest.raises(RecordingError, match="the disk is full") as caught:
        execute_and_trace("try: [].append(1)\nexcept Exception: print('caught')\n")
    assert caught.value.recording is not None
    assert caught.value.recording.stdout == ""


def test_a_recording_that_cannot_be_finished_does_not_hide_the_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shadow, "moved_at", broken)
    monkeypatch.setattr(Recorder, "_fill_table", broken)

    assert failure_of("[].append(1)").__cause__ is not None


@pytest.mark.parametrize("tier", ["interpreter", "compiled"])
def test_what_a_program_raises_is_its_own(tier: str) -> None:
    source = """
import sys, json, io
def attempt(act):
    try: act()
    except Exception as error: return type(error).__name__
class A:
    def __getattr__(self, name): return unknown
acts = [lambda: no_name, lambda: A().x, lambda: (1).nothing, lambda: json.loads("{"), lambda: [].pop(), lambda: {}["k"],
        lambda: sys.stdout.buffer.nothing, lambda: sorted([1, "a"]), lambda: open("/nowhere"), lambda: eval("1 +"),
        lambda: super(), lambda: next(iter([])), lambda: exec("del nothing"), lambda: sys._getframe(99)]
for _ in range(80): found = [attempt(act) for act in acts]
sys.stdout.close()
try: print("closed")
except ValueError as error: found.append(str(error))
def f():
    del x
    x = 1
try: f()
except UnboundLocalError: found.append("unbound")
"""
    recording: Recording = execute_and_trace(source, TracerConfig(optimization=tier))

    space: dict[str, object] = {}
    own = source.replace("sys.stdout.close()", "out = io.StringIO(); out.close()")
    exec(own.replace('print("closed")', 'print("closed", file=out)'), space)
    expected = list(space["found"])  # type: ignore[call-overload]
    found = recording[-1].variables_state["found"]
    assert isinstance(found, list)
    assert [*found[:14], found[-1]] == [*expected[:14], expected[-1]]
    assert "closed file" in found[14]


def test_the_first_failure_is_the_one_that_is_reported() -> None:
    machine = Machine()
    machine.failed(None, ValueError("first"))
    first = machine.failure
    machine.failed(None, KeyError("second"))

    assert machine.failure is first
    assert "first" in str(first)


def test_an_exception_that_comes_from_nowhere_is_not_ours() -> None:
    assert not is_internal(ValueError())


COMMAND = """
import sys
from calcharo_vm.cli import main
from calcharo_vm.code.metadata import OPCODES, load_table
link = load_table("calcharo_vm.machine", "handlers").LINK
link[OPCODES["BINARY_OP"]] = lambda *_: (lambda frame, stack, operand: frame.nothing, None)
sys.exit(main())
"""
CAUGHT = "try: 1 + int(1)\nexcept BaseException: print('caught')\n"


@pytest.mark.parametrize("words", [["run", "-c", CAUGHT], ["run", "--record", "OUT", "-c", CAUGHT], ["trace", "FILE"]])
def test_the_command_line_says_that_it_was_us(words: list[str], tmp_path: Path) -> None:
    program, recording = tmp_path / "program.py", tmp_path / "run.calcharo"
    program.write_text(CAUGHT)
    paths = {"OUT": str(recording), "FILE": str(program)}
    command = [sys.executable, "-c", COMMAND, *(paths.get(word, word) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, "caught" in done.stdout) == (2, False)
    assert "BINARY_OP" in done.stderr
    assert "please report it" in done.stderr
    if "OUT" in words:
        assert Recording.open(recording).outcome.status == "crashed"
