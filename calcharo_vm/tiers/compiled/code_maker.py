"""Makes the host function of a code object."""

from __future__ import annotations

from types import GeneratorType
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.frame_table import NONE
from calcharo_vm.tiers.compiled.assembly import Assembly, Goto, Line
from calcharo_vm.tiers.compiled.blocks import Block, find_loops, make_blocks
from calcharo_vm.tiers.compiled.code_cache import Outline
from calcharo_vm.tiers.compiled.path_writer import PathWriter
from calcharo_vm.tiers.compiled.profile import CALLS, CLASS, GENERATORS, GUEST, ITERATORS_OF_PAIRS, METHOD, NAMED_TYPES
from calcharo_vm.tiers.compiled.raising import NAMES as RAISING_NAMES
from calcharo_vm.tiers.compiled.templates import TEMPLATES
from calcharo_vm.tiers.compiled.templates.exceptions import catch, leave_frame, raise_again, raise_here
from calcharo_vm.tiers.compiled.templates.frameless_loops import for_iter_without_frame
from calcharo_vm.tiers.compiled.templates.generators import send
from calcharo_vm.tiers.compiled.templates.iteration import ITERATOR_PLACE, for_iter
from calcharo_vm.tiers.compiled.templates.operators import truth_of_object
from calcharo_vm.tiers.compiled.values import held_values
from calcharo_vm.tiers.compiled.written import Declined, Ended, Point, Written

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.subject import Subject

_JUMPS = frozenset({"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"})
_ASKING = frozenset({"FOR_ITER", "SEND"})
"""Instructions that ask an iterator for a value and go on elsewhere when it ends: they begin paths."""
_RESUMED = CALLS | {"YIELD_VALUE", "POP_EXCEPT"}
"""Instructions after which the eval loop goes on: other frames have come in between, or it has left a handler."""
_RUNNING = frozenset({GUEST, METHOD, CLASS, GeneratorType.send})
"""What is called that frames of the program execute for."""
_RAISING = frozenset({"RAISE_VARARGS", "RERAISE"})
_MAY_RAISE = frozenset({"BINARY_OP", "BINARY_SUBSCR", "CALL", "FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC"})
"""What raises, if it does, before anything is done."""
_MOST_INSTRUCTIONS = 160
"""How many instructions the paths that start with one block may have together."""
_MOST_CONDITIONS = 5
_MOST_NESTED = 16
"""CPython compiles up to 20 blocks within each other."""


@attrs.frozen
class MadeCode:
    """The source of a made function, and what is needed to stop within it.

    Attributes:
        source: The source, of a function that makes it.
        entries: The numbers of blocks by the instruction at which each begins that handlers may go on with.
        starts: The instruction at which each block begins.
        points: Where it may stop, by number.
        lines: The point that each line of the source belongs to.
        unfinished: What has to be done after a line that has no point, and the instruction that follows.
        constants: The objects that it names.
        outline: What was found out while it was written.
        instructions: How many instructions it has altogether.
    """

    source: str
    entries: dict[int, int]
    starts: list[int]
    points: dict[int, Point]
    lines: dict[int, int]
    unfinished: dict[int, tuple[tuple[str, ...], int]]
    constants: dict[str, object]
    outline: Outline
    instructions: int


class TooDeep(Exception):
    """The loops are nested deeper than CPython compiles."""


def make_code(subject: Subject, heads: frozenset[int], declined: frozenset[int], outline: Outline | None) -> MadeCode:
    """Makes code of all instructions that have executed.

    Args:
        subject: What to make it of.
        heads: Where it is entered: the start of the code object and of loops.
        declined: Instructions to leave to their handlers, because their guards fail too often.
        outline: What was found out when the same was made before, if it was.

    Raises:
        TooDeep: The loops are nested deeper than CPython compiles.
    """
    maker = _Maker(subject, heads, declined)
    maker.write_all(outline)
    return maker.assemble()


def make_direct_code(subject: Subject, declined: frozenset[int], signature: str, outline: Outline | None) -> MadeCode:
    """Makes code of a function that does what a call of it does, without a frame.

    Args:
        subject: What to make it of.
        declined: Instructions where it is to stop.
        signature: Of each argument, `s` for a scalar or `o` for an object, in parentheses.
        outline: As for `make_code`.

    Raises:
        TooDeep: The loops are nested deeper than CPython compiles.
    """
    maker = _DirectMaker(subject, frozenset({0}), declined)
    maker.write_all(outline)
    return maker.assemble_direct(signature)


