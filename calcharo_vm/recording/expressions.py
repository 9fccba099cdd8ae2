"""The expressions whose evaluation a step ends, with their values."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.conditions import Tested, is_tested
from calcharo_vm.recording.instruction_nodes import COMPARING, COMPREHENSIONS, PEEKING, CodeSyntax, link_span
from calcharo_vm.recording.syntax import Node, Span, span_of
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from calcharo_vm.recording.state import State

Found = tuple[Span, object]
"""A span and the word of its value."""

_TWO_LOADS: Final = frozenset({"LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"})
_STORE_AND_LOAD: Final = "STORE_FAST_LOAD_FAST"
_ENDS_ASYNCHRONOUS_LOOP: Final = "END_ASYNC_FOR"
_COLLECTED: Final = frozenset({HeapKind.LIST, HeapKind.SET, HeapKind.DICT})
_RESULTS: Final = frozenset({"LOAD_CONST", "LOAD_COMMON_CONSTANT", "CALL_INTRINSIC_1"})
"""What gives the result of `any`, `all` and `tuple` where they are not called."""
_NEGATIVE: Final = (ast.IsNot, ast.NotIn)  # codespell:ignore notin


def _is_value(node: ast.Constant, word: object) -> bool:
    """Returns whether a word is the value of a constant; what a module returns has the place of its last statement."""
    return type(word) is type(node.value) and repr(word) == repr(node.value)


def _span(expression: Node) -> Span:
    span = span_of(expression)
    assert span is not None
    return span


class Ended:
    """Finds the expressions whose evaluation ends with one step."""

    def __init__(self, code: CodeSyntax, index: int, state: "State") -> None:
        """`index` is the instruction's place in its code object."""
        self._code = code
        self._index = index
        self._state = state
        self._instruction = code.instructions[index]

    def pushed(self, words: list[object]) -> Iterator[Found]:
        """Yields what ends with an instruction that has pushed values."""
        opname = self._instruction.opname
        if opname == _STORE_AND_LOAD:
            yield from self._second_load(words[0], self._instruction.oparg)
            return
        null = self._state.journal.null
        values = [word for word in words if word is not null]
        node = self._code.ended(self._index)
        if node is None and opname in _RESULTS and (type(values[0]) is bool or opname == "CALL_INTRINSIC_1"):
            node = next((call for each in self._nodes() if (call := self._inlined_call(each))), None)
        if node is None or not values or (opname in PEEKING and not (opname == "SEND" and len(words) == 1)):
            return
        if isinstance(node, ast.Constant) and not _is_value(node, values[0]):
            return
        yield from self._end(node, values[0])
        if opname in _TWO_LOADS:
            yield from self._second_load(values[1], self._instruction.oparg, node)

    def lying(self, stack: list[object]) -> Iterator[Found]:
        """Yields what ends with an instruction that leaves its value where it lies: on top of the stack."""
        opname, node = self._instruction.opname, self._code.ended(self._index)
        if not stack:
            return
        if node is not None and opname in PEEKING:
            yield from self._end(node, stack[-1])
        else:
            yield from self._loop(stack[-1])

    def _loop(self, word: object) -> Iterator[Found]:
        """Yields a comprehension that is a part of its function, or a call of `list`, when the outermost loop ends."""
        if type(word) is not range or self._state.heap[word.stop].kind not in _COLLECTED or not self._ends_loop():
            return
        for node in self._nodes():
            whole = self._looping(node)
            if whole is not None:
                yield from self._end(whole, word)

    def _looping(self, node: Node) -> Node | None:
        """The comprehension, or call of `list`, whose outermost loop ends with an instruction of a node's position."""
        if self._code.version == (3, 12) or self._instruction.opname == _ENDS_ASYNCHRONOUS_LOOP:
            return node if isinstance(node, COMPREHENSIONS) and self._is_outermost(node.generators[0]) else None
        parent, field = self._code.syntax.parent(node)
        if field == "func" and isinstance(node, ast.Name) and node.id != "tuple":
            return self._inlined_call(node)
        whole = None if parent is None or field != "iter" else self._code.syntax.parent(parent)[0]
        return whole if isinstance(whole, COMPREHENSIONS) and whole.generators[0] is parent else None

    def _is_outermost(self, loop: ast.comprehension) -> bool:
        """Returns whether it is the outermost loop of a comprehension that ends; all of them have its position."""
        opname, span = self._instruction.opname, self._code.spans[self._index]
        if bool(loop.is_async) != (opname == _ENDS_ASYNCHRONOUS_LOOP):
            return False
        opnames = [
            each.opname if at == span else ""
            for each, at in zip(self._code.instructions, self._code.spans, strict=True)
        ]
        return opname not in (opnames[self._index + 1 :] if loop.is_async else opnames[: self._index])

    def _ends_loop(self) -> bool:
        """Returns whether an instruction ends a comprehension's loop: until 3.13, FOR_ITER itself; on 3.11, none."""
        version, opname = self._code.version, self._instruction.opname
        ending = "POP_ITER" if version >= (3, 14) else "FOR_ITER"
        return version >= (3, 12) and opname in {ending, _ENDS_ASYNCHRONOUS_LOOP}

    def _nodes(self) -> list[Node]:
        span = self._code.spans[self._index]
        return [] if span is None else self._code.syntax.at(span)

    def _inlined_call(self, node: Node) -> ast.Call | None:
        """The call of `list`, `any` and the like that a generator expression is executed for without calling."""
        call = self._code.syntax.parent(node)[0]
        if not isinstance(call, ast.Call) or call.func is not node or len(call.args) != 1:
            return None
        return call if isinstance(call.args[0], ast.GeneratorExp) else None

    def _second_load(self, word: object, oparg: int | None, first: Node | None = None) -> Iterator[Found]:
        """Yields the second of two variables, whose position the instruction does not have."""
        slots = self._state.journal.codes[self._instruction.code].slots
        name = slots[(oparg or 0) & 15]
        if first is None:
            first = next(iter(self._nodes()), None)
        node = None if first is None else self._code.syntax.next_load(first, name)
        if node is not None:
            yield from self._end(node, word)

    def _end(self, node: Node, word: object) -> Iterator[Found]:
        """Yields a node and those around it whose value is the same one."""
        if isinstance(node, ast.Compare) and len(node.ops) > 1 and self._instruction.opname in COMPARING:
            link = self._code.link(self._index, node)
            yield link_span(node, link), word
            if link != len(node.ops) - 1:
                return
        each: Node | None = node
        negated = self._negated(node)
        if negated is not None:
            yield _span(negated.operand), not word
            each = negated
        while each is not None:
            yield _span(each), word
            each = self._around(each)

    def _negated(self, node: Node) -> ast.UnaryOp | None:
        """The `not` of a comparison for which the compiler took the opposite comparison."""
        if self._instruction.opname not in COMPARING or self._instruction.opname == "COMPARE_OP":
            return None
        whole = self._code.syntax.parent(node)[0] if isinstance(node, ast.Compare) else node
        if not isinstance(whole, ast.UnaryOp) or not isinstance(whole.operand, ast.Compare):
            return None
        is_negative = isinstance(whole.operand.ops[0], _NEGATIVE)
        return whole if is_negative != bool(self._instruction.oparg) else None

    def _around(self, node: Node) -> Node | None:
        """The node that has the value of one of its parts, or None."""
        parent, field = self._code.syntax.parent(node)
        match parent:
            case ast.IfExp() if field != "test":
                return parent
            case ast.BoolOp() if node is parent.values[-1]:
                return parent
            case ast.JoinedStr() if len(parent.values) == 1:
                return parent
            case _:
                return None

    def decided(self, tested: Tested, opname: str, value: object, *, truth: bool) -> Iterator[Found]:
        """Yields what ends with a conditional jump, with plain values: operators without their own instruction."""
        node, is_new = tested.node, False
        if isinstance(node, ast.Compare) and tested.link is not None:
            is_last = tested.link == len(node.ops) - 1
            if truth and not is_last:
                return
            value = truth if opname.endswith("NONE") else value
            is_new = opname.endswith("NONE") or not (truth or is_last)
            if is_new:
                yield _span(node), value
        while isinstance(node, ast.expr):
            parent, field = self._code.syntax.parent(node)
            if isinstance(parent, ast.UnaryOp) and is_tested(self._code, parent):
                truth = not truth
                value, is_new = truth, True
            elif isinstance(parent, ast.BoolOp) and node is not parent.values[-1]:
                is_new = truth == isinstance(parent.op, ast.Or)
                if not is_new:
                    return
            elif not isinstance(parent, ast.BoolOp | ast.IfExp) or field == "test":
                return
            node = parent
            if is_new:
                yield _span(node), value
