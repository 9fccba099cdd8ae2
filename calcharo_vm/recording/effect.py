"""What native calls may do, as far as the recorder knows such things: the words of the effects table."""

import enum
from typing import Final

from calcharo_vm.host_builtins import __builtins__


class Effect(enum.Enum):
    """What a native call does to its receiver or operands."""

    __hash__ = object.__hash__  # an enum's own is written in Python

    NONE = enum.auto()
    CONSUMES = enum.auto()
    """It advances the iterators it is given, and changes nothing else."""
    ADVANCES = enum.auto()
    """It advances these very iterators, and those that they take their values from."""
    ENDS = enum.auto()
    """It ends these very iterators, or advances them by one, which need not be told."""
    WRITES = enum.auto()
    """It writes to the file it is given, or to standard output."""
    READS = enum.auto()
    """It is a method that leaves its receiver as it is, and does with the other operands what `CONSUMES` says."""
    FIRST = enum.auto()
    """It changes its receiver or first operand itself, nothing in it."""
    AT_END = enum.auto()
    POPS = enum.auto()
    """It removes the last item, or the one whose index it gets."""
    INSERTS = enum.auto()
    """It inserts one item into its receiver, before the index that it gets."""
    AT_START = enum.auto()
    EXTENDS = enum.auto()
    """It adds to the end of a list what it takes from the iterators that it is given."""
    UPDATES = enum.auto()
    """It changes its receiver, and advances the iterators that it is given besides."""
    REORDERS = enum.auto()
    """It changes the list that it is given, nothing in it; not its receiver, if it is a method."""
    ADDS = enum.auto()
    DISCARDS = enum.auto()
    """It removes at most one element of a set: its second operand, or what equals it."""
    KEYED = enum.auto()
    """It changes at most one entry of a dictionary, named by the second operand."""
    MAY_ADD = enum.auto()
    """It adds an entry to a dictionary, named by the second operand, or changes nothing."""
    ATTRIBUTE = enum.auto()
    """It sets or deletes the attribute of its first operand that the second names."""
    RESUMES = enum.auto()
    """It resumes the generator or coroutine that is its receiver or first operand."""
    MANAGES = enum.auto()
    """It resumes the generator of the context manager that it is a method of."""
    WRAPS = enum.auto()
    """It does nothing but call the function that it wraps."""
    RETURNS = enum.auto()
    """It may have changed what it returns."""
    VARIABLES = enum.auto()
    """It may have changed the variables of any frame."""
    MAKES_CLASS = enum.auto()
    RUNS_CODE = enum.auto()
    """It may change namespaces, too."""
    UNKNOWN = enum.auto()
    """It may change whatever its operands lead to."""
    UNKNOWN_CALL = enum.auto()
    """It may change whatever its operands lead to, or what the callable remembers."""


OPEN: Final = frozenset(
    {Effect.MAKES_CLASS, Effect.VARIABLES, Effect.RUNS_CODE, Effect.UNKNOWN, Effect.UNKNOWN_CALL},
)
"""What may change more than it says: code that it calls finds objects that may be other than recorded."""
