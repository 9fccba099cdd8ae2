"""Tests that two runs of a program give the same recording, and that a run can be repeated from its inputs."""

from __future__ import annotations

import asyncio
import io
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import (
    Capture,
    ConfigurationError,
    ExecutionTracer,
    Input,
    Recording,
    ReplayDiverged,
    TracerConfig,
    execute_and_trace,
)
from calcharo_vm.program.inputs import KeptInput, PinnedWorld, ProgramInputs, ReplayedWorld
from tests.conformance.program import Program, programs_for, share
from tests.conformance.running import ROOT, clean_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PINNED = TracerConfig(deterministic=True, capture=Capture(metrics=False))
KEPT = TracerConfig(capture=Capture(metrics=False, inputs=True))
PLAIN = TracerConfig(capture=Capture(metrics=False))

CHANCE = """
import os, random, secrets, uuid
random.shuffle(cards := list(range(9)))
drawn = random.random(), random.randint(1, 6), random.choice('abc'), random.Random().random(), cards
unique = uuid.uuid4(), uuid.uuid1(), os.urandom(4), secrets.token_hex(4), random.SystemRandom().random(), uuid.getnode()
random.seed(3)
print(*drawn, *unique, random.random(), random.getstate()[0])
"""
CLOCKS = """
import datetime, time
class Day(datetime.datetime): pass
now = time.time(), time.time_ns(), time.monotonic(), time.perf_counter_ns(), time.process_time(), time.thread_time_ns()
dates = datetime.datetime.now(), datetime.datetime.now(tz=datetime.timezone.utc), datetime.date.today(), Day.now()
texts = time.ctime(), time.strftime('%Y-%m-%d'), time.asctime(), time.localtime()[:3], time.gmtime(None)[:3]
more = time.clock_gettime(time.CLOCK_MONOTONIC), time.ctime(0), time.strftime('%Y', time.gmtime(0))
print(*now, *dates, *texts, *more, type(Day.now()).__name__)
"""
LATE = "\nfrom time import time as clock, sleep\nbefore = clock()\nsleep(0.01)\nprint(clock() - before > 0.005)\n"
TASKS = """
import asyncio, time
async def nap(seconds):
    await asyncio.sleep(seconds)
    return round(time.monotonic() - begin, 1)
async def main(): return await asyncio.gather(nap(0.2), nap(0.1))
begin = time.monotonic()
naps = asyncio.run(main())
print(naps, naps[0] >= naps[1])
"""
READING = "first = input('? ')\nimport sys\nrest = sys.stdin.read()\nprint(first, rest.split(), sys.stdin.isatty())\n"


@pytest.mark.parametrize("source", [CHANCE, CLOCKS, LATE, TASKS], ids=["chance", "clocks", "late", "tasks"])
class TestRepeating:
    def test_a_pinned_program_does_the_same_each_time(self, source: str) -> None:
        one, other = execute_and_trace(source, PINNED), execute_and_trace(source, PINNED)

        assert "completed" == one.outcome.status, one.stderr
        assert one.to_json() == other.to_json()
        assert len(one.inputs) > 0

    def test_inputs_that_were_kept_give_the_same_run_again(self, source: str) -> None:
        kept = Recording.from_json(execute_and_trace(source, KEPT).to_json() or "")
        again = execute_and_trace(source, PLAIN, replay=kept.inputs)

        assert "completed" == kept.outcome.status, kept.stderr
        assert kept.to_json() == again.to_json()
        assert kept.inputs == again.inputs

    def test_a_pinned_run_is_repeated_without_pinning(self, source: str) -> None:
        pinned = execute_and_trace(source, PINNED)

        assert pinned.to_json() == execute_and_trace(source, PLAIN, replay=pinned.inputs).to_json()

    def test_without_any_setting_the_world_is_as_it_is(self, source: str) -> None:
        recording = execute_and_trace(source, PLAIN)

        assert "completed" == recording.outcome.status, recording.stderr
        assert recording.inputs == ()


def test_pinned_time_begins_with_the_year_2000_and_does_not_wait() -> None:
    started = time.perf_counter()
    source = "import time\na = time.time()\ntime.sleep(3600)\nb = time.time()\nprint(a, b - a > 3600)\n"
    recording = execute_and_trace(source, PINNED)

    assert "946684800.001 True\n" == recording.stdout
    assert time.perf_counter() - started < 60


