"""Writes the journal while the machine executes: the observer of frames and instructions."""

import gc
import sys
import threading
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from sys import _getframe  # not from the module later on, as with the functions of `time`
from time import monotonic, sleep  # not from the module later on, which may have another for the program
from types import CodeType, FrameType

from calcharo_vm.code import decode
from calcharo_vm.code.metadata import TABLE
from calcharo_vm.config import Limits
from calcharo_vm.errors import stop
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import effect_handlers, ops, stack_handlers
from calcharo_vm.recording.budget import Budget
from calcharo_vm.recording.effect import OPEN, Effect
from calcharo_vm.recording.effects import Effects
from calcharo_vm.recording.frame_table import NONE, FrameTable
from calcharo_vm.recording.frames import CUT, FrameRecord, Holdings, Leave, ObservedFrame, ThreadRecord
from calcharo_vm.recording.handlers import Handler
from calcharo_vm.recording.identity import Shade, Words, stands_for, token
from calcharo_vm.recording.journal import Journal
from calcharo_vm.recording.keyframes import make_keyframe
from calcharo_vm.recording.linking import Linker
from calcharo_vm.recording.live_keyframes import LiveKeyframes
from calcharo_vm.recording.messages import message_of
from calcharo_vm.recording.plan import (
    ADVANCE,
    BRANCH,
    CALL,
    FRESH,
    FUNCTION_PART,
    LIST_GROWS,
    NOTHING,
    PREPARED,
    Plan,
    Row,
    make_plan,
)
from calcharo_vm.recording.quick_calls import CallJournal
from calcharo_vm.recording.replay import CONTRADICTIONS
from calcharo_vm.recording.sampling import sample
from calcharo_vm.recording.settling import make_settle
from calcharo_vm.recording.shadow import Shadow
from calcharo_vm.recording.sources import sources_of
from calcharo_vm.recording.tape import Tape

_STACK_BOUND = frozenset({LIST_GROWS, FUNCTION_PART, BRANCH})
"""Acts that can be looked at only when the instruction has completed."""


_DICT = id(dict)
_FOR_GOOD = frozenset({"RETURNED", "UNWOUND"})


