"""The state of the program after a step, rebuilt from the journal."""

from collections.abc import Collection, Sequence
from typing import Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.advancing import advance
from calcharo_vm.recording.applying import PLAIN, apply
from calcharo_vm.recording.frame_state import FrameState, Raised
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.sizes import size_of, size_of_entry, size_of_items
from calcharo_vm.recording.values import MAPPING_KINDS, FrameStatus, HeapKind

__all__ = ["FrameState", "Raised", "State", "Thing"]

Words = list[object]
_NO_WORD: Final = -1
_Left = tuple[int, int, bool]
"""The depth of a frame on its thread, its number, and whether it is over and not only suspended."""


class Thing:
    """An object on the heap, as words; shared between states until one of them changes it."""

    __slots__ = ("_kinds", "_size", "fields", "frame", "items", "kind", "name", "owner", "table", "type_name")

    def __init__(self, owner: object, kind: HeapKind, type_name: str, name: str) -> None:
        self.owner = owner
        self.kind = kind
        self.type_name = type_name
        self.name = name
        self.items: Words = []
        self.table: dict[object, object] = {}
        self.fields: dict[object, object] = {}
        self.frame: int | None = None  # what a generator runs
        self._kinds: frozenset[type] | None = None
        self._size: int | None = None

    def copy(self, owner: object) -> "Thing":
        """Another object with the same content."""
        other = Thing(owner, self.kind, self.type_name, self.name)
        other.frame = self.frame
        other.items, other.table, other.fields = self.items.copy(), self.table.copy(), self.fields.copy()
        other._kinds, other._size = self._kinds, self._size
        return other

    @property
    def is_mapping(self) -> bool:
        """Whether the items are kept by key."""
        return self.kind in MAPPING_KINDS

    @property
    def words(self) -> tuple[Collection[object], ...]:
        """All that it holds."""
        return self.items, self.table.keys(), self.table.values(), self.fields.values()

    @property
    def kinds(self) -> frozenset[type]:
        """The types of all that it holds, or held once: most long containers have scalars alone, and read fast."""
        if self._kinds is None:
            self._kinds = frozenset().union(*(set(map(type, words)) for words in self.words))
        return self._kinds

    @property
    def size(self) -> int:
        """Roughly how many bytes it takes, with the scalars that it holds."""
        if self._size is None:
            self._size = size_of(self)
        return self._size

    @property
    def length(self) -> int:
        """How many words it holds."""
        return len(self.items) + 2 * len(self.table) + 2 * len(self.fields)

    def may_change(self) -> None:
        """Forgets what depends on what it holds."""
        self._kinds = self._size = None

    def splice(self, start: int, stop: int, words: Sequence[object]) -> None:
        """Replaces some items, and keeps in mind what is known of all others."""
        if self._kinds is not None:
            self._kinds = self._kinds.union(map(type, words))
        if self._size is not None:
            self._size += size_of_items(words) - size_of_items(self.items[start:stop])
        self.items[start:stop] = words

    def set_items(self, words: dict[int, object]) -> None:
        """Replaces items one by one, and keeps in mind what is known of all others."""
        items = self.items
        if self._kinds is not None:
            self._kinds = self._kinds.union(map(type, words.values()))
        if self._size is not None:
            self._size += size_of_items(words.values()) - size_of_items([items[at] for at in words])
        for at, word in words.items():
            items[at] = word

    def set_key(self, key: object, word: object) -> None:
        """Sets an entry, and keeps in mind what is known of all others."""
        if self._kinds is not None:
            self._kinds = self._kinds.union((type(key), type(word)))
        if self._size is not None:
            self._size += size_of_entry(key, word) - self._size_under(key)
        self.table[key] = word

    def delete_key(self, key: object) -> None:
        """Deletes an entry, and keeps in mind what is known of all others."""
        if self._size is not None:
            self._size -= self._size_under(key)
        del self.table[key]

    def hold_as(self, other: "Thing") -> None:
        """Shares the items and the table of another object, until either changes."""
        self.items, self.table, self.owner = other.items, other.table, None
        if self.kind is other.kind and not self.fields and not other.fields:
            self._kinds, self._size = other._kinds, other._size

    def _size_under(self, key: object) -> int:
        return size_of_entry(key, self.table[key]) if key in self.table else 0


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
        found: What large containers hold, for a keyframe that does not tell it.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._pops: list[int] = []  # of the journal's instructions, as far as the chunk needs them
        self._owners: list[int] = []
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
        self.left: dict[int, list[_Left]] = {}  # by thread: the frames its step leaves
        self.kept: dict[int, dict[int, Thing]] = {}  # by thread: what those held before others went on
        self._finished: list[_Left] = []  # those that the last complete step left
        self.following: dict[int, int] = {}  # by thread: the frame of its next step
        self.raises: dict[int, Raised] = {}  # by thread, in a step that is not complete
        self.caught: dict[int, Raised] = {}  # by thread: what a handler takes over at the thread's next step
        self.unhandled: dict[int, Raised] = {}  # by thread: what was raised last and left to a handler so far
        self._step_thread = 0
        self._instruction = _NO_WORD
        self._resumed = _NO_WORD  # the frame that begins the step by being resumed, until it has what with
        self._chunk = -1
        self._words: tuple[object, ...] = ()  # of that chunk
        self._at = 0  # how much of it is applied
        self.dropped: list[int] = []
        self.found: dict[int, Thing] = {}
        self._mark = object()

    def copy(self) -> "State":
        """Another state with the same content; the heap is shared until either changes it."""
        other = State(self.journal)
        other.steps, other.thread, other.executing = self.steps, self.thread, self.executing
        other._step_thread, other._instruction = self._step_thread, self._instruction
        other._chunk, other._words, other._at = self._chunk, self._words, self._at
        other._pops, other._owners = self._pops, self._owners
        other.threads = {thread: frames.copy() for thread, frames in self.threads.items()}
        other.frames = {number: frame.copy() for number, frame in self.frames.items()}
        other.heap = self.heap.copy()
        other.written, other.resident, other.seconds = self.written.copy(), self.resident, self.seconds.copy()
        other.raised, other.pushed, other.popped = self.raised, self.pushed, self.popped
        other.pushed_to = self.pushed_to
        other.branch, other.dropped = self.branch, self.dropped.copy()
        other.left = {thread: left.copy() for thread, left in self.left.items()}
        other._finished = self._finished
        other.kept = {thread: kept.copy() for thread, kept in self.kept.items()}
        other.following, other.caught = self.following.copy(), self.caught.copy()
        other.raises = {thread: raised.copy() for thread, raised in self.raises.items()}
        other.unhandled = {thread: raised.copy() for thread, raised in self.unhandled.items()}
        other.handling = self.handling
        self._mark = object()
        return other

    @property
    def size(self) -> int:
        """Roughly how many words copying this state copies."""
        return len(self.heap) + sum(len(frame.fast) + len(frame.stack) for frame in self.frames.values())

    # --- applying steps --------------------------------------------------------------------------

    @classmethod
    def of_keyframe(cls, journal: Journal, steps: int, words: Sequence[object]) -> "State":
        """The state after so many steps, as a keyframe has it: without what only its last step is asked for.

        The keyframe has no base.
        """
        return cls(journal).restored(steps, words, 0)

    def restored(self, steps: int, words: Sequence[object], at: int) -> "State":
        """The same state, once what a keyframe after so many steps tells from a place on is applied to it."""
        while at < len(words):
            at = apply(self, words, at)
        self.steps = steps
        self.found = {}
        self._chunk = self.journal.chunk_of(steps) - 1
        if self.journal.starts[self._chunk + 1] != steps:
            raise AssertionError(f"there is a keyframe after step {steps}, inside of a chunk")
        return self

    def advance(self, steps: int) -> None:
        """Applies the journal's steps up to that many."""
        while self.steps < steps:
            if self._at == len(self._words):
                self._chunk += 1
                self._words, self._at = self.journal.chunks[self._chunk], 0
                self._pops, self._owners = self.journal.pops, self.journal.owners
            elif self.steps < steps - 1:
                self._hurry(self._words, steps - 1)
            else:
                self._step(self._words)

    def _hurry(self, words: Sequence[object], steps: int) -> None:
        """Applies steps of the chunk, up to that many, of which nothing will be asked but the state they lead to.

        Most steps only move values within one frame; these are applied right here.
        """
        at, done, end = self._at, self.steps, len(words)
        pops, first_step = self._pops, ops.FIRST_STEP
        while done < steps and at < end:
            self._forget_last_step()
            self.caught.pop(self.thread, None)
            running = self.threads.get(self.thread)
            frame = self.frames[running[-1]] if running else None
            if frame is not None and self.following.get(self.thread) == frame.number and frame.base == frame.depth:
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
                        elif not (stop := self._apply_plain(words, at, stack)):
                            break
                        else:
                            at = stop
                    elif operation >= first_step:  # type: ignore[operator]
                        at += 1
                    elif operation == ops.STORE and words[at + 2] >= first_step:  # type: ignore[operator]
                        fast[words[at + 1]] = stack.pop()  # type: ignore[call-overload]
                        at += 3
                    elif not (stop := self._apply_plain(words, at, stack)):
                        break
                    else:
                        at = stop
                    done += 1
                if at != before:
                    frame.word = words[at - 1] - first_step  # type: ignore[operator]
                frame.depth = frame.base = len(stack)
            self._at, self.steps = at, done
            if done < steps and at < end:
                self._step(words)
                at, done = self._at, self.steps

    def _apply_plain(self, words: Sequence[object], at: int, stack: list[object]) -> int:
        """Applies a step that changes nothing but the stack of the frame that executes, its iterator, and objects.

        Returns:
            Where the next step starts; 0 if this one does more, and nothing is applied.
        """
        end, lengths, first_step = at, ops.LENGTHS, ops.FIRST_STEP
        while (operation := words[end]) < first_step:  # type: ignore[operator] # an operation is an int
            if operation not in PLAIN:
                return 0
            end += lengths[operation] or ops.length(words, end)  # type: ignore[call-overload] # as above
        base = len(stack) - self._pops[operation - first_step]  # type: ignore[operator] # as above
        while at < end:
            operation = words[at]
            if operation <= ops.MOST_PUSHES:  # type: ignore[operator] # as above
                following = at + 1 + operation  # type: ignore[operator] # as above
                stack[base:] = words[at + 1 : following]
                at = following
            elif operation == ops.ADVANCED:
                advance(stack[base - 1], self.changing)
                at += 1
            else:
                at = apply(self, words, at)
        return end + 1

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
            at = apply(self, words, at)
        self._complete()
        self._at = end + 1

    def _forget_last_step(self) -> None:
        """Forgets the objects and frames that the last step was the last to show."""
        for oid in self.dropped:
            del self.heap[oid]
        self.dropped = []
        for _depth, number, is_over in self._finished:
            if is_over:
                self.frames.pop(number, None)
        self._finished = []

    def _begin(self, thread: int, instruction: int) -> None:
        self._forget_last_step()
        self.pushed = self.branch = None
        self.popped = []
        self.executing = self._resumed = _NO_WORD
        self._step_thread, self._instruction = thread, instruction
        self.handling = self.caught.pop(thread, None)
        following = self.frames.get(self.following.get(thread, _NO_WORD))
        if following is not None and following.code == self._owners[instruction]:
            self._place(following.number)  # or else a finaliser is called between two instructions

    def _place(self, number: int) -> None:
        """Puts a frame at the instruction of the step that begins."""
        frame = self.frames[number]
        frame.word = self._instruction
        # A handler may have cut the stack already, if other threads went on in between.
        frame.base = min(frame.base, frame.depth - self._pops[frame.word])
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
        self.raised = self.raises.pop(thread, None)
        if self.raised is not None:
            (self.unhandled if self.raised.word is None else self.caught)[thread] = self.raised
        self._finished = self.left.pop(thread, [])
        for oid, thing in self.kept.pop(thread, {}).items():
            if oid not in self.heap:
                self.heap[oid] = thing
                self.dropped.append(oid)
        running = self.threads.get(thread)
        if running:
            frame = self.frames[running[-1]]
            frame.depth = frame.base = len(frame.stack)
            self.following[thread] = frame.number
        else:
            self.following.pop(thread, None)
        self.steps += 1

    @property
    def top(self) -> FrameState:
        """The innermost frame of the current thread."""
        return self.frames[self.threads[self.thread][-1]]

    def push(self, frame: FrameState, kept: int, new: Sequence[object]) -> None:
        """Replaces what lies on a frame's stack above `kept` values."""
        self.popped = frame.stack[kept:] or self.popped
        frame.stack[kept:] = new
        if frame.number == self._resumed:
            self._resumed = _NO_WORD
            frame.base = len(frame.stack) - self.journal.instructions[frame.word].pops

    def start(self, number: int, *, is_resumed: bool) -> None:
        """Puts a frame on top of the thread; it executes the step when no other frame does."""
        self.threads.setdefault(self.thread, []).append(number)
        self.following.setdefault(self.thread, number)
        if self.thread == self._step_thread and self.executing == _NO_WORD:
            (self._place_resumed if is_resumed else self._place)(number)

    def turn_to(self, thread: int) -> None:
        """Goes on with another thread; until the step is complete that this one is at, what it left may be gone."""
        kept = self.kept.get(self.thread, {})
        gone = [self.frames[number] for _depth, number, is_over in self.left.get(self.thread, ()) if is_over]
        words = [word for frame in gone for word in frame.words() if type(word) is range and word.stop not in kept]
        if words:
            self.kept[self.thread] = {oid: self.heap[oid] for oid in self.reachable(words)} | kept
            self._mark = object()  # what is kept stays as it is
        self.thread = thread

    def own(self, oid: int) -> Thing:
        """An object that may be changed, since no other state shares it."""
        thing = self.heap[oid]
        if thing.owner is not self._mark:
            thing = self.heap[oid] = thing.copy(self._mark)
        return thing

    def changing(self, oid: int) -> Thing:
        """An object that may be changed in any way."""
        thing = self.own(oid)
        thing.may_change()
        return thing

    def add(self, oid: int, kind: str, type_name: str, name: str) -> None:
        """Puts a new object on the heap, or says anew what one is."""
        self.heap[oid] = Thing(self._mark, HeapKind(kind), type_name, name)

    def is_alive(self, oid: int) -> bool:
        """Returns whether an object is recorded, and not only until the next step."""
        return oid in self.heap and oid not in self.dropped

    def doing(self, number: int) -> FrameStatus:
        """What a frame is doing, which is over when there is none of that number."""
        frame = self.frames.get(number)
        if frame is None or number in self._over() or any((number, True) == each[1:] for each in self._finished):
            return FrameStatus.CLOSED
        if any(number in running for running in self.threads.values()):
            return FrameStatus.RUNNING
        has_started = self.journal.instructions[frame.word].opname != "RETURN_GENERATOR"
        return FrameStatus.SUSPENDED if has_started else FrameStatus.CREATED

    # --- looking ---------------------------------------------------------------------------------

    def shown_frames(self) -> list[FrameState]:
        """The frames of all threads and those that wait, and what the last step left; in order of their numbers.

        What other threads have left in steps that are not complete is over.
        """
        over = self._over()
        return [self.frames[number] for number in sorted(self.frames) if number not in over]

    def _over(self) -> set[int]:
        """The frames that steps have left for good which are not complete."""
        return {number for left in self.left.values() for _depth, number, is_over in left if is_over}

    def reachable(self, roots: Sequence[object]) -> list[int]:
        """The objects that words lead to, in order of first sight; a generator leads to what its frame holds."""
        waiting = [word.stop for word in roots if type(word) is range]
        found: set[int] = set()
        while waiting:
            oid = waiting.pop()
            if oid in found:
                continue
            found.add(oid)
            thing = self.heap[oid]
            if range in thing.kinds:
                waiting += [word.stop for words in thing.words for word in words if type(word) is range]
            frame = None if thing.frame is None else self.frames.get(thing.frame)
            if frame is not None:
                waiting += [word.stop for word in frame.words() if type(word) is range]
        return sorted(found)

    def call_frames(self) -> list[FrameState]:
        """The frames on the stack of the last step, its own last."""
        numbers = self.threads.get(self._step_thread, [])
        if self._finished:
            lowest = min(depth for depth, _number, _is_over in self._finished)
            numbers = numbers[:lowest] + [number for _depth, number, _is_over in sorted(self._finished)]
        return [self.frames[number] for number in numbers[: numbers.index(self.executing) + 1]]
