"""Tests for calcharo_vm/recording/json_format/expanded.py: each step is whole, and says what the step itself says."""

import json
from collections.abc import Iterator
from pathlib import Path

import attrs
import jsonschema
import pytest

import calcharo_vm.recording
from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.recording import Recording, ops
from calcharo_vm.recording.json_format.scalars import encoded
from calcharo_vm.recording.state import State
from calcharo_vm.recording.values import CallInfo
from tests.recording.audit import record
from tests.recording.test_json_format import PROGRAM, PROPERTIES
from tests.recording.test_keyframes import PROGRAMS

SCHEMA = Path(calcharo_vm.recording.__file__).parent / "schema" / "expanded-1.json"
CONDITIONS = """
class Odd:
    def __bool__(self): return False
count = 0
while count < 3 and not Odd():
    count += 1 if [count] else [2]
    if [n for n in (count, [count]) if n]: pass
match [count]:
    case [int(n)] if {n: [n]}: pass
setattr(Odd, '\\ud800', '\\udcff')
globals()['\\xe9'] = globals()['\\ud800'] = 1
"""
THREADS = """
import threading
def work(kept): kept.append([len(kept)])
kept = []
threads = [threading.Thread(target=work, args=(kept,)) for _ in range(3)]
for each in threads: each.start()
for each in threads: each.join()
"""
EVERY_PROGRAM = {**PROGRAMS, "values": PROGRAM, "conditions": CONDITIONS, "threads": THREADS}
Json = dict[str, object]


def expanded(recording: Recording) -> Json:
    found: Json = json.loads(recording.to_json(expanded=True) or "")
    return found


@pytest.mark.parametrize("name", EVERY_PROGRAM)
class TestPrograms:
    @pytest.fixture
    def recording(self, name: str) -> Recording:
        return record(EVERY_PROGRAM[name])

    def test_it_follows_its_schema(self, recording: Recording) -> None:
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        document = expanded(recording)
        steps = document["steps"]
        assert isinstance(steps, list)
        document["steps"] = steps[-40::4]

        jsonschema.validate(document, schema)

    def test_steps_are_as_the_recording_shows_them(self, recording: Recording) -> None:
        steps = expanded(recording)["steps"]
        assert isinstance(steps, list)

        assert len(recording) == len(steps)
        for step, found in [*zip(recording, steps, strict=True)][::17]:
            for name in ("index", "thread", "function", "line_number", "end_column", "opname", "oparg", "offset"):
                assert getattr(step, name) == found[name]
            assert list(step.variables_state) == names(found["variables_state"])
            assert list(step.globals_state) == names(found["globals_state"])
            assert len(step.value_stack) == len(found["value_stack"])
            assert [frame(each) for each in step.call_stack] == found["call_stack"]
            called = {each.frame for each in step.call_stack}
            assert [number for number in step.frames if number not in called] == [
                each["frame"] for each in found["other_frames"]
            ]
            assert step.heap_bytes == found["heap_bytes"]

    def test_the_heap_has_all_that_a_step_refers_to(self, recording: Recording) -> None:
        steps = expanded(recording)["steps"]
        assert isinstance(steps, list)
        for step, found in [*zip(recording, steps, strict=True)][::17]:
            heap = found["heap"]
            assert {str(oid) for oid in step.heap} <= heap.keys()
            for reference in references(found):
                assert str(reference) in heap, (step, reference)
            for oid, each in step.heap.items():
                shown = heap[str(oid)]
                assert (each.kind, each.name, len(each.items)) == (shown["kind"], shown["name"], len(shown["items"]))
                assert len(step.heap.referrers(oid)) <= len(shown["referrers"])

    def test_what_was_evaluated_and_raised(self, recording: Recording) -> None:
        steps = expanded(recording)["steps"]
        assert isinstance(steps, list)
        for step, found in [*zip(recording, steps, strict=True)][::3]:
            assert [each.text for each in step.evaluations] == [text(each["text"]) for each in found["evaluations"]]
            if step.condition is not None:
                assert step.condition.kind == found["condition"]["kind"]
                assert step.condition.branch_taken == found["condition"]["branch_taken"]
            assert (step.condition is None) is (found["condition"] is None)
            assert (step.exception is None) is (found["exception"] is None)
            if step.exception is not None:
                assert encoded(step.exception.message) == found["exception"]["message"]


