"""Runs programs on the machine, and compares what is recorded with direct deep snapshots taken at each instruction."""

import sys
import traceback
from collections import deque
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.machine import Machine
from calcharo_vm.machine.signals import Signal
from calcharo_vm.machine.values import NULL as MACHINE_NULL
from calcharo_vm.recording import (
    ExceptionSnapshot,
    HeapKind,
    Outcome,
    OutcomeStatus,
    OutputCapture,
    Recorder,
    Recording,
)
from calcharo_vm.recording.handlers import Handler
from calcharo_vm.recording.layouts import is_scalar
from calcharo_vm.recording.state import State

if TYPE_CHECKING:
    from calcharo_vm.recording.anatomy import Anatomy

Shape = list[object]


class Auditor:
    """Passes the machine's events on to a recorder, and keeps a snapshot of the live frames after each step."""

    def __init__(self) -> None:
        self.recorder = Recorder(MACHINE_NULL)
        self.snapshots: dict[int, Shape] = {}
        self.is_auditing = True

    def observed(self, code: CodeType, index: int, handler: Handler) -> Handler:
        def audited(frame: Frame, stack: list[object], operand: object) -> object:
            self.look(frame)
            return handler(frame, stack, operand)

        return self.recorder.observed(code, index, audited)  # type: ignore[arg-type]

    def look(self, frame: Frame) -> None:
        """Takes a snapshot before an instruction executes: the step before is complete."""
        if self.is_auditing and self.recorder.complete_steps:
            frames = []
            one: Frame | None = frame
            while one is not None:
                frames.append(one)
                one = one.back
            shape = LiveShape(self.recorder).of(frames)
            self.snapshots[self.recorder.complete_steps - 1] = shape

    def frame_entered(self, frame: Frame) -> None:
        self.recorder.frame_entered(frame)

    def frame_left(self, frame: Frame, leave: Signal) -> None:
        self.recorder.frame_left(frame, leave)

    def frame_resumed(self, frame: Frame) -> None:
        self.recorder.frame_resumed(frame)

    def raised(self, frame: Frame, error: BaseException) -> None:
        self.recorder.raised(frame, error)

    def handled(self, frame: Frame, depth: int, error: BaseException) -> None:
        self.recorder.handled(frame, depth, error)


def record(source: str, *, is_audited: bool = False, filename: str = "program.py") -> Recording:
    """Records a program; with `is_audited`, compares every state with a direct snapshot."""
    auditor = Auditor()
    auditor.is_auditing = is_audited
    machine = Machine(observer=auditor if is_audited else auditor.recorder)
    main = ModuleType("__main__")
    namespace = main.__dict__
    namespace.update(__file__=filename, __builtins__=__builtins__)
    before = sys.modules["__main__"]
    sys.modules["__main__"] = main
    outcome = Outcome(OutcomeStatus.COMPLETED)
    try:
        with OutputCapture(auditor.recorder.wrote, is_forwarded=False), machine.activate():
            try:
                machine.run_code(compile(source, filename, "exec", dont_inherit=True), namespace)
            except BaseException as error:
                text = "".join(traceback.format_exception(error))
                outcome = Outcome(OutcomeStatus.EXCEPTION, ExceptionSnapshot(type(error).__name__, str(error), text))
    finally:
        sys.modules["__main__"] = before
    recording = Recording(auditor.recorder.finish(), outcome, source)
    for step, expected in auditor.snapshots.items():
        state = recording.state_after(step)
        found = RecordedShape(state).of_thread(state.step_thread)
        assert found == expected, difference(recording, step, found, expected)
    return recording


def difference(recording: Recording, step: int, found: Shape, expected: Shape) -> str:
    lines = [f"after {recording[step]!r}, recorded and live:"]
    for one, other in zip(found, expected, strict=False):
        if one != other:
            lines += [f"  recorded {one!r}", f"  live     {other!r}"]
    return "\n".join([*lines[:9], f"{len(found)} and {len(expected)} parts"])


class LiveShape:
    """The shape of live objects: parts in order of traversal, objects as numbers."""

    def __init__(self, recorder: Recorder) -> None:
        self.anatomy: Anatomy = recorder.shadow.anatomy
        self.content = recorder.shadow.content
        self.shades = recorder.shadow.by_id
        self.numbers: dict[int, int] = {}
        self.waiting: deque[tuple[object, HeapKind]] = deque()

    def of(self, frames: list[Frame]) -> Shape:
        shape: Shape = []
        for frame in frames:
            shape.append(("slots", [self.part(value) for value in frame.fast]))
            shape.append(("stack", [self.part(value) for value in frame.stack]))
            shape.append(("globals", self.part(frame.globals)))
            if frame.locals is not None and frame.locals is not frame.globals:
                shape.append(("locals", self.part(frame.locals)))
        while self.waiting:
            value, kind = self.waiting.popleft()
            items, fields = self.content(value, kind)
            parts = [self.part(item) for item in items]
            if kind in (HeapKind.SET, HeapKind.FROZENSET):
                parts = sorted(parts, key=repr)
            shape.append((str(kind), parts, [(name, self.part(field)) for name, field in fields.items()]))
        return shape

    def kind_of(self, value: object) -> HeapKind:
        kind = self.anatomy.of(type(value)).kind
        if kind is HeapKind.DICT and id(value) in self.shades:
            return self.shades[id(value)].kind  # a module's dictionary is shown as a namespace, a class's as opaque
        return kind

    def part(self, value: object) -> object:
        if value is MACHINE_NULL:
            return "NULL"
        if is_scalar(value):
            return (type(value).__name__, repr(value))
        if id(value) not in self.numbers:
            self.numbers[id(value)] = len(self.numbers)
            self.waiting.append((value, self.kind_of(value)))
        return self.numbers[id(value)]


class RecordedShape:
    """The same of a recorded state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.numbers: dict[int, int] = {}
        self.waiting: deque[int] = deque()

    def of_thread(self, thread: int) -> Shape:
        state = self.state
        shape: Shape = []
        for number in reversed(state.threads[thread]):
            frame = state.frames[number]
            shape.append(("slots", [self.part(word) for word in frame.fast]))
            shape.append(("stack", [self.part(word) for word in frame.stack]))
            shape.append(("globals", self.part(range(frame.globals))))
            if frame.namespace is not None:
                shape.append(("locals", self.part(range(frame.namespace))))
        while self.waiting:
            thing = state.heap[self.waiting.popleft()]
            words = [word for entry in thing.table.items() for word in entry] if thing.is_mapping else thing.items
            if thing.kind in (HeapKind.SET, HeapKind.FROZENSET):
                parts = sorted((self.part(word) for word in thing.table), key=repr)
            else:
                parts = [self.part(word) for word in words]
            fields = thing.fields
            if thing.kind is HeapKind.WEAKREF:  # it refers to what is still there
                fields = {
                    **fields,
                    "referent": oid if isinstance(oid := fields["referent"], int) and state.is_alive(oid) else None,
                }
            shape.append((str(thing.kind), parts, [(name, self.part(word)) for name, word in fields.items()]))
        return shape

    def part(self, word: object) -> object:
        if word is self.state.journal.null:
            return "NULL"
        if type(word) is not range:
            return (type(word).__name__, repr(word))
        if word.stop not in self.numbers:
            self.numbers[word.stop] = len(self.numbers)
            self.waiting.append(word.stop)
        return self.numbers[word.stop]
