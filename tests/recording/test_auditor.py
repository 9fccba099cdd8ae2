"""Tests for calcharo_vm/recording/audit: what is recorded wrongly is found, named and placed."""

import gc
import signal
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from calcharo_vm import AuditError, Capture, InternalError, Recording, TracerConfig, execute_and_trace
from calcharo_vm.program.observation import MachineRecorder
from calcharo_vm.recording import effects, ops, recorder, shadow
from calcharo_vm.recording.anatomy import Anatomy
from calcharo_vm.recording.audit import Mismatch
from calcharo_vm.recording.audit.auditor import Auditor, line_starts
from calcharo_vm.recording.audit.following import FollowingState
from calcharo_vm.recording.audit.reading import kinds_of
from calcharo_vm.recording.comparison import Comparison
from calcharo_vm.recording.identity import Identities, Shade
from calcharo_vm.recording.state import State
from calcharo_vm.recording.values import HeapKind

AUDITED = TracerConfig(capture=Capture(audit=True))


BOX = "class Box:\n  pass\nbox = Box()\nbox.items = [[]]\nbox.items[0].append('new')\ndone = 1"


def forget(*_: object) -> None:
    """Does nothing where the recorder would journal a change."""


MISTAKES: dict[str, tuple[type, str, object, str, str]] = {
    "an appended item": (shadow.Shadow, "moved_at", forget, "a = [1]\na.append(2)\na", "['a'][1] (list #"),
    "an item that is set": (shadow.Shadow, "item_stored", forget, "a = [1]\na[0] = 2\na", "['a'][0] (list #"),
    "an attribute": (
        shadow.Shadow,
        "attribute_stored",
        forget,
        "class C: pass\nc = C()\nc.x = 1\nc",
        "['c'] (C #",
    ),
    "a global name": (shadow.Shadow, "name_stored", forget, "x = 1\nx = 2\nx", "['x']"),
    "a cell": (
        shadow.Shadow,
        "changed",
        forget,
        "def f():\n  x = 1\n  g = lambda: x\n  x = 2\n  return g()\nf()",
        "x of f",
    ),
    "the slots of a frame": (
        effects.Effects,
        "set_fast",
        forget,
        "def f(x):\n  y = x\n  del y\n  return x\nf(1)",
        "y of f (variable) is recorded as 1",
    ),
    "an element of a set": (shadow.Shadow, "added", forget, "s = {1}\ns.add(2)\ns", "['s'] (set #"),
    "an object in a set": (shadow.Shadow, "added", forget, "s = set()\ns.add((2,))\ns", "['s'] (set #"),
    "what a library does": (Comparison, "refresh", forget, "import heapq\na = [3]\nheapq.heapify(a)\nb = a", ""),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_of_the_recorder_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, method, wrong, source, place = MISTAKES[name]
    execute_and_trace(source, AUDITED)
    if not place:  # where nothing was to be changed, nothing goes wrong
        return
    monkeypatch.setattr(owner, method, wrong)
    with pytest.raises(AuditError) as caught:
        execute_and_trace(source, AUDITED)

    assert place in str(caught.value), str(caught.value)
    assert caught.value.recording is not None
    assert caught.value.recording.outcome.status == "completed"
    assert len(caught.value.mismatches) >= 1


def test_a_mismatch_names_object_place_and_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow.Shadow, "moved_at", forget)
    with pytest.raises(AuditError) as caught:
        execute_and_trace(
            "class Box:\n  pass\nbox = Box()\nbox.items = [[]]\nbox.items[0].append('new')\ndone = 1", AUDITED
        )
    (mismatch,) = caught.value.mismatches
    recording = caught.value.recording
    assert recording is not None

    assert mismatch.place == "the globals of <module>['box'].items[0][0]"
    assert (mismatch.type_name, mismatch.recorded, mismatch.live) == ("list", "nothing", "'new'")
    assert mismatch.oid in recording[mismatch.step].heap
    assert recording[mismatch.step].line_number == 5


