"""Tests for calcharo_vm/recording/json_format/writing.py and chunks.py: keyframes, large texts, and lines."""

import json
import random
import tracemalloc
from pathlib import Path

import jsonschema
import pytest

from calcharo_vm.recording import Recording, journal, ops, same_plain
from calcharo_vm.recording.json_format import chunks, stream
from tests.recording.audit import record
from tests.recording.test_json_format import PROGRAM, PROPERTIES, SCHEMA, plain, through_json
from tests.recording.test_keyframes import OFTEN, PROGRAMS, check_keyframes

GROWING = """
text, data = '\\xe9' * 300, b''
for i in range(40):
    text += chr(0xd7f0 + i) * 50
    data = data + b'12345' * 20
many = [c * 999 for c in 'abcdefghijklmnopqrstuvwxyz'] + [text[:400]]
"""


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes short chunks, with a keyframe after each."""
    monkeypatch.setattr(ops, "CHUNK_STEPS", OFTEN)
    monkeypatch.setattr(journal, "_LEAST_STEPS", OFTEN)
    monkeypatch.setattr(journal, "_WORDS_A_STEP", 1 << 60)


@pytest.mark.parametrize("name", PROGRAMS)
def test_keyframes_come_back(name: str, often: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_READ", 1000)
    recording = record(PROGRAMS[name])
    text = recording.to_json() or ""
    again = through_json(recording)

    assert len(recording.journal.keyframes.steps) > len(recording) // OFTEN // 3
    assert list(recording.journal.keyframes.steps) == list(again.journal.keyframes.steps)
    assert repr(list(recording.journal.chunks)) == repr(list(again.journal.chunks))  # of NULL there are two
    assert check_keyframes(again) >= 1
    assert text == again.to_json()
    jsonschema.validate(json.loads(text), json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize("program", [PROGRAM, GROWING, *PROGRAMS.values()], ids=["values", "growing", *PROGRAMS])
def test_any_step_can_be_read_first(program: str, often: None) -> None:
    recording = record(program)
    again = through_json(recording)

    for at in random.Random(program).sample(range(len(recording)), 25):
        for name in PROPERTIES:
            ours, theirs = getattr(recording[at], name), getattr(again[at], name)
            assert ours == theirs or same_plain(plain(ours), plain(theirs)), (at, name)


def test_a_document_can_be_read_from_any_keyframe_on(often: None) -> None:
    document = json.loads(record(GROWING).to_json() or "")
    place = [at for at, chunk in enumerate(document["chunks"]) if "keyframe" in chunk][-3]
    texts = [text for chunk in document["chunks"][place:] for text in chunk.get("texts", ())]
    first: dict[int, bool] = {}
    for chunk in document["chunks"][place:]:
        if "keyframe" in chunk:
            first.clear()
        for number, *piece in chunk.get("texts", ()):
            assert first.setdefault(number, bool(piece))

    assert len(texts) > 3


def test_a_text_that_grows_is_written_once(tmp_path: Path) -> None:
    sizes = []
    for count in (2000, 4000):
        recording = record(f"text = ''\nfor i in range({count}): text += 'more'\n")
        recording.to_json(tmp_path / "run.json")
        sizes.append((tmp_path / "run.json").stat().st_size)
        again = Recording.from_json(tmp_path / "run.json")
        assert again[-1].variables_state["text"] == "more" * count
        assert again[len(again) // 2].variables_state == recording[len(again) // 2].variables_state

    assert sizes[1] < 3 * sizes[0]


def test_texts_grow_from_chunk_to_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "CHUNK_STEPS", OFTEN)
    monkeypatch.setattr(chunks, "_MOST_SHARED", 5)
    recording = record(GROWING)
    again = through_json(recording)

    assert len(recording.journal.keyframes.steps) < 2 < len(recording.journal.chunks)
    assert recording.to_json() == again.to_json()
    assert recording[-1].variables_state == again[-1].variables_state


def test_chunks_without_keyframes_get_them_while_they_are_read(often: None) -> None:
    text = record(PROGRAMS["objects"]).to_json() or ""
    document = json.loads(text)
    for chunk in document["chunks"]:
        chunk.pop("keyframe", None)
    recording = Recording.from_json(json.dumps(document))

    assert not recording.journal.keyframes.steps
    assert recording[-1].variables_state
    assert check_keyframes(recording) > len(recording) // OFTEN // 2
    recording = Recording.from_json(json.dumps(document))
    assert through_json(recording).journal.keyframes.steps


def test_each_step_is_a_line() -> None:
    recording = record("def f(x):\n    return '],\\n['\nfor i in range(300): y = f(i)\n")
    lines = (recording.to_json() or "").splitlines()

    starts = [at for at, line in enumerate(lines) if line.endswith('"steps":[')]
    assert len(starts) == len(recording.journal.chunks) > 1
    for start, chunk in zip(starts, json.loads("\n".join(lines))["chunks"], strict=True):
        for at, step in enumerate(chunk["steps"], start + 1):
            assert step == json.loads(lines[at].removesuffix(","))
        assert lines[start + len(chunk["steps"]) + 1].startswith("]}")


def test_a_journal_that_contradicts_itself_is_written_all_the_same() -> None:
    recording = record("x = [1]\ny = x\n")
    words = recording.journal.chunks[0]
    recording.journal.chunks[0] = (ops.DROP, 999, *words)
    text = recording.to_json()

    assert text == through_json(recording).to_json()


class TestMemory:
    """What is in memory is the recording, and of the document no more than a part."""

    @pytest.fixture
    def large(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        recording = record("for i in range(900):\n    x = 'many words ' * 20 + str(i)\n" + "    x\n" * 50)
        path = tmp_path_factory.mktemp("large") / "run.json"
        tracemalloc.start()
        recording.to_json(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert peak < path.stat().st_size / 5
        return path

    def test_reading(self, large: Path) -> None:
        Recording.from_json(record("x = 1").to_json() or "")  # what is imported first
        tracemalloc.start()
        recording = Recording.from_json(large)
        kept, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        size = large.stat().st_size

        assert len(recording) > 50_000
        assert kept < size / 3
        assert peak < size / 2
        assert peak - kept < size / 5
