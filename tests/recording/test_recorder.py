"""Tests for calcharo_vm/recording/recorder.py, its handlers, tape.py and frames.py, with frames stepped by hand."""

import gc
import itertools
import operator
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from types import CodeType, FrameType, GeneratorType

import pytest

from calcharo_vm.code import decode
from calcharo_vm.config import Limits
from calcharo_vm.recording import Recorder, ops
from calcharo_vm.recording.recorder import _is_journalling, _lines_of_locks
from tests.recording.audit import record
from tests.recording.machine import NULL, RETURNED, YIELDED, FakeFrame, finish, function_frame, step


class Thing:
    pass


@pytest.fixture
def often_switching() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_time_that_the_program_was_made_to_wait_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(NULL, limits=Limits(wall_seconds=60))
    now = time.monotonic()
    recorder.waited(now, now + 1000)
    monkeypatch.setattr("calcharo_vm.recording.budget.monotonic", lambda: now + 1050)
    recorder.tape.room = 1
    step_of(recorder)
    within = recorder._used_up
    monkeypatch.setattr("calcharo_vm.recording.budget.monotonic", lambda: now + 1070)
    recorder.tape.room = 1
    step_of(recorder)

    assert (within, recorder._used_up) == (None, "wall_seconds")


def step_of(recorder: Recorder) -> None:
    """Completes a step, which seals the chunk if it has no room left."""
    recorder.tape.commit(ops.FIRST_STEP)


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


def test_threads_are_told_apart(often_switching: None) -> None:
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


def test_a_thread_that_goes_on_between_an_exception_and_its_handler() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f(a):\n try: a / 0\n except ZeroDivisionError: pass", [[7]])
    recorder.frame_entered(frame)
    step(recorder, frame, "LOAD_FAST", lambda stack: stack.append(frame.fast[0]))
    step(recorder, frame, "LOAD_FAST", lambda stack: stack.append(1))
    step(recorder, frame, "LOAD_FAST", lambda stack: stack.append(0))

    def other() -> None:
        recorder.frame_entered(second)
        step(recorder, second, "RESUME")
        started.set()
        assert may_go_on.wait(10)
        for _ in range(3):
            step(recorder, second, "LOAD_FAST", lambda stack: stack.append(second.fast[0]))
        recorder.frame_left(second, RETURNED)

    started, may_go_on = threading.Event(), threading.Event()
    second = function_frame("def f(a): return a", [5])
    thread = threading.Thread(target=other)
    thread.start()
    assert started.wait(10)
    error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        step(recorder, frame, "BINARY_OP", lambda _stack: raise_(error))
    recorder.raised(frame, error)
    frame.stack.clear()
    recorder.handled(frame, 0, error)
    may_go_on.set()
    thread.join()
    frame.stack.append(error)
    step(recorder, frame, "PUSH_EXC_INFO", lambda stack: stack.insert(0, None))
    stacks = [len(each.value_stack) for each in finish(recorder) if each.thread == 0]

    assert [1, 2, 3, 1] == stacks[:4]  # the last step has not been looked at


def raise_(error: BaseException) -> None:
    raise error


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


def test_what_threads_leave_is_shown_when_their_step_is_complete(often_switching: None) -> None:
    for _ in range(8):
        recording = record("""
import threading
def work(): return sum(i for i in range(9))
threads = [threading.Thread(target=work) for _ in range(3)]
for each in threads: each.start()
for each in threads: each.join()
""")
        for each in recording:
            assert each.call_stack[-1].function == each.function
            assert len(each.value_stack) == len(each.call_stack[-1].value_stack)
            assert set(each.frames) >= {call.frame for call in each.call_stack}
            assert len(each.heap) > 0


def test_finishing_twice_changes_nothing() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f():\n return 1", [])
    recorder.frame_entered(frame)
    step(recorder, frame, "RESUME")
    callbacks = len(gc.callbacks)

    assert 1 == recorder.steps
    assert len(recorder.finish()) == len(recorder.finish()) == 1
    assert callbacks - 1 == len(gc.callbacks)


