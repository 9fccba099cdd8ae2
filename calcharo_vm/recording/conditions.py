"""What conditional jumps decide, by the source they were compiled from."""

import ast
from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.instruction_nodes import COMPARING, CodeSyntax, link_span
from calcharo_vm.recording.syntax import Node, Span, span_of
from calcharo_vm.recording.values import ConditionKind

_TESTS: Final = {
    ("If", "test"): ConditionKind.IF,
    ("While", "test"): ConditionKind.WHILE,
    ("Assert", "test"): ConditionKind.ASSERT,
    ("IfExp", "test"): ConditionKind.TERNARY,
    ("comprehension", "ifs"): ConditionKind.COMPREHENSION,
    ("match_case", "guard"): ConditionKind.GUARD,
    ("withitem", "context_expr"): ConditionKind.WITH,
}
_TRANSPARENT: Final = (("UnaryOp", "operand"), ("IfExp", "body"), ("IfExp", "orelse"))
_BY_CLASS: Final = {
    "ExceptHandler": ConditionKind.EXCEPT,
    "With": ConditionKind.WITH,
    "AsyncWith": ConditionKind.WITH,
}
_HOLDERS: Final = frozenset({"If", "While", "Assert", "IfExp", "ListComp", "SetComp", "DictComp", "GeneratorExp"})
"""Classes of nodes whose position the jumps of their tests have until 3.11."""


@attrs.frozen
class Tested:
    """What a conditional jump tests.

    Attributes:
        node: The node that is tested, None when the source is not known.
        kind: What it decides.
        span: What was tested.
        link: Which one of the comparisons of a chain that is.
    """

    node: Node | None
    kind: ConditionKind
    span: Span | None
    link: int | None = None


def tested_by(code: CodeSyntax, index: int) -> Tested:
    """What the conditional jump at an index of a code object tests."""
    before = code.instructions[index - 1].opname
    place = index - 1 if before == "TO_BOOL" or before in COMPARING else index
    span = code.spans[place]  # in a comprehension, that of a jump may be of what comes after it
    if span is None:
        return Tested(None, ConditionKind.OTHER, None)
    nodes = code.syntax.at(span)
    node = _compared_with_none(code, index) or _tested_node(code, index, span, nodes)
    if node is None:
        kinds = [found for each in nodes if (found := _BY_CLASS.get(type(each).__name__)) is not None]
        return Tested(None, kinds[0] if kinds else ConditionKind.OTHER, span)
    if any(isinstance(each, ast.pattern) for each in nodes):
        return Tested(node, ConditionKind.MATCH, span_of(node))
    kind, tested = kind_of(code, node), span_of(node)
    if not isinstance(node, ast.Compare) or (len(node.ops) > 1 and span != tested):
        return Tested(node, kind, tested)
    link = code.link(place, node) if len(node.ops) > 1 else 0
    kind = kind if link == len(node.ops) - 1 else ConditionKind.COMPARISON
    return Tested(node, kind, link_span(node, link), link)


def _compared_with_none(code: CodeSyntax, index: int) -> Node | None:
    """The comparison that a jump stands for which looks whether a value is None."""
    span = code.spans[index - 1]
    if span is None or not code.instructions[index].opname.endswith("NONE"):
        return None
    for node in code.syntax.at(span):
        parent, field = code.syntax.parent(node)
        if field == "left" and isinstance(parent, ast.Compare) and isinstance(parent.ops[0], ast.Is | ast.IsNot):
            return parent
    return None


def _tested_node(code: CodeSyntax, index: int, span: Span, nodes: list[Node]) -> Node | None:
    """The expression or pattern that a jump tests: the one at its position, or what was evaluated last before it."""
    operations = [each for each in nodes if isinstance(each, ast.BoolOp)]
    holders: list[Node] = [*operations] or [each for each in nodes if type(each).__name__ in _HOLDERS]
    if nodes and not holders:
        return next((each for each in reversed(nodes) if isinstance(each, ast.expr | ast.pattern)), None)
    for node in code.before(index, span):
        each: Node | None = node
        while each is not None and each not in holders:
            parent, field = code.syntax.parent(each)
            if parent in operations or (not operations and _is_test(parent, field)):
                return each
            each = parent
    return None


def _is_test(parent: Node | None, field: str) -> bool:
    name = type(parent).__name__
    if name == "UnaryOp":
        return isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
    return (name, field) in _TESTS or name == "BoolOp" or (name, field) in _TRANSPARENT


def kind_of(code: CodeSyntax, node: Node) -> ConditionKind:
    """What the truth of an expression decides, by what it is a part of."""
    parent, field = code.syntax.parent(node)
    if isinstance(parent, ast.BoolOp):
        if node is parent.values[-1]:
            return kind_of(code, parent)
        return ConditionKind.AND if isinstance(parent.op, ast.And) else ConditionKind.OR
    place = type(parent).__name__, field
    if parent is not None and place in _TRANSPARENT:
        return kind_of(code, parent)
    return _TESTS.get(place, ConditionKind.OTHER)


def is_tested(code: CodeSyntax, node: Node) -> bool:
    """Returns whether only the truth of an expression matters, so that jumps take the place of its operators."""
    parent, field = code.syntax.parent(node)
    place = type(parent).__name__, field
    if isinstance(parent, ast.BoolOp) or (parent is not None and place in _TRANSPARENT):
        return is_tested(code, parent)
    return place in _TESTS and place[0] != "withitem"


def truth_of(tested: Tested, opname: str, *, jumped: bool) -> bool:
    """Whether what a jump tests is true, by whether it jumped."""
    if tested.kind is ConditionKind.MATCH:
        return not jumped
    if opname.endswith("NONE"):
        is_none = jumped == (not opname.endswith("NOT_NONE"))
        node = tested.node
        if isinstance(node, ast.Compare):
            return is_none == isinstance(node.ops[0], ast.Is)
        return not is_none
    return jumped == ("IF_TRUE" in opname)