def test_a_pinned_loop_that_waits_for_a_time_ends() -> None:
    source = (
        "import time\nend = time.monotonic() + 0.05\nturns = 0\nwhile time.monotonic() < end: turns += 1\nprint(turns)"
    )

    assert 40 < int(execute_and_trace(source, PINNED).stdout) < 60


def test_standard_input_is_an_input() -> None:
    kept = execute_and_trace(READING, KEPT, stdin="one\ntwo three\n")
    again = execute_and_trace(READING, PLAIN, replay=kept.inputs)

    assert "? one ['two', 'three'] False\n" == kept.stdout
    assert [Input("stdin", b"one\ntwo three\n", kept.inputs[0].step)] == list(kept.inputs)
    assert kept.to_json() == again.to_json()


def test_real_standard_input_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"typed\n")))

    assert (b"typed\n",) == tuple(each.value for each in execute_and_trace("input()", KEPT).inputs)
    monkeypatch.setattr(sys, "stdin", None)
    assert () == execute_and_trace("x = 1", KEPT).inputs


def test_kept_input_is_a_terminal_if_the_real_one_is() -> None:
    class Terminal(io.BytesIO):
        def isatty(self) -> bool:
            return True

    kept = KeptInput(Terminal(b"x"), ProgramInputs(PinnedWorld(), lambda: 0))

    assert kept.isatty()
    with pytest.raises(io.UnsupportedOperation):
        kept.fileno()


@pytest.mark.parametrize(("ending", "how"), [("\ntime.time()", "more"), ("", "less")])
def test_a_program_that_asks_for_something_else_has_diverged(ending: str, how: str) -> None:
    kept = execute_and_trace("import time\nx = time.time()\ny = time.time()", KEPT)
    with pytest.raises(ReplayDiverged, match=f"asks for time.time {how} often") as caught:
        execute_and_trace(
            "import time\nx = time.time()" + (ending and "\ny = x") + ending * 2, PLAIN, replay=kept.inputs
        )
    recording = caught.value.recording
    assert recording is not None

    assert recording[-1].globals_state["x"] == kept[-1].globals_state["x"]


def test_replay_takes_inputs_only() -> None:
    with pytest.raises(ConfigurationError, match="replay holds 1"):
        execute_and_trace("x = 1", replay=[1])  # type: ignore[list-item]


def test_inputs_say_what_was_asked_in_which_step() -> None:
    recording = execute_and_trace("import time\nx = time.time()\n", KEPT)
    (kept,) = recording.inputs

    assert "time.time" == kept.kind
    assert recording[-1].globals_state["x"] == kept.value
    assert ("CALL", 2) == (recording[kept.step].opname, recording[kept.step].line_number)


def test_what_a_library_asks_while_it_is_imported_is_no_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stamped_library.py").write_text("import time\nloaded = time.time()\n")
    monkeypatch.syspath_prepend(tmp_path)
    source = "import stamped_library, time\nx = stamped_library.loaded > 1_600_000_000\ny = time.time()\n"
    first, second = execute_and_trace(source, PINNED), execute_and_trace(source, PINNED)  # which finds it imported
    del sys.modules["stamped_library"]

    for recording in (first, second):
        assert [("time.time", 946684800.001)] == [(each.kind, each.value) for each in recording.inputs]
        assert recording[-1].globals_state["x"] is True


