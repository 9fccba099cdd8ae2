"""Tests for calcharo_vm/recording/recorder.py, linking.py, tape.py and frames.py, with frames stepped by hand."""

import gc
import operator
import threading
import weakref

import pytest

from calcharo_vm.recording import Recorder
from tests.recording.audit import record
from tests.recording.machine import NULL, RETURNED, YIELDED, finish, function_frame, step


class Thing:
    pass


def test_nothing_is_kept_alive() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f(a):\n b = a\n return b", [Thing(), NULL])
    reference = weakref.ref(frame.fast[0])
    recorder.frame_entered(frame)
    step(recorder, frame, "RESUME")
    step(recorder, frame, "STORE_FAST")
    frame.fast[0] = NULL

    assert reference() is None
    recorder.finish()


def test_an_address_that_is_used_again_is_another_object() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f(a):\n b = a\n return b", [NULL, NULL])
    recorder.frame_entered(frame)
    step(recorder, frame, "RESUME")
    for number in range(50):
        step(recorder, frame, "LOAD_FAST", lambda stack, made=number: stack.append([made]))  # type: ignore[misc]
        step(recorder, frame, "STORE_FAST", lambda stack: operator.setitem(frame.fast, 1, stack.pop()))
    recording = finish(recorder)

    seen = [each.variables_state["b"] for each in recording if "b" in each.variables_state]
    assert [[number] for number in range(50)] == seen[::2]


def test_a_generator_that_is_thrown_away_lets_its_objects_go() -> None:
    recorder = Recorder(NULL)
    outer = function_frame("def f():\n return 1", [])
    recorder.frame_entered(outer)
    step(recorder, outer, "RESUME")
    inner = function_frame("def f(a):\n yield a", [[1]], outer)
    recorder.frame_entered(inner)
    step(recorder, inner, "RESUME")
    recorder.frame_left(inner, YIELDED)
    held = len(recorder.shadow.by_id)
    del inner
    gc.collect()
    step(recorder, outer, "RESUME")
    step(recorder, outer, "RESUME")

    assert len(recorder.shadow.by_id) < held
    assert 1 == len(finish(recorder).state_after(1).threads[0])


def test_threads_are_told_apart() -> None:
    recorder = Recorder(NULL)

    def run(number: int) -> None:
        frame = function_frame("def f(a):\n b = a\n return b", [number, NULL])
        recorder.frame_entered(frame)
        for _ in range(300):
            step(recorder, frame, "LOAD_FAST", lambda stack: stack.append([number]))
            step(recorder, frame, "STORE_FAST", lambda stack: operator.setitem(frame.fast, 1, stack.pop()))
        recorder.frame_left(frame, RETURNED)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recording = finish(recorder)

    assert 4 * 600 == len(recording)
    for each in recording:
        number = each.variables_state["a"]
        assert [number] == each.variables_state.get("b", [number])
        assert [[number]] == [*each.value_stack] or "STORE_FAST" == each.opname
    assert {0, 1, 2, 3} == {each.thread for each in recording}
    assert 4 == len({(each.thread, each.variables_state["a"]) for each in recording})


def test_a_real_program_with_threads() -> None:
    recording = record("""
import threading
done, lock = [], threading.Lock()
def work(n):
    for i in range(50):
        with lock: done.append((n, i))
threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for t in threads: t.start()
for t in threads: t.join()
""")
    values = list(recording[-1].variables_state["done"])  # type: ignore[call-overload]

    assert 150 == len(values) == len(set(values))
    assert 4 == len({each.thread for each in recording})
    for each in recording[::7]:
        assert each.function == each.call_stack[-1].function


def test_finishing_twice_changes_nothing() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f():\n return 1", [])
    recorder.frame_entered(frame)
    step(recorder, frame, "RESUME")
    callbacks = len(gc.callbacks)

    assert 1 == recorder.steps
    assert len(recorder.finish()) == len(recorder.finish()) == 1
    assert callbacks - 1 == len(gc.callbacks)


@pytest.mark.parametrize("interval", [1, 100_000])
def test_samples_are_taken_at_intervals(interval: int) -> None:
    recorder = Recorder(NULL, sample_interval=interval)
    frame = function_frame("def f():\n return 1", [])
    recorder.frame_entered(frame)
    for _ in range(10_000):
        step(recorder, frame, "RESUME")
    recording = finish(recorder)

    assert (interval == 1) == (recording[0].cpu_time != recording[-1].cpu_time)
