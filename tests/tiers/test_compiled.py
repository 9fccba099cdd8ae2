"""Tests for calcharo_vm/tiers/compiled: what it makes, when, and what else a recording of it has to be."""

import gc
import signal
import weakref
from collections.abc import Iterable
from pathlib import Path

import attrs
import pytest

from calcharo_vm import ExecutionStep, Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Capture, Limits
from calcharo_vm.machine.guest_code import GuestCode
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled import tier
from calcharo_vm.tiers.compiled.blocks import Block, Loop, find_loops, make_blocks
from calcharo_vm.tiers.compiled.linked import Entry
from tests.tiers.comparing import told

LOOP = """
def count(n):
    total = 0
    for i in range(n):
        if i % 3 == 0:
            total += i
    return total
print(count(400))
"""


def compiled(source: str | Path, **settings: object) -> Recording:
    return execute_and_trace(source, TracerConfig(optimization="compiled").evolve(**settings))


def interpreted(source: str | Path, **settings: object) -> Recording:
    return execute_and_trace(source, TracerConfig().evolve(**settings))


def states(recording: Iterable[ExecutionStep]) -> list[object]:
    return [(step.index, step.opname, step.value_stack, step.variables_state) for step in recording]


# --- what is compiled --------------------------------------------------------------------------------------------


def test_statistics_say_what_was_compiled() -> None:
    module, count = compiled(LOOP).statistics.codes

    assert (count.function, count.reason, count.failures) == ("count", "", 0)
    assert count.compiled > 10
    assert (module.function, module.compiled, module.reason) == ("<module>", 0, "it has not run often enough")


def test_statistics_say_what_is_left_to_handlers() -> None:
    source = "def f(n):\n    for i in range(n):\n        x = {i}\n        del x\nf(100)"
    statistics = compiled(source).statistics

    assert statistics.codes[1].handled == {"BUILD_SET": 1, "DELETE_FAST": 1}


def test_statistics_say_where_there_is_nothing_but_handlers() -> None:
    source = "def f(n): yield n\nfor n in range(200): f(n)"
    generator = compiled(source).statistics.codes[1]

    assert (generator.compiled, generator.source, generator.reason) == (0, "", "handlers execute all of what is hot")


def test_guards_that_fail_again_and_again_have_the_code_made_anew() -> None:
    source = "def f(items):\n    for item in items:\n        x = item * 2\nf([1] * 90 + ['a'] * 2000)"
    (failures,) = [code.failures for code in compiled(source).statistics.codes if code.function == "f"]

    assert 50 <= failures < 400


def test_code_that_becomes_hot_later_is_compiled_too() -> None:
    source = "def f(n):\n    for i in range(n):\n        if i < 90: x = 1\n        else: x = i + 2\n"
    few, many = (compiled(f"{source}f({n})").statistics.codes[1].compiled for n in (80, 2000))

    assert many > few


def test_loops_that_are_nested_too_deeply_are_left_to_the_interpreter() -> None:
    loops = "".join(f"{' ' * (depth + 1)}for i{depth} in range({60 if depth == 0 else 1}):\n" for depth in range(10))
    source = f"def f():\n{loops}{' ' * 12}x = i9\nf()\nprint(1)"
    statistics = compiled(source).statistics

    assert statistics.codes[1].reason == "its loops are nested more deeply than CPython compiles"


def test_an_audited_recording_is_made_by_the_interpreter() -> None:
    recording = compiled(LOOP, capture={"audit": True})

    assert recording.statistics.tier == "interpreter"
    assert "audit" in recording.statistics.reason


def test_the_interpreter_has_no_statistics() -> None:
    assert attrs.asdict(interpreted("1").statistics) == {"tier": "interpreter", "codes": (), "reason": ""}


# --- the recording -----------------------------------------------------------------------------------------------


def test_every_state_is_the_same() -> None:
    assert states(compiled(LOOP)) == states(interpreted(LOOP))


def test_steps_are_found_from_anywhere() -> None:
    recording, expected = compiled(LOOP), interpreted(LOOP)

    for index in (*range(0, len(recording), 97), *range(len(recording) - 1, 0, -301)):
        assert recording[index].variables_state == expected[index].variables_state


def test_folded_chunks_take_less_memory() -> None:
    recording = compiled(LOOP)
    chunks = recording.journal.chunks._chunks

    assert sum(map(len, chunks)) < sum(map(len, recording.journal.chunks)) / 2


def test_json_and_files_have_all_words(tmp_path: Path) -> None:
    recording = compiled(LOOP)
    recording.to_json(tmp_path / "loop.json")
    recording.save(tmp_path / "loop.calcharo")

    assert list(told(Recording.from_json(tmp_path / "loop.json"))) == list(told(recording))
    assert list(told(Recording.open(tmp_path / "loop.calcharo"))) == list(told(recording))


