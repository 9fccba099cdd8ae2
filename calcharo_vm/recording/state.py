"""The state of the program after a step, rebuilt from the journal."""

from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.advancing import advance, start
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.values import MAPPING_KINDS, FrameStatus, HeapKind

Words = list[object]
_NO_WORD: Final = -1


class FrameState:
    """A frame: its code, its slots and value stack as words, and the instruction it is at."""

    __slots__ = ("base", "code", "depth", "fast", "globals", "namespace", "number", "stack", "word")

    def __init__(self, number: int, code: int, globals_: int, namespace: int | None, fast: Words) -> None:
        self.number = number
        self.code = code
        self.globals = globals_
        self.namespace = namespace
        self.fast = fast
        self.stack: Words = []
        self.base = 0  # how much of the stack the instruction it is at leaves alone
        self.depth = 0  # of the stack when that instruction started
        self.word = _NO_WORD

    def copy(self) -> "FrameState":
        """Another frame with the same content."""
        other = FrameState(self.number, self.code, self.globals, self.namespace, self.fast.copy())
        other.stack = self.stack.copy()
        other.base, other.depth, other.word = self.base, self.depth, self.word
        return other

    def words(self) -> Words:
        """All that the frame holds."""
        namespace = [] if self.namespace is None else [range(self.namespace)]
        return [*self.fast, *self.stack, range(self.globals), *namespace]


class Thing:
    """An object on the heap, as words; shared between states until one of them changes it."""

    __slots__ = ("fields", "frame", "items", "kind", "name", "owner", "table", "type_name")

    def __init__(self, owner: object, kind: HeapKind, type_name: str, name: str) -> None:
        self.owner = owner
        self.kind = kind
        self.type_name = type_name
        self.name = name
        self.items: Words = []
        self.table: dict[object, object] = {}
        self.fields: dict[object, object] = {}
        self.frame: int | None = None  # what a generator runs

    def copy(self, owner: object) -> "Thing":
        """Another object with the same content."""
        other = Thing(owner, self.kind, self.type_name, self.name)
        other.frame = self.frame
        other.items, other.table, other.fields = self.items.copy(), self.table.copy(), self.fields.copy()
        return other

    @property
    def is_mapping(self) -> bool:
        """Whether the items are kept by key."""
        return self.kind in MAPPING_KINDS


@attrs.define
class Raised:
    """An exception that a step raised: where, what it left, and which handler takes over.

    Attributes:
        type_name: The name of its class.
        message: What it says.
        frame: The frame it was raised in.
        unwound: The codes of the frames it left, innermost first.
        caught_in: The frame whose handler takes over.
        word: What stands for it.
    """

    type_name: str
    message: str
    frame: int
    unwound: list[int] = attrs.field(factory=list)
    caught_in: int = _NO_WORD
    word: object = None

    def copy(self) -> "Raised":
        """Another one with the same content."""
        return attrs.evolve(self, unwound=self.unwound.copy())


