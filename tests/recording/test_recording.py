"""Tests for calcharo_vm/recording/recording.py, step.py, plain.py and queries.py."""

import collections

import attrs
import pytest

from calcharo_vm import errors
from calcharo_vm.recording import (
    NULL,
    CallInfo,
    Condition,
    Evaluation,
    ExceptionSnapshot,
    ExecutionStep,
    HeapKind,
    ObjectSnapshot,
    Outcome,
    OutcomeStatus,
    Recording,
    Ref,
)
from tests.recording.audit import record


def last(source: str) -> dict[str, object]:
    return record(source)[-1].variables_state


def steps_at(recording: Recording, line: int, opname: str = "") -> list[ExecutionStep]:
    return [step for step in recording if step.line_number == line and step.opname.startswith(opname)]


class TestSequence:
    recording = record("a = 1\nb = a + 1\nprint(b)\n")

    def test_it_is_a_sequence(self) -> None:
        steps = list(self.recording)

        assert len(self.recording) == len(steps)
        assert list(range(len(steps))) == [step.index for step in steps]
        assert steps[-1] == self.recording[-1] != steps[0]
        assert steps[2:5] == self.recording[2:5]
        assert steps[::-1] == self.recording[::-1]
        assert 1 == len({hash(steps[3]), hash(self.recording[3])})
        assert self.recording[0] != "something else"

    @pytest.mark.parametrize("index", [1000, -1000])
    def test_steps_that_are_not_there(self, index: int) -> None:
        with pytest.raises(IndexError, match="was asked for, and the recording has"):
            self.recording[index]

    def test_steps_cannot_be_changed(self) -> None:
        with pytest.raises(AttributeError, match="cannot be changed"):
            self.recording[0].index = 4

    def test_representations(self) -> None:
        assert f"<Recording of {len(self.recording)} steps, completed>" == repr(self.recording)
        assert repr(self.recording[-1]).startswith(f"<ExecutionStep {len(self.recording) - 1}: <module> line 3 RETURN")


