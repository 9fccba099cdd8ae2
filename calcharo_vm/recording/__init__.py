"""Recordings: the journal a run writes, the steps that are views of it, and how it is stored."""

from calcharo_vm.recording.adapters import Content, register_adapter, unregister_adapter
from calcharo_vm.recording.heap import Heap, Place, Referrer
from calcharo_vm.recording.output import OutputCapture
from calcharo_vm.recording.queries import Call, Write
from calcharo_vm.recording.recorder import Recorder
from calcharo_vm.recording.recording import Recording
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.recording.values import (
    NULL,
    CallInfo,
    Condition,
    ConditionKind,
    Evaluation,
    ExceptionEvent,
    ExceptionSnapshot,
    ExceptionState,
    FrameStatus,
    HeapKind,
    HeapObject,
    ObjectSnapshot,
    Outcome,
    OutcomeStatus,
    Ref,
    TracebackEntry,
    same_plain,
)

__all__ = [
    "NULL",
    "Call",
    "CallInfo",
    "Condition",
    "ConditionKind",
    "Content",
    "Evaluation",
    "ExceptionEvent",
    "ExceptionSnapshot",
    "ExceptionState",
    "ExecutionStep",
    "FrameStatus",
    "Heap",
    "HeapKind",
    "HeapObject",
    "ObjectSnapshot",
    "Outcome",
    "OutcomeStatus",
    "OutputCapture",
    "Place",
    "Recorder",
    "Recording",
    "Ref",
    "Referrer",
    "TracebackEntry",
    "Write",
    "register_adapter",
    "same_plain",
    "unregister_adapter",
]
