"""Saves a recording that is in memory, or comes from another file, to a file."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.storage.writer import RecordingWriter

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording


def save(recording: "Recording", path: str) -> None:
    """Writes a recording to a file, which has its name only when all of it is there.

    Raises:
        RecordingError: It cannot be written.
    """
    journal, unfinished = recording.journal, f"{path}.{os.getpid()}.part"
    if len(journal) and not journal.keyframes.are_complete:
        recording.state_after(len(journal) - 1)  # which makes them on the way
    writer = RecordingWriter(
        unfinished, journal.null, python=journal.python, source=recording.source, isolation=recording.isolation
    )
    try:
        writer.add_tables(journal.codes, journal.instructions)
        keyframes = set(journal.keyframes.steps)
        for number, words in enumerate(journal.chunks):
            first = journal.starts[number]
            if first in keyframes:
                writer.add_keyframe(first, journal.keyframes.words(first))
            end = journal.starts[number + 1] if number + 1 < len(journal.starts) else len(journal)
            writer.add_chunk(first, end - first, words, written_by(words))
        writer.finish(recording.outcome, journal)
        os.replace(unfinished, path)  # noqa: PTH105 - paths are strings here
    except BaseException:
        writer.close()
        os.unlink(unfinished)  # noqa: PTH108 - as above
        raise


def written_by(words: Sequence[object]) -> tuple[str, str]:
    """What the steps of a chunk wrote to standard output, and to standard error."""
    texts: tuple[list[str], list[str]] = ([], [])
    at = 0
    while at < len(words):
        if words[at] in (ops.OUT, ops.ERR):
            texts[words[at] - ops.OUT].append(str(words[at + 1]))  # type: ignore[operator]
        at += ops.LENGTHS[words[at]] or ops.length(words, at) if words[at] < ops.FIRST_STEP else 1  # type: ignore[call-overload, operator]
    return "".join(texts[0]), "".join(texts[1])
