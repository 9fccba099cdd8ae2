"""Writes the journal while the machine executes: the observer of frames and instructions."""

import gc
import threading
import time
from types import CodeType

import psutil

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.effects import Effects
from calcharo_vm.recording.frames import CUT, FrameRecord, Leave, ObservedFrame, ThreadRecord
from calcharo_vm.recording.hook import make_hook
from calcharo_vm.recording.identity import Shade, Words, token
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.messages import message_of
from calcharo_vm.recording.plan import BRANCH, FRESH, FUNCTION_PART, LIST_GROWS, NOTHING, Plan, make_plan
from calcharo_vm.recording.shadow import Shadow

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
        self.shadow = Shadow(self.log, null, lambda: self.complete_steps)
        self.effects = Effects(self.shadow, null)
        self.sample_interval = sample_interval
        self._plans: dict[int, Plan] = {}
        self._plans_by_value: dict[tuple[CodeType, str, str], Plan] = {}
        self._frames_made = 0
        self._local = threading.local()
        self._threads: list[ThreadRecord] = []
        self.writer: ThreadRecord | None = None
        self.running: FrameRecord | None = None
        """The frame whose instruction is the latest step, if it is still its thread's innermost."""
        self._gone: list[int] = []
        self.lock = threading.RLock()
        self._process = psutil.Process()
        self._next_sample = 0
        self._is_open = True
        hook = make_hook(self)
        self.instruction, self._settle, self._share = hook.instruction, hook.settle, hook.share
        self._commit, self._steps = hook.commit, hook.steps
        self._start_chunk()
        gc.callbacks.append(self._collected)

    # --- events of the machine -------------------------------------------------------------------

    def frame_entered(self, frame: ObservedFrame) -> None:
        """Journals a new frame, on top of the calling one, and its arguments."""
        with self.lock:
            back, caller = frame.back, self.running
            if back is not None and caller is not None and back.record is caller:
                thread = caller.thread
                self.running = None
                self._sync(back, caller)
            else:
                thread, _ = self._sync_caller(frame)
            name = dict.get(frame.globals, "__name__")
            if type(name) is str:
                self.shadow.anatomy.guest_modules.add(name)
            code = frame.code
            record = FrameRecord(self._frames_made, self._plans.get(id(code)) or self._plan(code), thread)
            self._frames_made += 1
            frame.record = record
            thread.frames.append(record)
            self._journal_entry(frame, record)

    def frame_left(self, frame: ObservedFrame, leave: Leave) -> None:
        """Journals that a frame returned, was unwound or suspended itself."""
        with self.lock:
            record = self.running
            if record is not None and record is frame.record:
                thread = record.thread
                self.running = None
            else:
                record, thread = self._record(frame)
                self.surface(thread, record)
            self._sync(frame, record)
            name = leave.name
            self.log += (ops.LEAVE, name)
            if thread.frames[-1] is record:
                thread.frames.pop()
            if name in _FOR_GOOD:
                if record.plan.filled_cells:
                    self._hand_over_cells(frame, record, thread)
                self.shadow.release_all(record.take_all())
            else:
                record.suspend(self._abandon, self.effects.searches)
            if not thread.frames and thread.open is not None:
                self._commit(thread.open.row[0])  # nothing need follow on this thread
                thread.open = None

    def frame_resumed(self, frame: ObservedFrame) -> None:
        """Journals that a suspended frame goes on, on top of whoever resumed it."""
        with self.lock:
            thread, is_called_by_library = self._sync_caller(frame)
            record = frame.record
            assert isinstance(record, FrameRecord)
            if is_called_by_library or record.searches != self.effects.searches:
                self.effects.search(frame)
            record.thread = thread
            thread.frames.append(record)
            self.log += (ops.RESUME, record.number)

    def raised(self, frame: ObservedFrame, error: BaseException) -> None:
        """Journals that the instruction a frame is at raised, or that an exception reached it."""
        with self.lock:
            record, thread = self._record(frame)
            self.surface(thread, record)
            self.log += (ops.RAISED, *message_of(error))
            word, pops, act, _ = record.row
            if act not in _STACK_BOUND:
                self.apply(frame, record, act)
            record.row, record.held = (word, pops, NOTHING, None), None

    def handled(self, frame: ObservedFrame, depth: int, _error: BaseException) -> None:
        """Journals that a handler of the frame takes over; its stack was cut to `depth` values first."""
        with self.lock:
            record, _thread = self._record(frame)
            if record.length == CUT:
                record.kept = min(record.kept, depth)
            else:
                word, pops, act, _ = record.row
                record.row = word, max(pops, record.length - depth), act, None
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
                        self._commit(thread.open.row[0])
                        thread.open = None
                self.journal.chunks.append(tuple(self.log))
                self.journal.length = self.complete_steps
                self.log.clear()
        return self.journal

    @property
    def steps(self) -> int:
        """The number of instructions that have started."""
        return self._steps() + sum(thread.open is not None for thread in self._threads)

    @property
    def complete_steps(self) -> int:
        """The number of instructions whose changes are journalled."""
        return self._steps()

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
            self.running = None
            if len(self._threads) > 1:
                self.shadow.epoch += 1  # what the other thread holds is known only when it goes on
            self.log += (ops.THREAD, thread.number)
        while self._gone:
            self.log += (ops.GONE, self._gone.pop())

    def _abandon(self, frame: int, words: Words) -> None:
        """Lets go what a suspended frame held; called whenever the frame is thrown away."""
        self.shadow.release_all(words)
        self._gone.append(frame)
        self.running = None  # so that the next step forgets what nobody holds any more

    def surface(self, thread: ThreadRecord, record: FrameRecord) -> None:
        """Makes a frame the thread's innermost: those above it became generators without a word."""
        self.running = None
        if thread.frames and thread.frames[-1] is not record and record in thread.frames:
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
                known = make_plan(code, self.journal, self.effects.preparations)
                self._plans_by_value[key] = self._plans[id(code)] = known
        return known

    @staticmethod
    def _hand_over_cells(frame: ObservedFrame, record: FrameRecord, thread: ThreadRecord) -> None:
        """Has the cells of a class body looked at again when its class is made: that fills them."""
        caller = thread.frames[-1] if thread.frames else None
        if caller is not None and caller.held is not None:
            caller.held += tuple(frame.fast[slot] for slot in record.plan.filled_cells if slot < len(frame.fast))

    def _journal_entry(self, frame: ObservedFrame, record: FrameRecord) -> None:
        shadow = self.shadow
        globals_ = shadow.see_namespace(frame.globals)
        namespace: object = None
        if frame.locals is not None and frame.locals is not frame.globals:
            namespace = shadow.hold(frame.locals)
            shadow.changed(frame.locals)
        record.namespaces = [globals_, namespace]
        words, scalars = frame.fast.copy(), shadow.scalars
        for slot, value in enumerate(words):
            if id(type(value)) not in scalars:
                shade = shadow.hold(value)
                assert type(shade) is Shade
                record.slots[slot] = shade
                words[slot] = shade.token
        oid = None if namespace is None else namespace.token.stop  # type: ignore[attr-defined]
        self.log += (ops.ENTER, record.number, record.plan.number, globals_.token.stop, oid, len(words), *words)
        record.length = len(frame.stack)
        if frame.stack:
            self.rewrite(frame.stack, record, 0)

    # --- bringing the record up to date ----------------------------------------------------------

    def _sync_caller(self, frame: ObservedFrame) -> tuple[ThreadRecord, bool]:
        """Journals what the calling frame's instruction has done so far.

        Returns:
            The thread, and whether native code is being executed there that may change things.
        """
        back = frame.back
        caller = None if back is None else back.record
        if type(caller) is not FrameRecord:
            return self._current_thread(), True
        assert back is not None
        thread = caller.thread
        if thread is not self.writer or self._gone:
            self.turn_to(thread)
        self.surface(thread, caller)
        self._sync(back, caller)
        return thread, caller.held is not None

    def _sync(self, frame: ObservedFrame, record: FrameRecord) -> None:
        """Journals what the instruction a frame is at has done so far."""
        _word, pops, act, _ = record.row
        base = record.length - pops
        gone: Words | None = None
        if len(frame.stack) != base:
            gone = self._sync_stack(frame.stack, record, base)
        elif pops:
            self.log.append(0)
            if record.top >= base:
                gone = record.take(base)
        if act != NOTHING and act not in _STACK_BOUND:
            self.apply(frame, record, act)
            if act >= 0:
                record.length, record.kept = CUT, min(len(frame.stack), max(base, 0))
        if gone:
            self.shadow.release_all(gone)

    def _sync_stack(self, stack: Words, record: FrameRecord, base: int) -> Words | None:
        length = len(stack)
        if length == record.length:
            return None
        kept = min(record.kept if record.length == CUT else max(base, 0), length)
        gone = self.rewrite(stack, record, kept)
        if record.length == CUT or length < base:
            record.length, record.kept = CUT, kept
        return gone

    def apply(self, frame: ObservedFrame, record: FrameRecord, act: int) -> None:
        """Journals what the frame's instruction changed beside the stack."""
        if act >= 0:
            self.effects.set_fast(frame, record, act)
        elif act < FRESH:
            self.effects.apply(frame, record, act)

    def rewrite(self, stack: Words, record: FrameRecord, kept: int) -> Words:
        """Journals what lies on a stack above `kept` values, which need not be the base of its instruction."""
        gone = record.take(kept)
        words = [self.shadow.hold(value) for value in stack[kept:]]
        for place, word in enumerate(words, kept):
            if type(word) is Shade:
                record.put(place, word)
        self.log += (ops.STACK, kept, len(words))
        self.log += map(token, words)
        return gone

    def arrive(self, frame: ObservedFrame, record: FrameRecord, index: int) -> None:
        """Completes the step before, and makes a frame the thread's innermost and running one."""
        thread = record.thread
        if thread is not self.writer:
            self.turn_to(thread)
        if thread.frames[-1] is not record:
            self.surface(thread, record)
        if record.row[0]:
            self._settle(frame, record, index)
        elif self.shadow.zeros:
            self.shadow.purge()
        if thread.open is not None:
            self._commit(thread.open.row[0])
        self.running = thread.open = record  # in this order: the frame before may be thrown away by it

    # --- steps and chunks ------------------------------------------------------------------------

    def seal(self) -> None:
        """Closes the chunk of words written so far, and starts another with a sample."""
        self.journal.chunks.append(tuple(self.log))
        self.log.clear()
        self._start_chunk()

    def _start_chunk(self) -> None:
        steps = self._steps()
        self.journal.starts.append(steps)
        if self.writer is not None:
            self.log += (ops.THREAD, self.writer.number)
        if steps >= self._next_sample:
            self._next_sample = steps + self.sample_interval
            self.log += (ops.SAMPLE, self._process.memory_info().rss, time.thread_time())

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["collected"]:
            self.shadow.epoch += 1  # from here on, an address may belong to somebody else
