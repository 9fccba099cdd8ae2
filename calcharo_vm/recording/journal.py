"""The journal: what each step did, in sealed chunks of flat words.

What a step changed are words of `calcharo_vm.recording.ops`, then the number of its instruction. A
chunk is a tuple with the words of some thousand steps; tuples of scalars leave nothing to do for the
cyclic garbage collector. Where each step lies in its chunk is found when somebody asks.
"""

import platform
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.folding import Patterns
from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.storage.chunks import Chunks, KeyframesInMemory
from calcharo_vm.recording.storage.texts import TextsInMemory
from calcharo_vm.recording.values import Outcome

if TYPE_CHECKING:
    from types import CodeType

    from calcharo_vm.recording.frame_table import FrameTable

LINE: Final = "LINE"
"""What steps have for the name of an opcode that are a whole line each."""

_COLUMNS_KEPT: Final = 64
_SPOTS_KEPT: Final = 64
_CHUNKS_LOOKED_INTO: Final = 16
_LEAST_STEPS: Final = ops.CHUNK_STEPS
_DISTANCE_IF_BASED: Final = 2
_RARE: Final = 8
_RARE_IF_LARGE: Final = 4
_WORDS_A_STEP: Final = 1
"""How many words keyframes may have for each step: so far apart are those that have no base, where states are large."""


@attrs.frozen
class CodeInfo:
    """What a recording knows of a code object.

    Attributes:
        filename: Its file.
        function: Its qualified name.
        first_line: The line it starts at.
        slots: The names of its fast local slots.
        parameters: How many of them, from the first, are parameters.
        is_namespace: Whether its names live in a namespace: a module, class body or exec.
        cells: The slots that hold cells.
        first: The number of its first instruction in the journal.
        has_source: Whether it was compiled from the source of its file, or that of the program; what the
            program itself compiles may bear the same file name.
    """

    filename: str
    function: str
    first_line: int
    slots: tuple[str, ...]
    parameters: int
    is_namespace: bool
    cells: tuple[int, ...]
    first: int
    has_source: bool = True


@attrs.frozen
class InstructionInfo:
    """What a recording knows of an instruction; positions are those of `code.co_positions()`.

    Attributes:
        code: The number of its code object.
        offset: Its offset in bytes.
        opname: The name of the opcode.
        oparg: Its argument, None when it has none.
        line: The first line of its source text.
        end_line: The last line of it.
        column: Where it starts, in UTF-8 bytes from 0.
        end_column: One past where it ends.
        pops: How many values it takes from the stack.
        is_expression: Whether it produces the value of an expression.
        is_condition: Whether it jumps by a value.
        name: The name of the variable in a namespace, attribute or module that it is about, None for others.
    """

    code: int
    offset: int
    opname: str
    oparg: int | None
    line: int | None
    end_line: int | None
    column: int | None
    end_column: int | None
    pops: int
    is_expression: bool
    is_condition: bool
    name: str | None = None


class Columns:
    """What the words of one chunk say of each of its steps, to find them quickly.

    Attributes:
        instructions: The number of each step's instruction.
        ends: Where each step's words end.
        threads: The number of each step's thread.
    """

    __slots__ = ("ends", "instructions", "threads")

    def __init__(self, words: Sequence[object]) -> None:
        instructions: list[int] = []
        ends: list[int] = []
        threads: list[int] = []
        executed, end, of_thread = instructions.append, ends.append, threads.append
        lengths, first_step = ops.LENGTHS, ops.FIRST_STEP
        at, length, thread = 0, len(words), 0
        while at < length:
            word = words[at]
            if word >= first_step:  # type: ignore[operator] # an operation is an int
                executed(word - first_step)  # type: ignore[operator]
                end(at)
                of_thread(thread)
                at += 1
            else:
                if word == ops.THREAD:
                    thread = words[at + 1]  # type: ignore[assignment]
                at += lengths[word] or ops.length(words, at)  # type: ignore[call-overload]
        self.instructions, self.ends, self.threads = array("I", instructions), array("I", ends), array("I", threads)


class Spot(NamedTuple):
    """What the words of a step say of it.

    Attributes:
        instruction: The number of its instruction.
        thread: The number of its thread.
        start: Where its words start in the chunk.
        end: Where they end.
    """

    instruction: int
    thread: int
    start: int
    end: int


def find_spot(words: Sequence[object], steps: int) -> Spot | None:
    """Finds the step after so many of a chunk; None when the words make no sense."""
    lengths, first_step = ops.LENGTHS, ops.FIRST_STEP
    at, start, thread = 0, 0, 0
    while at < len(words):
        word = words[at]
        if type(word) is not int:
            return None
        if word >= first_step:
            if not steps:
                return Spot(word - first_step, thread, start, at)
            steps -= 1
            at += 1
            start = at
        else:
            if word == ops.THREAD:
                thread = words[at + 1]  # type: ignore[assignment] # a thread is an int
            at += lengths[word] or ops.length(words, at)
    return None


