"""Recordings: the journal a run writes, the steps that are views of it, and how it is stored."""

from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.output import OutputCapture
from calcharo_vm.recording.queries import Call, Write
from calcharo_vm.recording.recorder import Recorder
from calcharo_vm.recording.recording import Recording
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.recording.values import (
    NULL,
    CallInfo,
    Condition,
    Evaluation,
    ExceptionSnapshot,
    HeapKind,
    HeapObject,
    ObjectSnapshot,
    Outcome,
    OutcomeStatus,
    Ref,
    same_plain,
)

__all__ = [
    "NULL",
    "Call",
    "CallInfo",
    "Condition",
    "Evaluation",
    "ExceptionSnapshot",
    "ExecutionStep",
    "HeapKind",
    "HeapObject",
    "Input",
    "ObjectSnapshot",
    "Outcome",
    "OutcomeStatus",
    "OutputCapture",
    "Recorder",
    "Recording",
    "Ref",
    "Write",
    "same_plain",
]
