"""How much source a program may have compiled, and how deep: looked at before CPython's compiler sees it.

The compiler recurses as deep as syntax trees are, and where its own checks are missing the process dies: CPython 3.11
does not look at the C stack, 3.12 and later write past the end of a table when more than about twenty comprehensions
are nested. It also writes what stands in `finally` again for each way that leads there, so that a few in each other
become gigabytes.
"""

from __future__ import annotations

import ast
import re
import sys
from importlib.util import decode_source
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calcharo_vm.config import Limits

__all__ = ["LOOKED_AT", "excess_of"]

LOOKED_AT: Final = str(b"<looked at>", "ascii")
"""The file name under which source is parsed here: this very object, which nobody else has."""
_BYTES, _NESTING = "source_bytes", "source_nesting"
_HARMLESS: Final = 150
"""Text of so few characters holds nothing that the compiler does not survive, whatever it is."""
_MOST_HANDLERS: Final = 17
"""The compiler has room for 20 exception handlers around an instruction, and takes up to three without asking."""
_COPIES: Final = 16
_COPIED: Final = 10_000
"""Code that is copied may make a program larger by that factor, and a small one by so many nodes."""
_MOST_NODES: Final = 1 << 22
"""Of a tree that the program has built itself, in which one node may be at many places."""
_BESIDES: Final = 2
"""A tree has no more nodes than its text has bytes, and these: its root, and a statement that is but an expression."""
_MOST_SCANNED: Final = 10_000
"""CPython 3.11 survives trees of this depth, whatever its recursion limit is."""

_PARSING: Final = ast.PyCF_ONLY_AST
_BARRY: Final = 0x400000
"""The future feature that gives `<>` a meaning (`CO_FUTURE_BARRY_AS_BDFL`)."""


def excess_of(source: object, limits: Limits) -> str | None:
    """Find the limit that a source is beyond.

    Args:
        source: Text, as str or bytes, or a syntax tree; nothing else is looked at.
        limits: The limits.

    Returns:
        The limit's name; None if the source is within the limits, or is none that compiles.
    """
    if isinstance(source, ast.AST):
        most = limits.source_bytes
        return _excess_of_tree(source, limits, _MOST_NODES if most is None else most + _BESIDES)
    if not isinstance(source, str | bytes):
        return None
    if limits.source_bytes is not None and _size(source) > limits.source_bytes:
        return _BYTES
    if limits.source_nesting is None or len(source) <= min(limits.source_nesting, _HARMLESS):
        return None
    return next((_NESTING for text in _texts(source) if _is_too_deep(text, limits)), None)


