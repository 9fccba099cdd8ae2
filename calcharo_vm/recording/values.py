"""The values a recording shows: immutable, plain, and without a reference to any guest object."""

import enum
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from calcharo_vm.types import LineNumber, Oid

_NOTHING: Mapping[str, object] = MappingProxyType({})


class Null(enum.Enum):
    """CPython's NULL, where one lies on the value stack or in a slot that has no value."""

    NULL = "NULL"

    def __repr__(self) -> str:
        return self.value


NULL = Null.NULL
"""What a step shows for CPython's NULL."""


@attrs.frozen
class Ref:
    """Stands for an object with an identity; the step's `heap` has its content."""

    oid: Oid


class HeapKind(enum.StrEnum):
    """What a heap object is, which decides where its content lies."""

    __hash__ = str.__hash__  # an enum's own is written in Python

    LIST = "list"
    TUPLE = "tuple"
    DICT = "dict"
    SET = "set"
    FROZENSET = "frozenset"
    DEQUE = "deque"
    BYTEARRAY = "bytearray"
    RANGE = "range"
    SLICE = "slice"
    NAMESPACE = "namespace"
    """The dictionary of a module, shown without the names every module is born with."""
    INSTANCE = "instance"
    SCALAR = "scalar"
    """An instance of a subclass of int, float, complex, str or bytes."""
    EXCEPTION = "exception"
    CELL = "cell"
    WEAKREF = "weakref"
    ITERATOR = "iterator"
    GENERATOR = "generator"
    COROUTINE = "coroutine"
    ASYNC_GENERATOR = "async_generator"
    METHOD = "method"
    FUNCTION = "function"
    CLASS = "class"
    MODULE = "module"
    NATIVE = "native"
    """An object of a native or library type that an adapter reads."""
    OPAQUE = "opaque"
    """An object whose content is not recorded: it is shown by its type alone."""


GENERATOR_KINDS = frozenset({HeapKind.GENERATOR, HeapKind.COROUTINE, HeapKind.ASYNC_GENERATOR})
"""Kinds of objects that run a frame of their own."""

OWN_FIELDS = frozenset({"maxlen", "default_factory"})
"""Fields that belong to a built-in container itself, and are no attributes of an instance."""

MAPPING_KINDS = frozenset({HeapKind.DICT, HeapKind.NAMESPACE, HeapKind.SET, HeapKind.FROZENSET})
"""Kinds whose items are journalled by key; a set is journalled as keys alone."""


@attrs.frozen
class TracebackEntry:
    """A place that an exception has passed.

    Attributes:
        filename: The file.
        line_number: The line, None where CPython has none.
        function: The qualified name of the function.
    """

    filename: str
    line_number: LineNumber | None
    function: str


@attrs.frozen
class HeapObject:
    """An object on the heap at one step.

    Attributes:
        oid: Its logical identity, in order of first sight.
        kind: What it is.
        type_name: The name of its class.
        name: The qualified name of a function, generator, class or module; empty for others.
        items: Elements of a sequence or set, or (key, value) pairs of a mapping; scalars and `Ref`.
        fields: Attributes by name, and what else it holds, such as a named tuple's items; scalars and `Ref`.
        text: What is shown in a few words for an object of a native type, often its `repr()`.
        traceback: The places that an exception has passed, outermost first.
        frame: The number of the frame that a generator or coroutine runs, as in the step's `frames`; None
            when it is over.
        state: What that frame is doing; None for other objects, and for generators of the library.
    """

    oid: Oid
    kind: HeapKind
    type_name: str
    name: str = ""
    items: tuple[object, ...] = ()
    fields: Mapping[str, object] = attrs.field(default=_NOTHING, hash=False)
    text: str = ""
    traceback: tuple[TracebackEntry, ...] = ()
    frame: int | None = None
    state: "FrameStatus | None" = None

    @property
    def length(self) -> int:
        """The number of items."""
        return len(self.items)