class TestInstruction:
    def test_positions_are_the_codes_own(self) -> None:
        source = "x = [1,\n     2]\nif x: y = 'é' + str(x)\n"
        code = compile(source, "program.py", "exec")
        positions = list(code.co_positions())

        for step in record(source):
            place = step.line_number, step.end_line_number, step.column, step.end_column
            assert positions[step.offset // 2] == place
            assert ("program.py", "<module>", 0) == (step.filename, step.function, step.thread)
            assert step.oparg is None or step.oparg >= 0

    def test_samples_are_there_from_the_first_step(self) -> None:
        step = record("x = 1")[0]

        assert step.memory_bytes > 1_000_000
        assert step.cpu_time > 0


class TestValues:
    def test_scalars_are_themselves(self) -> None:
        values = last("a = 1; b = 1.5; c = 'x'; d = b'y'; e = None; f = True; g = 2j; h = ...; i = NotImplemented")

        assert {
            "a": 1, "b": 1.5, "c": "x", "d": b"y", "e": None, "f": True, "g": 2j, "h": ..., "i": NotImplemented,
        } == values  # fmt: skip

    def test_containers_are_equal_copies(self) -> None:
        values = last("""
from collections import deque
a = [1, (2, {3: {4, 5}}), frozenset([6]), bytearray(b'7'), range(8), slice(9), deque([10])]
del deque
""")

        expected = [1, (2, {3: {4, 5}}), frozenset([6]), bytearray(b"7"), range(8), slice(9), collections.deque([10])]
        assert {"a": expected} == values

    def test_values_are_fresh(self) -> None:
        step = record("a = [1]")[-1]
        step.variables_state["a"].append(2)  # type: ignore[attr-defined]

        assert {"a": [1]} == step.variables_state

    def test_aliases_and_cycles_are_kept(self) -> None:
        values = last("a = b = []; a.append(1); a.append(a); t = ([],); t[0].append(t)")
        a, t = values["a"], values["t"]

        assert isinstance(a, list)
        assert isinstance(t, tuple)
        assert a is values["b"] is a[1]
        assert t is t[0][0]

    def test_deep_nesting(self) -> None:
        value = last("t = ()\nfor i in range(5000): t = (t,)\n")["t"]
        depth = 0
        while value:
            assert isinstance(value, tuple)
            (value,) = value
            depth += 1

        assert 5000 == depth

    def test_instances(self) -> None:
        values = last("""
class Node:
    def __init__(self): self.me, self.n = self, 1
node = Node()
class Stack(list): pass
plain, named = Stack([1]), Stack([2])
named.label = 'x'
class Name(str): pass
name = Name('n')
class Table(dict): pass
table = Table(k=1); table.more = 2
class Raw(bytearray): pass
raw = Raw(b'a'); raw.x = 1
keyed = {plain_key: 1 for plain_key in [node]}
class Odd(list):
    __hash__ = object.__hash__
odd = {Odd([1]): 2}
class Pair(tuple): pass
pair = Pair([1]); pair.z = 2
error = ValueError('bad', 1)
method = node.__init__
thing = object()
""")
        node = values["node"]

        assert isinstance(node, ObjectSnapshot)
        assert ("Node", 1, node) == (node.type_name, node.attributes["n"], node.attributes["me"])
        assert repr(node) == f"<Node #{node.oid}>"
        assert [1] == values["plain"]
        shown = {name: (each.type_name, each.attributes, each.value) for name, each in values.items()
                 if isinstance(each, ObjectSnapshot)}  # fmt: skip
        assert ("Stack", {"label": "x"}, [2]) == shown["named"]
        assert ("Name", {}, "n") == shown["name"]
        assert ("Table", {"more": 2}, {"k": 1}) == shown["table"]
        assert ("Raw", {"x": 1}, bytearray(b"a")) == shown["raw"]
        assert ("Pair", {"z": 2}, (1,)) == shown["pair"]
        assert ("ValueError", {}, ("bad", 1)) == shown["error"]
        assert {"__func__", "__self__"} == shown["method"][1].keys()
        assert ("object", {}, None) == shown["thing"]
        assert [1] == list(values["keyed"].values())  # type: ignore[attr-defined]
        key = next(iter(values["odd"]))  # type: ignore[call-overload]
        assert isinstance(key, ObjectSnapshot)
        assert [1] == key.value

    def test_names_of_functions_classes_and_modules(self) -> None:
        values = last("import math\nclass A:\n def f(self): pass\nf, g = A.f, len\nx = math.floor\n")

        names = {name: (each.type_name, each.name) for name, each in values.items() if isinstance(each, ObjectSnapshot)}
        assert {
            "math": ("module", "math"),
            "A": ("type", "A"),
            "f": ("function", "A.f"),
            "g": ("builtin_function_or_method", "len"),
            "x": ("builtin_function_or_method", "floor"),
        } == names
        assert repr(values["A"]).startswith("<type A #")

    def test_null_on_the_stack(self) -> None:
        recording = record("def f(): return 1\nf()\n")

        assert any(NULL in step.value_stack for step in recording)
        assert "NULL" == repr(NULL)


class TestVariables:
    def test_unbound_names_are_absent(self) -> None:
        recording = record("def f(a):\n b = 1\n del b\n return a\nf(2)\n")

        assert [{"a": 2}] == [step.variables_state for step in steps_at(recording, 3, "DELETE_FAST")]

    def test_cells_are_opened(self) -> None:
        recording = record("def f(a):\n def g():\n  return a + b\n b = a\n return g()\nf(1)\n")
        (step,) = [step for step in steps_at(recording, 3, "BINARY_OP") if step.function.endswith("g")]

        assert {"a": 1, "b": 1} == step.variables_state
        assert not steps_at(recording, 2, "LOAD_CONST")[-1].variables_state.keys() & {"b"}

    def test_class_bodies(self) -> None:
        recording = record("class A:\n x = 1\n y = x\nz = 3\n")
        step = steps_at(recording, 3, "STORE_NAME")[0]

        assert {"x": 1, "y": 1} == step.variables_state
        assert {} == step.globals_state
        assert {"A", "z"} == recording[-1].globals_state.keys()


class TestCalls:
    recording = record("def f(n, *rest, key=2):\n return n if n == 0 else f(n - 1, key=n)\nf(1, 9)\n")

    def test_call_stack(self) -> None:
        inner = next(step for step in steps_at(self.recording, 2) if step.variables_state["n"] == 0)

        assert (
            CallInfo("<module>", "program.py", 3, {}),
            CallInfo("f", "program.py", 2, {"n": 1, "rest": (9,), "key": 2}),
            CallInfo("f", "program.py", 2, {"n": 0, "rest": (), "key": 1}),
        ) == inner.call_stack

    def test_every_step_ends_its_own_call_stack(self) -> None:
        for step in self.recording:
            assert step.function == step.call_stack[-1].function

    def test_calls(self) -> None:
        calls = [(call.function, call.arguments, call.depth) for call in self.recording.calls()]

        assert [("f", {"n": 1, "rest": (9,), "key": 2}, 1), ("f", {"n": 0, "rest": (), "key": 1}, 2)] == calls
        assert all(call.step.opname.startswith("CALL") for call in self.recording.calls())

    def test_a_frame_that_returns_is_shown_once_more(self) -> None:
        leaving = [step for step in self.recording if step.function == "f" and step.opname.startswith("RETURN")]

        assert [0, 1] == [step.variables_state["n"] for step in leaving]


class TestEvents:
    def test_evaluations(self) -> None:
        recording = record("a = 2\nb = (a + 3) * a\n")
        found = [each for step in recording for each in step.evaluations if each.line == 2]

        assert Evaluation(2, 5, 2, 10, 5) in found
        assert Evaluation(2, 4, 2, 15, 10) in found

    def test_a_call_is_evaluated_when_it_returns(self) -> None:
        recording = record("def f():\n return 7\nx = f()\n")
        (step,) = [step for step in recording for each in step.evaluations if each == Evaluation(3, 4, 3, 7, 7)]

        assert "f" == step.function
        assert step.opname.startswith("RETURN")

    def test_conditions(self) -> None:
        recording = record("for i in range(2):\n if i > 0:\n  pass\n")
        found = [step.condition for step in recording if step.condition is not None]

        assert [False, True] == [each.value for each in found]
        assert found[0].branch_taken is not found[1].branch_taken

    def test_a_condition_that_the_program_decides(self) -> None:
        recording = record("class Odd:\n def __bool__(self): return False\no = Odd()\nif o: x = 1\n")
        found = [step.condition for step in recording if isinstance(step.condition, Condition)]

        assert [True] == [each.branch_taken for each in found]
        assert isinstance(found[0].value, ObjectSnapshot)
        assert (False, "if", "o") == (found[0].truth, found[0].kind, found[0].text)

    def test_a_condition_that_raises(self) -> None:
        recording = record(
            "class Odd:\n def __bool__(self): raise ValueError\ntry:\n if Odd(): x = 1\nexcept ValueError: pass\n"
        )

        assert not [step.condition for step in recording if step.condition is not None and step.line_number == 4]

    def test_exceptions(self) -> None:
        recording = record("class Loud(Exception):\n def __str__(self): return 'loud'\n"
                           "def f(): raise KeyError('k')\ntry: f()\nexcept KeyError: pass\n"
                           "try: raise Loud(1, [])\nexcept Loud: pass\nx = 1 / 0\n")  # fmt: skip
        found = [(step.exception.type_name, step.exception.message) for step in recording if step.exception]

        assert [("KeyError", "'k'"), ("Loud", "1, <list>"), ("ZeroDivisionError", "division by zero")] == [
            pair for at, pair in enumerate(found) if pair not in found[:at]
        ]
        assert "exception" == recording.outcome.status

    def test_output(self) -> None:
        recording = record("import sys\nprint('a')\nprint('b', file=sys.stderr)\nsys.stdout.buffer.write(b'c')\n")

        assert ("a\nc", "b\n") == (recording.stdout, recording.stderr)
        assert "" == recording[0].stdout_snapshot
        assert ("a\n", "") == (
            steps_at(recording, 2, "CALL")[-1].stdout_snapshot,
            steps_at(recording, 2, "CALL")[-1].stderr_snapshot,
        )
        assert ("a\nc", "b\n") == (recording[-1].stdout_snapshot, recording[-1].stderr_snapshot)


class TestHeap:
    def test_objects_refer_to_each_other(self) -> None:
        step = record("a = [1]\nd = {'a': a, 2: (a,)}\ns = {3}\nclass C: pass\nc = C(); c.a = a\n")[-1]
        by_kind = {kind: [each for each in step.heap.values() if each.kind is kind] for kind in HeapKind}
        (a,), (s,) = by_kind[HeapKind.LIST], by_kind[HeapKind.SET]
        (d,) = by_kind[HeapKind.DICT]
        (c,) = by_kind[HeapKind.INSTANCE]

        assert ("list", (1,), 1) == (a.type_name, a.items, a.length)
        assert (3,) == s.items
        assert ("a", Ref(a.oid)) == d.items[0]
        assert {"a": Ref(a.oid)} == c.fields

    def test_oids_are_the_same_in_every_run(self) -> None:
        source = "a = [[], {}]\nb = [a, object()]\n"

        assert [step.heap for step in record(source)] == [step.heap for step in record(source)]

    def test_an_object_keeps_its_oid(self) -> None:
        recording = record("class C: pass\nc = C()\nbox = [c]\nc = None\nc = box.pop()\nc.x = 1\n")
        values = [step.variables_state.get("c") for step in recording]

        assert 1 == len({value.oid for value in values if isinstance(value, ObjectSnapshot)})


class TestQuestions:
    recording = record("def f(x):\n y = x\n y += [x[0]]\n return y\na = [1]\nb = f(a)\na = 2\ndel a\na = 3\n")

    def test_history(self) -> None:
        assert [[1], [1, 1], 2, 3] == [write.value for write in self.recording.history("a")]
        rows = list(self.recording.history("y", "f"))
        assert [([1], 2), ([1, 1], 3)] == [(row.value, row.step.line_number) for row in rows[:2]]
        assert not list(self.recording.history("y", "g"))

    def test_last_write(self) -> None:
        end = len(self.recording) - 1
        written = self.recording.last_write(end, "a")
        assert written is not None
        assert 9 == written.line_number
        step = steps_at(self.recording, 6, "STORE_NAME")[0]
        before = self.recording.last_write(step, "a")
        assert before is not None
        assert 3 == before.line_number
        value = next(each for each in step.heap.values() if each.kind is HeapKind.LIST)
        changed = self.recording.last_write(step, value.oid)
        assert changed is not None
        assert 3 == changed.line_number
        assert self.recording.last_write(0, "nothing") is None
        assert self.recording.last_write(0, 10_000) is None

    def test_lines(self) -> None:
        visits = [step.line_number for step in self.recording.lines()]

        assert [1, 5, 6, 2, 3, 4] == visits[:6]
        assert [7, 8, 9] == visits[-3:]


class TestOutcome:
    journal = record("x = 1").journal

    @pytest.mark.parametrize("status", ["completed", "exited"])
    def test_what_is_no_failure(self, status: str) -> None:
        Recording(self.journal, Outcome(status)).raise_for_outcome()

    @pytest.mark.parametrize(
        ("outcome", "kind", "message"),
        [
            (Outcome("limit", limit="steps"), errors.StepLimitExceeded, "reached its limit of steps"),
            (Outcome("limit", limit="unheard_of"), errors.LimitExceeded, "unheard_of"),
            (Outcome("exception", ExceptionSnapshot("KeyError", "'k'")), errors.ExecutionError, "KeyError: 'k'"),
            (Outcome("crashed"), errors.ExecutionError, "crashed after"),
            (Outcome("cancelled"), errors.ExecutionError, "was cancelled"),
        ],
    )
    def test_failures(self, outcome: Outcome, kind: type[errors.CalcharoError], message: str) -> None:
        recording = Recording(self.journal, outcome)

        with pytest.raises(kind, match=message) as caught:
            recording.raise_for_outcome()

        assert recording is caught.value.recording

    def test_outcomes_are_values(self) -> None:
        assert OutcomeStatus.LIMIT is Outcome("limit").status
        with pytest.raises(ValueError, match="unheard"):
            Outcome("unheard")
        assert attrs.evolve(Outcome("exited"), exit_code=3) == Outcome("exited", exit_code=3)


def test_empty_annotations_of_a_module_are_not_shown() -> None:
    recording = record("before = 1\n__annotations__ = {}\n__annotations__['name'] = int\nafter = 2")

    assert {"before": 1} == next(step.variables_state for step in recording if step.opname == "BUILD_MAP")
    assert {"before": 1} == recording[[step.opname for step in recording].index("STORE_SUBSCR") - 1].globals_state
    assert ["before", "__annotations__", "after"] == [*recording[-1].variables_state]


def test_a_tuple_that_holds_another_twice() -> None:
    values = record("def twice(t): return t, t, (t,)\nq = twice((1, [2]))")[-1].variables_state

    assert ((1, [2]), (1, [2]), ((1, [2]),)) == values["q"]


def test_the_last_write_of_a_variable_whose_function_had_not_started() -> None:
    recording = record("def f():\n    x = 1\n    x = 2\n    return x\nf()")
    returned = next(each.index for each in recording if each.function == "f" and each.line_number == 4)
    found = recording.last_write(returned, "x")

    assert found is not None
    assert 3 == found.line_number


def test_the_frames_of_a_step_are_the_same_however_it_is_reached() -> None:
    recording = record("""
import threading
def work(): return sum(i for i in range(9))
threads = [threading.Thread(target=work) for _ in range(3)]
for each in threads: each.start()
for each in threads: each.join()
for i in range(900): i += 1
""")
    on_the_way = [list(step.frames) for step in recording]

    for at in range(len(recording) - 1, 0, -97):
        assert on_the_way[at] == list(recording[at].frames)
        assert set(recording[at].frames) >= {each.frame for each in recording[at].call_stack}