def _size(source: str | bytes) -> int:
    return len(source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass"))


def _texts(source: str | bytes) -> Iterator[str]:
    """Give what a source may mean: bytes that CPython has from a text are not what they say that they are."""
    if isinstance(source, str):
        yield source
        return
    found = source.decode("utf-8", "replace")
    yield found
    try:
        declared = decode_source(source)
    except (SyntaxError, UnicodeDecodeError):
        return
    if declared != found:
        yield declared


def _is_too_deep(text: str, limits: Limits) -> bool:
    if sys.version_info < (3, 12) and _is_risky(text):
        return True
    harmless = _quiet(text)
    for flags in (_PARSING, _PARSING | _BARRY):
        try:
            tree = compile(harmless, LOOKED_AT, "exec", flags, dont_inherit=True)
        except (SyntaxError, ValueError):
            continue  # the compiler will say so
        except (MemoryError, RecursionError):  # its stack is not deep enough
            return True
        return _excess_of_tree(tree, limits, len(text) + _BESIDES) is not None
    return False


# --- text ------------------------------------------------------------------------------------------

_ESCAPES: Final = re.compile(r"\\N\{[A-Za-z0-9 \-]{1,90}\}|\\[^\r\n]")


def _quiet(text: str) -> str:
    """Take the escapes out of texts within a text, of which the parser may warn: it is not the program that looks."""
    return _ESCAPES.sub(lambda found: "__" if found[0][1] in "\"'\\N" else f"_{found[0][1]}", text)


_PIECES: Final = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    |(?P<prefix>[A-Za-z]*)(?P<string>'{3}(?:\\.|[^\\])*?'{3}|"{3}(?:\\.|[^\\])*?"{3}|'(?:\\.|[^\\'\n])*'|"(?:\\.|[^\\"\n])*")
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<comma>[,;])
    |(?P<newline>(?<!\\)\n)
    |(?P<word>\w+)
    |(?P<operator>[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
_DEEPER: Final = frozenset({"and", "await", "else", "elif", "if", "in", "is", "lambda", "not", "or", "yield"})


def _is_risky(text: str) -> bool:
    """Whether a tree may be so deep that CPython 3.11 does not survive to build it: the operators in a row are counted.

    What commas and the ends of lines separate lies side by side, and brackets are as deep as what is before them.
    """
    if len(text) <= _MOST_SCANNED:
        return False
    rows = [0]  # the operators so far in each bracket that is open
    depth = 0
    for piece in _PIECES.finditer(text):
        kind = piece.lastgroup
        if kind == "comma" or (kind == "newline" and len(rows) == 1):
            depth -= rows[-1]
            rows[-1] = 0
            continue
        more = 1
        if kind == "word":
            more = int(piece[0] in _DEEPER)
        elif kind in {"comment", "newline"}:
            more = 0
        elif kind == "string":
            more = len(re.findall(r"[^\s\w]", piece[0])) if "f" in piece["prefix"].lower() else 0
        elif kind == "close" and len(rows) > 1:
            depth -= rows.pop()
        rows[-1] += more
        depth += more
        if kind == "open":
            rows.append(0)
        if depth > _MOST_SCANNED:
            return True
    return False


# --- trees -----------------------------------------------------------------------------------------

_DEPTH: Final = (ast.stmt, ast.expr, ast.pattern)
_NAMES_ONLY: Final = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
"""Nodes that are words about the node above them; one of each is enough for all trees."""
_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.GeneratorExp)
_INLINED: Final = (ast.ListComp, ast.SetComp, ast.DictComp)
_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_TRIES: Final = (ast.Try, ast.TryStar)


class _Place(NamedTuple):
    """Where a node is in a tree.

    Attributes:
        depth: How many statements and expressions it is in.
        handlers: How many handlers of exceptions there are around it in its function, some of them of the compiler's.
        copies: How often the compiler writes it.
    """

    depth: int = 0
    handlers: int = 0
    copies: int = 1


def _excess_of_tree(tree: ast.AST, limits: Limits, most_nodes: int) -> str | None:
    """Find the limit that a tree is beyond; what its nodes have is read without asking them."""
    most_depth = limits.source_nesting
    nodes = work = 0
    waiting = [(tree, _Place())]
    while waiting:
        node, place = waiting.pop()
        nodes += 1
        if nodes > most_nodes:
            return _NESTING if limits.source_bytes is None else _BYTES
        if most_depth is None:
            waiting += [(child, place) for child in _children(node)]
            continue
        depth = place.depth + isinstance(node, _DEPTH) + len(_listed(node, "generators"))
        handlers = 0 if isinstance(node, _SCOPES) else place.handlers + _handlers_of(node)
        work += place.copies
        if depth > most_depth or handlers > _MOST_HANDLERS or work > nodes * _COPIES + _COPIED:
            return _NESTING
        below = _Place(depth, handlers, place.copies)
        if isinstance(node, _TRIES):
            seen, parts = _parts_of_try(node, below)
            work += seen
            waiting += parts
        else:
            waiting += [(child, below) for child in _children(node)]
    return None


def _handlers_of(node: ast.AST) -> int:
    """How many handlers a node puts around what is in it; what is in a `try` has several."""
    if isinstance(node, _INLINED):  # each keeps names of the function that it is in, since CPython 3.12
        return 1 + sum(bool(vars(each).get("is_async")) for each in _listed(node, "generators"))
    if isinstance(node, ast.ExceptHandler):
        return 1 + bool(vars(node).get("name"))
    if isinstance(node, ast.With | ast.AsyncWith):
        return len(_listed(node, "items"))
    return int(isinstance(node, ast.AsyncFor))


def _parts_of_try(node: ast.AST, place: _Place) -> tuple[int, list[tuple[ast.AST, _Place]]]:
    """Give the parts of a `try` with their places, and how many nodes had to be looked at for that."""
    depth, handlers, copies = place
    last = _listed(node, "finalbody")
    within = handlers + bool(last)
    more = {"body": within + 1, "handlers": within + isinstance(node, ast.TryStar), "orelse": within}
    parts = [(child, _Place(depth, around, copies)) for field, around in more.items() for child in _listed(node, field)]
    if not last:
        return 0, parts
    seen, exits = _exits(node)
    return seen, [*parts, *((child, _Place(depth, handlers + 1, copies * (2 + exits))) for child in last)]


def _listed(node: ast.AST, field: str) -> list[ast.AST]:
    """Give the nodes in a field that is a list of them."""
    return list(_nodes_in(vars(node).get(field)))


def _nodes_in(value: Any) -> Iterable[ast.AST]:
    if isinstance(value, ast.AST):
        return () if isinstance(value, _NAMES_ONLY) else (value,)
    return (each for each in value if isinstance(each, ast.AST)) if type(value) is list else ()


def _children(node: ast.AST, but: str = "") -> Iterator[ast.AST]:
    """Give the nodes right below one, those in one of its fields left out."""
    for field, value in vars(node).items():
        if field != but:
            yield from _nodes_in(value)


def _exits(node: ast.AST) -> tuple[int, int]:
    """Look at how many nodes are in a `try`, and at how many places the program leaves it."""
    seen = exits = 0
    waiting = [(child, False) for child in _children(node, "finalbody")]
    while waiting:
        child, is_in_loop = waiting.pop()
        seen += 1
        exits += isinstance(child, ast.Return) or (isinstance(child, ast.Break | ast.Continue) and not is_in_loop)
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case) and not isinstance(child, _SCOPES):
            is_in_loop = is_in_loop or isinstance(child, _LOOPS)
            waiting += [(each, is_in_loop) for each in _children(child)]
    return seen, exits