def test_a_recording_that_is_spilled_has_all_words(tmp_path: Path) -> None:
    recording = compiled(LOOP, capture={"spill": str(tmp_path / "loop.calcharo"), "metrics": False})

    assert list(told(recording)) == list(told(interpreted(LOOP, capture={"metrics": False})))


def test_more_values_than_a_run_of_folded_words_may_have() -> None:
    names = [f"v{number}" for number in range(ops.MOST_FOLDED + 10)]
    body = "".join(f"        {name} = i + {number}\n" for number, name in enumerate(names))
    source = f"def f(n):\n    for i in range(n):\n{body}f(60)"

    assert states(compiled(source)) == states(interpreted(source))


RESULTS = """
class Node:
    def __init__(self, value): self.value = value
    def itself(self): return self
    def fresh(self): return [self.value, (self.value,)]
    def nothing(self): self.value
def pair(a, b): return a if b % 2 else [b]
def plain(n): t = (n, n); return n
def work(n):
    kept = Node(0)
    for i in range(n):
        node = kept.itself()
        node.fresh(); a = node.fresh()
        node.nothing(); plain(i)
        b = pair(node, i)
        c = pair(*iter((node, i)))
        d = sorted([3, 1, 2], key=lambda each: pair(-each, 1))
    return node
work(40)
"""


def test_functions_return_to_whoever_called_them() -> None:
    assert states(compiled(RESULTS)) == states(interpreted(RESULTS))


def test_a_class_that_counts_does_not_have_its_methods_made_anew() -> None:
    source = """
class Counter:
    made = 0
    def __init__(self, n):
        self.n = n
        Counter.made += 1
    def step(self): self.n += 1
for i in range(400):
    counter = Counter(i)
    counter.step()
"""
    (step,) = [code for code in compiled(source).statistics.codes if code.function == "Counter.step"]

    assert (step.failures, step.reason) == (0, "")
    assert not step.handled


# --- limits and interruptions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [700, 701, 1024, 1025, 1500, 2047])
def test_a_limit_of_steps_ends_the_run_exactly_there(most: int) -> None:
    recording, expected = (run(LOOP, limits=Limits(steps=most)) for run in (compiled, interpreted))

    assert recording.outcome.limit == "steps"
    assert len(recording) == most
    assert states(recording) == states(expected)


def test_a_limit_of_depth_holds() -> None:
    source = "def f(n): return f(n + 1)\ndef g(n): return 0 if n == 0 else g(n - 1)\nfor i in range(60): g(3)\nf(0)"
    recording = compiled(source, limits=Limits(recursion_depth=20))

    assert recording.outcome.limit == "recursion_depth"


def test_a_limit_of_time_ends_a_compiled_loop() -> None:
    recording = compiled("i = 0\ndef f():\n    i = 0\n    while True: i += 1\nf()", limits=Limits(wall_seconds=0.5))

    assert recording.outcome.limit == "wall_seconds"
    assert recording[-1].function == "f"


SIGNALS = """
import signal
class Late(Exception): pass
seen = []
def arrived(number, frame):
    seen.append(frame.f_code.co_name)
    if len(seen) == 3: raise Late
signal.signal(signal.SIGALRM, arrived)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
def work():
    items, i = [], 0
    while True:
        i += 1
        items.append(i)
        if len(items) > 100: items.pop()
try:
    work()
except Late:
    print(seen)
finally:
    signal.setitimer(signal.ITIMER_REAL, 0)
"""


@pytest.mark.parametrize("run", [compiled, interpreted])
def test_signal_handlers_run_between_two_instructions(run: object) -> None:
    recording = run(SIGNALS)  # type: ignore[operator]
    before = signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)

    assert callable(before)
    assert recording.stdout == "['work', 'work', 'work']\n"
    handled = [step for step in recording if step.function == "arrived"]
    assert all(step.call_stack[-2].function == "work" for step in handled)


INTERRUPTED = """
import _thread, threading
def work():
    items, i = [], 0
    while True:
        i += 1
        items.append(i)
        if len(items) == 20000: _thread.interrupt_main()
        if len(items) > 20000: items.pop()
try:
    work()
except KeyboardInterrupt as error:
    where = error.__traceback__.tb_next.tb_frame
    print(where.f_code.co_name, len(where.f_locals["items"]) >= 20000)
"""