@attrs.define(eq=False, repr=False)
class ObjectSnapshot:
    """An object that is not a plain list, tuple, dictionary or set, as it was at one step.

    Two snapshots are equal when they show the same object with equal attributes; cycles are allowed.

    Attributes:
        type_name: The name of its class.
        attributes: Its attributes, as plain values.
        oid: Its logical identity.
        value: What it holds as an instance of a built-in type's subclass, or None.
        name: The qualified name of a function, class or module; empty for others.
        text: What is shown in a few words for an object of a native type, often its `repr()`.
    """

    type_name: str
    attributes: dict[str, object]
    oid: Oid
    value: object = None
    name: str = ""
    text: str = ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ObjectSnapshot):
            return NotImplemented
        return same_plain(self, other)

    def __hash__(self) -> int:
        return hash((self.type_name, self.oid))

    def __repr__(self) -> str:
        named = f" {self.name or self.text}" if self.name or self.text else ""
        return f"<{self.type_name}{named} #{self.oid}>"


def same_plain(left: object, right: object) -> bool:
    """Returns whether two plain values are equal in type, shape and content, cycles and NaN included."""
    return _same(left, right, set())


def _same(left: object, right: object, assumed: set[tuple[int, int]]) -> bool:
    if type(left) is not type(right):
        return False
    if not isinstance(left, list | tuple | dict | set | frozenset | slice | ObjectSnapshot):
        return repr(left) == repr(right) if isinstance(left, float | complex) else left == right
    if (id(left), id(right)) in assumed:
        return True
    assumed.add((id(left), id(right)))
    ours, theirs = _parts(left), _parts(right)
    return len(ours) == len(theirs) and all(_same(*pair, assumed) for pair in zip(ours, theirs, strict=True))


def _parts(value: object) -> list[object]:
    match value:
        case dict():
            return [part for item in value.items() for part in item]
        case ObjectSnapshot():
            return [value.type_name, value.oid, value.name, value.text, value.attributes, value.value]
        case slice():
            return [value.start, value.stop, value.step]
        case set() | frozenset():
            return sorted(value, key=repr)  # no element's repr looks into a cycle
        case _:
            assert isinstance(value, list | tuple)
            return list(value)


@attrs.frozen
class Evaluation:
    """The value of an expression, tied to the source text it was computed from.

    Attributes:
        line, column, end_line, end_column: Where that text is; lines from 1, columns in UTF-8 bytes from 0.
        value: The value, plain.
        text: The text, empty when the recording does not have the source.
    """

    line: LineNumber | None
    column: int | None
    end_line: LineNumber | None
    end_column: int | None
    value: object
    text: str = attrs.field(default="", eq=False)


class ConditionKind(enum.StrEnum):
    """What a condition decides."""

    IF = "if"
    WHILE = "while"
    ASSERT = "assert"
    TERNARY = "ternary"
    """The test of `a if test else b`."""
    AND = "and"
    """An operand of `and` that is not the last."""
    OR = "or"
    COMPARISON = "comparison"
    """A comparison in a chain, such as `a < b` of `a < b < c`, that is not the last."""
    COMPREHENSION = "comprehension"
    """An `if` of a comprehension."""
    MATCH = "match"
    """Whether a value is as a pattern, or a part of it, says."""
    GUARD = "guard"
    """The `if` of a `case`."""
    EXCEPT = "except"
    """Whether an exception is of the types that an `except` names."""
    WITH = "with"
    """Whether a context manager's exit keeps an exception to itself."""
    OTHER = "other"
    """What the compiler adds itself, or a condition whose source the recording does not have."""


@attrs.frozen
class Condition:
    """What a conditional jump looked at, and whether it jumped.

    Attributes:
        value: The value that was tested, plain; of a test for None, what was compared with it.
        branch_taken: True when the jump was taken.
        truth: Whether what `text` says is true.
        kind: What it decides.
        text: The source text of what was tested, empty when the recording does not have the source.
    """

    value: object
    branch_taken: bool
    truth: bool = True
    kind: ConditionKind = ConditionKind.OTHER
    text: str = ""


