"""What a program is told from outside, kept for its recording: as it is, pinned, or as in another recording."""

from __future__ import annotations

import io
import json
import random
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, Final, Protocol

from calcharo_vm.recording.inputs import Input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["HASH_SEED", "LiveWorld", "PinnedWorld", "ProgramInputs", "ReplayedWorld", "World", "kept_stream"]

HASH_SEED: Final = 0
"""The `PYTHONHASHSEED` of processes that run programs deterministically; in this process hashes are the host's."""

_SEED: Final = 0
_EPOCH_NS: Final = 946_684_800 * 10**9  # the first second of the year 2000
_TICK_NS: Final = 1_000_000
_NODE: Final = 0x0200_0000_0000  # no hardware's
_LONGEST_WAIT: Final = 5.0


class World(Protocol):
    """Where answers come from."""

    waits: bool
    """Whether pauses take real time."""

    @property
    def divergence(self) -> str:
        """How the run is known to differ from another one, empty if it is not."""
        ...

    def answer(self, kind: str, native: Callable[[], object], size: int) -> object:
        """The answer to a question."""
        ...

    def pass_time(self, seconds: float) -> None:
        """Takes note of a pause that does not take real time."""
        ...


class LiveWorld:
    """The world as it is."""

    waits = True
    divergence = ""

    @staticmethod
    def answer(kind: str, native: Callable[[], object], size: int) -> object:
        """The answer that CPython gives."""
        del kind, size
        return native()

    @staticmethod
    def pass_time(seconds: float) -> None:
        """Do nothing: time passes by itself."""


class PinnedWorld:
    """A world that is the same each time: time begins with the year 2000 and passes by being looked at."""

    waits = False
    divergence = ""

    def __init__(self) -> None:
        self._passed_ns = 0
        self._entropy = random.Random(_SEED)  # noqa: S311 - it is meant to be known

    def answer(self, kind: str, native: Callable[[], object], size: int) -> object:
        """The answer that every run gets."""
        match kind:
            case "os.urandom" | "uuid.uuid1":
                return self._entropy.randbytes(size)
            case "uuid.getnode":
                return _NODE
            case "random.state":
                return _state_of(random.Random(_SEED))  # noqa: S311 - as above
            case _ if kind.startswith("time."):
                return self._clock(kind)
            case _:
                return native()

    def pass_time(self, seconds: float) -> None:
        """Let time pass."""
        self._passed_ns += round(seconds * 10**9)

    def _clock(self, kind: str) -> int | float:
        self._passed_ns += _TICK_NS
        is_date = kind.startswith("time.time") or kind in {"time.clock_gettime(0)", "time.clock_gettime_ns(0)"}
        now = self._passed_ns + (_EPOCH_NS if is_date else 0)
        return now if "_ns" in kind else now / 10**9


class ReplayedWorld:
    """The world of another run: it answers what was answered there, question by question of a kind."""

    waits = False

    def __init__(self, inputs: Iterable[Input]) -> None:
        self._exceeded = ""
        self._answers: dict[str, deque[object]] = defaultdict(deque)
        for each in inputs:
            self._answers[each.kind].append(each.value)

    def answer(self, kind: str, native: Callable[[], object], size: int) -> object:
        """The other run's next answer of that kind; CPython's when there is none left."""
        del size
        if self._answers[kind]:
            return self._answers[kind].popleft()
        self._exceeded = self._exceeded or kind
        return native()

    @staticmethod
    def pass_time(seconds: float) -> None:
        """Do nothing: what the clocks say is recorded."""

    @property
    def divergence(self) -> str:
        """What this run asks more or less often than the other one."""
        if self._exceeded:
            return f"the program asks for {self._exceeded} more often"
        left = next((kind for kind, answers in self._answers.items() if answers and kind != "stdin"), None)
        return "" if left is None else f"the program asks for {left} less often"

    def text_read(self) -> bytes:
        """All that was read from standard input."""
        return b"".join(part for part in self._answers["stdin"] if isinstance(part, bytes))


class ProgramInputs:
    """Tells a program what it asks of a world, and keeps the answers.

    Attributes:
        log: The answers.
        world: Where they come from.
    """

    def __init__(self, world: World, step: Callable[[], int]) -> None:
        """Keep the answers of `world`; `step` gives the number of the step that is being executed."""
        self.log: list[Input] = []
        self.world = world
        self._step = step
        self._random: random.Random | None = None

    def answer(self, kind: str, native: Callable[[], Any], size: int = 0) -> Any:  # type: ignore[explicit-any]
        """Answer a question, and keep the answer."""
        return self.keep(kind, self.world.answer(kind, native, size))

    def keep(self, kind: str, value: object) -> object:
        """Keep an answer."""
        self.log.append(Input(kind, value, self._step()))
        return value

    @property
    def random(self) -> random.Random:
        """What the functions of the module `random` draw from: begun where this process's own is."""
        if self._random is None:
            state = self.answer("random.state", lambda: _state_of(_host_random))
            version, numbers, gauss = json.loads(state)
            self._random = random.Random(0)  # noqa: S311 - the program asks for it
            self._random.setstate((version, tuple(numbers), gauss))
        return self._random

    def sleep(self, seconds: Any, native: Callable[[Any], None]) -> None:  # type: ignore[explicit-any]
        """Pause, unless time is not real."""
        if self.world.waits or not isinstance(seconds, int | float) or not seconds >= 0:
            native(seconds)
        else:
            native(0)
            self.world.pass_time(seconds)

    def ready(  # type: ignore[explicit-any]
        self, timeout: float | None, native: Callable[[float | None], list[Any]]
    ) -> list[Any]:
        """Wait for a selector's files; where time is not real, only while there is one to wait for."""
        if self.world.waits or timeout is None:
            events = native(timeout)
            self.answer("select", lambda: len(events))
            return events
        events = native(0)
        expected = self.answer("select", lambda: len(events))
        if isinstance(self.world, ReplayedWorld):
            return native(_LONGEST_WAIT) if expected and not events else events[:expected]
        if not events and timeout > 0:
            self.world.pass_time(timeout)
        return events

    def finish(self) -> None:
        """Give this process's own generator the state that a program which shares it would have left."""
        if self._random is not None and self.world.waits:
            _host_random.setstate(self._random.getstate())


_host_random: random.Random = random._inst


def _state_of(generator: random.Random) -> str:
    return json.dumps(generator.getstate(), separators=(",", ":"))


def kept_stream(source: io.BufferedIOBase, inputs: ProgramInputs) -> io.TextIOWrapper:
    """Build a standard input that keeps what is read of a source, or that another run read."""
    if isinstance(inputs.world, ReplayedWorld):
        source = io.BytesIO(inputs.world.text_read())
    return io.TextIOWrapper(io.BufferedReader(KeptInput(source, inputs)), encoding="utf-8")


class KeptInput(io.RawIOBase):
    """Standard input that keeps what is read."""

    def __init__(self, source: io.BufferedIOBase, inputs: ProgramInputs) -> None:
        self._source = source
        self._inputs = inputs

    def readable(self) -> bool:
        """Return True: it is there to be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:  # type: ignore[explicit-any]
        """Read what there is, at most as much as the buffer holds."""
        data = self._source.read1(len(buffer))
        buffer[: len(data)] = data
        if data:
            self._inputs.keep("stdin", data)
        return len(data)

    def isatty(self) -> bool:
        """Return whether the real input is a terminal."""
        return self._source.isatty()