class _Maker:
    def __init__(self, subject: Subject, heads: frozenset[int], declined: frozenset[int]) -> None:
        self.subject = subject
        self.linked = subject.linked
        self.opnames = subject.plan.opnames
        self.executed = frozenset(index for index in range(len(self.opnames)) if subject.profile.has(index))
        self.heads = heads & self.executed
        jumps = {index for index in self.executed if self.opnames[index] in _JUMPS or self._is_branch(index)}
        self.leaving = jumps  # instructions that end a block
        self.entered: set[int] = set()  # where the eval loop goes on in a handler that a path has entered
        handlers = subject.linked.decoded.handlers
        self.handlers = {entry.target for entry in handlers} & self.executed  # where handlers of exceptions begin
        self.handled = {index for index in self.executed if self._is_handled(index)} | (declined & self.executed)

    def _is_branch(self, index: int) -> bool:
        return self.opnames[index].startswith("POP_JUMP_")

    def _is_handled(self, index: int) -> bool:
        name = self.opnames[index]
        if name in TEMPLATES or name in _JUMPS | _ASKING | _RAISING:
            return False
        return not self._is_branch(index)

    # --- blocks ----------------------------------------------------------------------------------

    def write_all(self, outline: Outline | None) -> None:
        """Writes until all is known of what is left to handlers and of where blocks end.

        With the outline that the same instructions had before, that is at once.
        """
        if outline is not None:
            self.handled |= outline.handled & self.executed
            self.leaving |= outline.leaving & self.executed
            self.entered |= outline.entered & self.executed
        before = None
        while before != (len(self.handled), len(self.leaving), len(self.entered)):
            before = len(self.handled), len(self.leaving), len(self.entered)
            self.write()

    def outline(self) -> Outline:
        """What has been found out by writing."""
        return Outline(frozenset(self.handled), frozenset(self.leaving), frozenset(self.entered))

    def write(self) -> None:
        """Writes all blocks; what turns out to be for a handler makes it worth writing them again."""
        self.leaders = self._leaders()
        self.blocks = make_blocks(self.executed, self.leaders)
        self.starting = {block.first: block for block in self.blocks}
        self.loops = {target for _source, target in self._back_edges()}
        self.subject.begin()
        self.points: dict[int, Point] = {}
        self.code: dict[int, list[Line | Goto]] = {}
        waiting = [block for block in self.blocks if self._is_entry(block)]
        while waiting:
            block = waiting.pop()
            if block.number not in self.code:
                self.code[block.number] = lines = self._code_from(block)
                targets = {line.target for line in lines if isinstance(line, Goto)}
                waiting += [self.starting[target] for target in targets if target in self.starting]

    def _leaders(self) -> frozenset[int]:
        leaders = {*self.heads, *self.handlers}
        for index in self.executed:
            landing = self.linked.landing(index)
            if landing is not None:
                leaders.add(landing)
            if index in self.handled or self.opnames[index] in _ASKING:
                leaders.add(index)
            if index in self.handled or index in self.leaving or self._may_be_handled(index):
                leaders.add(index + 1)
            if self.opnames[index] in _RAISING:
                leaders.add(index + 1)
        return frozenset(leaders)

    def _may_be_handled(self, index: int) -> bool:
        """Whether an instruction may be left to its handler each time, because of what an iterator advances."""
        types = self.subject.profile.types_at(index, ITERATOR_PLACE)
        return (self.opnames[index] == "FOR_ITER" and types <= ITERATORS_OF_PAIRS | GENERATORS) or (
            self.opnames[index] == "SEND"
        )

    def _code_from(self, block: Block) -> list[Line | Goto]:
        """Writes the paths that start with a block, each to where it comes to a loop, a handler or its end."""
        if block.first in self.handled:
            return self._by_handler(block.first)
        writer = PathWriter(self.subject, block.first, self.points)
        try:
            self._block(writer, block)
        except Declined:
            declined = writer.index if writer.going_back is None else writer.going_back
            self.handled.add(declined)  # all is written again
            return []
        return [self._beginning(block, writer.written), *writer.written.all_lines()]

    def _beginning(self, block: Block, written: Written) -> Line:
        room = f"(tape.room <= {written.most_steps} and tape.is_full_for({written.most_steps}))"
        late = f"(pending and not arrive(frame, {block.first}))"
        return Line(f"if {late} or {room}: return step(frame, stack, {block.first})", following=block.first)

    def _block(self, writer: PathWriter, block: Block) -> None:
        """Writes a block, and what comes after it."""
        for index in range(block.first, block.last + 1):
            writer.begin(index)
            if self._is_caught_here(index) and writer.handled is None:
                writer.on_raise = self._catch
            try:
                self._instruction(writer, index)
            except Ended:
                writer.is_over = True
            if writer.is_over or self._calls_function(index):
                self.leaving.add(index)  # if that is new, all is written again
            if writer.is_over:
                return
        self._go_on(writer, block.last + 1)

    def _calls_function(self, index: int) -> bool:
        called = self.subject.profile.callees.get(index, set())
        return self.opnames[index] in CALLS and not called.isdisjoint(_RUNNING)

    def _go_on(self, writer: PathWriter, target: int) -> None:
        """Writes the block at an instruction as part of the path, or goes there."""
        block = self.starting.get(target)
        if block is not None and self._may_follow(writer, block):
            side, mark = writer.copy(), writer.written.mark()
            try:
                self._block(side, block)
            except Declined:  # what is known here is not what has been seen there
                writer.written.back_to(mark)
            else:
                return
        self._go_elsewhere(writer, target)

    def _go_elsewhere(self, writer: PathWriter, target: int) -> None:
        if writer.handled is not None:
            writer.go_on_in_handler(target)
            self.entered.add(target)
            return
        writer.commit(following=target)
        writer.go(target)

    def _is_caught_here(self, index: int) -> bool:
        """Whether an instruction has raised, and its frame may go on with a handler."""
        has_raised = index in self.subject.profile.raised and self.opnames[index] in _MAY_RAISE
        return has_raised and not self.subject.is_direct

    def _catch(self, writer: PathWriter, error: str) -> None:
        """Writes what follows where the instruction raises what a variable has: the handler of its frame."""
        entry = self.linked.decoded.handler_for(writer.index)
        if entry is None:
            leave_frame(writer, error)
        else:
            catch(writer, entry, error)
            self._go_on(writer, entry.target)

    def _raise(self, writer: PathWriter, index: int) -> None:
        if self.subject.is_direct:
            raise Declined
        entry = self.linked.decoded.handler_for(index)
        (raise_here if self.opnames[index] == "RAISE_VARARGS" else raise_again)(writer, entry)
        if entry is not None:
            self._go_on(writer, entry.target)

    def _may_follow(self, writer: PathWriter, block: Block) -> bool:
        is_short = writer.written.instructions < _MOST_INSTRUCTIONS and writer.nesting < _MOST_CONDITIONS
        is_plain = block.first not in self.handled and block.first not in self.loops
        return is_short and is_plain and self.opnames[block.first] not in _ASKING

    def _instruction(self, writer: PathWriter, index: int) -> None:
        name = self.opnames[index]
        if name in _JUMPS:
            writer.end()
            self._go_on(writer, self._target(index))
            writer.is_over = True
        elif self._is_branch(index):
            self._branch(writer, index)
            writer.is_over = True
        elif name == "FOR_ITER":
            self._advance(writer, index)
        elif name == "SEND":
            send(writer, self._by_handler(index, 1))
        elif name in _RAISING:
            self._raise(writer, index)
            writer.is_over = True
        else:
            TEMPLATES[name](writer)

    def _advance(self, writer: PathWriter, index: int) -> None:
        for_iter(writer, self._by_handler(index, 1))

    def _target(self, index: int) -> int:
        landing = self.linked.landing(index)
        assert landing is not None
        return landing

    def _branch(self, writer: PathWriter, index: int) -> None:
        name = self.opnames[index]
        value = writer.peek_any(1)
        if name.endswith("_NONE"):
            test = f"{value.code} is {'not ' if name.endswith('NOT_NONE') else ''}None"
        else:
            value = value if value.is_scalar else truth_of_object(writer, value)
            test = value.code if name.endswith("_TRUE") else f"not {value.code}"
        writer.use(1)
        for opening, is_taken, target in ((f"if {test}:", True, self._target(index)), ("else:", False, index + 1)):
            side = writer.copy()
            side.nest(opening)
            if test.endswith(value.code):
                side.decided(value, truth=is_taken == (test == value.code))
            side.end("0", str(ops.BRANCH), str(is_taken))
            self._go_on(side, target)

    def _by_handler(self, index: int, depth: int = 0) -> list[Line | Goto]:
        """The lines that have a handler execute an instruction, and go on from there."""
        handler, operand, following = self.linked.plain[index]
        name = self.subject.constant(f"handler_{index}", handler)
        argument = self.subject.constant(f"operand_{index}", operand)
        lines: list[Line | Goto] = [
            Line(f"frame.ip = {following}", depth=depth),
            Line(f"target = {name}(frame, stack, {argument})", depth=depth),
            Line("if target is None:", depth=depth),
            Goto(following, depth + 1),
        ]
        landing = self.linked.landing(index)
        if landing is not None:
            lines += [
                Line(f"elif type(target) is int and target == {landing}:", depth=depth),
                Goto(landing, depth + 1),
            ]
        return [*lines, Line("else:", depth=depth), Line("return target", depth=depth + 1)]

    # --- the function ----------------------------------------------------------------------------

    def assemble(self) -> MadeCode:
        """Puts the blocks together."""
        assembly = self._assembly()
        assembly.add("def compiled(frame, stack, b):", 1)
        assembly.add("if bypass:", 2)
        assembly.add("bypass.clear()", 3)
        assembly.add("return step(frame, stack, starts[b])", 3)
        assembly.add("fast, record, scope, builtins = frame.fast, frame.record, frame.globals, frame.builtins", 2)
        assembly.add("slots = record.slots", 2)
        assembly.add("try:", 2)
        self._add_parts(assembly, 3)
        assembly.add("except BaseException as error:", 2)
        assembly.add("index = failed(frame, error)", 3)
        assembly.add("if type(index) is int and index < 0: raise", 3)
        assembly.add("return resume(index) if type(index) is Resumed else index", 2)
        assembly.add("return compiled", 1)
        return self._made(assembly)

    def _assembly(self) -> Assembly:
        """What the blocks are put together in, with its first line."""
        assembly = Assembly({block.first: block.number for block in self.blocks})
        own = () if self.subject.is_direct else _WITH_FRAME
        assembly.add(f"def make({', '.join([*_ENVIRONMENT, *own, *self.subject.constants])}):", 0)
        return assembly

    def _add_parts(self, assembly: Assembly, depth: int) -> None:
        edges = [(source, self.starting[target].number) for source, target in self._back_edges()]
        assembly.add_parts(find_loops(self.blocks, edges), self.code, depth)

    def _made(self, assembly: Assembly) -> MadeCode:
        if max(len(line) - len(line.lstrip()) for line in assembly.lines) > _MOST_NESTED * 4:
            raise TooDeep
        with_runs = self.subject.with_runs
        return MadeCode(
            with_runs("\n".join(assembly.lines) + "\n"),
            {block.first: block.number for block in self.blocks if self._is_entry(block)},
            [block.first for block in self.blocks],
            self.points,
            assembly.points,
            {line: (tuple(map(with_runs, rest)), following) for line, (rest, following) in assembly.unfinished.items()},
            dict(self.subject.constants),
            self.outline(),
            len(self.executed),
        )

    def _is_entry(self, block: Block) -> bool:
        """Whether handlers may go on with a block: what comes before it may have been theirs."""
        if block.first in self.handled:
            return False
        before = block.first - 1
        comes_from_elsewhere = before in self.handled or (before in self.leaving and self.opnames[before] in _RESUMED)
        is_handling = block.first in self.handlers or block.first in self.entered
        return (
            is_handling or block.first in self.heads or comes_from_elsewhere or self._is_landing_of_handled(block.first)
        )

    def _is_landing_of_handled(self, first: int) -> bool:
        return any(self.linked.landing(index) == first for index in self.handled)

    def _back_edges(self) -> list[tuple[int, int]]:
        """The blocks that jump back, by number, and the instructions they jump to."""
        edges = []
        for block in self.blocks:
            landing = self.linked.landing(block.last)
            target = self.starting.get(-1 if landing is None else landing)
            if target is not None and target.number <= block.number:
                edges.append((block.number, target.first))
        return edges