def test_an_object_taken_for_another_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Shade] = []

    def see(self: Comparison, value: object, known: Shade | None) -> Shade:
        if type(value) is bytearray and taken:
            return taken[0]
        found = original(self, value, known)
        if type(value) is bytearray:
            taken.append(found)
        return found

    original = Comparison.see
    monkeypatch.setattr(Comparison, "see", see)
    with pytest.raises(AuditError, match="bytearray"):
        execute_and_trace("one = bytearray(b'x')\nother = bytearray(b'x')\ndone = 1", AUDITED)


def test_a_forgotten_object_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Identities.release_all

    def release_all(self: Identities, words: list[object]) -> None:
        original(self, [*words, *words])

    monkeypatch.setattr(Identities, "release_all", release_all)
    with pytest.raises(AuditError, match=r"gone|contradict"):
        execute_and_trace("def f(x):\n  return x\na = [1]\nf(a)\nf(a)\nf(a)\nb = a\nc = b", AUDITED)


def test_the_wrong_kind_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Comparison._kind_of

    def kind_of(self: Comparison, value: object) -> HeapKind:
        found = original(self, value)
        return HeapKind.OPAQUE if found is HeapKind.LIST else found

    monkeypatch.setattr(Comparison, "_kind_of", kind_of)
    with pytest.raises(AuditError, match=r"a list \(opaque\)"):
        execute_and_trace("a = [1]\nb = 2", AUDITED)


def test_a_lost_frame_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = recorder.Recorder.frame_left

    def return_twice(self: recorder.Recorder, frame: object, leave: object) -> None:
        original(self, frame, leave)  # type: ignore[arg-type]
        self.log += (12, 0)  # a RESUME of the main frame, which is there already

    monkeypatch.setattr(recorder.Recorder, "frame_left", return_twice)
    with pytest.raises(AuditError, match="call stack"):
        execute_and_trace("def f():\n  return 1\nx = f()\ny = 2\nz = 3", AUDITED)


def test_after_ten_mismatches_no_more_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow.Shadow, "moved_at", forget)
    with pytest.raises(AuditError, match="10 times") as caught:
        execute_and_trace("lists = [[] for _ in range(30)]\nfor each in lists:\n  each.append(1)\n", AUDITED)

    assert len(caught.value.mismatches) == 10


def test_the_state_goes_on_after_a_step_that_was_opened_again() -> None:
    source = "import gc\nclass C:\n  def __del__(self): seen.append(len(seen))\nseen = []\n"
    source += "for i in range(60):\n  c = C()\n  c.me = c\n  x = [[], [], []]\n  del c\nlast = seen\n"
    threshold = gc.get_threshold()
    gc.set_threshold(7, 2, 2)
    try:
        recording = execute_and_trace(source, AUDITED)
    finally:
        gc.set_threshold(*threshold)

    assert len(recording[-1].globals_state["seen"]) > 5  # type: ignore[arg-type]


def test_threads_that_share_objects_raise_no_alarm() -> None:
    source = """
import threading
shared, table = [], {}
def work(name):
    for i in range(60):
        shared.append((name, i))
        table[name] = [i]
threads = [threading.Thread(target=work, args=(name,)) for name in 'abc']
for thread in threads: thread.start()
for thread in threads: thread.join()
total = len(shared)
"""
    recording = execute_and_trace(source, AUDITED)

    assert recording[-1].globals_state["total"] == 180


def test_recursion_to_the_limit_raises_no_alarm() -> None:
    source = "def f(n):\n  return f(n + 1)\ntry:\n  f(0)\nexcept RecursionError:\n  caught = True\nlast = [caught]\n"

    assert execute_and_trace(source, AUDITED)[-1].globals_state["last"] == [True]


def test_an_audit_goes_on_where_there_is_room_again(monkeypatch: pytest.MonkeyPatch) -> None:
    catch_up, looks = FollowingState.catch_up, iter(range(1_000))

    def without_room(state: FollowingState) -> None:
        if next(looks) == 5:
            raise RecursionError
        catch_up(state)

    monkeypatch.setattr(FollowingState, "catch_up", without_room)
    recording = execute_and_trace("for i in range(20):\n  x = [i]\nlast = x", AUDITED)

    assert recording[-1].globals_state["last"] == [19]
    assert next(looks) > 20


