"""Writes the journal while the machine executes: the observer of frames and instructions."""

import gc
import threading
import time
from types import CodeType

import psutil

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.effects import Effects
from calcharo_vm.recording.frames import FrameRecord, Leave, ObservedFrame, ThreadRecord
from calcharo_vm.recording.hook import make_hook
from calcharo_vm.recording.identity import Shade, Words
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.messages import message_of
from calcharo_vm.recording.plan import BRANCH, FRESH, FUNCTION_PART, LIST_GROWS, NOTHING, Plan, make_plan
from calcharo_vm.recording.shadow import Shadow, token

_STACK_BOUND = frozenset({LIST_GROWS, FUNCTION_PART, BRANCH})
"""Acts that can be looked at only when the instruction has completed."""


_FOR_GOOD = frozenset({"RETURNED", "UNWOUND"})


class Recorder:
    """Journals what each instruction changes, by looking at the machine's frames between instructions.

    A step is complete when the next one of its thread starts, so what an instruction did is read
    just before the next. No guest object is kept alive beyond the instruction that works on it.
    """

    def __init__(self, null: object, *, sample_interval: int = 1000) -> None:
        """`null` is what the machine has for CPython's NULL.

        Memory and CPU are sampled when a chunk of the journal is full and `sample_interval` steps have passed.
        """
        self.journal = Journal(null)
        self.log: Words = []
        self.counts = [0]
        """The number of complete steps."""
        self.shadow = Shadow(self.log, null, self.counts)
        self.effects = Effects(self.shadow, null)
        self.sample_interval = sample_interval
        self._plans: dict[int, Plan] = {}
        self._plans_by_value: dict[tuple[CodeType, str, str], Plan] = {}
        self._frames_made = 0
        self._local = threading.local()
        self._threads: list[ThreadRecord] = []
        self.writer: ThreadRecord | None = None
        self._gone: list[int] = []
        self.lock = threading.RLock()
        self._process = psutil.Process()
        self._next_sample = 0
        self._is_open = True
        self.prepare = self.effects.prepare
        self._start_chunk()
        self.instruction, self._share = make_hook(self)
        gc.callbacks.append(self._collected)

    # --- events of the machine -------------------------------------------------------------------

    def frame_entered(self, frame: ObservedFrame) -> None:
        """Journals a new frame, on top of the calling one, and its arguments."""
        with self.lock:
            thread = self._current_thread()
            self._sync_caller(frame, thread)
            name = dict.get(frame.globals, "__name__")
            if type(name) is str:
                self.shadow.anatomy.guest_modules.add(name)
            record = FrameRecord(self._frames_made, self._plan(frame.code), thread, self._abandon)
            self._frames_made += 1
            frame.record = record
            thread.frames.append(record)
            self._journal_entry(frame, record)

    def frame_left(self, frame: ObservedFrame, leave: Leave) -> None:
        """Journals that a frame returned, was unwound or suspended itself."""
        with self.lock:
            record, thread = self._record(frame)
            self.surface(thread, record)
            self._sync(frame, record)
            self.log += (ops.LEAVE, leave.name)
            thread.frames.remove(record)
            if leave.name in _FOR_GOOD:
                self._hand_over_cells(frame, record, thread)
                self.shadow.release_all([*record.stack, *record.fast, *record.namespaces])
                record.stack, record.fast, record.namespaces = [], [], []
            if not thread.frames and thread.open is not None:
                self.commit(thread.open)  # nothing need follow on this thread
                thread.open = None

    def frame_resumed(self, frame: ObservedFrame) -> None:
        """Journals that a suspended frame goes on, on top of whoever resumed it."""
        with self.lock:
            thread = self._current_thread()
            self._sync_caller(frame, thread)
            self.effects.search(frame)
            record = frame.record
            assert isinstance(record, FrameRecord)
            record.thread = thread
            thread.frames.append(record)
            self.log += (ops.RESUME, record.number)

    def raised(self, frame: ObservedFrame, error: BaseException) -> None:
        """Journals that the instruction a frame is at raised, or that an exception reached it."""
        with self.lock:
            record, thread = self._record(frame)
            self.surface(thread, record)
            self.log += (ops.RAISED, *message_of(error))
            if record.act not in _STACK_BOUND:
                self.apply(frame, record)
            record.act, record.held = NOTHING, None

    def handled(self, frame: ObservedFrame, depth: int, _error: BaseException) -> None:
        """Journals that a handler of the frame takes over; its stack was cut to `depth` values first."""
        with self.lock:
            record, _thread = self._record(frame)
            record.base = min(record.base, depth)
            self.log += (ops.HANDLED, depth)

    def wrote(self, text: str, *, is_error: bool) -> None:
        """Journals what the program wrote to its standard output, or to its standard error."""
        with self.lock:
            self.log += (ops.ERR if is_error else ops.OUT, text)

    def finish(self) -> Journal:
        """Completes the last steps and returns the journal; no event may follow."""
        with self.lock:
            if self._is_open:
                self._is_open = False
                gc.callbacks.remove(self._collected)
                for thread in self._threads:
                    if thread.open is not None:
                        self.turn_to(thread)
                        self.commit(thread.open)
                        thread.open = None
                self.journal.chunks.append(tuple(self.log))
                self.journal.length = self.counts[0]
                self.log.clear()
        return self.journal

    @property
    def steps(self) -> int:
        """The number of instructions that have started."""
        return self.counts[0] + sum(thread.open is not None for thread in self._threads)

    # --- frames and threads ----------------------------------------------------------------------

    def _current_thread(self) -> ThreadRecord:
        thread: ThreadRecord | None = getattr(self._local, "thread", None)
        if thread is None:
            thread = self._local.thread = ThreadRecord(len(self._threads))
            self._threads.append(thread)
            if thread.number:
                self._share()
        if thread is not self.writer or self._gone:
            self.turn_to(thread)
        return thread

    def turn_to(self, thread: ThreadRecord) -> None:
        """Journals that another thread goes on, and what abandoned frames let go."""
        if thread is not self.writer:
            self.writer = thread
            if len(self._threads) > 1:
                self.shadow.epoch += 1  # what the other thread holds is known only when it goes on
            self.log += (ops.THREAD, thread.number)
        while self._gone:
            self.log += (ops.GONE, self._gone.pop())

    def _abandon(self, frame: int, words: Words) -> None:
        """Lets go what a suspended frame held; called whenever the frame is thrown away."""
        self.shadow.release_all(words)
        self._gone.append(frame)

    def surface(self, thread: ThreadRecord, record: FrameRecord) -> None:
        """Makes a frame the thread's innermost: those above it became generators without a word."""
        if record in thread.frames:
            while thread.frames[-1] is not record:
                thread.frames.pop()
                self.log += (ops.LEAVE, "STARTED")

    def _record(self, frame: ObservedFrame) -> tuple[FrameRecord, ThreadRecord]:
        record = frame.record
        assert isinstance(record, FrameRecord)
        if record.thread is not self.writer or self._gone:
            self.turn_to(record.thread)
        return record, record.thread

    def _plan(self, code: CodeType) -> Plan:
        known = self._plans.get(id(code))
        if known is None:
            key = (code, code.co_filename, code.co_qualname)
            known = self._plans_by_value.get(key)
            if known is None:
                known = self._plans_by_value[key] = self._plans[id(code)] = make_plan(code, self.journal)
        return known

    def _hand_over_cells(self, frame: ObservedFrame, record: FrameRecord, thread: ThreadRecord) -> None:
        """Has the cells of a class body looked at again when its class is made: that fills them."""
        code = self.journal.codes[record.plan.number]
        caller = thread.frames[-1] if thread.frames else None
        if code.is_namespace and code.cells and caller is not None and caller.held is not None:
            caller.held += tuple(frame.fast[slot] for slot in code.cells if slot < len(frame.fast))

    def _journal_entry(self, frame: ObservedFrame, record: FrameRecord) -> None:
        shadow = self.shadow
        globals_ = shadow.see_namespace(frame.globals)
        namespace: object = None
        if frame.locals is not None and frame.locals is not frame.globals:
            namespace = shadow.hold(frame.locals)
            shadow.changed(frame.locals)
        record.namespaces = [globals_, namespace]
        record.fast = [shadow.hold(value) for value in frame.fast]
        record.stack = [shadow.hold(value) for value in frame.stack]
        record.base = len(record.stack)
        self.log += (ops.ENTER, record.number, record.plan.number, globals_.token.stop)
        self.log += (namespace.token.stop if isinstance(namespace, Shade) else None, len(record.fast))
        self.log += map(token, record.fast)
        if record.stack:
            self.log += (ops.STACK, 0, len(record.stack), *map(token, record.stack))

    # --- bringing the record up to date ----------------------------------------------------------

    def _sync_caller(self, frame: ObservedFrame, thread: ThreadRecord) -> None:
        """Journals what the calling frame's instruction has done so far."""
        back = frame.back
        if back is not None and isinstance(back.record, FrameRecord):
            self.surface(thread, back.record)
            self._sync(back, back.record)

    def _sync(self, frame: ObservedFrame, record: FrameRecord) -> None:
        old: Words | tuple[()] = ()
        if len(frame.stack) != record.base or len(record.stack) != record.base:
            old = self._rewrite(frame.stack, record, min(record.base, len(frame.stack), len(record.stack)))
        if record.act not in _STACK_BOUND:
            self.apply(frame, record)
        self.shadow.release_all([*old])

    def apply(self, frame: ObservedFrame, record: FrameRecord) -> None:
        """Journals what the frame's instruction changed beside the stack."""
        if record.act >= 0:
            self.effects.set_fast(frame, record, record.act)
        elif record.act < FRESH:
            self.effects.apply(frame, record, record.act)

    def push(self, stack: Words, record: FrameRecord) -> Words:
        """Journals what lies above the base of a frame's stack, and returns the words that did before."""
        base, words = record.base, record.stack
        if not len(words) >= base <= len(stack) <= base + ops.MOST_PUSHES:
            return self._rewrite(stack, record, min(base, len(stack), len(words)))
        new = [self.shadow.hold(value) for value in stack[base:]]
        old = words[base:]
        words[base:] = new
        self.log.append(len(new))
        self.log += map(token, new)
        return old

    def _rewrite(self, stack: Words, record: FrameRecord, kept: int) -> Words:
        """Journals what lies on a stack above `kept` values, which need not be the base of its instruction."""
        new = [self.shadow.hold(value) for value in stack[kept:]]
        old = record.stack[kept:]
        record.stack[kept:] = new
        self.log += (ops.STACK, kept, len(new))
        self.log += map(token, new)
        return old

    # --- steps and chunks ------------------------------------------------------------------------

    def commit(self, record: FrameRecord) -> None:
        """Completes the step that a frame is at."""
        self.log.append(record.step_words[record.index])
        self.counts[0] += 1
        if len(self.log) >= ops.CHUNK_WORDS:
            self.seal()

    def seal(self) -> None:
        """Closes the chunk of words written so far, and starts another with a sample."""
        self.journal.chunks.append(tuple(self.log))
        self.log.clear()
        self._start_chunk()

    def _start_chunk(self) -> None:
        steps = self.counts[0]
        self.journal.starts.append(steps)
        if self.writer is not None:
            self.log += (ops.THREAD, self.writer.number)
        if steps >= self._next_sample:
            self._next_sample = steps + self.sample_interval
            self.log += (ops.SAMPLE, self._process.memory_info().rss, time.thread_time())

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["collected"]:
            self.shadow.epoch += 1  # from here on, an address may belong to somebody else
