"""Tests for calcharo_vm/recording/storage/spilling.py: a file that grows while the program runs, and outlives it."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from calcharo_vm import ConfigPresets, TracerConfig, execute_and_trace
from calcharo_vm.config import Capture
from calcharo_vm.errors import ConfigurationError, ExecutionError, RecordingError
from calcharo_vm.recording import Recording, journal, ops
from tests.recording.storage.test_files import assert_same_step
from tests.recording.test_keyframes import OFTEN, PROGRAMS, check_keyframes

LOOP = "total = 0\nfor i in range(5000): total += i\nprint(total)\n"


def spilling(path: Path) -> TracerConfig:
    return TracerConfig(capture=Capture(spill=path))


@pytest.fixture
def no_automatic_collections() -> Iterator[None]:
    """Leaves finalisers to the programs: the collector would call them at other steps in each run."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_automatic_collections")
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_spilled_recording_is_like_one_in_memory(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "CHUNK_STEPS", OFTEN)
    monkeypatch.setattr(journal, "_LEAST_STEPS", OFTEN)
    recording = execute_and_trace(PROGRAMS[name])
    spilled = execute_and_trace(PROGRAMS[name], spilling(tmp_path / "run.calcharo"))

    assert check_keyframes(spilled) >= 1
    assert recording.outcome == spilled.outcome
    assert recording.stdout == spilled.stdout
    assert PROGRAMS[name] == spilled.source
    if "thread" not in name:  # which take turns as they like
        assert len(recording) == len(spilled)
        for at in range(0, len(recording), 11):
            assert recording[at].variables_state == spilled[at].variables_state


def test_it_is_the_file_that_is_read(tmp_path: Path) -> None:
    spilled = execute_and_trace(LOOP, spilling(tmp_path / "run.calcharo"))
    again = Recording.open(tmp_path / "run.calcharo")

    assert len(spilled) == len(again) > 20_000
    assert_same_step(spilled[12_345], again[12_345])
    assert again.outcome.status == "completed"


def test_errors_of_the_program_are_outcomes(tmp_path: Path) -> None:
    spilled = execute_and_trace("x = 1\n1 / 0\n", spilling(tmp_path / "run.calcharo"))

    assert spilled.outcome.exception is not None
    assert "ZeroDivisionError" in spilled.outcome.exception.traceback
    with pytest.raises(ExecutionError, match="division by zero"):
        Recording.open(tmp_path / "run.calcharo").raise_for_outcome()


def test_memory_does_not_grow_with_the_run(tmp_path: Path) -> None:
    program = """
import sys
from collections.abc import Iterator
from pathlib import Path
from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.config import Capture
def peak():
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
config = TracerConfig(capture=Capture(spill=sys.argv[1]))
source = "text = ''\\nfor i in range(SIZE):\\n    text += str(i); x = [i, text]\\n    if i % 100 == 0: print(i)\\n"
execute_and_trace(source.replace('SIZE', '300'), config)
before = peak()
recording = execute_and_trace(source.replace('SIZE', '20000'), config)
assert len(recording) > 300_000, len(recording)
recording[200_000].variables_state
print(peak() - before)
"""
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "run.calcharo")], capture_output=True, text=True, check=True
    )

    assert int(run.stdout) < 60_000  # kilobytes


RUNNING = """
import sys
from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.config import Capture
source = "import time, other\\nprint('begun')\\nstart = time.time()\\nn = 0\\nwhile True: n = other.next_to(n)\\n"
with open("program.py", "w") as file: file.write(source)
with open("other.py", "w") as file: file.write("def next_to(n): return n + 1\\n")
from collections.abc import Iterator
from pathlib import Path
execute_and_trace(Path("program.py"), TracerConfig(capture=Capture(spill=sys.argv[1], inputs=True)))
"""