def test_an_exception_of_a_signal_handler_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
import signal, time
class Alarm(Exception): pass
def ring(*_): raise Alarm
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    while True: x = [1]
except Alarm:
    caught = True
"""
    before = signal.getsignal(signal.SIGALRM)
    original = Auditor._compare

    def slow(self: Auditor, frame: object) -> object:
        time.sleep(0.002)  # so that the signal arrives here, most likely
        return original(self, frame)  # type: ignore[arg-type]

    monkeypatch.setattr(Auditor, "_compare", slow)
    try:
        recording = execute_and_trace(source, AUDITED)
    finally:
        signal.signal(signal.SIGALRM, before)

    assert recording[-1].globals_state["caught"] is True


def test_words_that_contradict_one_another_are_a_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calcharo_vm.recording.audit.following.FollowingState._begin", State._complete)
    with pytest.raises(AuditError, match=r"contradict one another \(TypeError"):
        execute_and_trace("x = 1\ny = 2", AUDITED)


def test_lines_begin_where_they_change_and_where_is_jumped_to() -> None:
    code = compile("x = 1\nwhile x:\n  x = 0\ny = x", "program.py", "exec")
    starts = line_starts(code)

    assert 0 in starts
    assert len(starts) >= 5


def test_hostile_objects_are_not_called() -> None:
    source = """
calls = []
def noting(name):
    def method(*args):
        calls.append(name)
        raise RuntimeError(name)
    return method
names = ['__repr__', '__str__', '__eq__', '__getattr__', '__getattribute__', '__iter__', '__len__', '__bool__',
         '__getitem__', '__contains__', '__dir__', '__sizeof__', '__reduce_ex__', '__copy__', '__format__']
hostile = {name: noting(name) for name in names}
hostile['loud'] = property(noting('property'))
hostile['__dict__'] = property(noting('__dict__'))
def make(name, *bases):
    return type(name, bases, dict(hostile))
kinds = [make('Plain'), make('List', list), make('Dict', dict), make('Text', str), make('Set', set), make('Int', int)]
kinds.append(make('Error', Exception))
kept = []
for kind in kinds:
    kept.append(kind.__new__(kind))
class Meta(type):
    def __getattribute__(cls, name): calls.append('meta ' + name); return type.__getattribute__(cls, name)
    def __eq__(cls, other): calls.append('meta eq'); return cls is other
    def __hash__(cls): calls.append('meta hash'); return 1
    def __instancecheck__(cls, other): calls.append('meta isinstance'); return False
class Made(metaclass=Meta): pass
before = len(calls)
made = type.__call__(Made); both = (made, Made)
holder = [made, kept]
after = len(calls)
"""
    recording = execute_and_trace(source, AUDITED)
    variables = recording[-1].globals_state

    assert recording.outcome.status == "completed", recording.stderr
    assert variables["before"] == variables["after"]


def test_metaclasses_are_not_asked_whether_a_type_is_another() -> None:
    source = """
import functools
calls = []
class Meta(type):
    def __eq__(cls, other): calls.append('eq'); return cls is other
    def __hash__(cls): calls.append('hash'); return 1
class Made(metaclass=Meta): pass
class Named:
    __dict__ = Made()
