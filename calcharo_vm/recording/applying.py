"""Applies the operations of the journal to a state: a table from each operation to what it does."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.advancing import advance, start
from calcharo_vm.recording.frame_state import FrameState, Raised

if TYPE_CHECKING:
    from calcharo_vm.recording.state import State

_OVER: Final = ("RETURNED", "UNWOUND")


def apply(state: "State", words: Sequence[object], at: int) -> int:
    """Applies the operation that starts at `at`, and returns where the next one starts."""
    operation = words[at]
    end = at + (ops.LENGTHS[operation] or ops.length(words, at))  # type: ignore[call-overload]
    if operation <= ops.MOST_PUSHES:  # type: ignore[operator] # an operation is an int
        frame = state.top
        state.push(frame, frame.base, words[at + 1 : end])
        if operation:
            state.pushed, state.pushed_to = (frame.word, list(words[at + 1 : end])), frame.number
    else:
        _APPLIERS[operation](state, *words[at + 1 : end])  # type: ignore[index]
    return end


PLAIN: Final = frozenset(
    {
        *range(ops.MOST_PUSHES + 1),
        *(ops.ADVANCED, ops.NEW, ops.ITEMS, ops.KEY, ops.UNKEY, ops.TABLE, ops.FIELD, ops.UNFIELD, ops.FIELDS),
        *(ops.BEGUN, ops.DROP),
    }
)
"""Operations on the stack of the frame that executes, on its iterator, and on objects."""


def _stack(state: "State", kept: int, _count: int, *words: object) -> None:
    state.push(state.top, kept, words)


def _slot(state: "State", frame: int, slot: int, word: object) -> None:
    state.frames[frame].fast[slot] = word


def _fast(state: "State", slot: int, word: object) -> None:
    state.top.fast[slot] = word


def _store(state: "State", slot: int) -> None:
    frame = state.top
    word = frame.stack.pop()
    state.popped = [word]
    frame.fast[slot] = word


def _branch(state: "State", taken: object) -> None:
    state.branch = state.top.number, bool(taken)


def _enter(
    state: "State", number: int, code: int, globals_: int, namespace: int | None, _count: int, *fast: object
) -> None:
    state.frames[number] = FrameState(number, code, globals_, namespace, list(fast))
    state.start(number, is_resumed=False)


def _leave(state: "State", how: str) -> None:
    running = state.threads[state.thread]
    number = running.pop()
    if how == "UNWOUND" and state.thread in state.raises:
        state.raises[state.thread].unwound.append(state.frames[number].code)
    state.left.setdefault(state.thread, []).append((len(running), number, how in _OVER))


def _resume(state: "State", number: int) -> None:
    state.start(number, is_resumed=True)


def _gone(state: "State", number: int) -> None:
    state.frames.pop(number, None)


def _thread(state: "State", thread: int) -> None:
    state.turn_to(thread)


def _raised(state: "State", type_name: str, message: str) -> None:
    if state.thread not in state.raises:
        state.raises[state.thread] = Raised(type_name, message, state.top.number)


def _raised_again(state: "State", type_name: str, message: str) -> None:
    raised = state.raises.get(state.thread)
    if raised is None:
        state.raises[state.thread] = Raised(type_name, message, state.top.number, is_again=True)
    else:  # the handler took it over within this step
        raised.caught_in, raised.word = -1, None


def _handled(state: "State", depth: int) -> None:
    frame = state.top
    frame.base = min(frame.base, depth)


def _caught(state: "State", word: object) -> None:
    raised = state.raises.get(state.thread)
    if raised is None:  # its step has ended, as the stack that the handler cut held the last of an object
        raised = state.caught[state.thread] = state.unhandled.pop(state.thread).copy()
    raised.caught_in, raised.word = state.top.number, word


def _out(state: "State", text: str) -> None:
    state.written[0] += len(text)


def _err(state: "State", text: str) -> None:
    state.written[1] += len(text)


def _sample(state: "State", resident: object, seconds: object) -> None:
    state.resident, state.seconds[state.thread] = resident, seconds


# --- the heap --------------------------------------------------------------------------------------


def _new(state: "State", oid: int, kind: str, type_name: str, name: str) -> None:
    state.add(oid, kind, type_name, name)


def _items(state: "State", oid: int, start: int, stop: int, _count: int, *words: object) -> None:
    state.own(oid).splice(start, stop, words)


def _key(state: "State", oid: int, key: object, word: object) -> None:
    state.own(oid).set_key(key, word)


def _unkey(state: "State", oid: int, key: object) -> None:
    state.own(oid).delete_key(key)


def _table(state: "State", oid: int, _count: int, *words: object) -> None:
    state.changing(oid).table = dict(zip(words[::2], words[1::2], strict=True))


def _field(state: "State", oid: int, name: object, word: object) -> None:
    state.changing(oid).fields[name] = word


def _unfield(state: "State", oid: int, name: object) -> None:
    del state.changing(oid).fields[name]


def _fields(state: "State", oid: int, _count: int, *words: object) -> None:
    state.changing(oid).fields = dict(zip(words[::2], words[1::2], strict=True))


def _runs(state: "State", oid: int, frame: int) -> None:
    state.own(oid).frame = frame


def _advanced(state: "State") -> None:
    frame = state.top
    advance(frame.stack[frame.base - 1], state.changing)


def _begun(state: "State", oid: int, word: object) -> None:
    state.changing(oid).fields = start(word, state.heap)


def _drop(state: "State", oid: int) -> None:
    state.dropped.append(oid)


# --- keyframes -------------------------------------------------------------------------------------


def _frame(
    state: "State", number: int, code: int, globals_: int, namespace: int | None, at: int, base: int, depth: int,
    slots: int, _count: int, *words: object,
) -> None:  # fmt: skip
    state.frames[number] = frame = FrameState(number, code, globals_, namespace, list(words[:slots]))
    frame.stack = list(words[slots:])
    frame.word, frame.base, frame.depth = at, base, depth


def _running(state: "State", thread: int, following: int, _count: int, *numbers: int) -> None:
    state.threads[thread] = list(numbers)
    if following >= 0:
        state.following[thread] = following


def _kept(state: "State", thread: int) -> None:
    state.kept[thread], state.heap = state.heap, {}


def _left(state: "State", depth: int, number: int, is_over: bool) -> None:
    state.left.setdefault(state.thread, []).append((depth, number, is_over))


def _raising(
    state: "State", is_caught: object, type_name: str, message: str, frame: int, handler: int, word: object,
    _count: int, *codes: int,
) -> None:  # fmt: skip
    raised = Raised(type_name, message, frame, list(codes), handler, word, is_again=is_caught is None)
    where = state.unhandled if is_caught is ... else state.caught if is_caught else state.raises
    where[state.thread] = raised


def _since(state: "State", oid: int) -> None:
    state.own(oid).hold_as(state.found[oid])


def _written(state: "State", out: int, err: int) -> None:
    state.written = [out + 0, err + 0]


_APPLIERS: Final[dict[int, Callable[..., None]]] = {  # type: ignore[explicit-any]
    ops.STACK: _stack,
    ops.RAISED_AGAIN: _raised_again,
    ops.FAST: _fast,
    ops.ENTER: _enter,
    ops.LEAVE: _leave,
    ops.RESUME: _resume,
    ops.GONE: _gone,
    ops.THREAD: _thread,
    ops.RAISED: _raised,
    ops.HANDLED: _handled,
    ops.OUT: _out,
    ops.ERR: _err,
    ops.SAMPLE: _sample,
    ops.NEW: _new,
    ops.ITEMS: _items,
    ops.KEY: _key,
    ops.UNKEY: _unkey,
    ops.TABLE: _table,
    ops.FIELD: _field,
    ops.UNFIELD: _unfield,
    ops.FIELDS: _fields,
    ops.DROP: _drop,
    ops.BRANCH: _branch,
    ops.STORE: _store,
    ops.SLOT: _slot,
    ops.CAUGHT: _caught,
    ops.RUNS: _runs,
    ops.ADVANCED: _advanced,
    ops.BEGUN: _begun,
    ops.RAISING: _raising,
    ops.FRAME: _frame,
    ops.RUNNING: _running,
    ops.LEFT: _left,
    ops.KEPT: _kept,
    ops.WRITTEN: _written,
    ops.SINCE: _since,
}