def test_a_recorder_that_is_stopped_lets_no_instruction_begin() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f(a):\n return a", [1])
    recorder.frame_entered(frame)
    step(recorder, frame, "RESUME")
    recorder.stop()
    with pytest.raises(SystemExit):
        step(recorder, frame, "LOAD_FAST", lambda stack: stack.append(1))

    assert [] == frame.stack
    assert "cancelled" == recorder.limit_reached
    assert 1 == len(finish(recorder))


def test_a_thread_that_waits_for_its_turn_when_the_recorder_is_stopped_does_not_go_on() -> None:
    recorder = Recorder(NULL)
    frame, second = (function_frame("def f(a):\n return a", [number]) for number in range(2))
    index = next(each.index for each in decode(second.code).instructions if each.opname == "RESUME")
    lines = _lines_of_locks(Recorder.before.__code__)
    executed: list[object] = []
    stopped: list[BaseException] = []

    def other() -> None:
        recorder.frame_entered(second)
        handler = recorder.observed(second.code, index, lambda *_: executed.append("by the other"))
        second.ip = index + 1
        started.set()
        assert may_go_on.wait(10)
        try:
            handler(second, second.stack, None)
        except SystemExit as error:
            stopped.append(error)

    def waits_for_the_lock(innermost: FrameType) -> bool:
        return innermost.f_code is Recorder.before.__code__ and innermost.f_lineno in lines

    recorder.frame_entered(frame)
    step(recorder, frame, "RESUME")
    started, may_go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=other)
    thread.start()
    assert started.wait(10)
    assert thread.ident is not None
    with recorder.lock:
        may_go_on.set()
        while not waits_for_the_lock(sys._current_frames()[thread.ident]):
            pass
        recorder.stop()
        with pytest.raises(SystemExit):
            step(recorder, frame, "RESUME", executed.append)
    thread.join()

    assert 1 == len(stopped)
    assert [] == executed


