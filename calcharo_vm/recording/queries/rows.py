"""The rows of answers: immutable, each with the step it is about."""

import enum

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.instruction_nodes import span_of_instruction
from calcharo_vm.recording.plain import PlainValues
from calcharo_vm.recording.queries.endings import return_word
from calcharo_vm.recording.step import ExecutionStep
from calcharo_vm.recording.values import ExceptionSnapshot
from calcharo_vm.types import LineNumber, Oid, StepIndex


@attrs.frozen
class StepRow:
    """What was found at a step.

    Attributes:
        step: The step.
    """

    step: ExecutionStep

    @property
    def index(self) -> StepIndex:
        """The index of the step."""
        return self.step.index


class WriteKind(enum.StrEnum):
    """What a step did to a variable."""

    BOUND = "bound"
    """The name got a value: by an assignment or any other statement that binds, or as an argument."""
    CHANGED = "changed"
    """The object that the name stood for was changed in place."""


@attrs.frozen
class Write(StepRow):
    """A step that bound a variable, or changed in place the object it stood for.

    Attributes:
        step: The step. The binding of an argument is at the first step of its function.
        value: What the variable held after it, as a plain value.
        kind: Whether the name was bound or the object changed.
        name: The name of the variable.
        frame: The number of the frame whose local variable it is, as `Call.frame` has it; None for variables of
            modules and classes, and for those that functions share through closures.
    """

    value: object
    kind: WriteKind
    name: str
    frame: int | None


class ObjectWriteKind(enum.StrEnum):
    """What a step did to an object."""

    SEEN = "seen"
    """The object was made, or met for the first time, with the content it had then."""
    SET = "set"
    """An item, entry, element or attribute was set."""
    INSERTED = "inserted"
    """Items were inserted before an index of a sequence, or appended."""
    DELETED = "deleted"
    """An item, entry, element or attribute was deleted."""
    REPLACED = "replaced"
    """A part of a sequence, or all entries or attributes, were replaced."""


@attrs.frozen
class ObjectWrite(StepRow):
    """A step that changed an object.

    Attributes:
        step: The step.
        oid: The object.
        kind: What happened to it.
        slot: What was changed: the index of an item, a slice for several, a key, an element of a set or the name of an
            attribute; None when it is all of the object. For what was deleted, it is where that was.
        value: What is there now, as a plain value: a list of them for a slice, None where something was deleted.
    """

    oid: Oid
    kind: ObjectWriteKind
    slot: object
    value: object


class AliasKind(enum.StrEnum):
    """What refers to an object."""

    LOCAL = "local"
    """A local variable of a frame."""
    CELL = "cell"
    """A local variable that functions share through closures."""
    NAME = "name"
    """A name in the namespace of a module."""
    STACK = "stack"
    """A place on the value stack of a frame."""
    ITEM = "item"
    """An item of a sequence, an element of a set or the value of an entry."""
    KEY = "key"
    """The key of an entry."""
    FIELD = "field"
    """An attribute of an object."""


@attrs.frozen
class Alias(StepRow):
    """A reference to an object at a step.

    Attributes:
        step: The step.
        kind: What refers to the object.
        slot: The name of the variable or attribute; the index of the item or of the place on the stack, from the
            bottom; the key of the entry.
        owner: The oid of the object that refers to it, None when it is a frame.
        frame: The number of the frame that refers to it, None when it is an object.
        function: The qualified name of that frame's function.
    """

    kind: AliasKind
    slot: object
    owner: Oid | None
    frame: int | None
    function: str | None


@attrs.frozen
class Output(StepRow):
    """What a step wrote.

    Attributes:
        step: The step.
        stream: Where to, `stdout` or `stderr`.
        text: What.
    """

    stream: str
    text: str

    @property
    def line_number(self) -> LineNumber | None:
        """The line that wrote it."""
        return self.step.line_number


@attrs.frozen
class Hit(StepRow):
    """A visit to a line of source.

    Attributes:
        step: The first step of the visit.
        function: The qualified name of the function that the line is in.
        frame: The number of its frame, as `Call.frame` has it.
    """

    function: str
    frame: int


