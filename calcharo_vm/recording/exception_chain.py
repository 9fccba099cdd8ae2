"""What an exception holds beside its arguments: its cause, its context, and where it has passed."""

import os
from types import CodeType, TracebackType
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.layouts import descriptor
from calcharo_vm.recording.values import TracebackEntry

TRACEBACK: Final = "__traceback__"
"""The field of an exception in which the journal has its traceback as text."""

_MACHINE: Final = os.path.join(os.path.dirname(os.path.dirname(__file__)), "machine")  # noqa: PTH118, PTH120 - pathlib is slow to import
_SEPARATOR: Final = "\x1f"  # no part of a name has it

_links = tuple((name, descriptor(BaseException, name)) for name in ("__cause__", "__context__"))
_suppresses = descriptor(BaseException, "__suppress_context__")
_traceback = descriptor(BaseException, TRACEBACK)


def chain_fields(error: object) -> dict[str, object]:
    """The fields of an exception that a traceback shows; those that are not set are left out."""
    fields = {name: linked for name, read in _links if (linked := read(error)) is not None}
    if _suppresses(error):
        fields["__suppress_context__"] = True
    entry = _traceback(error)
    if entry is not None:
        assert isinstance(entry, TracebackType)
        fields[TRACEBACK] = text_of_traceback(entry)
    return fields


def is_linked(error: object) -> bool:
    """Returns whether an exception has a cause or context, or shows that it suppresses one."""
    return bool(_suppresses(error)) or any(read(error) is not None for _name, read in _links)


def linked_exceptions(error: object) -> list[object]:
    """An exception and those that it came from."""
    found: list[object] = [error]
    known = {id(error)}  # comparing them may call methods of the program
    for each in found:
        for _name, read in _links:
            linked = read(each)
            if linked is not None and id(linked) not in known:
                known.add(id(linked))
                found.append(linked)
    return found


def entries_of(text: object) -> tuple[TracebackEntry, ...]:
    """The entries of a traceback as the journal has it."""
    assert isinstance(text, str)
    lines = (line.split(_SEPARATOR) for line in text.split("\n"))
    return tuple(TracebackEntry(file, int(line) if line else None, function) for file, line, function in lines)


def text_of_traceback(first: TracebackType) -> str:
    """How the journal has a traceback."""
    lines = []
    entry: TracebackType | None = first
    while entry is not None:
        code = entry.tb_frame.f_code
        if not _is_of_machine(code):
            lines.append(text_of_place(code, entry.tb_lineno))
        entry = entry.tb_next
    return "\n".join(lines)


def text_of_place(code: CodeType, line: object) -> str:
    """How the journal has an entry of a traceback, by its code and line, which is None where CPython has none."""
    shown = str(line) if type(line) is int and line >= 0 else ""
    return f"{code.co_filename}{_SEPARATOR}{shown}{_SEPARATOR}{code.co_qualname}".replace("\n", " ")


def _is_of_machine(code: CodeType) -> bool:
    """Returns whether a frame's code is the machine's, or a stub of its own; a stand-in for a guest's frame is not."""
    if code.co_filename.startswith(_MACHINE):
        return True
    constants = code.co_consts
    return bool(constants) and getattr(type(constants[-1]), "is_machine_stub", False)
