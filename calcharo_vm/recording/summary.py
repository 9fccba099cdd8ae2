"""A step in one line of text, for people: where it is, what happened, and what the variables hold."""

import reprlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.frame_info import variable_words
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.queries.endings import return_word
from calcharo_vm.recording.state import State
from calcharo_vm.recording.values import ExceptionEvent, ExceptionState, HeapKind, ObjectSnapshot

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording
    from calcharo_vm.recording.step import ExecutionStep

RETURNING: Final = frozenset({"RETURN_VALUE", "RETURN_CONST"})
YIELDING: Final = "YIELD_VALUE"
_LEFT_OUT: Final = frozenset({HeapKind.FUNCTION, HeapKind.CLASS, HeapKind.MODULE, HeapKind.CELL})
"""What variables hold that a reader knows from the source, or that is the compiler's."""
_EXCEPTION_VERBS: Final = {
    ExceptionState.RAISED: "raises",
    ExceptionState.PROPAGATED: "raises again",
    ExceptionState.HANDLED: "handles",
}


class _Short(reprlib.Repr):
    """Writes plain values in a few words; objects as calls that would make them."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxstring = self.maxother = 100
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = self.maxdeque = 10

    def repr_ObjectSnapshot(self, each: ObjectSnapshot, level: int) -> str:  # noqa: N802 - the name reprlib looks for
        """Writes an object: its class and attributes, or what it holds."""
        if each.name or each.text:
            return repr(each)
        if level <= 0:
            return f"{each.type_name}(...)"
        named = _shown_attributes(each)
        held = each.value if isinstance(each.value, tuple) else () if each.value is None else (each.value,)
        if list(named.values())[: len(held)] == list(held):
            held = ()  # the attributes say it already
        parts = [self.repr1(value, level - 1) for value in held]
        parts += [f"{name}={self.repr1(value, level - 1)}" for name, value in named.items()]
        cut = [*parts[: self.maxdict], "..."] if len(parts) > self.maxdict else parts
        return f"{each.type_name}({', '.join(cut)})"


def _shown_attributes(each: ObjectSnapshot) -> dict[str, object]:
    """The attributes of an object, without what an exception's cause says already."""
    is_caused = "__cause__" in each.attributes
    hidden = {"__suppress_context__", "__context__" if is_caused else ""}
    return {name: value for name, value in each.attributes.items() if name not in hidden}


short = _Short().repr
"""Writes a plain value in a few words."""


@attrs.frozen
class Summary:
    """What is said of a step.

    Attributes:
        depth: How many functions are below its own on the call stack.
        source: The source line; the instruction where the recording does not have that.
        events: What happened, in words.
        variables: The variables of its frame, without functions, classes and modules.
    """

    depth: int
    source: str
    events: tuple[str, ...]
    variables: str


def summary_of(step: "ExecutionStep") -> Summary:
    """What is said of a step."""
    recording = step._recording
    state = recording.state_after(step.index)
    depth = len(state.call_frames()) - 1
    variables = ", ".join(f"{name} = {short(value)}" for name, value in _variables(state))
    return Summary(depth, _source_line(recording, step), tuple(_events(recording, step)), variables)


def text_of(step: "ExecutionStep") -> str:
    """A step in one line: its number, place, source line, what happened and the variables of its frame.

    Lines are indented by the depth of the call stack.
    """
    summary = summary_of(step)
    place = f"{step.index:>4}  {'  ' * summary.depth}{step.function} {step.line_number or '?'}: {summary.source}"
    events = "".join(f"  -> {event}" for event in summary.events)
    return place + events + (f"  | {summary.variables}" if summary.variables else "")


def _variables(state: State) -> Iterator[tuple[str, object]]:
    plain = PlainValues(state)
    for name, word in variable_words(state, state.frames[state.executing]).items():
        if type(word) is not range or state.heap[word.stop].kind not in _LEFT_OUT:
            yield name, plain.of(word)


def _source_line(recording: "Recording", step: "ExecutionStep") -> str:
    """The line of source that a step is on; the instruction where the recording does not have it."""
    source, line = recording.syntax_of(step._instruction.code), step.line_number
    return step.opname if source is None or line is None else source.syntax.line(line)


def _events(recording: "Recording", step: "ExecutionStep") -> Iterator[str]:
    """Yields what happened at a step, in words."""
    exception = step.exception
    if exception is not None:
        yield f"{_EXCEPTION_VERBS[exception.state]} {_described(exception)}"
    elif step.opname in RETURNING or step.opname == YIELDING:
        yield _left(recording, step)
    written = step.stdout_snapshot, step.stderr_snapshot
    before = recording[step.index - 1] if step.index else None
    known = (0, 0) if before is None else (len(before.stdout_snapshot), len(before.stderr_snapshot))
    for stream, text, start in zip(("writes", "writes to stderr"), written, known, strict=True):
        if text[start:]:
            yield f"{stream} {short(text[start:])}"


def _described(exception: ExceptionEvent) -> str:
    return f"{exception.type_name}: {exception.message}".removesuffix(": ")


def _left(recording: "Recording", step: "ExecutionStep") -> str:
    """What a step that leaves its frame gives to the caller."""
    if step._code.is_namespace:
        return "ends"
    frame = recording.frames.executing(step.index)
    word = return_word(recording, step.index, frame)
    value = PlainValues(recording.state_after(step.index)).of(word)
    return f"{'yields' if step.opname == YIELDING else 'returns'} {short(value)}"
