"""Questions about a recording: each is answered by rows that are found while somebody looks at them."""

from calcharo_vm.recording.queries.answer import Answer
from calcharo_vm.recording.queries.rows import (
    Alias,
    AliasKind,
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

__all__ = [
    "Alias",
    "AliasKind",
    "Answer",
    "Call",
    "Handling",
    "Hit",
    "Link",
    "LinkKind",
    "ObjectWrite",
    "ObjectWriteKind",
    "Output",
    "Raise",
    "Write",
    "WriteKind",
]
