"""What goes between this process and its workers: frames with a length, of bytes or of JSON, never of objects.

A worker is not trusted with what it says once a program runs in it. Whoever reads its frames does so under a budget,
and gives up at the first that makes no sense.
"""

from __future__ import annotations

import json
import os
import struct
from enum import IntEnum
from typing import Final

from calcharo_vm.errors import RecordingFormatError
from calcharo_vm.host_builtins import __builtins__

__all__ = ["FrameKind", "FrameReader", "message", "send"]

_HEADER: Final = struct.Struct("<BI")
MOST_BYTES: Final = 1 << 20
"""A frame has no more bytes than that."""


class FrameKind(IntEnum):
    """What a frame holds."""

    HELLO = 1
    """JSON: the layers of a worker that waits for a program."""
    RECORDS = 2
    """The next bytes of the recording's file."""
    TAIL = 3
    """A record of the steps since, in place of the last of its kind; it counts if nothing else comes any more."""
    RESULT = 4
    """JSON: how the program ended. Nothing comes after it."""


def send(file: int, kind: FrameKind, data: bytes, *, before: bytes = b"") -> None:
    """Write bytes as one frame, or several if they are many; bytes for the file of records may come before them."""
    parts = [(FrameKind.RECORDS, before[start : start + MOST_BYTES]) for start in range(0, len(before), MOST_BYTES)]
    parts += [(kind, data[start : start + MOST_BYTES]) for start in range(0, len(data), MOST_BYTES) or (0,)]
    frames = [_HEADER.pack(each, len(part)) + part for each, part in parts]
    rest = frames[0] if len(frames) == 1 else b"".join(frames)  # in one go: who waits for them is woken once
    while rest:
        rest = rest[os.write(file, rest) :]


def message(data: bytes) -> dict[str, object]:
    """Read a frame of JSON.

    Raises:
        RecordingFormatError: It is no object of JSON.
    """
    try:
        found: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RecordingFormatError(f"a worker has sent what is no JSON ({error}): record again") from error
    if not isinstance(found, dict):
        raise RecordingFormatError(f"a worker has sent {str(found)[:80]!r} for an object: record again")
    return found


class FrameReader:
    """Takes frames from bytes as they come."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[tuple[FrameKind, bytes]]:
        """Take bytes, and give the frames that are complete with them.

        Raises:
            RecordingFormatError: A frame is of no known kind, or claims to be too long.
        """
        self._pending += data
        found: list[tuple[FrameKind, bytes]] = []
        at = 0
        while len(self._pending) >= at + _HEADER.size:
            kind, length = _HEADER.unpack_from(self._pending, at)
            if kind not in FrameKind.__members__.values() or length > MOST_BYTES:
                raise RecordingFormatError(f"a worker has sent a frame of kind {kind} and {length} bytes: record again")
            end = at + _HEADER.size + length
            if len(self._pending) < end:
                break
            found.append((FrameKind(kind), bytes(self._pending[at + _HEADER.size : end])))
            at = end
        del self._pending[:at]
        return found