def test_the_hosts_own_clocks_and_chance_are_left_alone() -> None:
    random.seed(11)
    expected = random.Random(11)
    seen: list[float] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.append(time.time())
            stop.wait(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    natives = time.time, random.random, os.urandom, uuid.uuid1, random.Random.seed
    try:
        execute_and_trace(CHANCE + CLOCKS, PINNED)
    finally:
        stop.set()
        watcher.join()

    assert all(moment > 1_600_000_000 for moment in seen)
    assert natives == (time.time, random.random, os.urandom, uuid.uuid1, random.Random.seed)
    assert expected.random() == random.random()


def test_a_program_shares_the_hosts_generator_unless_it_is_pinned() -> None:
    random.seed(5)
    expected = random.Random(5)
    recording = execute_and_trace("import random\nx = random.random()", KEPT)

    assert expected.random() == recording[-1].globals_state["x"]
    assert expected.random() == random.random()


def test_functions_that_were_imported_before_are_told_the_same() -> None:
    program = Held(time.time, datetime, os.urandom)
    recording = ExecutionTracer(PINNED).trace(program.ask)

    assert ["time.time", "time.time", "os.urandom"] == [each.kind for each in recording.inputs]


class Held:
    """A program that got hold of functions before it is traced."""

    def __init__(self, clock: object, date: type[datetime], chance: object) -> None:
        self.clock, self.date, self.chance = clock, date, chance

    def ask(self) -> tuple[object, ...]:
        return self.clock(), self.date.now(UTC), self.chance(2)  # type: ignore[operator]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_utcnow_is_told_too() -> None:
    source = "import datetime\nclass D(datetime.datetime): pass\nx = datetime.datetime.utcnow(), D.utcnow()\n"
    source += "print(*x, type(x[1]))"
    recording = execute_and_trace("import warnings\nwarnings.simplefilter('ignore')\n" + source, PINNED)

    assert "2000-01-01 00:00:00.001000 2000-01-01 00:00:00.002000 <class '__main__.D'>\n" == recording.stdout


def test_wrong_arguments_are_refused_as_ever() -> None:
    source = """
import os, random, time
errors = []
for attempt in (lambda: time.sleep(-1), lambda: time.sleep('x'), lambda: os.urandom(-1), lambda: os.urandom('x'),
                lambda: time.time(1), lambda: random.randint('a', 2), lambda: time.clock_gettime('x')):
    try: attempt()
    except Exception as error: errors.append(type(error).__name__)
print(errors)
"""

    assert execute_and_trace(source, PLAIN).stdout == execute_and_trace(source, PINNED).stdout


def test_a_replayed_selector_waits_for_what_had_come() -> None:
    selected = iter([[], ["ready"]])
    inputs = ProgramInputs(ReplayedWorld([Input("select", 1, 0), Input("select", 0, 0)]), lambda: 0)

    assert ["ready"] == inputs.ready(1.0, lambda _: next(selected))
    assert [] == inputs.ready(1.0, lambda _: ["too early"])
    assert "" == inputs.world.divergence


# --- the same without any pinning ---------------------------------------------------------------------

CHANGING = frozenset(
    {
        "async__asyncio_streams_and_subtleties",
        "asyncio__tasks",  # tasks that sleep wake up together when the system is slow
        "known_breaker__21_match_class_positional",
        "known_breaker__38_thread_target",  # when a thread begins is for the system to decide
        "library__pickle_and_copy",
        "library__sorting_and_callbacks",
        "library__unittest_run",
        "weakref__callbacks_and_del_timing",
    }
)
LEFT_OUT = ("introspection__", "multiprocessing__", "program__", "recursion__", "signal__", "threading__", "uncaught__")
PROGRAMS = [
    each
    for each in programs_for()
    if not each.name.startswith(LEFT_OUT) and each.name not in CHANGING and not each.argv and not each.stdin
]

RECORDING = """
import hashlib, re, sys
from pathlib import Path
from calcharo_vm import Capture, TracerConfig, execute_and_trace
config = TracerConfig(capture=Capture(metrics=False))
for name in sys.argv[1:]:
    recording = execute_and_trace(Path(name), config, stdin="")
    text = re.sub(r"0x[0-9a-f]{6,}", "0x...", recording.to_json())  # the program's own reprs
    print(name, hashlib.sha256(text.encode()).hexdigest(), len(recording), flush=True)
"""


@pytest.mark.parametrize("part", range(2))
def test_two_processes_record_the_same(part: int) -> None:
    chosen = share(PROGRAMS, 5)[part::2]
    one, other = (recorded_in_a_process(chosen, seed) for seed in ("0", "0"))

    assert one == other
    assert len(one) == len(chosen)


def recorded_in_a_process(programs: list[Program], hash_seed: str) -> list[str]:
    command = [sys.executable, "-c", RECORDING, *(str(program.path) for program in programs)]
    environment = clean_environment(PYTHONPATH=str(ROOT), PYTHONHASHSEED=hash_seed)
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith(str(ROOT))]


INSENSITIVE = """
class Node:
    def __init__(self, value, *children): self.value, self.children = value, list(children)
    def walk(self):
        yield self.value
        for child in self.children: yield from child.walk()
tree = Node(1, Node(2, Node(3)), Node(4))
table = {name: len(name) for name in ('one', 'three', 'five')}
print(list(tree.walk()), table, sorted({'b', 'a'}))
del tree
"""


