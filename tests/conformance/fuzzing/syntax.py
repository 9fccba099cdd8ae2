"""Random programs for syntax: whatever the grammar allows, from pysource-codegen, made to run and to end.

The source comes without any meaning. So its names are bound to objects that everything can be done with (see
anything.py), most statements are guarded, functions are called, and loops and functions count their turns.
"""

import ast
import random
import re
import warnings
from collections.abc import Sequence

from pysource_codegen import generate

NODES = 120
DEPTH = 6
_Block = list[ast.stmt]


def write_program(seed: int) -> str:
    """Writes one program."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(generate(seed, node_limit=NODES, depth_limit=DEPTH))
    _Runnable(random.Random(seed)).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def names_in(source: str) -> set[str]:
    """Lists the names that the generator made up for a program."""
    return set(re.findall(r"\bname_\d+", source))


class _Runnable(ast.NodeTransformer):
    """Inserts what makes the program run on and end."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Rewrites every block."""
        super().generic_visit(node)
        most = 0.97 if isinstance(node, ast.Module) else 0.7
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                setattr(node, name, self._guarded(block, most))
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body[:0] = _statements("tick()")
        return node

    def _guarded(self, block: Sequence[ast.stmt], most: float) -> _Block:
        found: _Block = []
        for statement in block:
            written = [statement]
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                written += _statements(f"drive({statement.name})")
            kept = isinstance(statement, (ast.Global, ast.Nonlocal, ast.Pass)) or _imports_lazily(statement)
            if kept or self._chance.random() > most:
                found += written
                continue
            guard = _statements("try:\n    pass\nexcept BaseException as error:\n    note(error)")[0]
            assert isinstance(guard, ast.Try)
            guard.body = written
            found.append(guard)
        return found


def _imports_lazily(statement: ast.stmt) -> bool:
    """Tells whether there is an import in it that may stand in no `try` (3.15)."""
    return any(getattr(node, "is_lazy", False) for node in ast.walk(statement))


def _statements(source: str) -> _Block:
    return ast.parse(source).body
