"""The state of the program after a step, rebuilt from the journal."""

from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.values import MAPPING_KINDS, HeapKind

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


class Thing:
    """An object on the heap, as words; shared between states until one of them changes it."""

    __slots__ = ("fields", "items", "kind", "name", "owner", "table", "type_name")

    def __init__(self, owner: object, kind: HeapKind, type_name: str, name: str) -> None:
        self.owner = owner
        self.kind = kind
        self.type_name = type_name
        self.name = name
        self.items: Words = []
        self.table: dict[object, object] = {}
        self.fields: dict[object, object] = {}

    def copy(self, owner: object) -> "Thing":
        """Another object with the same content."""
        other = Thing(owner, self.kind, self.type_name, self.name)
        other.items, other.table, other.fields = self.items.copy(), self.table.copy(), self.fields.copy()
        return other

    @property
    def is_mapping(self) -> bool:
        """Whether the items are kept by key."""
        return self.kind in MAPPING_KINDS


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
        sample: The last sample: resident bytes and CPU seconds.
        raised: Class name and message of what the last step raised.
        pushed: What the last step pushed: the instruction it is the result of, and the words.
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
        self.sample: tuple[object, object] = (0, 0.0)
        self.raised: tuple[str, str] | None = None
        self.pushed: tuple[int, Words] | None = None
        self.popped: Words = []
        self.branch: tuple[int, bool] | None = None
        # By thread: depth and frame of those its step leaves, and whether they are over.
        self._left: dict[int, list[tuple[int, int, bool]]] = {}
        self._finished: dict[int, list[tuple[int, int, bool]]] = {}  # the same of its last complete step
        self._next: dict[int, int] = {}  # by thread: the frame of its next step
        self._raises: dict[int, tuple[str, str]] = {}  # by thread, in a step that is not complete
        self._step_thread = 0
        self._instruction = _NO_WORD
        self._resumed = (
            _NO_WORD  # the frame that begins the step by being resumed, until it has what it was resumed with
        )
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
        other.written, other.sample = self.written.copy(), self.sample
        other.raised, other.pushed, other.popped = self.raised, self.pushed, self.popped
        other.branch, other._dropped = self.branch, self._dropped.copy()
        other._left = {thread: left.copy() for thread, left in self._left.items()}
        other._finished = self._finished.copy()
        other._next, other._raises = self._next.copy(), self._raises.copy()
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
        for _depth, number, is_over in self._finished.pop(thread, ()):
            if is_over:
                self.frames.pop(number, None)
        self.pushed = self.branch = None
        self.popped = []
        self.executing = self._resumed = _NO_WORD
        self._step_thread, self._instruction = thread, instruction
        if thread in self._next:
            self._place(self._next[thread])

    def _place(self, number: int) -> None:
        """Puts a frame at the instruction of the step that begins."""
        frame = self.frames[number]
        frame.word = self._instruction
        frame.base = frame.depth - self.journal.instructions[frame.word].pops
        self.executing = number

    def _place_resumed(self, number: int) -> None:
        """Puts a frame that nobody called at the instruction of the step that begins.

        What it was resumed with comes first, and takes the place of what its last instruction worked on.
        """
        frame = self.frames[number]
        frame.base = frame.depth
        frame.word = self._instruction
        self.executing = self._resumed = number

    def _complete(self) -> None:
        thread = self._step_thread
        self.raised = self._raises.pop(thread, None)
        self._finished[thread] = self._left.pop(thread, [])
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
                self.pushed = frame.word, list(words[at + 1 : end])
        elif operation == ops.STORE:
            frame = self.top
            word = frame.stack.pop()
            self.popped = [word]
            frame.fast[words[at + 1]] = word  # type: ignore[call-overload]
        elif operation == ops.FAST:
            self.top.fast[words[at + 1]] = words[at + 2]  # type: ignore[call-overload]
        elif operation == ops.BRANCH:
            self.branch = self.top.number, bool(words[at + 1])
        elif operation == ops.STACK:
            self._push(self.top, words[at + 1], words[at + 3 : end])  # type: ignore[arg-type]
        elif operation == ops.SLOT:
            self.frames[words[at + 1]].fast[words[at + 2]] = words[at + 3]  # type: ignore[index, call-overload]
        elif operation >= ops.NEW:
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
        if frame.number == self._resumed:
            self._resumed = _NO_WORD
            frame.base = len(frame.stack) - self.journal.instructions[frame.word].pops

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
                is_over = how in ("RETURNED", "UNWOUND")
                self._left.setdefault(self.thread, []).append((len(stack), number, is_over))
            case ops.RESUME, (int(number),):
                self._frames_of_thread.append(number)
                if self.thread not in self._next:
                    self._next[self.thread] = number
                    if self.thread == self._step_thread and self.executing == _NO_WORD:
                        self._place_resumed(number)
            case ops.GONE, (int(number),):
                self.frames.pop(number, None)
            case ops.THREAD, (int(thread),):
                self.thread = thread
            case ops.RAISED, (str(type_name), str(message)):
                self._raises.setdefault(self.thread, (type_name, message))
            case ops.HANDLED, (int(depth),):
                self.top.base = min(self.top.base, depth)
            case ((ops.OUT | ops.ERR), (str(text),)):
                self.written[operation - ops.OUT] += len(text)
            case ops.SAMPLE, (resident, seconds):
                self.sample = resident, seconds
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

    # --- looking ---------------------------------------------------------------------------------

    @property
    def step_thread(self) -> int:
        """The thread of the last step."""
        return self._step_thread

    def call_frames(self) -> list[FrameState]:
        """The frames on the stack of the last step, its own last."""
        numbers = self.threads.get(self._step_thread, [])
        left = self._finished.get(self._step_thread)
        if left:
            lowest = min(depth for depth, _number, _is_over in left)
            numbers = numbers[:lowest] + [number for _depth, number, _is_over in sorted(left)]
        return [self.frames[number] for number in numbers[: numbers.index(self.executing) + 1]]
