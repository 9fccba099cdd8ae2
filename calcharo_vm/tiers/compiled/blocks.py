"""The control flow of a code object: basic blocks, and the loops they form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@attrs.frozen
class Block:
    """Instructions that execute one after another, from `first` to `last`."""

    number: int
    first: int
    last: int


@attrs.frozen
class Loop:
    """Blocks and loops of which the last ones jump back to the first."""

    parts: tuple[Block | Loop, ...]

    @property
    def first(self) -> int:
        """The number of its first block."""
        return first_block(self.parts[0])

    @property
    def last(self) -> int:
        """The number of its last block."""
        return last_block(self.parts[-1])


def first_block(part: Block | Loop) -> int:
    """The number of the first block of a part."""
    return part.number if isinstance(part, Block) else part.first


def last_block(part: Block | Loop) -> int:
    """The number of the last block of a part."""
    return part.number if isinstance(part, Block) else part.last


def make_blocks(indexes: Iterable[int], leaders: frozenset[int]) -> list[Block]:
    """Divides instructions, in order, into blocks: one begins at each leader and after each gap."""
    blocks: list[Block] = []
    start = previous = -1
    for index in [*sorted(indexes), -1]:
        if start >= 0 and (index != previous + 1 or index in leaders):
            blocks.append(Block(len(blocks), start, previous))
            start = -1
        if start < 0:
            start = index
        previous = index
    return blocks


def find_loops(blocks: Sequence[Block], back_edges: Iterable[tuple[int, int]]) -> tuple[Block | Loop, ...]:
    """Nests blocks in loops.

    Args:
        blocks: All blocks, in order.
        back_edges: The numbers of blocks that jump back, and of where they jump to.
    """
    ends: dict[int, int] = {}
    for source, target in back_edges:
        ends[target] = max(source, ends.get(target, 0))
    _widen(ends)
    return _nested(blocks, 0, len(blocks), ends)


def _widen(ends: dict[int, int]) -> None:
    """Has each loop end where those that begin within it have ended."""
    is_changed = True
    while is_changed:
        is_changed = False
        for first, last in ends.items():
            widest = max(end for other, end in ends.items() if first <= other <= last)
            if widest > last:
                ends[first] = widest
                is_changed = True


def _nested(blocks: Sequence[Block], start: int, stop: int, ends: dict[int, int]) -> tuple[Block | Loop, ...]:
    parts: list[Block | Loop] = []
    at = start
    while at < stop:
        if at in ends:
            end = ends[at] + 1
            inner = {first: last for first, last in ends.items() if at < first < end}
            parts.append(Loop((blocks[at], *_nested(blocks, at + 1, end, inner))))
            at = end
        else:
            parts.append(blocks[at])
            at += 1
    return tuple(parts)
