"""Recordings as JSON: a documented, versioned format, described by `schema/recording-2.json`.

The steps are written as the journal has them: what each changed, then the number of its
instruction. They are grouped in chunks, one step a line, so that files can be compared and read.
Both directions are streams: no more than a chunk is in memory as text.
"""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.json_format import expanded, writing
from calcharo_vm.recording.json_format.reading import read

if TYPE_CHECKING:
    from calcharo_vm.recording.recording import Recording

__all__ = ["read", "write"]


def write(
    recording: "Recording", target: str | PathLike[str] | TextIO | None, *, is_expanded: bool = False
) -> str | None:
    """Writes a recording to a path or file, or returns it as text; when it is expanded, each step is whole."""
    parts = expanded.document(recording) if is_expanded else writing.document(recording)
    if target is None:
        return "".join(parts)
    if not isinstance(target, str | PathLike):
        target.writelines(parts)
        return None
    with Path(target).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)
    return None
