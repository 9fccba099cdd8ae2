"""Makes the host function of a code object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.assembly import Assembly, Goto, Line
from calcharo_vm.tiers.compiled.block_writer import BlockWriter, Declined, Place, Subject
from calcharo_vm.tiers.compiled.blocks import Block, find_loops, make_blocks
from calcharo_vm.tiers.compiled.templates import TEMPLATES

if TYPE_CHECKING:
    from calcharo_vm.recording.plan import Plan
    from calcharo_vm.tiers.compiled.linked import Linked
    from calcharo_vm.tiers.compiled.profile import Profile

_JUMPS = frozenset({"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"})
_MOST_NESTED = 16
"""CPython compiles up to 20 blocks within each other."""


@attrs.frozen
class MadeCode:
    """The source of a made function, and what is needed to stop within it.

    Attributes:
        source: The source, of a function that makes it.
        entries: The numbers of blocks by the instruction at which each begins that handlers may go on with.
        starts: The instruction at which each block begins.
        places: What has been done when an instruction begins, by index.
        depths: How long the stack is at the start of the block that an instruction is in.
        indexes: The instruction that each line of the source belongs to.
        constants: The objects that it names.
        handled: The instructions that are left to their handlers.
        instructions: How many instructions it has altogether.
    """

    source: str
    entries: dict[int, int]
    starts: list[int]
    places: dict[int, Place]
    depths: dict[int, int]
    indexes: dict[int, int]
    constants: dict[str, object]
    handled: frozenset[int]
    instructions: int


class TooDeep(Exception):  # noqa: N818 - it is no error
    """The loops are nested deeper than CPython compiles."""


def make_code(
    guest: Linked, plan: Plan, profile: Profile, heads: frozenset[int], declined: frozenset[int]
) -> MadeCode:
    """Makes code of all instructions that have executed.

    Args:
        guest: The instructions and their handlers.
        plan: What the recorder knows of them.
        profile: What they worked on.
        heads: Where it is entered: the start of the code object and of loops.
        declined: Instructions to leave to their handlers, because their guards fail too often.

    Raises:
        TooDeep: The loops are nested deeper than CPython compiles.
    """
    maker = _Maker(guest, plan, profile, heads, declined)
    while True:
        before = len(maker.handled)
        maker.write()
        if len(maker.handled) == before:
            return maker.assemble()


class _Maker:
    def __init__(
        self, linked: Linked, plan: Plan, profile: Profile, heads: frozenset[int], declined: frozenset[int]
    ) -> None:
        self.subject = Subject(linked.decoded, plan, profile)
        self.linked = linked
        self.opnames = plan.opnames
        self.executed = frozenset(index for index in range(len(plan.rows)) if profile.has(index))
        self.heads = heads & self.executed
        self.handled = {index for index in self.executed if self._is_handled(index)} | (declined & self.executed)

    def _is_handled(self, index: int) -> bool:
        name = self.opnames[index]
        return name not in TEMPLATES and name not in _JUMPS and not name.startswith("POP_JUMP_")

    # --- blocks ----------------------------------------------------------------------------------

    def write(self) -> None:
        """Writes all blocks; what turns out to be for a handler makes it worth writing them again."""
        self.leaders = self._leaders()
        self.blocks = make_blocks(self.executed, self.leaders)
        self.subject.constants.clear()
        self.places: dict[int, Place] = {}
        self.depths: dict[int, int] = {}
        self.code = {block.number: self._block(block) for block in self.blocks}

    def _leaders(self) -> frozenset[int]:
        leaders = set(self.heads)
        for index in self.executed:
            landing = self.linked.landing(index)
            if landing is not None:
                leaders |= {landing, index + 1}
            if index in self.handled:
                leaders |= {index, index + 1}
        return frozenset(leaders)

    def _block(self, block: Block) -> list[Line | Goto]:
        if block.first in self.handled:
            return self._by_handler(block.first)
        writer = BlockWriter(self.subject, block.first)
        end: list[Line | Goto] | None = None
        for index in range(block.first, block.last + 1):
            writer.begin(index)
            try:
                end = self._instruction(writer, index)
            except Declined:
                self.handled.add(index)  # all is written again
                return []
        self.places.update(writer.places)
        self.depths.update(dict.fromkeys(writer.places, writer.depth))
        if end is None:
            end = [*map(Line, writer.commit()), Goto(block.last + 1)]
        return [
            Line(f"if pending or tape.room <= {writer.steps}: return step(frame, stack, {block.first})"),
            *(Line(text, index) for index, text in writer.lines),
            *end,
        ]

    def _instruction(self, writer: BlockWriter, index: int) -> list[Line | Goto] | None:
        """Writes an instruction, and returns how the block ends if it jumps."""
        name = self.opnames[index]
        if name in _JUMPS:
            writer.end()
            return [*map(Line, writer.commit()), Goto(self._target(index))]
        if name.startswith("POP_JUMP_"):
            return self._branch(writer, index)
        TEMPLATES[name](writer)
        return None

    def _target(self, index: int) -> int:
        landing = self.linked.landing(index)
        assert landing is not None
        return landing

    def _branch(self, writer: BlockWriter, index: int) -> list[Line | Goto]:
        name = self.opnames[index]
        value = writer.pop()
        if name.endswith("_NONE"):
            test = f"{value.code} is {'not ' if name.endswith('NOT_NONE') else ''}None"
        elif not value.is_scalar:
            raise Declined
        else:
            test = value.code if name.endswith("_TRUE") else f"not {value.code}"
        taken, passed = writer.branch()
        return [
            Line(f"if {test}:", index),
            *(Line(text, depth=1) for text in writer.commit(taken)),
            Goto(self._target(index), depth=1),
            Line("else:"),
            *(Line(text, depth=1) for text in writer.commit(passed)),
            Goto(index + 1, depth=1),
        ]

    def _by_handler(self, index: int) -> list[Line | Goto]:
        handler, operand, following = self.linked.plain[index]
        name = self.subject.constant(f"handler_{index}", handler)
        argument = self.subject.constant(f"operand_{index}", operand)
        lines: list[Line | Goto] = [
            Line(f"frame.ip = {following}"),
            Line(f"target = {name}(frame, stack, {argument})"),
            Line("if target is not None:"),
        ]
        landing = self.linked.landing(index)
        if landing in self.executed:
            lines += [Line(f"if type(target) is int and target == {landing}:", depth=1), Goto(landing, depth=2)]
            lines += [Line("else:", depth=1), Line("return target", depth=2)]
        else:
            lines.append(Line("return target", depth=1))
        return [*lines, Line("else:"), Goto(following, depth=1)]

    # --- the function ----------------------------------------------------------------------------

    def assemble(self) -> MadeCode:
        """Puts the blocks together."""
        numbers = {block.first: block.number for block in self.blocks}
        assembly = Assembly(numbers)
        constants = self.subject.constants
        assembly.add(f"def make({', '.join([*_ENVIRONMENT, *constants])}):", 0)
        assembly.add("def compiled(frame, stack, b):", 1)
        assembly.add("if bypass:", 2)
        assembly.add("bypass.clear()", 3)
        assembly.add("return step(frame, stack, starts[b])", 3)
        assembly.add("fast = frame.fast", 2)
        assembly.add("record = frame.record", 2)
        assembly.add("try:", 2)
        assembly.add_parts(find_loops(self.blocks, self._back_edges(numbers)), self.code, 3)
        assembly.add("except BaseException as error:", 2)
        assembly.add("index = failed(frame, stack, error)", 3)
        assembly.add("if index < 0: raise", 3)
        assembly.add("return index", 2)
        assembly.add("return compiled", 1)
        if max(len(line) - len(line.lstrip()) for line in assembly.lines) > _MOST_NESTED * 4:
            raise TooDeep
        return MadeCode(
            "\n".join(assembly.lines) + "\n",
            {block.first: block.number for block in self.blocks if self._is_entry(block)},
            [block.first for block in self.blocks],
            self.places,
            self.depths,
            assembly.indexes,
            dict(constants),
            frozenset(self.handled),
            len(self.executed),
        )

    def _is_entry(self, block: Block) -> bool:
        """Whether handlers may go on with a block: what comes before it may have been theirs."""
        if block.first in self.handled:
            return False
        return block.first in self.heads or block.first - 1 in self.handled or self._is_landing_of_handled(block.first)

    def _is_landing_of_handled(self, first: int) -> bool:
        return any(self.linked.landing(index) == first for index in self.handled)

    def _back_edges(self, numbers: dict[int, int]) -> list[tuple[int, int]]:
        edges = []
        for block in self.blocks:
            landing = self.linked.landing(block.last)
            target = numbers.get(-1 if landing is None else landing)
            if target is not None and target <= block.number:
                edges.append((block.number, target))
        return edges


_ENVIRONMENT = (
    *("bypass", "starts", "step", "leave", "failed"),
    *("tape", "extend", "pending", "shadow", "SCALARS", "stands_for", "note_written"),
)
"""What the made code finds under these names, see `compiled_code`."""
