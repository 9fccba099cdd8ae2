"""Tests for limits on files, threads and processes, and on the recording itself."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Capture, Limits
from calcharo_vm.errors import ConfigurationError
from calcharo_vm.limits import events
from calcharo_vm.machine.machine import Machine
from calcharo_vm.plugins import LiveStep, hookimpl
from calcharo_vm.recording import Outcome, OutcomeStatus, Recorder

if TYPE_CHECKING:
    from pathlib import Path

TIERS = ("interpreter", "compiled")
AROUND = """
import os, sys, threading, _thread, subprocess, tempfile, socket, pathlib, multiprocessing
from concurrent.futures import ThreadPoolExecutor
class Loud:
    def __enter__(self): return self
    def __exit__(self, *_): print("exit")
    def __del__(self): print("deleted")
loud = Loud()
try:
    with Loud():
        {}
except BaseException: print("caught")
finally: print("finally")
"""


def run(source: str, *, tier: str = "interpreter", spill: Path | None = None, **limits: int) -> Recording:
    config = TracerConfig(optimization=tier, limits=Limits(**limits), capture=Capture(spill=spill))
    return execute_and_trace(source, config)


ACTS = {
    "open_files": [
        "open(__name__ and '/dev/null')",
        "os.open('/dev/null', os.O_RDONLY)",
        "pathlib.Path('/dev/null').read_bytes()",
        "tempfile.TemporaryFile()",
        "socket.socket()",
    ],
    "threads": [
        "threading.Thread(target=print).start()",
        "_thread.start_new_thread(print, ())",
        "ThreadPoolExecutor(1).submit(print).result()",
        "threading.Timer(0, print).start()",
    ],
    "processes": [
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork() or os._exit(0)",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.spawnv(os.P_WAIT, '/bin/true', ['true'])",
        "os.execv('/bin/true', ['true'])",
        "multiprocessing.get_context('spawn').Process(target=print).start()",
        "multiprocessing.get_context('fork').Process(target=print).start()",
    ],
}
CASES = [(limit, act) for limit, acts in ACTS.items() for act in acts]


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forking where there are threads
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(("limit", "act"), CASES, ids=[act for _, act in CASES])
def test_what_a_program_may_not_have_ends_the_run(limit: str, act: str, tier: str) -> None:
    alive = threading.active_count()
    recording = run(AROUND.format(act), tier=tier, **{limit: 0})  # type: ignore[arg-type]

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit=limit)
    assert recording.stdout == ""
    assert recording[-1].variables_state is not None
    assert threading.active_count() == alive


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a stopped program closes nothing
@pytest.mark.parametrize("tier", TIERS)
def test_as_much_as_is_allowed_may_be_had_again_and_again(tier: str, tmp_path: Path) -> None:
    source = f"""
import threading, subprocess, sys
for number in range(5):
    with open({str(tmp_path / "a")!r}, "w") as one, open({str(tmp_path / "b")!r}, "w") as other: one.write("1")
    threads = [threading.Thread(target=len, args=([],)) for _ in range(2)]
    for each in threads: each.start()
    for each in threads: each.join()
subprocess.run(["true"])
print("done")
"""
    recording = run(source, tier=tier, open_files=8, threads=2, processes=1)
    assert (recording.outcome.status, recording.stdout) == ("completed", "done\n")

    many = source.replace("one.write", f"open({str(tmp_path / 'c')!r}, 'w').close(); one.write")
    assert run(many, tier=tier, open_files=2).outcome.limit == "open_files"
    again = source.replace("subprocess.run", "subprocess.run(['true']); subprocess.run")
    assert run(again, tier=tier, processes=1).outcome.limit == "processes"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # CPython ignores a SystemExit
@pytest.mark.parametrize("tier", TIERS)
def test_threads_that_run_at_the_same_time_are_counted(tier: str) -> None:
    source = "import threading\nwaiting = threading.Event()\n"
    source += (
        "for _ in range(3): threading.Thread(target=waiting.wait, args=(2,)).start()\nprint('done')\nwaiting.set()\n"
    )

    assert run(source, tier=tier, threads=2).outcome.limit == "threads"
    assert run(source, tier=tier, threads=3).stdout == "done\n"


def test_bare_threads_are_counted_for_good() -> None:
    start = "import _thread, time\nfor number in range(4): _thread.start_new_thread(len, ([],))\nprint('done')\n"

    assert run(start, threads=3).outcome.limit == "threads"
    assert run(start, threads=4).stdout == "done\n"


def test_what_others_do_is_not_counted(tmp_path: Path) -> None:
    class Opening:
        """Opens a file in the program's thread, and in another; both are this process's affair."""

        @hookimpl
        def on_step(self, step: LiveStep) -> None:
            if step.opname == "NOP" or step.index == 5:
                (tmp_path / "own").write_text("1")
                other = threading.Thread(target=(tmp_path / "other").write_text, args=("1",))
                other.start()
                other.join()

    config = TracerConfig(plugins=(Opening(),), limits=Limits(open_files=0, processes=0, threads=0))
    recording = execute_and_trace("x = 1\ny = 2\nprint('done')", config)

    assert recording.stdout == "done\n"
    assert (tmp_path / "own").exists()
    assert (tmp_path / "other").exists()
    assert events._listening == []


def test_the_recorder_may_open_files_while_it_works(tmp_path: Path) -> None:
    recording = run("for n in range(20000): pass\nprint('done')", open_files=0, memory_bytes=1 << 33)

    assert recording.stdout == "done\n"  # though memory was looked at, which opens one


def test_there_is_one_hook_however_many_programs_run(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: list[object] = []
    monkeypatch.setattr(sys, "addaudithook", hooks.append)
    for _ in range(3):
        assert run("open('/dev/null')", open_files=0).outcome.limit == "open_files" or hooks

    assert len(hooks) <= 1


@pytest.mark.parametrize("tier", TIERS)
def test_a_recording_that_grows_too_large_ends_the_run(tier: str, tmp_path: Path) -> None:
    source = "n = 0\nwhile True:\n  n += 1\n  try: pass\n  finally: pass\n"
    in_memory = run(source, tier=tier, recording_bytes=200_000)
    path = tmp_path / "run.calcharo"
    in_file = run(source, tier=tier, recording_bytes=200_000, spill=path)

    for recording in (in_memory, in_file):
        assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="recording_bytes")
        assert recording[-1].variables_state["n"] in range(1000, len(recording))
    assert path.stat().st_size in range(200_000, 300_000)
    assert len(run(source, recording_bytes=1_600_000)) > 2 * len(in_memory)


def test_a_limit_that_is_reached_twice_is_the_first() -> None:
    recorder = Recorder(None)
    recorder.reach("open_files")
    recorder.reach("processes")

    assert recorder.limit_reached == "open_files"


def test_machines_count_threads_only_if_they_are_asked_to() -> None:
    assert Machine().starting_thread is None


@pytest.mark.parametrize("name", ["open_files", "threads", "processes"])
def test_none_at_all_is_a_limit_of_what_is_counted(name: str) -> None:
    assert getattr(Limits(**{name: 0}), name) == 0
    with pytest.raises(ConfigurationError, match="pass a whole number from 0 up"):
        Limits(**{name: -1})
    with pytest.raises(ConfigurationError, match="a positive whole number"):
        Limits(integer_bits=0)