class State:
    """Frames, heap and output after a number of steps.

    Attributes:
        steps: How many steps have been applied.
        thread: The thread whose operations are applied.
        executing: The frame the last step was executed in.
        threads: The frames of each thread, innermost last.
        frames: All frames that are running or suspended, and those the last step left.
        heap: All objects that are recorded.
        written: How much had been written to standard output and standard error.
        resident: The resident bytes of the process at the last sample.
        seconds: The CPU seconds of each thread at its last sample.
        raised: What the last step raised.
        handling: What the handler takes over whose first instruction the last step is.
        pushed: What the last step pushed: the instruction it is the result of, and the words.
        pushed_to: The number of the frame it pushed them to.
        popped: The words it took from the stack last.
        branch: The frame that made a conditional jump or not, and whether it did.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.steps = 0
        self.thread = 0
        self.executing = _NO_WORD
        self.threads: dict[int, list[int]] = {}
        self.frames: dict[int, FrameState] = {}
        self.heap: dict[int, Thing] = {}
        self.written = [0, 0]
        self.resident: object = 0
        self.seconds: dict[int, object] = {}
        self.raised: Raised | None = None
        self.handling: Raised | None = None
        self.pushed: tuple[int, Words] | None = None
        self.pushed_to = _NO_WORD
        self.popped: Words = []
        self.branch: tuple[int, bool] | None = None
        self._left: dict[int, list[tuple[int, int]]] = {}  # by thread: depth and frame of those its step leaves
        self._finished: dict[int, list[tuple[int, int]]] = {}  # the same of its last complete step
        self._pausing: dict[int, list[tuple[int, int]]] = {}  # by thread: the same of those that suspend themselves
        self._paused: dict[int, list[tuple[int, int]]] = {}
        self._next: dict[int, int] = {}  # by thread: the frame of its next step
        self._raises: dict[int, Raised] = {}  # by thread, in a step that is not complete
        self._caught: dict[int, Raised] = {}  # by thread: what a handler takes over at the thread's next step
        self._step_thread = 0
        self._instruction = _NO_WORD
        self._dropped: list[int] = []
        self._mark = object()

    def copy(self) -> "State":
        """Another state with the same content; the heap is shared until either changes it."""
        other = State(self.journal)
        other.steps, other.thread, other.executing = self.steps, self.thread, self.executing
        other._step_thread, other._instruction = self._step_thread, self._instruction
        other.threads = {thread: frames.copy() for thread, frames in self.threads.items()}
        other.frames = {number: frame.copy() for number, frame in self.frames.items()}
        other.heap = self.heap.copy()
        other.written, other.resident, other.seconds = self.written.copy(), self.resident, self.seconds.copy()
        other.raised, other.pushed, other.popped = self.raised, self.pushed, self.popped
        other.pushed_to = self.pushed_to
        other.branch, other._dropped = self.branch, self._dropped.copy()
        other._left = {thread: left.copy() for thread, left in self._left.items()}
        other._finished, other._paused = self._finished.copy(), self._paused.copy()
        other._pausing = {thread: paused.copy() for thread, paused in self._pausing.items()}
        other._next, other._caught = self._next.copy(), self._caught.copy()
        other._raises = {thread: raised.copy() for thread, raised in self._raises.items()}
        other.handling = self.handling
        self._mark = object()
        return other

    @property
    def size(self) -> int:
        """Roughly how many words copying this state copies."""
        return len(self.heap) + sum(len(frame.fast) + len(frame.stack) for frame in self.frames.values())

    # --- applying steps --------------------------------------------------------------------------

    def advance(self, steps: int) -> None:
        """Applies the journal's steps up to that many."""
        journal = self.journal
        while self.steps < steps:
            chunk = journal.chunk_of(self.steps)
            columns, words, first = journal.columns(chunk), journal.chunks[chunk], journal.starts[chunk]
            at = self.steps - first
            last = min(steps - first, len(columns.ends))
            start = columns.ends[at - 1] + 1 if at else 0
            for number in range(at, last):
                end = columns.ends[number]
                self._begin(columns.threads[number], columns.instructions[number])
                while start < end:
                    start = self._apply(words, start)
                self._complete()
                start = end + 1

    def _begin(self, thread: int, instruction: int) -> None:
        for oid in self._dropped:
            del self.heap[oid]
        self._dropped = []
        for _depth, number in self._finished.pop(thread, ()):
            self.frames.pop(number, None)
        self.pushed = self.branch = None
        self.popped = []
        self.executing = _NO_WORD
        self._step_thread, self._instruction = thread, instruction
        self.handling = self._caught.pop(thread, None)
        if thread in self._next:
            self._place(self._next[thread])

    def _place(self, number: int) -> None:
        """Puts a frame at the instruction of the step that begins."""
        frame = self.frames[number]
        frame.word = self._instruction
        frame.base = frame.depth - self.journal.instructions[frame.word].pops
        self.executing = number

    def _complete(self) -> None:
        thread = self._step_thread
        self.raised = self._raises.pop(thread, None)
        if self.raised is not None and self.raised.word is not None:
            self._caught[thread] = self.raised
        self._finished[thread] = self._left.pop(thread, [])
        self._paused[thread] = self._pausing.pop(thread, [])
        running = self.threads.get(thread)
        if running:
            frame = self.frames[running[-1]]
            frame.depth = len(frame.stack)
            self._next[thread] = frame.number
        else:
            self._next.pop(thread, None)
        self.steps += 1

    def _apply(self, words: tuple[object, ...], at: int) -> int:
        """Applies the operation that starts at `at`, and returns where the next one starts."""
        operation = words[at]
        assert isinstance(operation, int)
        end = at + ops.length(words, at)
        if operation <= ops.MOST_PUSHES:
            frame = self.top
            self._push(frame, frame.base, words[at + 1 : end])
            if operation:
                self.pushed, self.pushed_to = (frame.word, list(words[at + 1 : end])), frame.number
        elif operation == ops.STORE:
            frame = self.top
            word = frame.stack.pop()
            self.popped = [word]
            frame.fast[words[at + 1]] = word  # type: ignore[call-overload]
        elif operation == ops.FAST:
            self.top.fast[words[at + 1]] = words[at + 2]  # type: ignore[call-overload]
        elif operation == ops.BRANCH:
            self.branch = self.top.number, bool(words[at + 1])
        elif operation == ops.ADVANCED:
            frame = self.top
            advance(frame.stack[frame.base - 1], self._own)
        elif operation == ops.STACK:
            self._push(self.top, words[at + 1], words[at + 3 : end])  # type: ignore[arg-type]
        elif ops.NEW <= operation <= ops.DROP:
            self._apply_to_heap(operation, words[at + 1 : end])
        else:
            self._apply_to_run(operation, words[at + 1 : end])
        return end

    @property
    def top(self) -> FrameState:
        """The innermost frame of the current thread."""
        return self.frames[self.threads[self.thread][-1]]

    def _push(self, frame: FrameState, kept: int, new: tuple[object, ...]) -> None:
        self.popped = frame.stack[kept:] or self.popped
        frame.stack[kept:] = new

    def _apply_to_run(self, operation: int, operands: tuple[object, ...]) -> None:
        match operation, operands:
            case ops.ENTER, (int(number), int(code), int(globals_), int() | None as namespace, int(), *fast):
                self.frames[number] = FrameState(number, code, globals_, namespace, fast)
                self._frames_of_thread.append(number)
                if self.thread not in self._next:
                    self._next[self.thread] = number
                    if self.thread == self._step_thread and self.executing == _NO_WORD:
                        self._place(number)
            case ops.LEAVE, (str(how),):
                stack = self._frames_of_thread
                number = stack.pop()
                if how == "UNWOUND" and self.thread in self._raises:
                    self._raises[self.thread].unwound.append(self.frames[number].code)
                left = self._left if how in ("RETURNED", "UNWOUND") else self._pausing
                left.setdefault(self.thread, []).append((len(stack), number))
            case ops.RESUME, (int(number),):
                self._frames_of_thread.append(number)
            case ops.GONE, (int(number),):
                self.frames.pop(number, None)
            case ops.THREAD, (int(thread),):
                self.thread = thread
            case ops.RAISED, (str(type_name), str(message)):
                if self.thread not in self._raises:
                    self._raises[self.thread] = Raised(type_name, message, self.top.number)
            case ops.HANDLED, (int(depth),):
                self.top.base = min(self.top.base, depth)
            case ops.CAUGHT, (word,):
                raised = self._raises[self.thread]
                raised.caught_in, raised.word = self.top.number, word
            case ((ops.OUT | ops.ERR), (str(text),)):
                self.written[operation - ops.OUT] += len(text)
            case ops.RUNS, (int(oid), int(number)):
                self._own(oid).frame = number
            case ops.BEGUN, (int(oid), word):
                self._own(oid).fields = start(word, self.heap)
            case ops.SAMPLE, (resident, seconds):
                self.resident, self.seconds[self.thread] = resident, seconds
            case _:
                raise AssertionError(f"the journal has an operation {operation} with {operands!r}")

    @property
    def _frames_of_thread(self) -> list[int]:
        return self.threads.setdefault(self.thread, [])

    def _apply_to_heap(self, operation: int, operands: tuple[object, ...]) -> None:
        oid = operands[0]
        assert isinstance(oid, int)
        if operation == ops.NEW:
            _oid, kind, type_name, name = operands
            self.heap[oid] = Thing(self._mark, HeapKind(str(kind)), str(type_name), str(name))
            return
        if operation == ops.DROP:
            self._dropped.append(oid)
            return
        thing = self._own(oid)
        match operation, operands[1:]:
            case ops.ITEMS, (int(start), int(stop), int(), *words):
                thing.items[start:stop] = words
            case ops.KEY, (key, word):
                thing.table[key] = word
            case ops.UNKEY, (key,):
                del thing.table[key]
            case ops.TABLE, (int(), *words):
                thing.table = dict(zip(words[::2], words[1::2], strict=True))
            case ops.FIELD, (name, word):
                thing.fields[name] = word
            case ops.UNFIELD, (name,):
                del thing.fields[name]
            case ops.FIELDS, (int(), *words):
                thing.fields = dict(zip(words[::2], words[1::2], strict=True))
            case _:
                raise AssertionError(f"the journal has an operation {operation} with {operands!r}")

    def _own(self, oid: int) -> Thing:
        thing = self.heap[oid]
        if thing.owner is not self._mark:
            thing = self.heap[oid] = thing.copy(self._mark)
        return thing

    def is_alive(self, oid: int) -> bool:
        """Returns whether an object is recorded, and not only until the next step."""
        return oid in self.heap and oid not in self._dropped

    def doing(self, number: int) -> FrameStatus:
        """What a frame is doing, which is over when there is none of that number."""
        frame = self.frames.get(number)
        if frame is None or any(number == each for left in self._finished.values() for _depth, each in left):
            return FrameStatus.CLOSED
        if any(number in running for running in self.threads.values()):
            return FrameStatus.RUNNING
        has_started = self.journal.instructions[frame.word].opname != "RETURN_GENERATOR"
        return FrameStatus.SUSPENDED if has_started else FrameStatus.CREATED

    # --- looking ---------------------------------------------------------------------------------

    @property
    def step_thread(self) -> int:
        """The thread of the last step."""
        return self._step_thread

    def call_frames(self) -> list[FrameState]:
        """The frames on the stack of the last step, its own last."""
        numbers = self.threads.get(self._step_thread, [])
        left = [*self._finished.get(self._step_thread, []), *self._paused.get(self._step_thread, [])]
        if left:
            lowest = min(depth for depth, _number in left)
            numbers = numbers[:lowest] + [number for _depth, number in sorted(left)]
        return [self.frames[number] for number in numbers[: numbers.index(self.executing) + 1]]