@attrs.frozen
class Call(StepRow):
    """A call of a function, from its first step to its end.

    That of a generator or coroutine is one call, however often it is resumed.

    Attributes:
        step: The step within which the function was called.
        function: The qualified name of the function.
        arguments: Its parameters when it started, as plain values.
        depth: How many functions were being executed already.
        frame: The number of its frame: its place in the order in which functions started.
        caller: The qualified name of the function below it, None when there is none.
        caller_line: The line which that function was at.
        first: The first step it executed, None when it came to none.
        last: The step in which it ended, None when it did not.
        is_unwound: Whether it ended with an exception.
    """

    function: str
    arguments: dict[str, object]
    depth: int
    frame: int
    caller: str | None
    caller_line: LineNumber | None
    first: ExecutionStep | None
    last: ExecutionStep | None
    is_unwound: bool

    @property
    def returned(self) -> object:
        """What it returned, as a plain value; None when it did not return. A generator returns when it is exhausted."""
        if self.last is None or self.is_unwound:
            return None
        recording, last = self.step._recording, self.last.index
        word = return_word(recording, last, self.frame)
        return PlainValues(recording.state_after(last)).of(word)

    @property
    def exception(self) -> ExceptionSnapshot | None:
        """The exception that it ended with, None when it did not.

        A generator that is closed ends with `GeneratorExit`, but since CPython 3.13 with none where it waits outside
        of any `try`.
        """
        event = self.last.exception if self.is_unwound and self.last is not None else None
        is_its_own = event is not None and (event.frame == self.frame or self.function in event.unwound)
        return event if is_its_own else None


class Handling(enum.StrEnum):
    """What became of an exception."""

    CAUGHT = "caught"
    """A handler of the program took it: `except`, a `with` statement that swallows it, or a `finally` that leaves."""
    CAUGHT_OUTSIDE = "caught outside"
    """Code that is not recorded took it: a library, or the interpreter, such as for the end of an iteration."""
    UNCAUGHT = "uncaught"
    """It left the thread's outermost function, or the recording ends before it is caught."""


@attrs.frozen
class Raise(StepRow):
    """An exception, from where it was raised to where it was caught.

    Attributes:
        step: The step that raised it.
        type_name: The name of its class.
        message: Its message.
        function: The qualified name of the function it was raised in.
        left: The qualified names of the functions it ended, innermost first.
        handling: What became of it.
        caught: The step at which the program caught it: at the `except` clause that matches, or the first line of
            another handler; None when it was not the program.
    """

    type_name: str
    message: str
    function: str
    left: tuple[str, ...]
    handling: Handling
    caught: ExecutionStep | None

    @property
    def caught_in(self) -> str | None:
        """The qualified name of the function whose handler caught it."""
        return None if self.caught is None else self.caught.function


class LinkKind(enum.StrEnum):
    """What a link of the chain to a value's origin is."""

    BOUND = "bound"
    """A name was bound to the value."""
    ARGUMENT = "argument"
    """The value came into a function as an argument, or into a generator by being sent."""
    RETURNED = "returned"
    """A function returned the value."""
    YIELDED = "yielded"
    """A generator yielded the value."""
    ITEM = "item"
    """The value was read from a container."""
    ATTRIBUTE = "attribute"
    """The value was read as an attribute of an object."""
    STORED = "stored"
    """The value was stored in a container or object."""
    LITERAL = "literal"
    """The value is written in the source: an end of the chain, as are all that follow."""
    OPERATION = "operation"
    """The value was computed, or made, by an expression."""
    CALLED = "called"
    """Code that is not recorded returned the value, or a class made it."""
    INPUT = "input"
    """The value was read from the program's input."""
    IMPORTED = "imported"
    """The value was imported."""
    RAISED = "raised"
    """The value is an exception that was raised."""
    GIVEN = "given"
    """The value came from outside of what is recorded: a default, a builtin, or what the program was started with."""


@attrs.frozen
class Link(StepRow):
    """A link of the chain to a value's origin.

    Attributes:
        step: The step; its position is the source text.
        kind: What happened to the value.
        description: What happened, in a few words.
    """

    kind: LinkKind
    description: str

    @property
    def span(self) -> tuple[int | None, int | None, int | None, int | None]:
        """The source text: line, column, end line and end column, as CPython counts."""
        step = self.step
        return step.line_number, step.column, step.end_line_number, step.end_column

    @property
    def source(self) -> str | None:
        """The source text itself, None where the recording does not have it."""
        instruction = self.step._instruction
        code, span = self.step._recording.syntax_of(instruction.code), span_of_instruction(instruction)
        return None if code is None or span is None else code.syntax.text(span) or None