def test_what_a_killed_process_has_recorded_is_there(tmp_path: Path) -> None:
    path = tmp_path / "run.calcharo"
    process = subprocess.Popen([sys.executable, "-c", RUNNING, str(path)], cwd=tmp_path)
    try:
        recording = wait_for_steps(path, 10_000)
        known = len(recording)
        while not recording.refresh():
            time.sleep(0.05)
        assert len(recording) > known
        assert recording.outcome.status == "crashed"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    flushed = len(Recording.open(path))
    recording.refresh()

    assert flushed == len(recording) > known
    assert "begun\n" == recording.stdout
    assert "def next_to(n): return n + 1\n" == recording.source_of(str(tmp_path / "other.py"))
    assert ["time.time"] == [each.kind for each in recording.inputs]
    assert recording[-1].variables_state["n"] in range(flushed // 14, flushed)
    with pytest.raises(ExecutionError, match="crashed"):
        recording.raise_for_outcome()


def wait_for_steps(path: Path, steps: int) -> Recording:
    for _ in range(600):
        if path.exists() and path.stat().st_size > 1000:
            recording = Recording.open(path)
            if len(recording) > steps:
                return recording
        time.sleep(0.05)
    raise AssertionError("nothing is recorded")


def test_the_end_is_seen_by_who_reads_on(tmp_path: Path) -> None:
    path = tmp_path / "run.calcharo"
    execute_and_trace(LOOP, spilling(path))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    recording = Recording.open(path)
    with path.open("ab") as file:
        file.write(whole[len(whole) // 2 :])

    assert recording.outcome.status == "crashed"
    assert recording.refresh()
    assert recording.outcome.status == "completed"
    assert len(recording) > 20_000
    assert not recording.refresh()


def test_forked_processes_write_nothing(tmp_path: Path) -> None:
    program = """
import gc
import os
process = os.fork()
n = 0
while n < 3000: n += 1
if not process: os._exit(0)
os.waitpid(process, 0)
"""
    (tmp_path / "program.py").write_text(program)
    run = [sys.executable, "-W", "ignore", "-m", "calcharo", "run", "--record", "run.calcharo", "program.py"]
    subprocess.run(run, cwd=tmp_path, check=True)
    recording = Recording.open(tmp_path / "run.calcharo")

    assert recording.outcome.status == "completed"
    assert list(range(len(recording))) == [step.index for step in recording]
    assert 3000 == recording[-1].variables_state["n"]


def test_a_disk_that_gets_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    allowed = [3]

    def fail(file: int, data: bytes) -> int:
        allowed[0] -= 1
        if allowed[0] < 0:
            raise OSError(28, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(os, "write", fail)
    with pytest.raises(RecordingError, match="No space left"):
        execute_and_trace(LOOP, spilling(tmp_path / "run.calcharo"))
    monkeypatch.undo()

    assert len(Recording.open(tmp_path / "run.calcharo")) == 2048


def test_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be saved"):
        execute_and_trace("x = 1", spilling(tmp_path / "nowhere" / "run.calcharo"))


@pytest.mark.parametrize("spill", ["run.json", 7, b"x.calcharo"])
def test_paths_that_are_none(spill: object) -> None:
    with pytest.raises(ConfigurationError, match=r"pass the path of a \.calcharo file"):
        Capture(spill=spill)  # type: ignore[arg-type]


def test_who_says_nothing_records_in_memory() -> None:
    assert ConfigPresets.development().capture.spill is None


def test_tables_that_grow_are_written(tmp_path: Path) -> None:
    source = "for i in range(300):\n    exec(f'def f{i}(a): return a + {i}\\nx = f{i}({i})')\n"
    spilled = execute_and_trace(source, spilling(tmp_path / "run.calcharo"))
    memory = execute_and_trace(source)

    assert list(memory.journal.codes) == list(spilled.journal.codes)
    assert list(memory.journal.instructions) == list(spilled.journal.instructions)
    assert memory[-1].variables_state["x"] == spilled[-1].variables_state["x"] == 598