@pytest.mark.parametrize("interval", [0.0, 1_000.0])
def test_samples_are_taken_at_intervals(interval: float, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = itertools.count(1.0)
    monkeypatch.setattr("calcharo_vm.recording.recorder.sample", lambda: (0, next(seconds)))
    recorder = Recorder(NULL, sample_interval=interval)
    frame = function_frame("def f():\n return 1", [])
    recorder.frame_entered(frame)
    for _ in range(10_000):
        step(recorder, frame, "RESUME")
    recording = finish(recorder)

    assert (not interval) == (recording[0].cpu_time != recording[-1].cpu_time)


def test_an_abandoned_generator_is_forgotten_between_two_instructions() -> None:
    recorder = Recorder(NULL)
    outer = function_frame("def f():\n return 1", [])
    recorder.frame_entered(outer)
    inner = function_frame("def f(a):\n yield a", [[1]], outer)
    step(recorder, outer, "RESUME")
    recorder.frame_entered(inner)
    recorder.frame_left(inner, YIELDED)
    step(recorder, outer, "RESUME")
    held = len(recorder.shadow.by_id)
    del inner
    gc.collect()
    step(recorder, outer, "RESUME")
    recorder.finish()

    assert len(recorder.shadow.by_id) < held


def test_a_step_that_nothing_follows_is_complete_at_the_end() -> None:
    recorder = Recorder(NULL)
    outer = function_frame("def f():\n return 1", [])
    inner = function_frame("def f():\n return 2", [], outer)
    recorder.frame_entered(outer)
    step(recorder, outer, "RESUME")
    recorder.frame_entered(inner)
    step(recorder, inner, "RESUME")
    inner.ip = len(decode(inner.code).opcodes)
    recorder.frame_left(inner, RETURNED)

    assert 3 == recorder.steps
    assert 3 == len(finish(recorder))


def test_an_exception_in_a_store_whose_old_value_ran_code() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f(a):\n b = a\n return b", [1, NULL])
    inner = function_frame("def f():\n return 2", [], frame)
    recorder.frame_entered(frame)
    step(recorder, frame, "LOAD_FAST", lambda stack: stack.append([1]))

    def work(stack: list[object]) -> None:
        frame.fast[1] = stack.pop()
        recorder.frame_entered(inner)
        step(recorder, inner, "RESUME")
        inner.ip = len(decode(inner.code).opcodes)
        recorder.frame_left(inner, RETURNED)

    step(recorder, frame, "STORE_FAST", work)
    recorder.raised(frame, KeyboardInterrupt())
    recorder.handled(frame, 0, KeyboardInterrupt())
    frame.stack.append(3)
    step(recorder, frame, "RESUME")
    recording = finish(recorder)

    assert {"a": 1, "b": [1]} == recording[-1].variables_state
    assert (3,) == recording[-1].value_stack


def test_an_object_that_is_new_is_not_the_one_recorded_there() -> None:
    recorder = Recorder(NULL)
    old: list[object] = []
    frame = function_frame("def f(a):\n return []", [old])
    recorder.frame_entered(frame)
    step(recorder, frame, "BUILD_LIST", lambda stack: stack.append(old))
    recording = finish(recorder)

    state = recording.state_after(0)
    assert state.frames[0].fast != state.frames[0].stack


def test_what_comes_between_two_steps_belongs_to_the_first() -> None:
    recorder = Recorder(NULL)
    outer = function_frame("def f():\n return 1", [])
    inner = function_frame("def f():\n return 2", [], outer)
    recorder.frame_entered(outer)
    step(recorder, outer, "RESUME")
    complete = recorder.complete_steps
    recorder.frame_entered(inner)
    recording = finish(recorder)

    assert 1 == complete == len(recording)
    assert 2 == len(recording.state_after(0).threads[0])


def test_what_comes_after_a_sealed_chunk_belongs_to_the_next_step() -> None:
    recorder = Recorder(NULL)
    outer = function_frame("def f():\n return 1", [])
    inner = function_frame("def f():\n return 2", [], outer)
    recorder.frame_entered(outer)
    for _ in range(ops.CHUNK_STEPS):
        step(recorder, outer, "RESUME")
    recorder.frame_entered(inner)
    step(recorder, inner, "RESUME")
    recording = finish(recorder)

    assert ops.CHUNK_STEPS + 1 == len(recording)
    assert [1, 2] == [len(recording.state_after(at).threads[0]) for at in (-2 + len(recording), -1 + len(recording))]


def test_threads_take_turns_at_any_instruction() -> None:
    source = """
import threading
turns = [threading.Semaphore(1), threading.Semaphore(0)]
def work(own, log):
    for n in range(3):
        turns[own].acquire()
        try:
            class Made:
                kept = [n]
                def method(self): return __class__, own
            log.append(Made().method())
            [n].index(7)
        except ValueError as error:
            log.append(str(error))
        turns[1 - own].release()
logs = [], []
threads = [threading.Thread(target=work, args=(n, logs[n])) for n in (0, 1)]
for t in threads: t.start()
for t in threads: t.join()
"""
    recording = record(source)
    values = recording[-1].variables_state

    assert "completed" == recording.outcome.status
    assert [6, 6] == [len(log) for log in values["logs"]]  # type: ignore[attr-defined]
    assert {0, 1, 2} == {each.thread for each in recording}


class Innermost(FakeFrame):
    """A frame that notes who reads its code."""

    reader: FrameType

    @property
    def code(self) -> CodeType:
        self.reader = sys._getframe(1)
        return self.its_code

    @code.setter
    def code(self, code: CodeType) -> None:
        self.its_code = code


def test_a_thread_is_waited_for_while_it_journals_without_the_lock() -> None:
    recorder = Recorder(NULL)
    frame = Innermost(function_frame("def f():\n return 1", []).code, [], {"__name__": "__main__"})
    recorder.frame_entered(frame)
    entering = frame.reader
    readers: list[FrameType] = []

    def work(_stack: list[object]) -> None:
        readers.append(sys._getframe())

    step(recorder, frame, "RESUME", work)
    while entering.f_code is not Recorder.frame_entered.__code__:
        assert _is_journalling(entering)
        assert entering.f_back is not None
        entering = entering.f_back
    handler = readers[0].f_back
    assert handler is not None
    assert handler.f_back is not None

    assert not _is_journalling(entering)  # where the lock is taken
    assert _is_journalling(handler.f_back)
    assert not _is_journalling(readers[0])  # the instruction itself executes
    recorder.finish()


def test_reading_a_recording_is_no_journalling() -> None:
    recording = record("x = 1")
    reading = iter(recording)
    assert isinstance(reading, GeneratorType)

    assert reading.gi_frame is not None
    assert not _is_journalling(reading.gi_frame)


def test_a_search_that_is_not_paid_for_finds_nothing() -> None:
    recorder = Recorder(NULL)
    seen: list[object] = [1]
    frame = function_frame("def f(a):\n return a", [seen])
    recorder.frame_entered(frame)
    seen.append(2)
    recorder.shadow._credit = 0
    recorder.effects.search(frame)
    words = len(recorder.log)
    recorder.shadow._credit = 1000
    recorder.effects.search(frame)

    assert words < len(recorder.log)
    assert 2 == recorder.effects.searches
    recorder.finish()


def test_an_exception_from_another_thread() -> None:
    recording = record("""
import threading
from concurrent.futures import Future
future, begun = Future(), threading.Event()
def work():
    begun.wait()
    future.set_exception(KeyError('from there'))
    done = [n for n in range(200)]
thread = threading.Thread(target=work)
thread.start()
begun.set()
try: future.result()
except KeyError as error: caught = str(error)
thread.join()
""")

    assert "'from there'" == recording[-1].variables_state["caught"]
    events = [each.exception for each in recording if each.exception and each.thread == 0]
    assert [("KeyError", "raised"), ("KeyError", "handled")] == [(each.type_name, each.state) for each in events]


def test_an_exception_in_an_instruction_that_changes_what_lies_on_the_stack() -> None:
    recorder = Recorder(NULL)
    frame = function_frame("def f(a):\n return [b for b in a]", [(), NULL])
    recorder.frame_entered(frame)
    comprehension = next(each for each in (frame.code, *frame.code.co_consts) if _appends(each))
    inner = FakeFrame(comprehension, [NULL], {"__name__": "__main__"}, frame)
    recorder.frame_entered(inner)

    def work(_stack: list[object]) -> None:
        raise MemoryError

    with pytest.raises(MemoryError) as caught:
        step(recorder, inner, "LIST_APPEND", work)
    recorder.raised(inner, caught.value)
    recorder.handled(inner, 0, caught.value)
    step(recorder, inner, "RESUME")
    recording = finish(recorder)

    assert ["MemoryError", None] == [each.exception and each.exception.type_name for each in recording[-2:]]


def _appends(code: object) -> bool:
    return isinstance(code, CodeType) and any(each.opname == "LIST_APPEND" for each in decode(code).instructions)


def test_a_finaliser_that_runs_between_an_exception_and_its_handler() -> None:
    source = """
class Numbers(list):
    def __iter__(self): return self
    __next__ = list.pop
    def __del__(self): done.append(1)
def f():
    try:
        for n in Numbers([1, 2]): pass
    except IndexError as error: return str(error)
done = []
x = f()
"""
    recording = record(source, is_audited=True)
    events = [step.exception for step in recording if step.exception is not None]

    assert "pop from empty list" == recording[-1].variables_state["x"]
    assert ["raised", "handled"] == [event.state.value for event in events]
    assert {"pop from empty list"} == {event.message for event in events}
    assert "f" == events[1].caught_by


def test_what_an_iterator_lets_go_at_its_end_goes_in_that_step() -> None:
    recording = record("iterator = iter([[1]])\nfor x in iterator: pass\nx = None")
    steps = [step.index for step in recording if step.opname == "FOR_ITER"]
    dropped = [
        step for step in range(len(recording)) if any(op == ops.DROP for op, _ in recording.journal.operations(step))
    ]

    assert steps[-1] in dropped