calls.clear()
made, named = Made(), Named()
both = enumerate([made]), map(str, [made]), zip([made], [named]), reversed([made])
read = list(map(list, both)), functools.partial(list, [made])()
found = list(calls)
"""
    recording = execute_and_trace(source, AUDITED)

    assert recording.outcome.status == "completed", recording.stderr
    assert recording[-1].globals_state["found"] == []


def test_kinds_follow_the_layout() -> None:
    class Mixin:
        pass

    class Both(Mixin, list):  # type: ignore[type-arg]
        pass

    assert kinds_of(Both()) == frozenset({HeapKind.LIST})
    assert kinds_of(Mixin()) is None


def test_auditing_reads_as_the_recorder_where_that_decides() -> None:
    def function(one: int = 1) -> int:
        return one

    from calcharo_vm.recording.audit.reading import Reader

    anatomy = Anatomy()
    assert Reader(anatomy).content(function, HeapKind.FUNCTION) == anatomy.content(function, HeapKind.FUNCTION)


def test_the_command_audits(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from calcharo_vm.cli.tracing import TraceRequest, trace_program

    program = tmp_path / "program.py"
    program.write_text("a = [1]\na.append(2)\nb = a\n")

    assert trace_program(TraceRequest(program, audit=True)) == 0
    monkeypatch.setattr(shadow.Shadow, "moved_at", forget)
    assert trace_program(TraceRequest(program, audit=True, output=tmp_path / "wrong.json")) == 2
    assert "the recording differs from the program once" in capfd.readouterr().err
    assert len(Recording.from_json(tmp_path / "wrong.json")) > 5


def test_the_state_follows_a_step_that_goes_on() -> None:
    step = ops.FIRST_STEP
    words: list[object] = [ops.OUT, "one", step]
    journal = execute_and_trace("pass").journal
    journal.chunks.clear()
    state = FollowingState(SimpleNamespace(journal=journal, log=words))  # type: ignore[arg-type]
    state.catch_up()
    words[2:] = [ops.OUT, "more", step, ops.OUT, "two", step]
    state.catch_up()

    assert (2, [10, 0]) == (state.steps, state.written)


def test_where_there_is_no_room_the_state_is_begun_anew() -> None:
    recorder = MachineRecorder()
    auditor = recorder.audit()
    before = auditor._state

    def no_room() -> None:
        raise RecursionError

    before.catch_up = no_room  # type: ignore[method-assign]

    assert auditor._compared(SimpleNamespace(record=None)) == []
    assert auditor._state is not before
    recorder.finish()


def test_what_another_thread_may_have_done_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[object] = []
    mismatch = Mismatch(1, "x", "list", 7, "nothing", "1")

    def compare(_auditor: Auditor, frame: object) -> list[Mismatch]:
        looks.append(frame)
        return [mismatch]

    monkeypatch.setattr(Auditor, "_compare", compare)
    monkeypatch.setattr(recorder.Recorder, "is_alone", False)
    made = MachineRecorder()
    auditor = made.audit()
    auditor.look(None)  # type: ignore[arg-type]
    auditor.look(None)  # type: ignore[arg-type]
    made.finish()

    assert len(looks) == 40
    assert auditor.mismatches == [mismatch]


def test_addresses_of_objects_that_are_gone_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calcharo_vm.recording.audit.auditor._MOST_ADDRESSES", 5)
    source = "for i in range(60):\n  x = [[i], [i], [i]]\n"

    assert execute_and_trace(source, AUDITED).outcome.status == "completed"


def test_an_object_for_a_scalar_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def set_fast(self: effects.Effects, frame: object, record: object, slot: int) -> None:
        self.log += (ops.FAST, slot, range(0))

    monkeypatch.setattr(effects.Effects, "set_fast", set_fast)
    with pytest.raises(AuditError, match=r"y of f .* is recorded as dict #0 and is a Null"):
        execute_and_trace("def f(x):\n  y = x\n  del y\n  return x\nf(1)", AUDITED)


def test_slots_of_other_bases_are_read_where_no_search_is_affordable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Comparison, "can_afford_a_search", lambda _: False)
    source = """
import functools
class One:
    __slots__ = ('x',)
class Two:
    __slots__ = ('x',)
class Made(One):
    __slots__ = ()
m = Made(); m.x = [1]
functools.partial(setattr, Made, '__bases__', (Two,))()
m.x = [2]; n = m
"""

    assert execute_and_trace(source, AUDITED).outcome.status == "completed"


def test_what_others_raise_while_it_compares_is_no_mismatch(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_state: FollowingState) -> None:
        raise InterruptedError("by somebody")

    monkeypatch.setattr(FollowingState, "catch_up", interrupted)

    with pytest.raises(InternalError, match="by somebody"):
        execute_and_trace("x = 1", AUDITED)
