"""The frames of a state as steps show them: their variables by name, and what they are doing."""

from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.layouts import MACHINERY_NAMES
from calcharo_vm.recording.plain import Values, reference
from calcharo_vm.recording.state import FrameState, State
from calcharo_vm.recording.values import CallInfo, HeapKind

_CLASS_MACHINERY: Final = frozenset(
    {"__module__", "__qualname__", "__firstlineno__", "__classdict__", "__static_attributes__"}
)
_RESUME_PLACE: Final = 3
_AFTER_DELEGATION: Final = frozenset({2, 3})
"""What the argument of RESUME says after a `yield from` and after an `await`."""


def variable_words(state: State, frame: FrameState) -> dict[str, object]:
    """The words of a frame's variables by name; unbound ones are left out."""
    words: dict[str, object] = {}
    code = state.journal.codes[frame.code]
    if code.is_namespace:
        entries = module_words(state, frame.globals if frame.namespace is None else frame.namespace)
        hidden = frozenset[str]() if frame.namespace is None else _CLASS_MACHINERY
        words.update((name, word) for name, word in entries.items() if type(name) is str and name not in hidden)
    words.update(_slots(state, frame, range(len(code.slots))))
    return words


def module_words(state: State, namespace: int) -> dict[object, object]:
    """The words of a namespace by name, without what every module is born with."""
    words = {name: word for name, word in state.heap[namespace].table.items() if name not in MACHINERY_NAMES}
    annotations = words.get("__annotations__")
    if type(annotations) is range:
        thing = state.heap[annotations.stop]
        if thing.kind is HeapKind.DICT and not thing.table:
            del words["__annotations__"]
    return words


def argument_words(state: State, frame: FrameState) -> dict[str, object]:
    """The words of a frame's parameters by name; unbound ones are left out."""
    return _slots(state, frame, range(state.journal.codes[frame.code].parameters))


def frame_info(state: State, frame: FrameState, values: Values) -> CallInfo:
    """A frame as a step shows it, with such values."""
    code, null = state.journal.codes[frame.code], state.journal.null
    words = variable_words(state, frame)
    awaited = _awaited(state, frame)
    return CallInfo(
        function=code.function,
        filename=code.filename,
        line_number=state.journal.instructions[frame.word].line if frame.word >= 0 else code.first_line,
        arguments={name: values.of(word) for name, word in argument_words(state, frame).items()},
        variables={name: values.of(word) for name, word in words.items()},
        value_stack=tuple(values.of(word) for word in frame.stack),
        frame=frame.number,
        state=state.doing(frame.number),
        references={name: reference(word, null) for name, word in words.items()},
        stack_references=tuple(reference(word, null) for word in frame.stack),
        awaits=None if awaited is None else reference(awaited, null),
    )


def _awaited(state: State, frame: FrameState) -> object:
    """The word for what a frame's `await` or `yield from` waits for, None when it is at neither."""
    table, place = state.journal.instructions, len(frame.stack) - 1
    if frame.word < 0 or table[frame.word].opname != "YIELD_VALUE":
        return None
    resume = table[frame.word + 1] if frame.word + 1 < len(table) else table[frame.word]
    if resume.opname != "RESUME" or (resume.oparg or 0) & _RESUME_PLACE not in _AFTER_DELEGATION:
        return None
    if state.journal.python.startswith("3.15"):
        place -= 1
    return frame.stack[place] if 0 <= place < len(frame.stack) else None


def _slots(state: State, frame: FrameState, slots: range) -> dict[str, object]:
    """The words of fast local slots by name, cells opened, unbound ones left out."""
    code, null = state.journal.codes[frame.code], state.journal.null
    words: dict[str, object] = {}
    for slot in slots:
        word = frame.fast[slot]
        if slot in code.cells and type(word) is range and state.heap[word.stop].kind is HeapKind.CELL:
            content = state.heap[word.stop].items
            word = content[0] if content else null
        if word is not null:
            words[code.slots[slot]] = word
    return words