def names(found: Json) -> list[str]:
    return [name.replace("\\ud800", "\ud800") for name in found]


def text(found: object) -> object:
    return "".join(map(chr, found["str"])) if isinstance(found, dict) else found


def frame(info: CallInfo) -> Json:
    return {
        "frame": info.frame,
        "function": info.function,
        "filename": info.filename,
        "line_number": info.line_number,
        "state": info.state,
        "arguments": {name: encoded(info.references[name]) for name in info.arguments},
        "variables": {name.replace("\ud800", "\\ud800"): encoded(word) for name, word in info.references.items()},
        "value_stack": [encoded(word) for word in info.stack_references],
        "awaits": encoded(info.awaits),
    }


def references(found: object) -> Iterator[object]:
    """Yields all that refers to an object."""
    waiting = [found]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if each.keys() == {"ref"}:
                yield each["ref"]
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def test_every_property_of_a_step_is_there() -> None:
    steps = expanded(record("x = 1\n"))["steps"]
    assert isinstance(steps, list)
    renamed = {"stdout_snapshot": "stdout_length", "stderr_snapshot": "stderr_length", "frames": "other_frames"}

    assert {renamed.get(name, name) for name in PROPERTIES} | {"index"} == set(steps[-1])


def test_a_cycle_leads_back_to_the_object() -> None:
    steps = expanded(record("x = [1]\nx.append(x)\ny = {'x': x}\n"))["steps"]
    assert isinstance(steps, list)
    step = steps[-1]
    oid = step["variables_state"]["x"]["ref"]

    assert [1, {"ref": oid}] == step["heap"][str(oid)]["items"]
    assert {"place": "item", "where": 1, "oid": oid, "frame": None} in step["heap"][str(oid)]["referrers"]


def test_output_is_told_by_its_length() -> None:
    document = expanded(record("import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('\U0001f600')\n"))
    steps = document["steps"]
    assert isinstance(steps, list)

    assert ("one\n\U0001f600\n", "two\n") == (document["stdout"], document["stderr"])
    assert [0, 4, 6] == sorted({each["stdout_length"] for each in steps})
    assert [0, 4] == sorted({each["stderr_length"] for each in steps})


def test_a_tested_object_that_is_gone_is_shown() -> None:
    steps = expanded(record("if [1, 2]: pass\n"))["steps"]
    assert isinstance(steps, list)
    [condition] = [each for each in steps if each["condition"]]

    assert [1, 2] == condition["heap"][str(condition["condition"]["value"]["ref"])]["items"]


def test_it_is_written_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = record("x = [0]\nfor i in range(9): x.append(i)\n")
    asked: list[int] = []
    state_after = recording.state_after

    class Written(list[str]):
        def writelines(self, parts: Iterator[str]) -> None:
            for part in parts:
                self.append(part)
                assert len(set(asked)) <= sum(each.startswith('{"index"') for each in self) + 2

    def counting(step: int) -> State:
        asked.append(step)
        return state_after(step)

    monkeypatch.setattr(recording, "state_after", counting)
    written = Written()
    recording.to_json(written, expanded=True)  # type: ignore[arg-type] # all that is needed of a file
    recording.to_json(tmp_path / "run.json", expanded=True)

    assert "".join(written) == (tmp_path / "run.json").read_text() == recording.to_json(expanded=True)


def test_a_recording_that_contradicts_itself() -> None:
    recording = record("x = [1]\ny = x\n")
    words = recording.journal.chunks[0]
    recording.journal.chunks[0] = (ops.FIELD, 0, "x", range(999), *words)

    with pytest.raises(RecordingFormatError, match="record again"):
        recording.to_json(expanded=True)


def test_steps_are_what_the_schema_says() -> None:
    schema = json.loads(SCHEMA.read_text())["$defs"]

    assert sorted(schema["step"]["required"]) == sorted(schema["step"]["properties"])
    assert {each.name for each in attrs.fields(CallInfo)} >= set(schema["frame"]["properties"])