@pytest.mark.parametrize("source", [INSENSITIVE, CHANCE + CLOCKS], ids=["insensitive", "pinned"])
def test_the_hash_seed_does_not_matter_to_a_program_whose_output_does_not_depend_on_it(
    source: str, tmp_path: Path
) -> None:
    program = tmp_path / "insensitive.py"
    program.write_text(source)
    script = "import sys\nfrom pathlib import Path\nfrom calcharo_vm import *\n"
    script += "c = TracerConfig(deterministic=True, capture=Capture(metrics=False))\n"
    script += "r = execute_and_trace(Path(sys.argv[1]), c)\nprint(r.stdout)\nprint(len(r), [str(s) for s in r])\n"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(program)],
            check=True,
            capture_output=True,
            env=clean_environment(PYTHONPATH=str(ROOT), PYTHONHASHSEED=seed),
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(outputs) == 1


@pytest.mark.parametrize("source", [INSENSITIVE, TASKS.replace("0.2", "0").replace("0.1", "0")], ids=["plain", "tasks"])
def test_one_process_records_the_same_twice(source: str) -> None:
    source = source.replace("print(naps, naps[0] >= naps[1])", "").replace("round(time.monotonic() - begin, 1)", "1")
    source = source.replace("begin = time.monotonic()", "")
    execute_and_trace(source, PLAIN)  # so that all modules are imported

    assert execute_and_trace(source, PLAIN).to_json() == execute_and_trace(source, PLAIN).to_json()


def test_no_address_is_recorded_by_the_recorder() -> None:
    source = (
        "class C: pass\nc = C()\nf = lambda: c\nx = [c, f, C, c.__init__, iter([]), open, type(c), object()]\nx = [x]\n"
    )
    text = execute_and_trace(source, PLAIN).to_json()

    assert text is not None
    assert "0x" not in text


def test_metrics_can_be_switched_off() -> None:
    recording = execute_and_trace("x = 1", PLAIN)

    assert (0, 0.0) == (recording[-1].memory_bytes, recording[-1].cpu_time)
    assert execute_and_trace("x = 1")[-1].memory_bytes > 0


def test_asyncio_in_the_host_goes_on_as_ever() -> None:
    async def nap() -> float:
        before = time.monotonic()
        await asyncio.sleep(0.01)
        return time.monotonic() - before

    execute_and_trace(TASKS, PINNED)

    assert asyncio.run(nap()) >= 0.009


def test_programs_side_by_side_are_told_by_their_own_worlds() -> None:
    source = "import time, uuid\nx = time.time(), str(uuid.uuid4())\n"
    begun, end = threading.Event(), threading.Event()
    found: list[object] = []

    def host_function() -> None:
        begun.set()
        end.wait()

    def other() -> None:
        program = "import time\nhold()\nx = time.time()"
        found.append(execute_and_trace(program, PINNED, globals={"hold": host_function})[-1].globals_state["x"])

    thread = threading.Thread(target=other)
    thread.start()
    begun.wait()
    one = execute_and_trace(source, PINNED)[-1].globals_state["x"]
    end.set()
    thread.join()

    assert execute_and_trace(source, PINNED)[-1].globals_state["x"] == one
    assert found == [946684800.001]
    assert time.time() > 1_600_000_000


def test_what_is_asked_by_who_is_no_program_is_answered_by_cpython() -> None:
    seen: list[object] = []

    def ask() -> None:
        moments = time.time(), uuid.uuid1().version, random.Random().random(), time.localtime().tm_year
        seen.extend((moments[0] > 1_600_000_000, moments[1], moments[3] > 2020, len(os.urandom(2))))
        time.sleep(0)
        asyncio.new_event_loop().close()

    def start() -> None:
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    begin = _thread_of_the_host(start)
    execute_and_trace("run()", PINNED, globals={"run": begin})

    assert seen == [True, 1, True, 2]


def _thread_of_the_host(function: Callable[[], None]) -> Callable[[], None]:
    """What has another thread, which is the host's, call a function, and waits for it."""
    asked, answered = threading.Event(), threading.Event()

    def serve() -> None:
        asked.wait()
        function()
        answered.set()

    threading.Thread(target=serve, daemon=True).start()

    def call() -> None:
        asked.set()
        answered.wait()

    return call
