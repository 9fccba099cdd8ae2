"""The hook that runs before every instruction: the hot path of recording.

It is a closure because that is the fastest thing Python has: everything it needs is in cells. What
is rare is left to the recorder.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frames import FrameRecord, ObservedFrame, ThreadRecord
from calcharo_vm.recording.identity import Shade, Words
from calcharo_vm.recording.plan import BRANCH, FRESH, NOTHING, PREPARED
from calcharo_vm.recording.shadow import Shadow

Hook = Callable[[ObservedFrame, int], None]


class Owner(Protocol):
    """What the hook leaves to the recorder."""

    writer: ThreadRecord | None
    shadow: Shadow
    lock: threading.RLock
    log: Words
    counts: list[int]

    def turn_to(self, thread: ThreadRecord) -> None:
        """Journals that another thread goes on, and what abandoned frames let go."""
        ...

    def surface(self, thread: ThreadRecord, record: FrameRecord) -> None:
        """Makes a frame the thread's innermost."""
        ...

    def push(self, stack: Words, record: FrameRecord) -> Words:
        """Journals what lies above the base of a frame's stack, and returns the words that did before."""
        ...

    def apply(self, frame: ObservedFrame, record: FrameRecord) -> None:
        """Journals what the frame's instruction changed beside the stack."""
        ...

    def prepare(self, record: FrameRecord, stack: Words, index: int) -> None:
        """Remembers what the instruction at `index` may change."""
        ...

    def commit(self, record: FrameRecord) -> None:
        """Completes the step that a frame is at."""
        ...

    def seal(self) -> None:
        """Closes the chunk of words written so far."""
        ...


def make_hook(owner: Owner) -> tuple[Hook, Callable[[], None]]:
    """Makes the `instruction` hook, and a function that makes it take the lock from now on."""
    shadow, log, lock = owner.shadow, owner.log, owner.lock
    scalars, by_id, zeros = shadow.scalars, shadow.by_id, shadow.zeros
    push, apply, prepare, commit, turn_to = owner.push, owner.apply, owner.prepare, owner.commit, owner.turn_to
    see, hold, release, purge, forget = shadow.see, shadow.hold, shadow.release, shadow.purge, shadow.forget
    put = log.append
    is_shared = False
    is_inside = False
    fast_op, store_op, longest = ops.FAST, ops.STORE, ops.CHUNK_WORDS
    seal, counts, surface = owner.seal, owner.counts, owner.surface

    def instruction(frame: ObservedFrame, index: int) -> None:
        nonlocal is_inside
        is_inside = True
        is_locked = is_shared
        if is_locked:
            is_inside = False
            lock.acquire()
        try:
            record: FrameRecord = frame.record  # type: ignore[assignment]
            thread = record.thread
            if thread is not owner.writer:
                turn_to(thread)
            done = thread.open
            if done is not record and thread.frames[-1] is not record:
                surface(thread, record)
            stack, words, base, act = frame.stack, record.stack, record.base, record.act
            length = len(stack)
            old: Words | None = None
            if length == base + 1:
                value = stack[-1]
                cls = type(value)
                if cls is int or cls is bool or id(cls) in scalars:
                    word = value
                    put(1)
                    put(value)
                else:
                    shade = by_id.get(id(value))
                    if shade is None or not shade.count or shade.epoch != shadow.epoch or act == FRESH:
                        if act == FRESH and shade is not None:
                            forget(shade)
                            shade = None
                        shade = see(value, shade)
                    shade.count += 1
                    put(1)
                    put(shade.token)
                    word = shade
                if len(words) == base:
                    words.append(word)
                else:
                    old = words[base:]
                    words[base:] = (word,)
            elif length == base == len(words):
                if act == NOTHING or act == FRESH:
                    put(0)
            elif act >= 0 and length == base == len(words) - 1:
                # STORE_FAST: what lay on the stack lies in the slot now.
                value, word = frame.fast[act], words.pop()
                if value is word or (type(word) is Shade and word.address == id(value)):
                    put(store_op)
                    put(act)
                    gone = record.fast[act]
                    record.fast[act] = word
                    if type(gone) is Shade:
                        release(gone)
                    act = NOTHING
                else:
                    put(0)
                    old = [word]
            else:
                old = push(stack, record)
            if act != NOTHING and act != FRESH:
                if act >= 0:
                    word = hold(frame.fast[act])
                    log.extend((fast_op, act, word.token if type(word) is Shade else word))
                    release(record.fast[act])
                    record.fast[act] = word
                elif act == BRANCH:
                    log.extend((ops.BRANCH, record.plan.details[record.index] == index))
                else:
                    apply(frame, record)
                    record.held = None
            if old is not None:
                for word in old:
                    if type(word) is Shade:
                        word.count -= 1
                        if not word.count:
                            zeros.append(word)
            if zeros:
                purge()
            if done is record:
                put(record.step_words[record.index])
                counts[0] += 1
                if len(log) >= longest:
                    seal()
            else:
                if done is not None:
                    commit(done)
                thread.open = record
            record.index = index
            record.base = length - record.pops[index]
            record.act = act = record.acts[index]
            if act <= PREPARED:
                prepare(record, stack, index)
        finally:
            if is_locked:
                lock.release()
            is_inside = False

    def share() -> None:
        nonlocal is_shared
        is_shared = True
        while is_inside:  # the only thread so far is journalling a step without the lock
            threading.Event().wait(0)

    return instruction, share
