"""Recordings: the journal a run writes, the steps that are views of it, and how it is stored."""

from calcharo_vm.recording.output import OutputCapture
from calcharo_vm.recording.queries import (
    Alias,
    AliasKind,
    Answer,
    Call,
    Handling,
    Hit,
    Link,
    LinkKind,
    ObjectWrite,
    ObjectWriteKind,
    Output,
    Raise,
    Write,
    WriteKind,
)
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
    "Alias",
    "AliasKind",
    "Answer",
    "Call",
    "CallInfo",
    "Condition",
    "Evaluation",
    "ExceptionSnapshot",
    "ExecutionStep",
    "Handling",
    "HeapKind",
    "HeapObject",
    "Hit",
    "Link",
    "LinkKind",
    "ObjectSnapshot",
    "ObjectWrite",
    "ObjectWriteKind",
    "Outcome",
    "OutcomeStatus",
    "Output",
    "OutputCapture",
    "Raise",
    "Recorder",
    "Recording",
    "Ref",
    "Write",
    "WriteKind",
    "same_plain",
]
