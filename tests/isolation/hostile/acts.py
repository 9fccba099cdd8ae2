"""All hostile programs, by what they do."""

from __future__ import annotations

from enum import StrEnum

import attrs

from tests.isolation.hostile import files, kernel, network, processes, resources

__all__ = ["ACTS", "Act", "Kind"]


class Kind(StrEnum):
    """How it shows that a program did harm."""

    LEAK = "leak"
    """The secret is in its output."""
    CHANGE = "change"
    """Files outside of its folder are not as they were."""
    NETWORK = "network"
    """A server heard from it, or it says that it did it."""
    DID = "did"
    """It says that it did it."""
    KILL = "kill"
    """The victim has ended."""
    HANG = "hang"
    """It does not end."""
    FLOOD = "flood"
    """It writes more than a million bytes."""
    CRASH = "crash"
    """Its process ends, and the interpreter knows nothing of it."""


@attrs.frozen
class Act:
    """A program that does harm.

    Attributes:
        name: What it is called.
        kind: How it shows that it did.
        source: The program; OUTSIDE, VICTIM and so on are names of what is in the world.
    """

    name: str
    kind: Kind
    source: str


_TABLES: tuple[tuple[str, Kind, dict[str, str]], ...] = (
    ("leak", Kind.LEAK, files.LEAKS),
    ("change", Kind.CHANGE, files.CHANGES),
    ("network", Kind.NETWORK, network.NETWORK),
    ("process", Kind.DID, processes.PROCESSES),
    ("kill", Kind.KILL, processes.KILLS),
    ("meddle", Kind.DID, processes.MEDDLES),
    ("kernel", Kind.DID, kernel.KERNEL),
    ("memory", Kind.DID, resources.MEMORY),
    ("hang", Kind.HANG, resources.HANGS),
    ("flood", Kind.FLOOD, resources.FLOODS),
    ("crash", Kind.CRASH, resources.CRASHES),
)
ACTS = [Act(f"{table}-{name}", kind, source) for table, kind, programs in _TABLES for name, source in programs.items()]