def is_based(words: Sequence[object]) -> bool:
    """Returns whether a keyframe tells only what is unlike an earlier one."""
    return bool(words) and words[0] == ops.BASE


class Keyframes:
    """States, as words that build them from nothing or from an earlier one: where to start on the way to a step.

    So many steps lie between two that keyframes add little to the words of the steps, and few where states are small
    or most of them has not changed.

    Attributes:
        steps: The numbers of steps after which there is one, each the start of a chunk.
        due: After how many steps there is to be the next.
        base: The number of steps of the last that tells all, on which those after it may be based.
        base_due: After how many steps the next is to tell all.
        are_complete: Whether whoever wrote the journal has made them; otherwise who reads it does.
    """

    def __init__(self, kept: Chunks) -> None:
        """Keeps the words in `kept`."""
        self.steps: Sequence[int] = []
        self.due = self.base_due = _LEAST_STEPS
        self.base = 0
        self.are_complete = False
        self._kept = kept
        self._distance = self._distance_if_large = 1

    def be_rare(self) -> None:
        """Has keyframes lie further apart from now on: the steps take so little time that making them would count."""
        self._distance, self._distance_if_large = _RARE, _RARE_IF_LARGE
        self.due = max(self.due, _RARE * _LEAST_STEPS)

    @property
    def taken(self) -> int:
        """Roughly how many bytes they take."""
        return self._kept.taken

    def add(self, steps: int, words: tuple[object, ...]) -> None:
        """Adds the keyframe after a number of steps, which is greater than that of any before."""
        self._kept.append(words, steps - self.last_before(steps))
        self.steps.append(steps)  # type: ignore[attr-defined]
        least = self._distance * _LEAST_STEPS * (_DISTANCE_IF_BASED if is_based(words) else 1)
        self.due = steps + max(least, self._distance_if_large * len(words) // _WORDS_A_STEP)
        if not is_based(words):
            self.base, self.base_due = steps, self.due

    def base_the_next(self) -> None:
        """Has the next keyframe come soon, since it need tell only what is unlike the last."""
        self.due = self.base + self._distance * _LEAST_STEPS * _DISTANCE_IF_BASED

    def last_before(self, steps: int) -> int:
        """The number of steps of the last keyframe after fewer steps than that, 0 when there is none."""
        at = bisect_left(self.steps, steps)
        return self.steps[at - 1] if at else 0

    def words(self, steps: int) -> tuple[object, ...]:
        """The words of the keyframe after that number of steps; before the first step there is nothing to build."""
        at = bisect_left(self.steps, steps)
        return self._kept[at] if steps else ()


class Journal:
    """All that a run left behind, and the tables its numbers refer to.

    Attributes:
        codes: The code objects that were executed.
        instructions: Their instructions, code object by code object.
        chunks: The words of the steps, sealed.
        starts: The first step of each chunk.
        keyframes: States in full, where reading can start.
        objects_written: The oids of the objects that each chunk writes to, as far as they are known.
        written: The texts that the program wrote to standard output, and to standard error.
        length: The number of steps.
        null: What stands for CPython's NULL among the words.
        python: The version of the CPython that the program ran on.
        frames: The table of its frames, if the recorder made one.
        outcome: How the run ended, None when the journal does not say.
    """

    outcome: Outcome | None = None

    def __init__(self, null: object) -> None:
        self.codes: list[CodeInfo] = []
        self.instructions: list[InstructionInfo] = []
        texts = TextsInMemory()
        self.chunks = Chunks(null, texts)
        self.starts: Sequence[int] = []
        self.keyframes = Keyframes(KeyframesInMemory(null, texts))
        self.objects_written: list[array[int] | None] = []
        self.written: tuple[list[str], list[str]] = ([], [])
        self.length = 0
        self.null = null
        self.python = platform.python_version()
        self.frames: FrameTable | None = None
        self._sources: dict[str, str] = {}
        self._inputs: Sequence[Input] = ()
        self.main_codes: frozenset[CodeType] = frozenset()  # the code objects of the program's own text
        self._columns: dict[int, Columns] = {}
        self._spots: dict[int, Spot] = {}
        self._looked_into: list[int] = []  # the chunks that one step was asked of
        self._numbers: dict[str, list[int]] = {}  # of the instructions, by name

    @property
    def sources(self) -> dict[str, str]:
        """The source texts of files whose code was executed."""
        self._read_surroundings()
        return self._sources

    @sources.setter
    def sources(self, sources: dict[str, str]) -> None:
        self._sources = sources

    @property
    def inputs(self) -> Sequence[Input]:
        """What the program was told from outside, as far as it was kept."""
        self._read_surroundings()
        return self._inputs

    @inputs.setter
    def inputs(self, inputs: Sequence[Input]) -> None:
        self._inputs = inputs

    def _read_surroundings(self) -> None:
        """Reads what has come to the sources and inputs, where they are kept elsewhere."""

    def __len__(self) -> int:
        return self.length

    def add_chunk(
        self, words: tuple[object, ...], steps: int | None = None, written: "array[int] | None" = None
    ) -> None:
        """Adds a sealed chunk; without a number of steps it is read for that, and for what was output.

        `written` are the oids of the objects it writes to, if they are known.
        """
        if steps is None:
            steps = len(Columns(words).ends)
            self.find_written(words)
        self.objects_written.append(written)
        self.starts.append(self.length)  # type: ignore[attr-defined]
        self.chunks.append(words, steps, is_folded=bool(self.patterns))
        self.length += steps

    @property
    def recorded_bytes(self) -> int:
        """Roughly how many bytes the steps take: in memory, or in the file that they go to."""
        return self.chunks.taken + self.keyframes.taken

    @property
    def patterns(self) -> Patterns:
        """The runs of words that stand folded on the tape."""
        return self.chunks.patterns

    def find_written(self, words: Sequence[object]) -> None:
        """Notes what a chunk, which comes from elsewhere, says was written."""
        if ops.OUT not in words and ops.ERR not in words:
            return
        at = 0
        while at < len(words):
            if words[at] in (ops.OUT, ops.ERR):
                self.written[words[at] - ops.OUT].append(str(words[at + 1]))  # type: ignore[operator]
            at += ops.length(words, at)

    def steps_of_next_chunk(self, steps: int) -> int:
        """How many steps a chunk has at most that follows so many."""
        del steps
        return ops.CHUNK_STEPS

    def refresh(self) -> bool:
        """Reads on where the file of the journal has grown, and returns whether there is more than before."""
        return False

    def ended(self, outcome: Outcome) -> "Journal":
        """The journal to read, now that it is known how the run ended."""
        del outcome
        return self

    def output(self) -> tuple[str, str]:
        """All that the program wrote to standard output, and to standard error."""
        return "".join(self.written[0]), "".join(self.written[1])

    @property
    def pops(self) -> list[int]:
        """How many values each instruction takes from the stack."""
        return self._column("pops")

    @property
    def owners(self) -> list[int]:
        """The number of each instruction's code object."""
        return self._column("code")

    def _column(self, name: str) -> list[int]:
        """A number that each instruction has, by its name; there may be more instructions than the last time."""
        column = self._numbers.setdefault(name, [])
        known = len(column)
        if known != len(self.instructions):
            column += [getattr(each, name) for each in self.instructions[known:]]
        return column

    def chunk_of(self, step: int) -> int:
        """The number of the chunk that has a step's words."""
        return bisect_right(self.starts, step) - 1

    def end_of_chunk(self, step: int) -> int:
        """The first step that lies behind the chunk with a step's words."""
        after = self.chunk_of(step) + 1
        return self.starts[after] if after < len(self.starts) else self.length

    def columns(self, chunk: int) -> Columns:
        """The columns of a chunk; those of the chunks asked for last are kept."""
        known = self._columns.get(chunk)
        if known is None:
            known = self._columns[chunk] = Columns(self.chunks[chunk])
            if len(self._columns) > _COLUMNS_KEPT:
                del self._columns[next(iter(self._columns))]
        return known

    def word(self, step: int) -> int:
        """The number of the instruction that a step executed."""
        return self._spot(step).instruction

    def thread(self, step: int) -> int:
        """The number of the thread that executed a step."""
        return self._spot(step).thread

    def instruction(self, step: int) -> InstructionInfo:
        """The instruction that a step executed."""
        return self.instructions[self.word(step)]

    def place(self, step: int) -> tuple[tuple[object, ...], int, int]:
        """The chunk of a step, and where in it the words of what the step changed start and end."""
        spot = self._spot(step)
        return self.chunks[self.chunk_of(step)], spot.start, spot.end

    def _spot(self, step: int) -> Spot:
        """What a step's words say of it; the columns of its chunk are made when another of its steps is asked for."""
        known = self._spots.get(step)
        if known is not None:
            return known
        chunk = self.chunk_of(step)
        at = step - self.starts[chunk]
        spot = None
        if chunk not in self._columns and chunk not in self._looked_into:
            spot = find_spot(self.chunks[chunk], at)
            self._looked_into = [*self._looked_into[1 - _CHUNKS_LOOKED_INTO :], chunk]
        if spot is None:
            columns = self.columns(chunk)
            start = columns.ends[at - 1] + 1 if at else 0
            spot = Spot(columns.instructions[at], columns.threads[at], start, columns.ends[at])
        if len(self._spots) > _SPOTS_KEPT:
            self._spots.clear()
        self._spots[step] = spot
        return spot

    def operations(self, step: int) -> Iterator[tuple[int, tuple[object, ...]]]:
        """Yields the operations of one step, each with its operands."""
        words, at, end = self.place(step)
        while at < end:
            length = ops.length(words, at)
            yield words[at], words[at + 1 : at + length]  # type: ignore[misc] # an operation is an int
            at += length
