"""Recordings as JSON in which each step is whole, for programs that know nothing of journals.

A value is a scalar, or `{"ref": oid}` for an object that the step's `heap` has.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

import cattrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.evaluation import condition_at, evaluations_at
from calcharo_vm.recording.frame_info import frame_info, module_words, variable_words
from calcharo_vm.recording.heap import Heap, Referrer
from calcharo_vm.recording.json_format.scalars import dumps, encode_str, encoded, with_encoded_texts
from calcharo_vm.recording.json_format.writing import head, lines
from calcharo_vm.recording.plain import References, heap_object
from calcharo_vm.recording.step import ExecutionStep, guarded
from calcharo_vm.recording.values import CallInfo, Condition, Evaluation, HeapObject

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording
    from calcharo_vm.recording.state import FrameState, State

FORMAT: Final = "calcharo-expanded-recording"
VERSION: Final = 1

_INSTRUCTION: Final = (
    "index", "thread", "filename", "function", "line_number", "column", "end_line_number", "end_column",
    "opname", "oparg", "offset",
)  # fmt: skip
_MEASURES: Final = ("heap_bytes", "memory_bytes", "cpu_time")
_unstructure: Final = cattrs.Converter().unstructure
Json = dict[str, object]


def document(recording: "Recording") -> Iterator[str]:
    """Yields the text of a recording with whole steps, a step at a time."""
    yield from head(recording, FORMAT, VERSION)
    for name in ("stdout", "stderr"):
        yield f',\n"{name}":{dumps(encode_str(getattr(recording, name)))}'
    yield ',\n"steps":['
    yield from lines(map(_text_of_step, recording))
    yield "]}\n"


@guarded
def _text_of_step(step: "ExecutionStep") -> str:
    """All that is known of a step."""
    recording = step._recording
    seen = _Seen(step.index + 1)
    evaluations = evaluations_at(recording, step.index, seen.values_of)
    condition = condition_at(recording, step.index, seen.values_of) if step._instruction.is_condition else None
    exception = step.exception
    found = {
        **{name: with_encoded_texts(getattr(step, name)) for name in _INSTRUCTION},
        **_state(recording.state_after(step.index), seen),
        "evaluations": [_evaluation(each) for each in evaluations],
        "condition": None if condition is None else _condition(condition),
        "exception": None if exception is None else with_encoded_texts(_unstructure(exception)),
        **{name: getattr(step, name) for name in _MEASURES},
    }
    return dumps(found)


class _Seen:
    """What a step has evaluated or tested: words of its own state, and objects of states before it."""

    def __init__(self, steps: int) -> None:
        self.words: list[object] = []
        self.before: dict[int, HeapObject] = {}
        self._steps = steps

    def values_of(self, state: "State") -> "_SeenValues":
        """Gives the values of a state."""
        return _SeenValues(state, self)

    def note(self, word: object, state: "State") -> None:
        """Takes notice of the word of a value."""
        if state.steps == self._steps:
            self.words.append(word)
        else:
            self.before.update((oid, heap_object(oid, state)) for oid in state.reachable([word]))


class _SeenValues(References):
    """The values of a state, each of which is noted."""

    def __init__(self, state: "State", seen: _Seen) -> None:
        super().__init__(state)
        self._state = state
        self._seen = seen

    def of(self, word: object) -> object:
        """The value of a word."""
        self._seen.note(word, self._state)
        return super().of(word)


# --- the state after a step ------------------------------------------------------------------------


def _state(state: "State", seen: _Seen) -> Json:
    own, called = state.frames[state.executing], state.call_frames()
    others = [frame for frame in state.shown_frames() if frame not in called]
    references = References(state)
    stack, rest = ([frame_info(state, each, references) for each in frames] for frames in (called, others))
    return {
        "value_stack": [encoded(references.of(word)) for word in own.stack],
        "variables_state": _named(variable_words(state, own), references),
        "globals_state": _named(module_words(state, own.globals), references),
        "call_stack": [_frame(each) for each in stack],
        "other_frames": [_frame(each) for each in rest],
        "heap": _heap(state, [*called, *others], [*stack, *rest], seen),
        "stdout_length": state.written[0],
        "stderr_length": state.written[1],
    }


def _named(words: Mapping[str, object] | Mapping[object, object], references: References) -> Json:
    return {_key(str(name)): encoded(references.of(word)) for name, word in words.items()}


def _frame(info: CallInfo) -> Json:
    variables = {_key(name): encoded(value) for name, value in info.references.items()}
    return {
        "frame": info.frame,
        "function": encode_str(info.function),
        "filename": encode_str(info.filename),
        "line_number": info.line_number,
        "state": info.state,
        "arguments": {_key(name): encoded(value) for name, value in info.arguments.items()},
        "variables": variables,
        "value_stack": [encoded(value) for value in info.stack_references],
        "awaits": encoded(info.awaits),
    }


def _heap(state: "State", frames: "list[FrameState]", infos: list[CallInfo], seen: _Seen) -> dict[int, Json]:
    """What all frames hold, and what the step has evaluated or tested."""
    words = [word for frame in frames for word in frame.words()] + seen.words
    found = {**seen.before, **{oid: heap_object(oid, state) for oid in state.reachable(words)}}
    heap = Heap((found[oid] for oid in sorted(found)), infos)
    return {oid: _object(each, heap.referrers(oid)) for oid, each in heap.items()}


def _object(each: HeapObject, referrers: Iterable[Referrer]) -> Json:
    return {
        "kind": each.kind,
        "type_name": encode_str(each.type_name),
        "name": encode_str(each.name),
        "items": [_item(item) for item in each.items],
        "fields": {_key(name): encoded(value) for name, value in each.fields.items()},
        "text": encode_str(each.text),
        "traceback": with_encoded_texts([_unstructure(entry) for entry in each.traceback]),
        "frame": each.frame,
        "state": each.state,
        "referrers": [_referrer(referrer) for referrer in referrers],
    }


def _item(item: object) -> object:
    """An item of a sequence or set, or an entry of a mapping: its key and its value."""
    return [encoded(part) for part in item] if isinstance(item, tuple) else encoded(item)


def _referrer(referrer: Referrer) -> Json:
    return {
        "place": referrer.place,
        "where": encoded(referrer.where),
        "oid": referrer.oid,
        "frame": referrer.frame,
    }


def _evaluation(each: Evaluation) -> Json:
    return {
        "line": each.line,
        "column": each.column,
        "end_line": each.end_line,
        "end_column": each.end_column,
        "text": encode_str(each.text),
        "value": encoded(each.value),
    }


def _condition(condition: Condition) -> Json:
    return {
        "kind": condition.kind,
        "text": encode_str(condition.text),
        "value": encoded(condition.value),
        "truth": condition.truth,
        "branch_taken": condition.branch_taken,
    }


def _key(name: str) -> str:
    """A name as a key of JSON, which has no other form for surrogates than to write their numbers."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()
