"""The syntax of a recorded program: which node of the source a position belongs to, and its text."""

import ast
import warnings
from collections.abc import Iterator
from typing import Final

import attrs

from calcharo_vm.host_builtins import __builtins__

Node = ast.AST


@attrs.frozen
class Span:
    """A part of the source: lines from 1, columns in UTF-8 bytes from 0, the end not included."""

    line: int
    column: int
    end_line: int
    end_column: int

    def holds(self, other: "Span") -> bool:
        """Returns whether another span lies within this one."""
        return (self.line, self.column) <= (other.line, other.column) and (
            (other.end_line, other.end_column) <= (self.end_line, self.end_column)
        )


def span_of(node: Node) -> Span | None:
    """The span of a node, None for nodes that have none."""
    line, end_line = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if line is None or end_line is None:
        return None
    return Span(line, node.col_offset, end_line, node.end_col_offset)  # type: ignore[attr-defined]


class Syntax:
    """The syntax of one source text.

    Attributes:
        is_known: Whether this Python can parse it.
    """

    def __init__(self, text: str) -> None:
        self._lines = [line.encode("utf-8", "surrogatepass") for line in _lines_of(text)]
        self._nodes: dict[Span, list[Node]] = {}
        self._parents: dict[Node, tuple[Node, str]] = {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree: Node | None = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            tree = None
        self.is_known = tree is not None
        if tree is not None:
            self._enter(tree)

    def _enter(self, tree: Node) -> None:
        waiting = [tree]
        while waiting:
            node = waiting.pop()
            span = span_of(node)
            if span is not None:
                self._nodes.setdefault(span, []).append(node)
            for name, child in _children(node):
                self._parents[child] = node, name
                waiting.append(child)

    def at(self, span: Span) -> list[Node]:
        """The nodes of exactly that span, the outermost first."""
        return self._nodes.get(span, [])

    def ending_with(self, span: Span) -> list[Node]:
        """The nodes that end where a span ends and start before it.

        The compiler puts the start of a method call that goes over several lines at the name of the method.
        """
        return [node for each, nodes in self._nodes.items() if _ends_with(each, span) for node in nodes]

    def parent(self, node: Node) -> tuple[Node | None, str]:
        """The node that a node is a part of, and as which field of it."""
        return self._parents.get(node, (None, ""))

    def text(self, span: Span) -> str:
        """The source text of a span."""
        lines = self._lines[span.line - 1 : span.end_line]
        if not lines:
            return ""
        lines[-1] = lines[-1][: span.end_column]
        lines[0] = lines[0][span.column :]
        return b"\n".join(lines).decode("utf-8", "replace")

    def line(self, number: int) -> str:
        """The text of a line, without the white space around it; empty when there is no such line."""
        return b"".join(self._lines[number - 1 : number]).decode("utf-8", "replace").strip()

    def next_load(self, node: Node, name: str) -> Node | None:
        """The load of a variable that is evaluated next after a node of the same line."""
        statement: Node | None = node
        while statement is not None:
            statement = self._statement_around(statement)
            order = [] if statement is None else list(evaluation_order(statement))
            later = order[order.index(node) + 1 :] if node in order else []
            again = order if isinstance(statement, ast.While) else []
            for each in (*later, *again):
                if isinstance(each, ast.Name) and each.id == name and self._is_loaded(each):
                    return each
        return None

    def _is_loaded(self, node: ast.Name) -> bool:
        return isinstance(node.ctx, ast.Load) or isinstance(self.parent(node)[0], ast.AugAssign)

    def _statement_around(self, node: Node) -> Node | None:
        each = self.parent(node)[0]
        while each is not None and not isinstance(each, ast.stmt):
            each = self.parent(each)[0]
        return each


def _ends_with(span: Span, other: Span) -> bool:
    return (span.end_line, span.end_column) == (other.end_line, other.end_column) and (
        (span.line, span.column) < (other.line, other.column)
    )


def _lines_of(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _children(node: Node) -> Iterator[tuple[str, Node]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.AST):
                yield name, child


_VALUE_FIRST: Final = {
    "Assign": ("value", "targets"),
    "AnnAssign": ("value", "target"),
    "NamedExpr": ("value", "target"),
    "For": ("iter", "target", "body", "orelse"),
    "AsyncFor": ("iter", "target", "body", "orelse"),
    "comprehension": ("iter", "target", "ifs"),
    "ListComp": ("generators", "elt"),
    "SetComp": ("generators", "elt"),
    "GeneratorExp": ("generators", "elt"),
    "DictComp": ("generators", "key", "value"),
    "IfExp": ("test", "body", "orelse"),
}
"""The fields of nodes that are not evaluated in the order of the source."""


def evaluation_order(node: Node) -> Iterator[Node]:
    """Yields the nodes within a node in the order in which their evaluation ends, roughly."""
    if isinstance(node, ast.Dict):
        for pair in zip(node.keys, node.values, strict=True):
            for part in pair:
                yield from () if part is None else evaluation_order(part)
    else:
        names = _VALUE_FIRST.get(type(node).__name__, node._fields)
        for name in names:
            value = getattr(node, name, None)
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST):
                    yield from evaluation_order(child)
    yield node
