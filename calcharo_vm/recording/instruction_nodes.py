"""Instructions and the nodes of the source they were compiled from."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.journal import InstructionInfo
from calcharo_vm.recording.syntax import Node, Span, Syntax

if TYPE_CHECKING:
    from calcharo_vm.recording.journal import Journal

_LOADS: Final = frozenset(
    {
        *("LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK", "LOAD_NAME", "LOAD_GLOBAL", "LOAD_DEREF"),
        *("LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF", "LOAD_FROM_DICT_OR_GLOBALS", "LOAD_CLOSURE"),
        *("LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW", "LOAD_CONST", "LOAD_BUILD_CLASS"),
    }
)
_CONSTANT: Final = frozenset({"LOAD_CONST", "LOAD_SMALL_INT", "LOAD_COMMON_CONSTANT"})
_CALL: Final = frozenset({"CALL", "CALL_KW", "CALL_FUNCTION_EX"})
_COMPREHENDING: Final = _CALL | {"SEND"}
"""What ends a comprehension that is a function of its own, and is awaited if it is asynchronous."""
COMPARING: Final = frozenset({"COMPARE_OP", "IS_OP", "CONTAINS_OP"})

_FINISHERS: Final[dict[str, frozenset[str]]] = {
    "Name": _LOADS,
    "Constant": _CONSTANT,
    "Attribute": frozenset({"LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR"}),
    "Subscript": frozenset({"BINARY_SUBSCR", "BINARY_OP", "BINARY_SLICE", "LOAD_CONST"}),
    "Slice": frozenset({"BUILD_SLICE", "LOAD_CONST"}),
    "BinOp": frozenset({"BINARY_OP", *_CONSTANT}),
    "AugAssign": frozenset({"BINARY_OP"}),
    "UnaryOp": frozenset(
        {"UNARY_NEGATIVE", "UNARY_INVERT", "UNARY_NOT", "UNARY_POSITIVE", "CALL_INTRINSIC_1", *_CONSTANT, *COMPARING}
    ),
    "Compare": COMPARING,
    "Call": _CALL,
    "GeneratorExp": _CALL,
    "ListComp": _COMPREHENDING,
    "SetComp": _COMPREHENDING,
    "DictComp": _COMPREHENDING,
    "Lambda": frozenset({"MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE"}),
    "Await": frozenset({"END_SEND", "SEND"}),
    "YieldFrom": frozenset({"END_SEND", "SEND"}),
    "Yield": frozenset({"RESUME"}),
    "NamedExpr": frozenset({"COPY"}),
    "JoinedStr": frozenset({"BUILD_STRING", "FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC", *_CONSTANT}),
    "FormattedValue": frozenset({"FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC"}),
    "TemplateStr": frozenset({"BUILD_TEMPLATE"}),
    "Interpolation": frozenset({"BUILD_INTERPOLATION"}),
    "List": frozenset({"BUILD_LIST", "LIST_EXTEND", "LIST_APPEND"}),
    "Set": frozenset({"BUILD_SET", "SET_UPDATE", "SET_ADD"}),
    "Dict": frozenset({"BUILD_MAP", "BUILD_CONST_KEY_MAP", "DICT_UPDATE", "MAP_ADD"}),
    "Tuple": frozenset({"BUILD_TUPLE", "LIST_TO_TUPLE", "CALL_INTRINSIC_1", "LOAD_CONST"}),
}
"""The opcodes that may end the evaluation of a node, by the node's class."""

_WITH_MORE_CALLS: Final = frozenset({"decorator_list", "context_expr"})
"""Fields whose expressions the compiler also takes for the position of calls that come later."""

_FOLDED: Final = (ast.Constant, ast.Tuple, ast.BinOp, ast.UnaryOp, ast.Subscript, ast.Slice, ast.JoinedStr)

COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp)

_GROWING: Final = frozenset({"LIST_APPEND", "SET_ADD", "MAP_ADD"})

PEEKING: Final = frozenset(
    {*("LIST_EXTEND", "LIST_APPEND", "SET_UPDATE", "SET_ADD", "DICT_UPDATE", "MAP_ADD", "RESUME", "SEND")}
)
"""Those of them whose value lies on the stack already."""


def is_constant(node: Node) -> bool:
    """Returns whether the compiler may have worked out an expression."""
    parts = (each for each in ast.walk(node) if isinstance(each, ast.expr))
    return all(isinstance(each, _FOLDED) for each in parts)


def span_of_instruction(instruction: InstructionInfo) -> Span | None:
    """The span that an instruction was compiled from, None where CPython has none."""
    found = instruction.line, instruction.column, instruction.end_line, instruction.end_column
    if any(part is None for part in found):
        return None
    return Span(*found)  # type: ignore[arg-type]


