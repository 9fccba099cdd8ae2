"""Tests for calcharo_vm/recording/state.py, step.py, values.py and messages.py: what makes no sense, and comparing."""

import json

import pytest

from calcharo_vm.code import decode
from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording import Recorder, Recording, ops, same_plain
from calcharo_vm.recording.messages import message_of
from calcharo_vm.recording.plan import is_condition
from tests.recording.audit import record
from tests.recording.machine import NULL, finish, function_frame, step


def with_words(*words: object) -> Recording:
    """A recording whose second step starts with these words."""
    text = record("x = []\ny = [x]\n").to_json()
    assert text is not None
    document = json.loads(text)
    document["chunks"][0]["steps"][1][:0] = words
    return Recording.from_json(json.dumps(document))


@pytest.mark.parametrize(
    "words",
    [
        [ops.RESUME, "main"],
        [ops.OUT, 1],
        [ops.ITEMS, 0, "first", 0, 0],
        [ops.KEY, 999, "k", 1],
        [ops.DROP, 999],
        [ops.LEAVE, "RETURNED", ops.LEAVE, "RETURNED"],
        [1, "no iterator", ops.ADVANCED],
    ],
)
def test_words_that_make_no_sense(words: list[object]) -> None:
    recording = with_words(*words)

    with pytest.raises(RecordingFormatError, match="record again"):
        _ = [each.variables_state for each in recording]


def test_a_property_that_cannot_be_read() -> None:
    recording = with_words(ops.FIELD, 0, "x", {"ref": 999}, ops.STACK, 0, 1, {"ref": 999})

    with pytest.raises(RecordingFormatError, match="step 1 of the recording contradicts itself"):
        _ = [recording[1].value_stack, recording[1].heap, recording[1].variables_state]


def test_a_condition_that_raised_has_no_outcome() -> None:
    recording = record("""
class Undecided:
    def __bool__(self): raise ValueError('undecided')
try:
    if Undecided(): pass
except ValueError: pass
""")

    assert all(each.condition is None for each in recording if each.exception is not None)
    assert any(each.exception is not None for each in recording)


def test_a_condition_that_native_code_refuses_has_no_outcome() -> None:
    recording = record("""
import weakref
class Thing: pass
gone = weakref.proxy(Thing())
try:
    if gone: pass
except ReferenceError: refused = True
""")

    assert [None, None] == [each.condition for each in recording if each.exception is not None]
    assert recording[-1].variables_state["refused"] is True


def test_a_condition_that_is_still_being_decided_has_no_outcome() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f(a):\n if a: return 1\n return 2", [True])
    inner = function_frame("def f():\n return 3", [], frame)
    recorder.frame_entered(frame)
    step(recorder, frame, "LOAD_FAST", lambda stack: stack.append(True))
    jump = next(each for each in decode(frame.code).instructions if is_condition(each.opname))
    frame.ip = jump.index + 1
    frame.stack.pop()
    recorder.frame_entered(inner)
    recording = finish(recorder)

    assert jump.opname == recording[-1].opname
    assert recording[-1].condition is None


def test_plain_values_of_different_types_differ() -> None:
    assert not same_plain(1, 1.0)
    assert not same_plain([1], (1,))
    assert same_plain(slice(None, float("nan")), slice(None, float("nan")))
    assert not same_plain(slice(1, 2), slice(1, 3))


class Described(Exception):
    def __str__(self) -> str:
        raise AssertionError("the program's own code runs")


@pytest.mark.parametrize("kind", [ValueError, Described])
def test_a_message_that_cannot_be_had_is_empty(kind: type[Exception]) -> None:
    assert (kind.__name__, "") == message_of(kind(10**5000))


def test_a_message_is_made_without_the_program() -> None:
    assert ("Described", "1, <Described>") == message_of(Described(1, Described()))
    assert ("KeyError", "'k'") == message_of(KeyError("k"))


def test_frames_that_have_ended_are_gone_whichever_thread_goes_on() -> None:
    source = "import threading\ndef f(): pass\nt = threading.Thread(target=f)\nt.start()\nt.join()\n"
    walked = record(source)
    for each in walked:
        _ = each.frames

    assert {0} == set(walked[-1].frames) == set(record(source)[-1].frames)
