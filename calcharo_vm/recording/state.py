"""The state of the program after a step, rebuilt from the journal."""

from collections.abc import Callable, Sequence
from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.advancing import advance, start
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.values import MAPPING_KINDS, FrameStatus, HeapKind

Words = list[object]
_NO_WORD: Final = -1
_OVER: Final = ("RETURNED", "UNWOUND")
_Left = tuple[int, int, bool]
"""The depth of a frame on its thread, its number, and whether it is over and not only suspended."""


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
        self._left: dict[int, list[_Left]] = {}  # by thread: the frames its step leaves
        self._finished: dict[int, list[_Left]] = {}  # the same of its last complete step
        self._next: dict[int, int] = {}  # by thread: the frame of its next step
        self._raises: dict[int, Raised] = {}  # by thread, in a step that is not complete
        self._caught: dict[int, Raised] = {}  # by thread: what a handler takes over at the thread's next step
        self._step_thread = 0
        self._instruction = _NO_WORD
        self._resumed = _NO_WORD  # the frame that begins the step by being resumed, until it has what with
        self._chunk = -1
        self._words: tuple[object, ...] = ()  # of that chunk
        self._at = 0  # how much of it is applied
        self._dropped: list[int] = []
        self._mark = object()

    def copy(self) -> "State":
        """Another state with the same content; the heap is shared until either changes it."""
        other = State(self.journal)
        other.steps, other.thread, other.executing = self.steps, self.thread, self.executing
        other._step_thread, other._instruction = self._step_thread, self._instruction
        other._chunk, other._words, other._at = self._chunk, self._words, self._at
        other.threads = {thread: frames.copy() for thread, frames in self.threads.items()}
        other.frames = {number: frame.copy() for number, frame in self.frames.items()}
        other.heap = self.heap.copy()
        other.written, other.resident, other.seconds = self.written.copy(), self.resident, self.seconds.copy()
        other.raised, other.pushed, other.popped = self.raised, self.pushed, self.popped
        other.pushed_to = self.pushed_to
        other.branch, other._dropped = self.branch, self._dropped.copy()
        other._left = {thread: left.copy() for thread, left in self._left.items()}
        other._finished = self._finished.copy()
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

    @classmethod
    def of_keyframe(cls, journal: Journal, steps: int) -> "State":
        """The state after so many steps, as a keyframe has it: without what only its last step is asked for."""
        state = cls(journal)
        words, at = journal.keyframes.words(steps), 0
        while at < len(words):
            at = state._apply(words, at)
        state.steps = steps
        state._chunk = journal.chunk_of(steps) - 1
        if journal.starts[state._chunk + 1] != steps:
            raise AssertionError(f"there is a keyframe after step {steps}, inside of a chunk")
        return state

    def advance(self, steps: int) -> None:
        """Applies the journal's steps up to that many."""
        while self.steps < steps:
            if self._at == len(self._words):
                self._chunk += 1
                self._words, self._at = self.journal.chunks[self._chunk], 0
            elif self.steps < steps - 1:
                self._hurry(self._words, steps - 1)
            else:
                self._step(self._words)

    def _hurry(self, words: Sequence[object], steps: int) -> None:
        """Applies steps of the chunk, up to that many, of which nothing will be asked but the state they lead to.

        Most steps only move values within one frame; these are applied right here.
        """
        at, done, end = self._at, self.steps, len(words)
        pops, first_step = self.journal.pops, ops.FIRST_STEP
        while done < steps and at < end:
            self._forget_last_step(self.thread)
            self._caught.pop(self.thread, None)
            running = self.threads.get(self.thread)
            if running and self._next.get(self.thread) == running[-1]:
                frame = self.frames[running[-1]]
                stack, fast, before = frame.stack, frame.fast, at
                while done < steps and at < end:
                    operation = words[at]
                    if operation <= ops.MOST_PUSHES:  # type: ignore[operator] # an operation is an int
                        stop = at + 1 + operation  # type: ignore[operator]
                        following = words[stop]
                        if following >= first_step:  # type: ignore[operator]
                            taken = pops[following - first_step]  # type: ignore[operator]
                            if taken:
                                stack[len(stack) - taken :] = words[at + 1 : stop]
                            else:
                                stack += words[at + 1 : stop]
                            at = stop + 1
                        elif following == ops.BRANCH and words[stop + 2] >= first_step:  # type: ignore[operator]
                            taken = pops[words[stop + 2] - first_step]  # type: ignore[operator]
                            stack[len(stack) - taken :] = words[at + 1 : stop]
                            at = stop + 3
                        else:
                            break
                    elif operation >= first_step:  # type: ignore[operator]
                        at += 1
                    elif operation == ops.STORE and words[at + 2] >= first_step:  # type: ignore[operator]
                        fast[words[at + 1]] = stack.pop()  # type: ignore[call-overload]
                        at += 3
                    else:
                        break
                    done += 1
                if at != before:
                    frame.word = words[at - 1] - first_step  # type: ignore[operator]
                frame.depth = frame.base = len(stack)
            self._at, self.steps = at, done
            if done < steps and at < end:
                self._step(words)
                at, done = self._at, self.steps

    def _step(self, words: Sequence[object]) -> None:
        """Applies the next step of the chunk."""
        at, thread = self._at, self.thread
        while (operation := words[at]) < ops.FIRST_STEP:  # type: ignore[operator] # an operation is an int
            if operation == ops.THREAD:
                thread = words[at + 1]  # type: ignore[assignment]
            at += ops.LENGTHS[operation] or ops.length(words, at)  # type: ignore[call-overload]
        self._begin(thread, operation - ops.FIRST_STEP)  # type: ignore[operator]
        end, at = at, self._at
        while at < end:
            at = self._apply(words, at)
        self._complete()
        self._at = end + 1

    def _forget_last_step(self, thread: int) -> None:
        """Forgets the objects and frames that the last step was the last to show."""
        for oid in self._dropped:
            del self.heap[oid]
        self._dropped = []
        for _depth, number, is_over in self._finished.pop(thread, ()):
            if is_over:
                self.frames.pop(number, None)

    def _begin(self, thread: int, instruction: int) -> None:
        self._forget_last_step(thread)
        self.pushed = self.branch = None
        self.popped = []
        self.executing = self._resumed = _NO_WORD
        self._step_thread, self._instruction = thread, instruction
        self.handling = self._caught.pop(thread, None)
        following = self.frames.get(self._next.get(thread, _NO_WORD))
        if following is not None and following.code == self.journal.instructions[instruction].code:
            self._place(following.number)  # or else a finaliser is called between two instructions

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
        if self.raised is not None and self.raised.word is not None:
            self._caught[thread] = self.raised
        self._finished[thread] = self._left.pop(thread, [])
        running = self.threads.get(thread)
        if running:
            frame = self.frames[running[-1]]
            frame.depth = frame.base = len(frame.stack)
            self._next[thread] = frame.number
        else:
            self._next.pop(thread, None)
        self.steps += 1

    def _apply(self, words: Sequence[object], at: int) -> int:
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
        elif operation == ops.SLOT:
            self.frames[words[at + 1]].fast[words[at + 2]] = words[at + 3]  # type: ignore[index, call-overload]
        elif ops.NEW <= operation <= ops.DROP:
            self._apply_to_heap(operation, words[at + 1 : end])
        elif operation >= ops.FRAME:
            self._apply_of_keyframe(operation, words[at + 1 : end])
        else:
            self._apply_to_run(operation, words[at + 1 : end])
        return end

    @property
    def top(self) -> FrameState:
        """The innermost frame of the current thread."""
        return self.frames[self.threads[self.thread][-1]]

    def _push(self, frame: FrameState, kept: int, new: Sequence[object]) -> None:
        self.popped = frame.stack[kept:] or self.popped
        frame.stack[kept:] = new
        if frame.number == self._resumed:
            self._resumed = _NO_WORD
            frame.base = len(frame.stack) - self.journal.instructions[frame.word].pops

    def _apply_to_run(self, operation: int, operands: Sequence[object]) -> None:
        thread, first = self.thread, operands[0] if operands else None
        if operation == ops.ENTER:
            self._enter(*operands[:4], operands[5:])  # type: ignore[arg-type, call-arg]
        elif operation == ops.LEAVE:
            stack = self.threads[thread]
            number = stack.pop()
            if first == "UNWOUND" and thread in self._raises:
                self._raises[thread].unwound.append(self.frames[number].code)
            self._left.setdefault(thread, []).append((len(stack), number, first in _OVER))
        elif operation == ops.RESUME:
            self._start(first, self._place_resumed)  # type: ignore[arg-type]
        elif operation == ops.BEGUN:
            self._own(first).fields = start(operands[1], self.heap)  # type: ignore[arg-type]
        elif operation == ops.GONE:
            self.frames.pop(first, None)  # type: ignore[call-overload]
        elif operation == ops.THREAD:
            self.thread = first  # type: ignore[assignment]
        elif operation == ops.RAISED:
            if thread not in self._raises:
                self._raises[thread] = Raised(first, operands[1], self.top.number)  # type: ignore[arg-type]
        elif operation == ops.HANDLED:
            self.top.base = min(self.top.base, first)  # type: ignore[call-overload]
        elif operation == ops.CAUGHT:
            raised = self._raises[thread]
            raised.caught_in, raised.word = self.top.number, first
        elif operation == ops.RUNS:
            self._own(first).frame = operands[1]  # type: ignore[arg-type, assignment]
        elif operation == ops.SAMPLE:
            self.resident, self.seconds[thread] = first, operands[1]
        else:
            self.written[operation - ops.OUT] += len(first)  # type: ignore[arg-type]

    def _enter(self, number: int, code: int, globals_: int, namespace: int | None, fast: Sequence[object]) -> None:
        self.frames[number] = FrameState(number, code, globals_, namespace, list(fast))
        self._start(number, self._place)

    def _start(self, number: int, place: Callable[[int], None]) -> None:
        """Puts a frame on top of the thread; it executes the step when no other frame does."""
        self.threads.setdefault(self.thread, []).append(number)
        self._next.setdefault(self.thread, number)
        if self.thread == self._step_thread and self.executing == _NO_WORD:
            place(number)

    def _apply_of_keyframe(self, operation: int, operands: Sequence[object]) -> None:
        match operation, operands:
            case ops.FRAME, (int(number), int(code), int(globals_), int() | None as namespace, *_):
                at, base, depth, slots, _count, *words = operands[4:]
                frame = FrameState(number, code, globals_, namespace, words[:slots])  # type: ignore[index]
                frame.stack = words[slots:]  # type: ignore[index]
                frame.word, frame.base, frame.depth = at, base, depth  # type: ignore[assignment]
                self.frames[number] = frame
            case ops.RUNNING, (int(thread), int(following), int(), *numbers):
                self.threads[thread] = numbers  # type: ignore[assignment]
                if following != _NO_WORD:
                    self._next[thread] = following
            case ops.LEFT, (int(depth), int(number), bool(is_over)):
                self._left.setdefault(self.thread, []).append((depth, number, is_over))
            case ops.RAISING, (
                bool(is_caught),
                str(type_name),
                str(message),
                int(frame),
                int(handler),
                word,
                int(),
                *codes,
            ):
                raised = Raised(type_name, message, frame)
                raised.caught_in, raised.word, raised.unwound = handler, word, codes  # type: ignore[assignment]
                (self._caught if is_caught else self._raises)[self.thread] = raised
            case ops.WRITTEN, (int(out), int(err)):
                self.written = [out, err]
            case _:
                raise AssertionError(f"the journal has an operation {operation} with {operands!r}")

    def _apply_to_heap(self, operation: int, operands: Sequence[object]) -> None:
        oid = operands[0]
        assert type(oid) is int
        if operation == ops.NEW:
            _oid, kind, type_name, name = operands
            self.heap[oid] = Thing(self._mark, HeapKind(kind), type_name, name)  # type: ignore[arg-type]
            return
        if operation == ops.DROP:
            self._dropped.append(oid)
            return
        thing = self._own(oid)
        if operation == ops.ITEMS:
            thing.items[operands[1] : operands[2]] = operands[4:]  # type: ignore[index]
        elif operation == ops.KEY:
            thing.table[operands[1]] = operands[2]
        elif operation == ops.FIELD:
            thing.fields[operands[1]] = operands[2]
        elif operation == ops.UNKEY:
            del thing.table[operands[1]]
        elif operation == ops.UNFIELD:
            del thing.fields[operands[1]]
        else:
            entries = dict(zip(operands[2::2], operands[3::2], strict=True))
            if operation == ops.TABLE:
                thing.table = entries
            else:
                thing.fields = entries

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
        if frame is None or any((number, True) == each[1:] for left in self._finished.values() for each in left):
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
        left = self._finished.get(self._step_thread)
        if left:
            lowest = min(depth for depth, _number, _is_over in left)
            numbers = numbers[:lowest] + [number for _depth, number, _is_over in sorted(left)]
        return [self.frames[number] for number in numbers[: numbers.index(self.executing) + 1]]