class Recorder:
    """Journals what each instruction changes, by looking at the machine's frames.

    The handlers it links journal what an instruction did as soon as it has executed. A step that does
    not end there, because another frame goes on, is complete when the next one of its thread starts. No
    guest object is kept alive beyond the instruction that works on it.
    """

    make_plan = staticmethod(make_plan)
    """Works out what the instructions of a code object may change."""

    def __init__(
        self,
        null: object,
        *,
        sample_interval: float | None = 0.01,
        journal: Journal | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`null` is what the machine has for CPython's NULL; the journal is one in memory unless another is given.

        Memory and CPU are sampled when a chunk of the journal is full and `sample_interval` seconds have passed, or
        longer where that takes long; never when it is None.
        """
        self.limit_reached: str | None = None
        """The name of the limit that has ended the run."""
        self._budget = Budget(limits or Limits())
        self._used_up: str | None = None
        if self._budget.limits.recursion_depth is not None:
            self.frame_entered = self._entered_within_limit  # type: ignore[method-assign] # others pay nothing for it
        self.journal = Journal(null) if journal is None else journal
        self.journal.frames = FrameTable()
        self.entries: list[int] = []  # what is to be put into that table
        self.turns: list[int] = []
        self.ends: list[int] = []
        self.tape = Tape(self.seal, self._steps_of_next_chunk)
        self.log = self.tape.words
        self.shadow = Shadow(self.log, null, lambda: self.tape.steps)
        self.effects = Effects(self.shadow, null)
        self.sample_interval = sample_interval
        self.lock = threading.RLock()
        self.writer: ThreadRecord | None = None
        self.running: FrameRecord | None = None
        """The frame whose instruction is the latest step, if it is still its thread's innermost."""
        self._is_shared = False  # by more than one thread
        self.plans: dict[int, Plan] = {}
        self._plans_by_value: dict[tuple[CodeType, str, str], Plan] = {}
        self.frames_made = 0
        self._local = threading.local()
        self.first_thread = 0
        self._threads: list[ThreadRecord] = []
        self._gone: list[int] = []
        self.collecting = 0
        """The thread in which the garbage collector has interrupted the recorder; 0 if it has not."""
        self._postponed: list[_Postponed] = []
        self._interrupts: list[Callable[[], object]] = []
        self._interrupted = 0  # the thread in which these are to be called
        self._is_search_due = False
        self._next_sample = 0.0
        self._last_sample: tuple[object, object] = (0, 0.0)
        self._written = [0, 0]
        self._holdings = Holdings(self._abandon)
        self._live = LiveKeyframes(self.shadow)
        self._keyframe_is_due = False
        self._is_open = True
        self.settle = make_settle(self.shadow, self)
        self._linker = Linker(self.tape, self.effects, self.settle, self)
        self.calls = CallJournal(self)
        self._entered, self._returned, self._arrived = self.calls.entered, self.calls.returned, self.calls.arrived
        self._start_chunk()
        gc.callbacks.append(self._collected)

    @property
    def is_usual(self) -> bool:
        """Whether nothing but the step itself is to be completed before the next one."""
        return not (
            self._is_shared
            or self._postponed
            or self._interrupts
            or self._gone
            or self._keyframe_is_due
            or self._is_search_due
            or self._used_up is not None
            or self.limit_reached is not None
        )

    # --- events of the machine -------------------------------------------------------------------

    def observed(self, code: CodeType, index: int, handler: Handler) -> Handler:
        """The handler to link instead of an instruction's own: it executes the instruction and journals what it did."""
        return self._linker.link(self._plan(code), index, handler)

    def frame_entered(self, frame: ObservedFrame) -> None:
        """Journals a new frame, on top of the calling one, and its arguments."""
        if self._is_shared or frame.back is None:
            with self.lock:
                self._enter(frame)
        elif not self._entered(frame):
            self._enter(frame)

    def _entered_within_limit(self, frame: ObservedFrame) -> None:
        Recorder.frame_entered(self, frame)
        if self._budget.is_too_deep(len(frame.record.thread.frames)):
            self._used_up = self._used_up or "recursion_depth"
            self._pend()

    def frame_left(self, frame: ObservedFrame, leave: Leave) -> None:
        """Journals that a frame returned, was unwound or suspended itself."""
        if self._is_shared:
            with self.lock:
                self._leave(frame, leave.name)
        elif leave.name != "RETURNED" or not self._returned(frame):
            self._leave(frame, leave.name)

    def frame_resumed(self, frame: ObservedFrame) -> None:
        """Journals that a suspended frame goes on, on top of whoever resumed it."""
        with self.lock:
            thread = self._sync_caller(frame.back)
            caller, record = frame.back and frame.back.record, frame.record
            assert isinstance(record, FrameRecord)
            held = caller.held if type(caller) is FrameRecord else (Effect.UNKNOWN_CALL,)
            if held is not None and held[0] in OPEN:  # library code that may have done anything before
                self.effects.search(frame)
            elif record.searches != self.effects.searches:
                self.effects.search_one(frame)
            record.thread = thread
            thread.frames.append(record)
            self._pend()
            self.log += (ops.RESUME, record.number)
            if record.variable_writes != self.effects.variable_writes:
                self.effects.set_all_slots(frame, record)
            if not self._is_shared:
                self.turns += (self.tape.steps + (len(thread.frames) > 1), record.number)

    def raised(self, frame: ObservedFrame, error: BaseException) -> None:
        """Journals that the instruction a frame is at raised, or that an exception reached it."""
        with self.lock:
            record = self._record(frame)
            row = record.row or self._expose(frame, record)
            self._pend()
            self.log += (ops.RAISED, *message_of(error))
            self.shadow.raised(error)
            word, pops, act, _ = row
            if act not in _STACK_BOUND:
                self.apply(frame, record, row)
            record.row, record.held = (word, pops, NOTHING, None), None

    def handled(self, frame: ObservedFrame, depth: int, error: BaseException) -> None:
        """Journals that a handler of the frame takes over; its stack was cut to `depth` values first."""
        with self.lock:
            record = self._record(frame)
            if record.length == CUT:
                record.kept = min(record.kept, depth)
            else:
                word, pops, act, detail = record.row  # type: ignore[misc] # an exception was raised there
                record.row = word, max(pops, record.length - depth), act, detail
            self.log += (ops.HANDLED, depth)
            record.thread.caught = caught = self.shadow.hold(error)
            self.log += (ops.CAUGHT, token(caught))

    def jumped(self, frame: ObservedFrame, bound: Sequence[int]) -> None:
        """Journals that a frame goes on elsewhere instead of executing the instruction it is at.

        The slots `bound` have been bound to None; its stack is cut next.
        """
        with self.lock:
            record = self._record(frame)
            word, pops, _act, _detail = record.row or self._expose(frame, record)
            self._pend()
            record.row, record.held = (word, pops, NOTHING, None), None
            for slot in bound:
                self.effects.set_fast(frame, record, slot)

    def wrote(self, text: str, *, is_error: bool) -> None:
        """Journals what the program wrote to its standard output, or to its standard error."""
        with self.lock:
            text = self._within_limit(text)
            thread: ThreadRecord | None = getattr(self._local, "thread", None)
            if self._is_shared and thread is not None and thread is not self.writer:
                self._turn_to(thread)
            self.log += (ops.ERR if is_error else ops.OUT, text)
            self.journal.written[is_error].append(text)
            self._written[is_error] += len(text)

    def counted(self, text: str) -> None:
        """Counts what the program wrote that is not to be recorded."""
        with self.lock:
            self._within_limit(text)

    def _within_limit(self, text: str) -> str:
        """As much of what the program writes as it may, and the run ends when it is more."""
        text = self._budget.written(text)
        if self._budget.has_written_too_much:
            self._used_up = self._used_up or "output_bytes"
            self._pend()
        return text

    def stop(self) -> None:
        """Stops the run before its next instruction, as a limit does; any thread may ask for it."""
        self._used_up = self._used_up or "cancelled"
        self._pend()

    def withdraw(self, frame: ObservedFrame) -> None:
        """Takes back that an instruction has begun, while somebody is told of it who may stop it."""
        if self._is_shared:
            with self.lock:
                frame.record.row, frame.record.thread.word = None, 0

    def begin_again(self, frame: ObservedFrame) -> None:
        """Takes note that an instruction begins after all.

        Raises:
            SystemExit: The run is over (`errors.stop`).
        """
        if self._is_shared:
            with self.lock:
                if self.limit_reached is not None:  # by another thread
                    raise stop()
                self._begin_shared(frame)

    def stop_before(self, frame: ObservedFrame, reason: str = "cancelled") -> None:
        """Stops the run before the instruction that a frame is at, whose handler was called already.

        `reason` is the name of a limit, or "cancelled".

        Raises:
            SystemExit: The run is over (`errors.stop`).
        """
        with self.lock:
            if self.limit_reached is not None:  # by another thread
                raise stop()
            record = frame.record
            record.row, record.held, record.thread.word = None, None, 0
            self._used_up = self._used_up or reason
            self._stop()

    def abandon(self) -> None:
        """Ends the recording where it is, and the run with it: the machine or the recorder has failed."""
        with suppress(Exception):  # what is complete is kept, as far as it can still be told
            self.reach("failed")
        self._end(self.limit_reached or "failed")

    def reach(self, limit: str) -> None:
        """Ends the recording where it is, in the midst of an instruction, because a limit is reached."""
        with self.lock:
            if self.limit_reached is None:
                self.finish()
                self._end(limit)

    def waited(self, began: float, ended: float) -> None:
        """Leaves the time during which the program was made to wait out of account; both are `time.monotonic()`."""
        self._budget.waited(began, ended)

    def finish(self) -> Journal:
        """Completes the last steps and returns the journal; no event may follow."""
        with self.lock:
            if self._is_open:
                self._is_open = False
                gc.callbacks.remove(self._collected)
                for thread in self._threads:
                    if thread.word:
                        self._turn_to(thread)
                        self.tape.commit(thread.word)
                        thread.word = 0
                self.journal.sources.update(sources_of({code.filename for code in self.journal.codes}))
                self._add_chunk(self.complete_steps)
        return self.journal

    @property
    def is_alone(self) -> bool:
        """Whether only one thread has been recorded."""
        return not self._is_shared

    @property
    def limits_recursion(self) -> bool:
        """Whether the run ends when a thread has too many frames."""
        return self._budget.limits.recursion_depth is not None

    @property
    def steps(self) -> int:
        """The number of instructions that are complete, or have been left for another frame."""
        return self.tape.steps + sum(thread.word != 0 for thread in self._threads)

    @property
    def complete_steps(self) -> int:
        """The number of instructions whose changes are journalled."""
        return self.tape.steps

    # --- what handlers leave to the recorder -----------------------------------------------------

    def before(self, frame: ObservedFrame) -> None:
        """Completes the step before the one that begins, as something is pending.

        Raises:
            SystemExit: A limit is reached (`errors.stop`).
        """
        if self.is_usual and self._arrived(frame):
            return
        if self.limit_reached is not None:
            raise stop()
        if self._postponed and self._is_in_step(frame):
            self._postponed.clear()  # which calls them
        while self._interrupts and self._interrupted == threading.get_ident() and self._is_in_step(frame):
            self._interrupts.pop(0)()
        if not self._is_shared:
            self._arrive(frame)
            if self._used_up is not None:
                self._stop()
            if self._postponed or self._interrupts:
                self._pend()
            return
        with self.lock:
            if self.limit_reached is not None:  # by another thread
                raise stop()
            self._arrive(frame)
            if self._used_up is not None:
                self._stop()
            self._begin_shared(frame)

    def _begin_shared(self, frame: ObservedFrame) -> None:
        """Takes note that an instruction begins that other threads may see the middle of."""
        record = frame.record
        record.row, record.length = record.plan.rows[frame.ip - 1], len(frame.stack)
        record.thread.word = record.row[0]

    def _stop(self) -> None:
        """Ends the recording, and the run: what the program executes from now on raises, and is not recorded."""
        if self._used_up == "steps":
            for thread in self._threads:
                thread.word = 0  # what other threads have begun is too much
        self.finish()
        self._end(str(self._used_up))
        raise stop()

    def _end(self, reason: str) -> None:
        """Hears no more events, and lets no instruction of the program execute."""
        self.limit_reached = reason
        self._pend()
        self.collecting = 0
        for event in (*_EVENTS, "library_ran"):
            setattr(self, event, _ignored)

    def _is_in_step(self, frame: ObservedFrame) -> bool:
        """Returns whether what is executed before a frame's next instruction can belong to the step before it."""
        record = frame.record
        if record.row is None:
            thread = record.thread
            word = thread.word or (self.tape.reopen_last() if thread is self.writer else 0)
            if not word:
                return False
            thread.word, record.length = word, len(frame.stack)
            record.row = (word, 0, NOTHING, None)  # all of it is journalled already
        return True

    def after(self, frame: ObservedFrame) -> None:
        """Takes note that the instruction's step is not complete, as something is pending, and lets its objects go."""
        record = frame.record
        if record.row is None or record.held is not None:
            with self.lock:
                if record.row is None:
                    self._expose(frame, record)
                if record.held is not None:
                    if record.thread is not self.writer:
                        self._turn_to(record.thread)
                    self.effects.apply(frame, record, record.plan.rows[frame.ip - 1])
            record.held = None  # which may run a finaliser: it belongs to this instruction

    def _arrive(self, frame: ObservedFrame) -> None:
        record = frame.record
        thread, row, held = record.thread, record.row, record.held
        if self._keyframe_is_due and row is None and not thread.word:
            self._make_keyframe(frame)
        if thread is not self.writer:
            self._turn_to(thread)
        if row is not None:
            stack, base = frame.stack, record.length - row[1]
            is_plain = (
                held is None and (row[2] == NOTHING or row[2] <= PREPARED) and record.top < base == len(stack) - 1
            )
            if is_plain and id(type(stack[base])) in self.shadow.scalars:
                self.log += (1, stack[base])
                if self.shadow.zeros:
                    self.shadow.purge()
            else:
                self.settle(frame, record, row, record.length, frame.ip - 1)
            record.row = None
            if held is not None:
                record.held = None
        elif self.shadow.zeros:
            self.shadow.purge()
        if self._is_search_due:
            self._is_search_due = False
            self.effects.namespaces(frame)
            self.effects.search(frame)
        self._goes_on(frame, record, thread)
        del held  # which may run a finaliser: the step is complete

    def _goes_on(self, frame: ObservedFrame, record: FrameRecord, thread: ThreadRecord) -> None:
        """Completes the thread's latest step: nothing is pending any more, unless there are other threads."""
        word, thread.word = thread.word, 0
        is_handling = thread.caught is not None
        if is_handling:  # by now, it lies on the handler's stack
            self.shadow.release(thread.caught)
            thread.caught = None
        if word:
            self.tape.commit(word)
            if self._keyframe_is_due and not is_handling:
                self._make_keyframe(frame)
        self.running = record
        if not self._is_shared:
            self.tape.pending.clear()
            if self._used_up is not None:  # since just now
                self._pend()

    def _expose(self, frame: ObservedFrame, record: FrameRecord) -> Row:
        """Takes note that the instruction a frame is at is not the end of it: other frames come first."""
        index = frame.ip - 1
        row, thread = record.plan.rows[index], record.thread
        if thread is not self.writer:
            self._turn_to(thread)
        thread.word = word = row[0]
        if self.tape.may_be_closed(word) and (reopened := self.tape.reopen(word)) is not None:
            thread.word = reopened
            row = (word, 0, NOTHING, None)  # all of it is journalled already
            record.length = len(frame.stack)
        else:
            record.length = record.plan.depths[index]
        record.row = row
        self._pend()
        return row

    def _pend(self) -> None:
        """Takes note that the next instruction has to be looked at before it executes."""
        self.running = None
        if not self.tape.pending:
            self.tape.pending.append(True)

    # --- frames and threads ----------------------------------------------------------------------

    def _enter(self, frame: ObservedFrame) -> None:
        self.enter_from(frame, *self.make_way(frame.back))

    def make_way(self, back: ObservedFrame | None) -> tuple[ThreadRecord, list[Shade] | None]:
        """Journals what the instruction of a calling frame has done so far.

        Returns:
            The thread, and what the instruction has taken from the stack if that is all that it has done.
        """
        caller = self.running
        if back and caller and back.record is caller and caller.row is None and caller.held is None:
            return caller.thread, self._call(back, caller)
        return self._sync_caller(back), None

    def enter_from(self, frame: ObservedFrame, thread: ThreadRecord, taken: list[Shade] | None) -> None:
        """Journals a new frame, once the way is made for it."""
        shadow = self.shadow
        name = dict.get(frame.globals, "__name__")
        if type(name) is str:
            shadow.anatomy.guest_modules.add(name)
        code = frame.code
        frame.record = record = FrameRecord(self.frames_made, self.plans.get(id(code)) or self._plan(code), thread)
        self.frames_made += 1
        thread.frames.append(record)
        if shadow.zeros:
            shadow.purge_around((*frame.fast, frame.locals))
        self._journal_entry(frame, record)
        if taken:
            shadow.release_all(taken)
        if shadow.zeros:
            shadow.purge()
        self._goes_on(frame, record, thread)

    def _call(self, frame: ObservedFrame, record: FrameRecord) -> list[Shade] | None:
        """Journals that the instruction of a frame has taken its operands and calls, and returns what they were."""
        index = frame.ip - 1
        row = record.plan.rows[index]
        length = record.plan.depths[index]
        base = length - row[1]
        if row[2] != CALL or len(frame.stack) != base or self.tape.may_be_closed(row[0]):
            self._expose(frame, record)
            self._sync(frame, record)
            return None
        record.row, record.length, record.thread.word = row, length, row[0]
        self.log.append(0)
        return record.take(base) if record.top >= base else None

    def _leave(self, frame: ObservedFrame, name: str) -> None:
        record = self.running
        if record is None or record is not frame.record:
            record = self._record(frame)
        elif name == "RETURNED" and record.row is None and not self.tape.pending:
            self._return(frame, record)
            return
        thread = record.thread
        if record.row is None:
            self._expose(frame, record)
        else:
            self._pend()
        self._sync(frame, record)
        is_over = name in _FOR_GOOD
        if name == "RETURNED":
            self._journal_constant(frame, record.plan)
        self.log += (ops.LEAVE, name if is_over else "SUSPENDED")
        self._pop(thread, is_over=is_over)
        if is_over:
            if record.plan.filled_cells:
                self._hand_over_cells(frame, record, thread)
            if record.leash is not None:
                self.forget_suspended(record)
            self.shadow.release_all(record.take_all())
        else:
            self.suspended(frame)
            word, pops, act, detail = record.row  # type: ignore[misc] # it is exposed
            if pops and record.length != CUT:  # its operands are gone, whatever comes in their place
                record.row = word, 0, act, detail
                record.length -= pops
        if not thread.frames and thread.word:  # nothing need follow on this thread
            self.tape.commit(thread.word)
            thread.word = 0

    def suspended(self, frame: ObservedFrame) -> None:
        """Takes note of a frame that is suspended, and may never go on."""
        record = frame.record
        if record.leash is None:
            self._live.suspended(frame)
            self._holdings.suspended(record)
        self.shadow.frame_class = type(frame)
        record.searches, record.variable_writes = self.effects.searches, self.effects.variable_writes

    def _return(self, frame: ObservedFrame, record: FrameRecord) -> None:
        """Journals that a frame returned right from the instruction it is at: the way frames usually end."""
        plan, thread, shadow = record.plan, record.thread, self.shadow
        word, pops, _act, _detail = plan.rows[frame.ip - 1]
        if pops:
            self.log.append(0)
        else:
            self._journal_constant(frame, plan)
        self.log += (ops.LEAVE, "RETURNED")
        self._pop(thread, is_over=True)
        thread.word = word
        self.running = None
        self.tape.pending.append(True)
        if plan.filled_cells:
            self._hand_over_cells(frame, record, thread)
        if record.leash is not None:
            self.forget_suspended(record)
        shadow.release_all(record.take_all())
        if not thread.frames:  # nothing need follow on this thread
            self.tape.commit(word)
            thread.word = 0

    def _journal_constant(self, frame: ObservedFrame, plan: Plan) -> None:
        """Journals the constant that an instruction returns without pushing it: as pushed and taken."""
        index = frame.ip - 1
        if plan.opnames[index] == "RETURN_CONST":
            word = self.shadow.hold(plan.code.co_consts[plan.opargs[index]])
            self.log += (1, token(word), 0)
            self.shadow.release(word)

    def _pop(self, thread: ThreadRecord, *, is_over: bool) -> None:
        """Takes a frame from its thread, and takes note of which executes next."""
        left = thread.frames.pop()
        if not self._is_shared:
            steps = self.tape.steps
            if is_over:
                self.ends += (left.number, steps)
            if thread.frames:
                self.turns += (steps + 1, thread.frames[-1].number)

    def _current_thread(self) -> ThreadRecord:
        thread: ThreadRecord | None = getattr(self._local, "thread", None)
        is_new = thread is None
        if thread is None:
            thread = self._local.thread = ThreadRecord(len(self._threads))
            self._threads.append(thread)
            if thread.number:
                self._share()
            else:
                self.first_thread = threading.get_ident()
        if thread is not self.writer or self._gone:
            self._turn_to(thread)
        if is_new:
            self._sample()
        return thread

    def _share(self) -> None:
        """Makes all threads take the lock from now on, and waits for the first one if it is journalling without.

        What is pending may still be cleared by the first thread, if it found itself alone just before. Threads of
        other recorders are not looked at: they may be here, too, and would wait for this one.
        """
        self._is_shared = True
        self.journal.frames = None
        while True:
            self._pend()
            first = sys._current_frames().get(self.first_thread)
            if (first is None or not _is_journalling(first)) and self.tape.pending:
                return
            sleep(0)  # pragma: no cover - it depends on where the system switches threads

    def _turn_to(self, thread: ThreadRecord) -> None:
        """Journals that another thread goes on, and what abandoned frames let go."""
        if thread is not self.writer:
            self.writer = thread
            self._pend()
            if len(self._threads) > 1:
                self.shadow.epoch += 1  # what the other thread holds is known only when it goes on
            self.log += (ops.THREAD, thread.number)
        while self._gone:
            self.log += (ops.GONE, self._gone.pop())

    def forget_suspended(self, record: FrameRecord) -> None:
        """Takes note that a frame that was suspended once has ended."""
        self._holdings.ended(record)
        self._live.ended(record.number)

    def _abandon(self, frame: int, words: Words) -> None:
        """Lets go what a suspended frame held; called whenever the frame is thrown away."""
        self.shadow.release_all(words)
        self._live.ended(frame)
        self._gone.append(frame)
        self._pend()  # so that the next step forgets what nobody holds any more

    def _record(self, frame: ObservedFrame) -> FrameRecord:
        record = frame.record
        assert isinstance(record, FrameRecord)
        if record.thread is not self.writer or self._gone:
            self._turn_to(record.thread)
        return record

    def plan_of(self, code: CodeType) -> Plan:
        """What may change with each instruction of a code object that has been linked."""
        return self._plan(code)

    def _plan(self, code: CodeType) -> Plan:
        known = self.plans.get(id(code))
        if known is None:
            key = (code, code.co_filename, code.co_qualname)
            with self.lock:  # any thread may be the first to run it, and a plan's instructions are numbered in a row
                known = self._plans_by_value.get(key)
                if known is None:
                    known = self.make_plan(code, self.journal)
                    self._plans_by_value[key] = self.plans[id(code)] = known
        return known

    @staticmethod
    def _hand_over_cells(frame: ObservedFrame, record: FrameRecord, thread: ThreadRecord) -> None:
        """Has the cells of a class body looked at again when its class is made: that fills them."""
        if frame.locals is frame.globals:
            return  # a module's comprehensions have cells, too
        caller = thread.frames[-1]
        if caller.held is not None:  # pragma: no branch - what runs a class body is held
            caller.held += tuple(frame.fast[slot] for slot in record.plan.filled_cells if slot < len(frame.fast))

    def _journal_entry(self, frame: ObservedFrame, record: FrameRecord) -> None:
        shadow = self.shadow
        globals_ = shadow.by_id.get(id(frame.globals))
        if globals_ is None or not globals_.count or globals_.type_address != _DICT:
            globals_ = shadow.see_namespace(frame.globals)
        globals_.count += 1
        record.namespaces = [globals_]
        oid = None
        if frame.locals is not None and frame.locals is not frame.globals:
            namespace = shadow.hold(frame.locals)
            assert type(namespace) is Shade
            shadow.changed(frame.locals)
            record.namespaces.append(namespace)
            oid = namespace.token.stop
        words, scalars = frame.fast.copy(), shadow.scalars
        for slot, value in enumerate(words):
            if id(type(value)) not in scalars:
                record.slots[slot] = shade = shadow.hold(value)  # type: ignore[assignment] # it is no scalar
                words[slot] = shade.token  # type: ignore[attr-defined]
        self.log += (ops.ENTER, record.number, record.plan.number, globals_.token.stop, oid, len(words), *words)
        if not self._is_shared:
            steps, frames = self.tape.steps, record.thread.frames
            caller = frames[-2].number if len(frames) > 1 else NONE
            own = NONE if oid is None else oid
            self.entries += (record.plan.number, caller, globals_.token.stop, own, steps)
            self.turns += (steps + (caller != NONE), record.number)

    # --- bringing the record up to date ----------------------------------------------------------

    def _sync_caller(self, back: ObservedFrame | None) -> ThreadRecord:
        """Journals what the instruction of a calling frame has done so far, and returns the thread."""
        caller = None if back is None else back.record
        if type(caller) is not FrameRecord:
            return self._current_thread()
        assert back is not None
        thread = caller.thread
        if thread is not self.writer or self._gone:
            self._turn_to(thread)
        if caller.row is None:
            self._expose(back, caller)
        self._sync(back, caller)
        return thread

    def _sync(self, frame: ObservedFrame, record: FrameRecord) -> None:
        """Journals what the instruction a frame is at has done so far."""
        row, stack = record.row, frame.stack
        assert row is not None
        _word, pops, act, detail = row
        base = record.length - pops
        place = record.length + detail if act == ADVANCE else -1  # type: ignore[operator] # where the iterator lies
        gone: list[Shade] | None = None
        if len(stack) != base or (pops and self._is_shared):  # others may go on before the step says what it takes
            gone = self._sync_stack(stack, record, base)
        elif pops:
            self.log.append(0)
            if record.top >= base:
                gone = record.take(base)
        if act >= 0:
            self.effects.set_fast(frame, record, act)
            record.length, record.kept = CUT, min(len(stack), max(base, 0))
        elif record.held is not None or (PREPARED < act < FRESH and act not in _STACK_BOUND):
            self.effects.apply(frame, record, row)
        elif act == ADVANCE and 0 <= place < len(stack):  # the iterator may be exhausted by now
            self.effects.advanced(stack[place])
        if gone:
            self.shadow.release_all(gone)

    def _sync_stack(self, stack: Words, record: FrameRecord, base: int) -> list[Shade] | None:
        length = len(stack)
        if length == record.length and record.top == length - 1 and stands_for(record.shades[-1], stack[-1]):
            return None  # otherwise a result may have replaced the operand
        kept = min(record.kept if record.length == CUT else max(base, 0), length)
        gone = self.rewrite(stack, record, kept)
        if record.length == CUT or length < base:
            record.length, record.kept = CUT, kept
        return gone

    def apply(self, frame: ObservedFrame, record: FrameRecord, row: Row) -> None:
        """Journals what an instruction of a frame changed beside the stack."""
        if row[2] >= 0:
            self.effects.set_fast(frame, record, row[2])
        elif row[2] < FRESH:
            self.effects.apply(frame, record, row)

    def rewrite(self, stack: Words, record: FrameRecord, kept: int) -> list[Shade]:
        """Journals what lies on a stack above `kept` values, which need not be the base of its instruction."""
        gone = record.take(kept) if record.top >= kept else []
        words = [self.shadow.hold(value) for value in stack[kept:]]
        for place, word in enumerate(words, kept):
            if type(word) is Shade:
                record.put(place, word)
        self.log += (ops.STACK, kept, len(words))
        self.log += map(token, words)
        return gone

    # --- steps and chunks ------------------------------------------------------------------------

    def seal(self) -> None:
        """Closes the chunk of words written so far, and starts another with a sample."""
        steps = self.tape.steps
        self._add_chunk(steps)
        if steps >= self.journal.keyframes.due:
            if self._is_shared:
                self._replay_for_keyframe()
            else:
                self._keyframe_is_due = True
                self._pend()  # so that it is made before the next instruction executes
        self._start_chunk()
        self._used_up = self._used_up or self._budget.used_up(
            steps, len(self.shadow.by_id), self.journal.recorded_bytes
        )
        if self._used_up is not None:
            self._pend()  # so that the next instruction does not execute

    def _steps_of_next_chunk(self, steps: int) -> int:
        return min(self._budget.steps_of_next_chunk(steps), self.journal.steps_of_next_chunk(steps))

    def _add_chunk(self, steps: int) -> None:
        written = array("I", self.shadow.written)
        self._live.changed(self.shadow.written)
        self.shadow.written.clear()
        self.journal.add_chunk(self._take_words(), steps - len(self.journal), written)
        self._fill_table()

    def _take_words(self) -> tuple[object, ...]:
        words = tuple(self.log)
        del self.log[: len(words)]  # what a finaliser has added meanwhile stays
        return words

    def _fill_table(self) -> None:
        """Puts what is known of the frames into the table; it cannot be told so simply for several threads."""
        table = self.journal.frames
        if table is not None:
            for column, found in (
                (table.entries, self.entries),
                (table.turns, self.turns),
                (table.ends, self.ends),
            ):
                column.fromlist(found)
                found.clear()

    def _start_chunk(self) -> None:
        if self.writer is not None:
            self.log += (ops.THREAD, self.writer.number)
        if self.sample_interval is not None and (start := monotonic()) >= self._next_sample:
            self._sample()
            taken = monotonic() - start
            self._next_sample = start + max(self.sample_interval, _MOST_OFTEN * taken)

    def _sample(self) -> None:
        if self.sample_interval is None:
            return
        self._last_sample = sample()
        self.log += (ops.SAMPLE, *self._last_sample)

    def _make_keyframe(self, frame: ObservedFrame) -> None:
        """Makes the keyframe that is due, if `frame` is between two instructions and nothing comes between."""
        if not self.tape.is_between_steps:
            return
        self.tape.start_chunk()
        place = self.tape.steps, len(self.log)
        words = self._live.words(frame, self.journal.keyframes, place[0])
        if words is None:
            self._replay_for_keyframe()
        elif place == (self.tape.steps, len(self.log)):
            sampled = () if self.sample_interval is None else (ops.SAMPLE, *self._last_sample)
            self.journal.keyframes.add(place[0], (*words, *sampled, ops.WRITTEN, *self._written))
            self._live.added(self.journal.keyframes, words)
        self._keyframe_is_due = self.tape.steps >= self.journal.keyframes.due

    def _replay_for_keyframe(self) -> None:
        """Makes the keyframe at the end of the journal from what is journalled, where the frames do not tell."""
        with suppress(*CONTRADICTIONS):  # whoever reads the recording will be told
            make_keyframe(self.journal)

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self.collecting = threading.get_ident() if _is_at_work(_getframe().f_back) else 0
            return
        self.collecting = 0
        if info["collected"]:
            self.shadow.epoch += 1  # from here on, an address may belong to somebody else

    def library_ran(self) -> None:
        """Takes note that library code has run that nothing called, such as to warn of an object that goes."""
        self._is_search_due = True
        self._pend()

    def is_in_the_way(self) -> bool:
        """Whether the garbage collector runs in the midst of journalling: finalisers must wait a moment."""
        return self.collecting == threading.get_ident()

    def postpone(self, call: Callable[[], object]) -> None:
        """Calls a finaliser when the next instruction begins."""
        self._postponed.append(_Postponed(call))
        self._pend()

    @staticmethod
    def is_at_work(frame: FrameType) -> bool:
        """Whether a thread, given by its innermost frame, is in the midst of journalling."""
        return _is_at_work(frame)

    def interrupt(self, call: Callable[[], object]) -> None:
        """Calls a function between this thread's step and its next one; what it raises is raised there."""
        self._interrupted = threading.get_ident()
        self._interrupts.append(call)
        self._pend()


_MOST_OFTEN = 50
"""Samples take a fiftieth of the time at most: reading a thread's clock may take milliseconds on a busy system."""


class _Postponed:
    """Calls a finaliser when it goes, so that CPython reports what it raises."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call

    def __del__(self) -> None:
        self._call()


def _ignored(*_event: object, **_named: object) -> None:
    """Is told of events once the recording has ended."""


_EVENTS = ("frame_entered", "frame_left", "frame_resumed", "raised", "handled", "jumped", "wrote", "after")
"""What the machine tells, by the names of the methods."""

_DOORS = frozenset(getattr(Recorder, name).__code__ for name in (*_EVENTS, "before", "finish"))
"""The functions that take the lock when there are several threads."""

_HANDLERS = (stack_handlers, effect_handlers)
"""The modules of the functions that do without it."""


def _is_journalling(innermost: FrameType) -> bool:
    """Returns whether a thread, given by its innermost frame, is journalling without the lock that another has."""
    frame: FrameType | None = innermost
    while frame is not None and not _is_ours(frame):
        frame = frame.f_back
    if frame is None:
        return False
    if frame.f_code in _DOORS:  # it waits for the lock, or has found that it need not take it
        return frame is innermost and frame.f_lineno not in _lines_of_locks(frame.f_code)
    if _is_handler(frame):
        return frame is innermost  # or else the instruction itself executes
    while frame is not None and _is_ours(frame):
        if frame.f_code in _DOORS or _is_handler(frame) or _package_of(frame).startswith(_TIERS):
            return True
        frame = frame.f_back
    return False


@cache
def _lines_of_locks(code: CodeType) -> frozenset[int | None]:
    """The lines where a function waits for a lock."""
    decoded = decode(code)
    names = [TABLE.OPNAMES[opcode] for opcode in decoded.opcodes]
    return frozenset(decoded.positions[index][0] for index, name in enumerate(names) if name in _ENTERING)


_ENTERING = frozenset({"BEFORE_WITH", "LOAD_SPECIAL"})


def _name_of_module(frame: FrameType) -> str:
    """The name under which a frame's module was imported: the machine's own may be called `__main__` meanwhile."""
    name = getattr(frame.f_globals.get("__spec__"), "name", "")
    return name if type(name) is str else ""


def _is_at_work(innermost: FrameType | None) -> bool:
    """Returns whether the recorder, or what it calls, is what a thread executes, given by its innermost frame."""
    frame = innermost
    while frame is not None:
        package, module = frame.f_globals.get("__package__"), _name_of_module(frame)
        if type(package) is str and package.startswith(_DECIDING_PACKAGES) and module != _FRAME:
            is_entering = module == _EVAL_LOOP  # or leaving a frame, and about to tell
            return is_entering or package.startswith((__package__, _TIERS))
        frame = frame.f_back
    return False


_EVAL_LOOP = "calcharo_vm.machine.eval_loop"
_FRAME = "calcharo_vm.machine.frame"
"""What works for both, as all of other packages does."""
_TIERS = "calcharo_vm.tiers"
"""What journals in place of handlers."""
_DECIDING_PACKAGES = (__package__, "calcharo_vm.machine", _TIERS)


def _is_ours(frame: FrameType) -> bool:
    package = _package_of(frame)
    return package == __package__ or package.startswith(_TIERS)


def _package_of(frame: FrameType) -> str:
    package = frame.f_globals.get("__package__")
    return package if type(package) is str else ""


def _is_handler(frame: FrameType) -> bool:
    return any(frame.f_globals is vars(module) for module in _HANDLERS)