class _DirectMaker(_Maker):
    """Makes the function that is called in place of a frame's execution: it stops where that would take a handler."""

    def _advance(self, writer: PathWriter, index: int) -> None:
        for_iter_without_frame(writer, lambda side: self._go_on(side, self._target(index)))

    def _is_entry(self, block: Block) -> bool:
        return block.first == 0

    def _beginning(self, block: Block, written: Written) -> Line:
        number = len(self.points)
        self.points[number] = Point(block.first, (), 0, 0, held_values(self.subject.plan.depths[block.first]))
        full = f"(tape.room <= {written.most_steps} and tape.is_full_for({written.most_steps}))"
        return Line(f"if pending or {full}: raise Left", number)

    def _go_elsewhere(self, writer: PathWriter, target: int) -> None:
        if target in self.starting and target not in self.handled:
            super()._go_elsewhere(writer, target)
        else:
            writer.leave_at(target)

    def assemble_direct(self, signature: str) -> MadeCode:
        """Puts the blocks together, after lines that tell that the function is called."""
        plan, frame, subject = self.subject.plan, self.subject.frame, self.subject
        padding, free = frame.guest.padding, subject.plan.code.co_freevars
        places = range(len(frame.fast) - len(free), len(frame.fast))
        arguments = [f"slots[{at}].token" if kind == "o" else f"fast[{at}]" for at, kind in enumerate(signature[1:-1])]
        words = (str(ops.ENTER), "number", str(plan.number), "scope_oid", "None", str(len(frame.fast)))
        told = subject.fold(
            (*words, *arguments, *["NULL"] * len(padding), *(f"slots[{at}].token" for at in places), "word")
        )
        assembly = self._assembly()
        parameters = "fast, slots, scope, builtins, closure, left, caller, scope_oid, word, is_native=False, taken=()"
        assembly.add(f"def direct({parameters}):", 1)
        assembly.add("number = recorder.frames_made", 2)
        assembly.add("recorder.frames_made = number + 1", 2)
        if padding:
            assembly.add(f"fast += ({'NULL, ' * len(padding)})", 2)
        if free:
            assembly.add("fast += closure", 2)
            for at in places:
                assembly.add(f"slots[{at}] = hold(fast[{at}])", 2)
        assembly.add("if taken or zeros:", 2)  # what is not what it was is dropped when the frame is told
        assembly.add(f"extend(({', '.join(told[:-1])},))", 3)
        assembly.add("release_all(taken)", 3)
        assembly.add("if zeros: purge()", 3)
        assembly.add("put(word)", 3)
        assembly.add("else:", 2)
        assembly.add(f"extend(({', '.join(told)},))", 3)
        assembly.add("steps = tape.reach - tape.room", 2)
        assembly.add(f"entries.extend(({plan.number}, caller, scope_oid, {NONE}, steps))", 2)
        assembly.add("turns.extend((steps + 1, number))", 2)
        assembly.add("tape.room -= 1", 2)
        assembly.add("b = 0", 2)
        self._add_parts(assembly, 2)
        assembly.add("return direct", 1)
        return self._made(assembly)


_ENVIRONMENT = (
    *("tape", "extend", "put", "pending", "shadow", "by_id", "by_dictionary", "note_written", "new", "new_table"),
    *("new_tuple", "hold", "see_iterator", "release", "release_all", "zeros", "purge", "is_plain", "goes_unseen"),
    *("go_unseen", "function_goes_unseen", "iterator_goes_unseen", "variables_go_unseen", "hold_tuple"),
    *("new_instance", "complete"),
    *("complete_instance", "recorder", "entries", "turns", "ends", "can_end", "returned_to_native", "end"),
    *("is_true", "is_instance", "are_recorded", "are_held"),
    *("FunctionType", "GuestCode", "LEFT", "Left", "SCALAR_IDS", "NULL", "Shade", "stands_for", "NO_ENTRIES"),
    *sorted(NAMED_TYPES),
)
"""What all made functions find under these names, see `stops.environment_of`."""
_WITH_FRAME = (
    *("bypass", "starts", "step", "leave", "failed", "arrive", "cold", "late", "start", "resume", "Resumed"),
    *("create", "was_resumed", "left", "ended", "PAUSED", "ENDED", "effects"),
    *RAISING_NAMES,
)
"""What those find besides that execute a frame, see `compiled_code`."""
