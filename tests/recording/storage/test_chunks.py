"""Tests for calcharo_vm/recording/storage/chunks.py: chunks that would take much memory are packed."""

import gc
import tracemalloc

from calcharo_vm import execute_and_trace
from calcharo_vm.recording import Recording, ops
from calcharo_vm.recording.storage.chunks import Chunks
from calcharo_vm.recording.storage.texts import TextsInMemory
from calcharo_vm.recording.values import NULL
from tests.recording.audit import record


def is_packed(chunks: Chunks) -> list[bool]:
    return [type(chunk) is bytes for chunk in chunks._chunks]


def test_ordinary_chunks_stay_tuples() -> None:
    recording = record("n = 0\nwhile n < 1000: n += 1\n")

    assert not any(is_packed(recording.journal.chunks))


GROWING_TEXT = """
text = ''
for i in range(4000):
    text += 'abcdefgh'[i % 8] * 8
n = len(text)
"""


def growing_text() -> Recording:
    return record(GROWING_TEXT)


def test_chunks_with_large_values_are_packed() -> None:
    recording = growing_text()

    assert any(is_packed(recording.journal.chunks))
    assert 32_000 == recording[-1].variables_state["n"]
    assert "abcdefgh" == "".join(str(recording[-1].variables_state["text"])[::8][:8])
    lengths = [len(str(write.value)) for write in recording.history("text")]
    assert [8 * number for number in range(4001)] == lengths


def test_a_text_that_grows_costs_little() -> None:
    growing_text()  # so that all modules are loaded, and all that is worked out once is there
    tracemalloc.start()
    try:
        recording = growing_text()
        gc.collect()
        used, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert used < 64 * len(recording) + 2_000_000  # all texts together have 64 million characters


def test_chunks_are_a_sequence() -> None:
    chunks = Chunks(NULL, TextsInMemory())
    for number in range(20):
        chunks.append(tuple([ops.FIRST_STEP + number, f"{number}" * 999] * 10), 1 if number < 10 else 1000)

    assert any(is_packed(chunks))
    assert not all(is_packed(chunks))  # what packed ones leave is for others
    assert 20 == len(chunks) == len(list(chunks))
    assert f"{7}" * 999 == chunks[7][1] == chunks[5:9][2][1]
    assert all(chunks[number] is chunks[number] for number in range(20))
    chunks[3] = (1,)
    assert (1,) == chunks[3]
    chunks.clear()
    assert not chunks


def test_chunks_leave_nothing_to_the_garbage_collector() -> None:
    for source in (GROWING_TEXT, "n = 0\nwhile n < 1000: n += 1\n"):
        recording = execute_and_trace(source)
        gc.collect()

        assert not any(map(gc.is_tracked, recording.journal.chunks._chunks[1:-1]))