class CodeSyntax:
    """One code object's instructions and their nodes."""

    def __init__(self, journal: "Journal", code: int, syntax: Syntax) -> None:
        self.syntax = syntax
        self.first = journal.codes[code].first
        rest = (each.first for each in journal.codes if each.first > self.first)
        self.instructions = journal.instructions[self.first : min(rest, default=len(journal.instructions))]
        self.version = tuple(int(part) for part in journal.python.split(".")[:2])
        self._slots = journal.codes[code].slots
        self.spans = [span_of_instruction(each) for each in self.instructions]

    def ended(self, index: int) -> Node | None:
        """The node whose evaluation an instruction ends, when it pushes or completes a value; or None."""
        span, opname = self.spans[index], self.instructions[index].opname
        if span is None:
            return None
        nodes = [self._whole_text(each) for each in self.syntax.at(span) or self._of_method(span, opname)]
        texts = [each for each in nodes if isinstance(each, ast.JoinedStr)] if self.version < (3, 12) else []
        for node in texts[:1] or nodes:  # the parts of a text have its position, too
            if self._may_end(index, node) and self._is_last(index, node):
                return node
        return None

    def _may_end(self, index: int, node: Node) -> bool:
        instruction = self.instructions[index]
        if instruction.opname in _GROWING and instruction.oparg != 1:  # of a comprehension
            return False
        if instruction.opname in _CONSTANT and not is_constant(node):
            return False
        if isinstance(node, COMPREHENSIONS) and instruction.opname == "SEND":
            return self.instructions[index - 2].opname == "GET_AWAITABLE"  # or else it asks for the next value
        if self.version < (3, 12) and isinstance(node, ast.JoinedStr):
            return _ends_text(instruction, node)
        if isinstance(node, ast.Name) and instruction.opname.startswith("LOAD_FAST") and self._is_hidden(instruction):
            return False
        return instruction.opname in _FINISHERS.get(type(node).__name__, ())

    def _is_hidden(self, instruction: InstructionInfo) -> bool:
        """Returns whether a variable is the compiler's own, such as the `.0` of generator expressions."""
        slot, slots = instruction.oparg or 0, self._slots
        return slot < len(slots) and slots[slot].startswith(".")

    def _of_method(self, span: Span, opname: str) -> Sequence[Node]:
        wanted = ast.Call if opname in _CALL else ast.Attribute
        return [node for node in self.syntax.ending_with(span) if isinstance(node, wanted)][-1:]

    def _whole_text(self, node: Node) -> Node:
        """The formatted text that is nothing but a constant, in its place: since 3.12 it has only its own position."""
        parent, _field = self.syntax.parent(node)
        if not isinstance(node, ast.Constant) or not isinstance(parent, ast.JoinedStr) or len(parent.values) != 1:
            return node
        return node if self.syntax.parent(parent)[1] == "format_spec" else parent

    def _is_last(self, index: int, node: Node) -> bool:
        """Returns whether no later instruction ends the same evaluation; the first ends that of a decorator."""
        span = self.spans[index]
        assert span is not None
        parent, field = self.syntax.parent(node)
        if isinstance(node, ast.Constant) and isinstance(parent, ast.JoinedStr):
            return False
        if field in _WITH_MORE_CALLS:
            return not any(self.spans[at] == span and self._may_end(at, node) for at in range(index))
        for at in range(index + 1, len(self.spans)):
            later = self.spans[at]
            if later is not None and not span.holds(later) and not self._is_within_text(later, span, node):
                return True
            if later == span and self._may_end(at, node) and not isinstance(node, ast.Compare):
                return False
        return True

    def _is_within_text(self, later: Span, span: Span, node: Node) -> bool:
        """Returns whether an instruction may be of a formatted text: until 3.11, positions within one are wrong."""
        if self.version >= (3, 12) or not isinstance(node, ast.JoinedStr):
            return False
        return not later.holds(span) and later.line <= span.end_line

    def link(self, index: int, node: ast.Compare) -> int:
        """Which of the comparisons in a chain an instruction belongs to: its own, or that of the jump after it."""
        span = self.spans[index]
        assert span is not None
        count, at = 0, index
        while at >= 0 and ((each := self.spans[at]) is None or span.holds(each)):
            count += self.spans[at] == span and self.instructions[at].opname in COMPARING
            at -= 1
        return max(count - 1, 0) % len(node.ops)

    def before(self, index: int, other: Span) -> list[Node]:
        """The nodes of the last instruction before one whose span is another one than `other`."""
        found = (each for each in reversed(self.spans[:index]) if each is not None and each != other)
        return self.syntax.at(next(found, other))


def _ends_text(instruction: InstructionInfo, node: ast.JoinedStr) -> bool:
    """Returns whether an instruction ends a formatted text, whose parts all have its position until 3.11."""
    if len(node.values) != 1:
        return instruction.opname == "BUILD_STRING" and instruction.oparg == len(node.values)
    (part,) = node.values
    if not isinstance(part, ast.FormattedValue):
        return instruction.opname == "LOAD_CONST"
    has_specification = bool((instruction.oparg or 0) & 4)
    return instruction.opname == "FORMAT_VALUE" and has_specification == (part.format_spec is not None)


def link_span(node: ast.Compare, link: int) -> Span:
    """The span of one comparison in a chain."""
    operands = [node.left, *node.comparators]
    left, right = operands[link], operands[link + 1]
    assert right.end_lineno is not None
    assert right.end_col_offset is not None
    return Span(left.lineno, left.col_offset, right.end_lineno, right.end_col_offset)
