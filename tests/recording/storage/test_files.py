"""Tests for saving.py, writer.py, reader.py, parts.py, tables.py and index.py in calcharo_vm/recording/storage/.

A recording that went through a file shows in every step what it showed before.
"""

import gc
import json
import os
import random
from pathlib import Path

import pytest

from calcharo_vm import Capture, TracerConfig, execute_and_trace
from calcharo_vm.errors import RecordingError
from calcharo_vm.recording import (
    ExceptionSnapshot,
    ExecutionStep,
    Outcome,
    Recorder,
    Recording,
    journal,
    ops,
    same_plain,
)
from calcharo_vm.recording.storage import index, writer
from calcharo_vm.recording.storage.reader import StoredJournal
from tests.recording.audit import record
from tests.recording.test_json_format import PROGRAM, PROPERTIES, plain
from tests.recording.test_keyframes import OFTEN, PROGRAMS

LOOP = "total = 0\nfor i in range(3000):\n    total += i\n    if i % 500 == 0: print(i)\n"


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes short chunks, with a keyframe after each."""
    monkeypatch.setattr(ops, "CHUNK_STEPS", OFTEN)
    monkeypatch.setattr(journal, "_LEAST_STEPS", OFTEN)
    monkeypatch.setattr(journal, "_WORDS_A_STEP", 1 << 60)


def through_file(recording: Recording, folder: Path) -> Recording:
    path = folder / "run.calcharo"
    recording.save(path)
    return Recording.open(path)


def assert_same_step(step: ExecutionStep, other: ExecutionStep) -> None:
    for name in PROPERTIES:
        ours, theirs = getattr(step, name), getattr(other, name)
        assert ours == theirs or same_plain(plain(ours), plain(theirs)), (step, name)


@pytest.mark.parametrize("program", [PROGRAM, *PROGRAMS.values()], ids=["values", *PROGRAMS])
def test_every_property_of_every_step(program: str, tmp_path: Path, often: None) -> None:
    recording = record(program)
    again = through_file(recording, tmp_path)

    assert len(recording) == len(again)
    assert (recording.stdout, recording.stderr) == (again.stdout, again.stderr)
    order = list(range(len(recording)))
    random.Random(program).shuffle(order)
    for at in [*order[:60], *range(len(recording) - 1, -1, -7)]:
        assert_same_step(recording[at], again[at])


def test_the_rest(tmp_path: Path) -> None:
    recording = Recording(
        record("x = 1").journal,
        Outcome("limit", ExceptionSnapshot("E", "\udcff" * 300, "text"), "steps", 1),
        "source \ud800" * 100,
        ("worker", "seccomp"),
    )
    again = through_file(recording, tmp_path)

    assert (recording.outcome, recording.source, recording.isolation) == (again.outcome, again.source, again.isolation)
    assert recording.journal.python == again.journal.python
    assert list(recording.journal.codes) == list(again.journal.codes)
    assert recording.journal.instructions[1:3] == again.journal.instructions[1:3]
    assert recording.to_json() == again.to_json()
    assert not again.refresh()
    assert not recording.refresh()


@pytest.mark.parametrize("status", ["completed", "exception", "exited", "crashed"])
def test_an_empty_recording(status: str, tmp_path: Path) -> None:
    empty = through_file(Recording(Recorder(object()).finish(), Outcome(status)), tmp_path)

    assert 0 == len(empty)
    assert ("", "") == (empty.stdout, empty.stderr)
    assert status == empty.outcome.status


def test_two_files_of_one_recording_are_the_same(tmp_path: Path) -> None:
    recording = record(LOOP)
    for name in ("one.calcharo", "other.calcharo"):
        recording.save(tmp_path / name)
    through_file(recording, tmp_path).save(tmp_path / "again.calcharo")

    assert (tmp_path / "one.calcharo").read_bytes() == (tmp_path / "other.calcharo").read_bytes()
    assert (tmp_path / "one.calcharo").read_bytes() == (tmp_path / "again.calcharo").read_bytes()


def test_what_has_no_keyframes_gets_them(tmp_path: Path, often: None) -> None:
    document = json.loads(record(PROGRAMS["objects"]).to_json() or "")
    for chunk in document["chunks"]:
        chunk.pop("keyframe", None)
    recording = Recording.from_json(json.dumps(document))
    again = through_file(recording, tmp_path)

    assert len(again.journal.keyframes.steps) > 3
    assert_same_step(recording[-1], again[-1])


def test_a_recording_can_be_saved_where_it_is_read_from(tmp_path: Path) -> None:
    again = through_file(record(LOOP), tmp_path)
    again.save(tmp_path / "run.calcharo")

    assert again[-1].variables_state == Recording.open(tmp_path / "run.calcharo")[-1].variables_state
    assert ["run.calcharo"] == [path.name for path in tmp_path.iterdir()]


def test_large_files_have_pages_of_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "CHUNK_STEPS", 8)
    monkeypatch.setattr(index, "_PAGES_KEPT", 2)
    recording = record("n = 0\nwhile n < 2500: n += 1\n")
    again = through_file(recording, tmp_path)

    assert len(again.journal.starts) > 3 * 511
    assert list(recording.journal.starts) == list(again.journal.starts[:])
    assert again.journal.starts[-1] == again.journal.starts[len(again.journal.starts) - 1]
    assert list(recording.journal.chunks[5:7]) == list(again.journal.chunks[5:7])
    with pytest.raises(IndexError):
        again.journal.starts[len(again.journal.starts)]


def test_opening_reads_next_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(LOOP).save(tmp_path / "run.calcharo")
    read: list[int] = []
    pread = os.pread

    def counting(file: int, length: int, at: int) -> bytes:
        read.append(length)
        return pread(file, length, at)

    monkeypatch.setattr(os, "pread", counting)
    again = Recording.open(tmp_path / "run.calcharo")

    assert sum(read) < 2000 < (tmp_path / "run.calcharo").stat().st_size
    assert len(again) > 10_000
    assert len(read) < 10


def test_files_are_closed(tmp_path: Path) -> None:
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    again = through_file(record(LOOP), tmp_path)
    again[500].variables_state
    del again

    assert before == len(list(Path("/proc/self/fd").iterdir()))


def test_texts_in_pieces(tmp_path: Path, often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_PIECES", 3)
    monkeypatch.setattr(writer, "_MOST_OF_A_PIECE", 1000)
    recording = record("""
