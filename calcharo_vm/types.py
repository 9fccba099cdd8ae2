"""Names for the plain values that pass between Calcharo's layers."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["LineNumber", "Offset", "Oid", "StepIndex", "ThreadId"]

LineNumber: TypeAlias = int
"""A source line, counted from 1 as CPython counts."""

Offset: TypeAlias = int
"""The place of an instruction in its code object, in bytes, as `dis` prints it."""

Oid: TypeAlias = int
"""The logical identity of a guest object: its place in the order of first sight, never an address."""

StepIndex: TypeAlias = int
"""The place of a step in its recording, counted from 0."""

ThreadId: TypeAlias = int
"""The logical identity of a guest thread: 0 for the first, in order of first sight."""