class FrameStatus(enum.StrEnum):
    """What a frame is doing."""

    RUNNING = "running"
    """It is on the stack of a thread, innermost or not."""
    CREATED = "created"
    """It belongs to a generator or coroutine that has not started."""
    SUSPENDED = "suspended"
    CLOSED = "closed"
    """It has returned or was unwound."""


@attrs.frozen
class CallInfo:
    """One frame: a function on the call stack, or in a generator or coroutine that waits.

    Two are equal when they are the same call at the same line with the same arguments.

    Attributes:
        function: Its qualified name.
        filename: The file of its code.
        line_number: The line it is at, None where CPython has no line.
        arguments: Its parameters as they are at this step, as plain values; unbound ones are left out.
        variables: All its variables, as plain values; at module level the global ones.
        value_stack: Its value stack, bottom first, as plain values.
        frame: Its number, in the order in which frames were made.
        state: What it is doing.
        references: The same variables as scalars and `Ref`, which lead to the step's `heap`.
        stack_references: The same value stack as scalars and `Ref`.
        awaits: What its `await` or `yield from` waits for, as a `Ref`; None when it does not.
    """

    function: str
    filename: str
    line_number: LineNumber | None
    arguments: dict[str, object]
    variables: dict[str, object] = attrs.field(factory=dict, eq=False)
    value_stack: tuple[object, ...] = attrs.field(default=(), eq=False)
    frame: int = attrs.field(default=-1, eq=False)
    state: FrameStatus = attrs.field(default=FrameStatus.RUNNING, eq=False)
    references: dict[str, object] = attrs.field(factory=dict, eq=False, repr=False)
    stack_references: tuple[object, ...] = attrs.field(default=(), eq=False, repr=False)
    awaits: object = attrs.field(default=None, eq=False)


@attrs.frozen
class ExceptionSnapshot:
    """An exception as text.

    Attributes:
        type_name: The name of its class.
        message: What `str()` gives, as far as that can be said without running the program's own code.
        traceback: The formatted traceback, when the exception ended the program.
    """

    type_name: str
    message: str
    traceback: str = ""


class ExceptionState(enum.StrEnum):
    """What happens to an exception at a step."""

    RAISED = "raised"
    PROPAGATED = "propagated"
    """The end of a `finally`, `with` or `except` that does not match raises it again."""
    HANDLED = "handled"
    """The step is the first of an `except`, `finally` or `with` that takes over."""


@attrs.frozen
class ExceptionEvent(ExceptionSnapshot):
    """What happens to an exception at a step.

    Attributes:
        state: Whether it is raised, raised again, or handled.
        oid: Its identity, None when the recording has none for it: what nobody handles is not held by anything.
        frame: The number of the frame it is raised in.
        unwound: The qualified names of the functions that it leaves at this step, innermost first.
        caught_in: The number of the frame whose handler takes over, None when native code or nobody does.
        caught_by: The qualified name of that frame's function, empty without one.
    """

    state: ExceptionState = ExceptionState.RAISED
    oid: Oid | None = None
    frame: int = -1
    unwound: tuple[str, ...] = ()
    caught_in: int | None = None
    caught_by: str = ""


class OutcomeStatus(enum.StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    EXCEPTION = "exception"
    EXITED = "exited"
    LIMIT = "limit"
    CRASHED = "crashed"
    CANCELLED = "cancelled"


@attrs.frozen
class Outcome:
    """How a run ended, and why.

    Attributes:
        status: The way it ended.
        exception: The exception that ended it.
        limit: The name of the limit it reached.
        exit_code: What a shell would be told.
    """

    status: OutcomeStatus = attrs.field(converter=OutcomeStatus)
    exception: ExceptionSnapshot | None = None
    limit: str | None = None
    exit_code: int | None = None