text, data = 'é' * 300, b''
for i in range(40):
    text += chr(0xd800 + i) * 50
    data = data + b'12345' * 20
many = [c * 9999 for c in 'abcdefghijklmnopqrstuvwxyz']
""")
    again = through_file(recording, tmp_path)

    for at in range(0, len(recording), 9):
        assert recording[at].variables_state == again[at].variables_state


def test_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be saved"):
        record("x = 1").save(tmp_path / "nowhere" / "run.calcharo")
    with pytest.raises(RecordingError, match="does not say its format"):
        record("x = 1").save(tmp_path / "run.pickle")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    recording = record("x = 1")
    monkeypatch.setattr(os, "write", fail)
    with pytest.raises(RecordingError, match="No space left"):
        recording.save(tmp_path / "run.calcharo")

    assert not list(tmp_path.iterdir())


def test_the_writers_file_has_a_high_number_if_that_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lowest = os.open("/dev/null", os.O_RDONLY)
    os.close(lowest)
    made = writer.RecordingWriter(str(tmp_path / "a.calcharo"), None, python="", source="", isolation=())

    assert made._file >= 512
    made.close()
    monkeypatch.setattr(writer, "_FIRST_FILE", 1 << 30)
    made = writer.RecordingWriter(str(tmp_path / "b.calcharo"), None, python="", source="", isolation=())

    assert lowest == made._file
    made.close()
    made.close()
    assert not StoredJournal(str(tmp_path / "b.calcharo")).is_complete


def test_sources_and_inputs_are_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def double(n):\n    return 2 * n\n", encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text("import other, time\nx = other.double(time.time())\n", encoding="utf-8")
    kept = execute_and_trace(program, TracerConfig(capture=Capture(inputs=True)))
    kept.save(tmp_path / "kept.calcharo")
    opened = Recording.open(tmp_path / "kept.calcharo")

    assert ["time.time"] == [each.kind for each in opened.inputs]
    assert kept.inputs == opened.inputs
    assert kept.source_of(str(tmp_path / "other.py")) == opened.source_of(str(tmp_path / "other.py"))
    assert "2 * n" in [each.text for step in opened for each in step.evaluations]