def test_an_interrupt_leaves_a_state_that_is_right() -> None:
    recording = compiled(INTERRUPTED)

    assert recording.stdout == "work True\n"
    assert recording.outcome.status == "completed"
    inside = [step for step in recording[-400:] if step.function == "work"]
    assert len(inside[-1].variables_state["items"]) >= 20000  # type: ignore[arg-type] # it is a list


def test_exceptions_of_compiled_operations_look_as_ever() -> None:
    source = "def f(n):\n    for i in range(n, -1, -1):\n        x = 10 // i\nf(60)"
    recording, expected = compiled(source), interpreted(source)

    assert recording.outcome == expected.outcome
    assert recording.outcome.exception is not None
    assert "line 3, in f" in recording.outcome.exception.traceback


def test_threads_of_the_program_are_left_to_the_interpreter() -> None:
    source = """
import threading
def work(n):
    total = 0
    for i in range(n): total += i
    return total
print(work(100))
results = []
threads = [threading.Thread(target=lambda: results.append(work(300))) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(results)
"""
    assert compiled(source).stdout == "4950\n[44850, 44850, 44850]\n"


BESIDE_A_THREAD = """
import _thread
def work(n):
    total = 0
    for i in range(n): total += i
    return total
work(100)
done = _thread.allocate_lock()
done.acquire()
def other():
    work(10)
    done.release()
_thread.start_new_thread(other, ())
print(work(40_000))
done.acquire()
"""


def test_a_second_thread_waits_until_the_first_has_left_its_block() -> None:
    recording = compiled(BESIDE_A_THREAD, capture={"metrics": False})

    assert recording.stdout == "799980000\n"
    assert {step.thread for step in recording[-400:]} <= {0, 1}
    others = [step for step in recording if step.thread == 1]
    assert others[0].function == "other"
    assert {step.function for step in others} == {"other", "work"}


# --- frames that end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ["", "    def __del__(self): gone.append(1)"], ids=["quietly", "with a finaliser"])
def test_what_only_a_frame_holds_ends_with_it(ends: str) -> None:
    source = f"""
gone = []
class Thing:
    x = 1
{ends}
def work(n):
    thing, held = Thing(), [n]
    for i in range(n): x = thing.x
    return n
def quiet(n):
    held, nested = [n], [[n]]
    for i in range(n): x = i
    return n
for i in range(120): work(3) + quiet(3)
print(len(gone))
"""
    recording, other = compiled(source), interpreted(source)

    assert recording.stdout == other.stdout == f"{120 if ends else 0}\n"
    assert not [thing for thing in recording[-1].heap.values() if thing.type_name == "Thing"]


# --- nothing stays -----------------------------------------------------------------------------------------------


def test_compiled_code_goes_with_the_program() -> None:
    machines: list[weakref.ref[object]] = []

    class Watching(tier.CompiledTier):
        def linked(self, guest: GuestCode, table: list[Entry]) -> None:
            machines.append(weakref.ref(guest.machine))
            super().linked(guest, table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("calcharo_vm.tiers.compiled.CompiledTier", Watching)
        compiled(LOOP)
    gc.collect()

    assert machines
    assert not [machine for machine in machines if machine() is not None]


def test_the_program_collects_no_garbage_of_the_tier() -> None:
    source = "import gc\ngc.collect()\ndef f(n):\n    i = 0\n    while i < n: i += 1\nf(200)\nprint(gc.collect())"
    for _ in range(3):  # what others have left, and what ends with that
        gc.collect()

    assert compiled(source).stdout == interpreted(source).stdout


def test_nothing_warns_of_what_is_compiled() -> None:
    source = "import warnings\nwarnings.simplefilter('error')\ndef f(n):\n    for i in range(n): x = i is 3\nf(100)"

    assert compiled(source.replace("is 3", "== 3")).outcome.status == "completed"


# --- blocks and loops --------------------------------------------------------------------------------------------


def test_blocks_begin_at_leaders_and_after_gaps() -> None:
    assert make_blocks({1, 2, 3, 5, 6}, frozenset({3})) == [Block(0, 1, 2), Block(1, 3, 3), Block(2, 5, 6)]


def test_loops_within_loops() -> None:
    a, b, c, d, e = (Block(number, number, number) for number in range(5))

    assert find_loops([a, b, c, d, e], [(2, 2), (3, 1)]) == (a, Loop((b, Loop((c,)), d)), e)


def test_a_loop_ends_where_one_that_begins_in_it_ends() -> None:
    a, b, c, d = (Block(number, number, number) for number in range(4))

    assert find_loops([a, b, c, d], [(1, 0), (3, 1)]) == (Loop((a, Loop((b, c, d)))),)


def test_capture_of_metrics_goes_on() -> None:
    assert compiled(LOOP, capture=Capture(metrics=True))[-1].memory_bytes > 0
