"""What a step evaluated and decided: its instruction, the source of that, and the values, put together."""

from typing import TYPE_CHECKING, Final, TypeAlias

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.conditions import Tested, tested_by, truth_of
from calcharo_vm.recording.expressions import Ended
from calcharo_vm.recording.instruction_nodes import span_of_instruction
from calcharo_vm.recording.journal import LINE
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.values import Condition, ConditionKind, Evaluation

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.recording.instruction_nodes import CodeSyntax
    from calcharo_vm.recording.plain import Values
    from calcharo_vm.recording.recording import Recording
    from calcharo_vm.recording.state import State
    from calcharo_vm.recording.syntax import Span

_NOT_OF_SOURCE: Final = frozenset({"STORE_FAST_LOAD_FAST"})
_NOTHING: Final = object()


ValuesOf: TypeAlias = "Callable[[State], Values]"


def evaluations_at(recording: "Recording", step: int, values_of: ValuesOf = PlainValues) -> tuple[Evaluation, ...]:
    """The expressions whose evaluation a step ended, with their values, in the order in which they ended."""
    if recording.journal.instruction(step).opname == LINE:
        return ()  # a line may evaluate many, and does not tell
    state = recording.state_after(step)
    if state.raised is not None and (state.pushed is None or state.pushed_to == state.raised.caught_in):
        return ()  # or else native code has kept the exception to itself
    values = values_of(state)
    if state.pushed is not None:
        word, words = state.pushed
        code = recording.syntax_of(state.journal.instructions[word].code)
        if code is None:
            return _without_source(state, word, words, values)
        ended = Ended(code, word - code.first, state)
        found = [(span, values.of(value)) for span, value in ended.pushed(words)]
    else:
        found = _left_lying(recording, state, values)
    found += _decided(recording, step, values_of)
    unique = dict(found[::-1])
    return tuple(_evaluation(recording, step, span, unique[span]) for span in dict.fromkeys(span for span, _ in found))


def _without_source(state: "State", word: int, words: list[object], values: "Values") -> tuple[Evaluation, ...]:
    """The value of the instruction's own position, where nothing is known of the source."""
    instruction = state.journal.instructions[word]
    pushed = [each for each in words if each is not state.journal.null]
    if not instruction.is_expression or not pushed or instruction.opname in _NOT_OF_SOURCE:
        return ()
    place = instruction.line, instruction.column, instruction.end_line, instruction.end_column
    # Of two values pushed, the position is that of the first; a method's receiver is the second.
    return (Evaluation(*place, values.of(pushed[0])),)


def _left_lying(recording: "Recording", state: "State", values: "Values") -> list[tuple["Span", object]]:
    frame = state.frames.get(state.executing)
    code = None if frame is None else recording.syntax_of(frame.code)
    if frame is None or code is None:
        return []
    ended = Ended(code, frame.word - code.first, state)
    return [(span, values.of(value)) for span, value in ended.lying(frame.stack)]


def _decided(recording: "Recording", step: int, values_of: ValuesOf) -> list[tuple["Span", object]]:
    """What ends with a conditional jump, which a `__bool__` of the program may have decided just now."""
    state = recording.state_after(step)
    frame = None if state.branch is None else state.frames.get(state.branch[0])
    code = None if frame is None else recording.syntax_of(frame.code)
    if frame is None or state.branch is None or code is None:
        return []
    word, jumped = frame.word, state.branch[1]
    opname = state.journal.instructions[word].opname
    value = tested_value(recording, step, frame.number, values_of) if frame.number == state.executing else _NOTHING
    tested = tested_by(code, word - code.first)
    truth = truth_of(tested, opname, jumped=jumped)
    found = Ended(code, word - code.first, state).decided(tested, opname, value, truth=truth)
    return [(span, each) for span, each in found if each is not _NOTHING]


def _evaluation(recording: "Recording", step: int, span: "Span", value: object) -> Evaluation:
    code = _code_of_span(recording, step)
    text = "" if code is None else code.syntax.text(span)
    return Evaluation(span.line, span.column, span.end_line, span.end_column, value, text)


def _code_of_span(recording: "Recording", step: int) -> "CodeSyntax | None":
    """The code that a step's expressions are of: the one that it pushed to, or decided something in."""
    state = recording.state_after(step)
    if state.pushed is not None:
        return recording.syntax_of(state.journal.instructions[state.pushed[0]].code)
    number = state.executing if state.branch is None else state.branch[0]
    return recording.syntax_of(state.frames[number].code)


def condition_at(recording: "Recording", step: int, values_of: ValuesOf = PlainValues) -> Condition | None:
    """What the conditional jump of a step tested, and what came of it; None when it raised."""
    state = recording.state_after(step)
    if state.raised is not None or not state.popped:
        return None
    frame, journal = state.executing, state.journal
    word = journal.word(step)
    jumped = recording.branch_taken(step, frame)
    if jumped is None:
        return None
    value = tested_value(recording, step, frame, values_of)
    instruction = journal.instructions[word]
    code = recording.syntax_of(instruction.code)
    tested = _by_position(recording, step) if code is None else tested_by(code, word - code.first)
    truth = truth_of(tested, instruction.opname, jumped=jumped)
    text = "" if code is None or tested.span is None else code.syntax.text(tested.span)
    return Condition(value, jumped, truth, tested.kind, text)


def _by_position(recording: "Recording", step: int) -> Tested:
    return Tested(None, ConditionKind.OTHER, span_of_instruction(recording.journal.instruction(step)))


def tested_value(recording: "Recording", step: int, frame: int, values_of: ValuesOf) -> object:
    """The value that a conditional jump of a frame tested, before `TO_BOOL` has made a truth value of it."""
    journal = recording.journal
    word, thread = journal.word(step), journal.thread(step)
    asked = step
    if word and journal.instructions[word - 1].opname == "TO_BOOL":
        asked -= 1
        while journal.word(asked) != word - 1 or journal.thread(asked) != thread or not _is_in(recording, asked, frame):
            asked -= 1
    state = recording.state_after(asked)
    words = state.popped or state.frames[frame].stack  # a `__bool__` of the program is about to be called
    return values_of(state).of(words[-1])


def _is_in(recording: "Recording", step: int, frame: int) -> bool:
    return recording.state_after(step).executing == frame
