"""Tests for calcharo_vm/limits/source.py and compiling.py: what is compiled is looked at before it is compiled."""

from __future__ import annotations
import __future__

import ast
import py_compile
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import ConfigPresets, Recording, TracerConfig, execute_and_trace
from calcharo_vm.config import Limits
from calcharo_vm.errors import CompilationError
from calcharo_vm.limits import compiling, events
from calcharo_vm.limits import source as source_limits
from calcharo_vm.limits.source import excess_of
from calcharo_vm.recording import Outcome, OutcomeStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

TIERS = ("interpreter", "compiled")
DEEP = Limits(source_nesting=200)


def nested(before: str, inner: str, after: str, times: int) -> str:
    return before * times + inner + after * times


def in_blocks(head: str, times: int) -> str:
    """Blocks in each other, one space deeper each."""
    return "".join(" " * depth + head + "\n" for depth in range(times)) + " " * times + "pass\n"


def in_finally(times: int) -> str:
    lines = [f"{' ' * depth}try: pass\n{' ' * depth}finally:" for depth in range(times)]
    return "\n".join([*lines, " " * times + "pass\n"])


BOMBS = {
    "brackets": nested("[", "", "]", 199) + "[0]" * 10,
    "signs": "-" * 400_000 + "1",
    "sums": "1" + " + 1" * 30_000,
    "attributes": "a" + ".b" * 30_000,
    "calls": "f" + "()" * 30_000,
    "lambdas": "lambda: " * 2000 + "1",
    "conditions": "1 if 1 else " * 2000 + "1",
    "elif": "if a: pass\n" + "elif a: pass\n" * 1000,
    "comprehensions": nested("[", "1", " for a in b]", 40),
    "dictionaries": nested("{", "1", ": 1 for a in b}", 40),
    "asynchronous comprehensions": "async def f():\n  " + nested("[", "1", " async for a in b]", 15),
    "for in one comprehension": "[1" + " for a in b" * 2000 + "]",
    "f-strings": "f'{" + "1+" * 3000 + "1}'",
    "handlers": "".join(f"{' ' * d}try: pass\n{' ' * d}except E as e:\n" for d in range(12)) + " " * 12 + "pass\n",
    "asynchronous blocks": "async def f():\n"
    + "".join(" " * d + "async with a, b:\n" for d in range(1, 11))
    + " " * 11
    + "pass",
    "finally": in_finally(17),
    "returns into finally": "def f():\n  try:\n" + "    if a: return 1\n" * 300 + "  finally:\n" + "    g(a)\n" * 200,
    "escapes and a chain": "'\\N{DASH}\\'\\d'" + " + 1" * 300,
}
"""Sources that CPython's compiler does not survive, does not survive in some version, or takes long for."""


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_too_deep_is_found(name: str) -> None:
    source = BOMBS[name]

    assert excess_of(source, DEEP) == "source_nesting"
    assert excess_of(source.encode(), DEEP) == "source_nesting"
    assert excess_of(source, Limits(source_bytes=1 << 20)) is None


HONEST = {
    "a list of many": "[" + "-1, " * 20_000 + "]",
    "many statements": "x = 1 + 1 + f(1)[0]\n" * 3000,
    "a long text": f"'''{'(-' * 20_000}'''\n# {'(-' * 20_000}\n",
    "a long f-string": f"f'{{x}} {', '.join(['-a-'] * 3000)}'",
    "many in a row": "f(a); " * 3000,
    "a broken line": "x = \\\r\n    1 + \\\n" + "  1\n" + "# filling\n" * 20,
    "a comparison of many": "1" + " < 1" * 150,
    "handlers in handlers": "".join(f"{' ' * d}try: pass\n{' ' * d}except E:\n" for d in range(9)) + " " * 9 + "pass\n",
    "loops": in_blocks("for a in b:", 18) + "#" * 200,
    "finally": "def f():\n" + " try:\n  while a:\n   if b: break\n   return 1\n finally: pass\n" * 200,
    "no program": "x = (" + "1 + " * 100,
    "null bytes": "\0" + "1 + " * 100,
    "bytes of another encoding": "# coding: latin-1\nx = 'é'\n" + "# filling\n" * 20,
}


@pytest.mark.parametrize("name", HONEST)
def test_what_is_not_too_deep_is_let_through(name: str) -> None:
    assert excess_of(HONEST[name], DEEP) is None
    assert excess_of(HONEST[name].encode("latin-1"), DEEP) is None


def test_bytes_are_read_as_what_they_may_mean() -> None:
    chain = " + 1" * 300
    hidden = b"# coding: utf-7\n1" + chain.replace("+", "+-").encode() + b"\n"

    assert excess_of(hidden, DEEP) == "source_nesting"
    assert excess_of(b"# coding: no-such\n'\xff'", DEEP) is None
    assert excess_of(f"from __future__ import barry_as_FLUFL\n1 <> 1{chain}", DEEP) == "source_nesting"
    assert excess_of(f"1 <> 1{chain}", DEEP) == "source_nesting"  # as code may be that has the feature from its maker
    assert excess_of("x = 'é'" * 2, Limits(source_bytes=15)) == "source_bytes"
    assert excess_of("x = 'é'" * 2, Limits(source_bytes=16)) is None
    assert excess_of(5, DEEP) is None


def tree_of(depth: int) -> ast.Expression:
    inner: ast.expr = ast.Constant(1)
    for _ in range(depth):
        inner = ast.UnaryOp(ast.USub(), inner)
    return ast.Expression(inner)


def lattice(levels: int) -> ast.Expression:
    inner: ast.expr = ast.Constant(1)
    for _ in range(levels):
        inner = ast.Tuple([inner, inner], ast.Load())
    return ast.Expression(inner)


def test_trees_are_looked_at_as_text_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert excess_of(tree_of(198), DEEP) is None
    assert excess_of(tree_of(200), DEEP) == "source_nesting"
    assert excess_of(ast.parse("a\nb"), Limits(source_bytes=3)) is None
    assert excess_of(ast.parse("a\nb\nc"), Limits(source_bytes=4)) == "source_bytes"
    assert excess_of(lattice(60), Limits(source_bytes=1000)) == "source_bytes"

    monkeypatch.setattr("calcharo_vm.limits.source._MOST_NODES", 1000)
    assert excess_of(lattice(60), DEEP) == "source_nesting"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="later versions look at the stack themselves")
def test_a_tree_that_cannot_be_built_is_not_built() -> None:
    program = (
        "import sys; sys.setrecursionlimit(10**8)\n"
        "from calcharo_vm.config import Limits\n"
        "from calcharo_vm.limits.source import excess_of\n"
        "for text in '1+' * 400_000 + '1', 'a' + '.b' * 400_000, \"f'{\" + '1+' * 400_000 + \"1}'\":\n"
        "    print(excess_of(text, Limits(source_nesting=10**9)))\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert found.stdout.split() == ["source_nesting"] * 3


# --- what is compiled --------------------------------------------------------------------------------


def run(source: str | Path, *, tier: str = "interpreter", **limits: int) -> Recording:
    return execute_and_trace(source, TracerConfig(optimization=tier, limits=Limits(**limits)))


@pytest.mark.parametrize("limit", ["source_bytes", "source_nesting"])
def test_a_program_that_is_too_much_does_not_begin(limit: str, tmp_path: Path) -> None:
    source = "print('began')\n" + "-" * 300 + "1"
    recording = run(source, **{limit: 100})  # type: ignore[arg-type]

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit=limit)
    assert (len(recording), recording.stdout, recording.source) == (0, "", source)

    path = tmp_path / "program.py"
    path.write_text(source)
    assert run(path, **{limit: 100}).outcome == recording.outcome  # type: ignore[arg-type]
    assert run(path, **{limit: 100}).source == source  # type: ignore[arg-type]
    assert run(path, **{limit: 1000}).outcome.status == "completed"  # type: ignore[arg-type]
    code = compile(source, "<code>", "exec")
    config = TracerConfig(limits=Limits(**{limit: 100}))
    assert execute_and_trace(code, config).stdout == "began\n"
    assert execute_and_trace(source.encode(), config).outcome == recording.outcome


def test_compiled_files_are_not_compiled(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print('began')\n" + "-" * 300 + "1")
    compiled = Path(str(py_compile.compile(str(tmp_path / "a.py"), str(tmp_path / "a.pyc"))))

    assert run(compiled, source_bytes=10, source_nesting=10).stdout == "began\n"


def test_what_is_no_program_is_an_error_as_ever() -> None:
    with pytest.raises(CompilationError):
        run("x = (" + "1 + " * 300, source_nesting=200)


ACTS = {
    "exec": "exec({text})",
    "eval": "eval({text})",
    "compile": "compile({text}, '', 'exec')",
    "bytes": "compile({text}.encode(), '', 'exec')",
    "parse": "ast.parse({text})",
    "by way of C": "list(map(eval, [{text}]))",
    "the library": "code.InteractiveInterpreter().runsource({text})",
    "an import": "import {module}",
    "a tree": "compile(tree, '', 'eval')",
    "another thread": "t = threading.Thread(target=exec, args=({text},)); t.start(); t.join(); print('on')",
}
AROUND = """
import ast, code, sys, threading
sys.path.insert(0, {folder!r})
tree = ast.Constant(1)
for _ in range(300): tree = ast.UnaryOp(ast.USub(), tree)
tree = ast.fix_missing_locations(ast.Expression(tree))
text = "-" * 300 + "1"
class Loud:
    def __exit__(self, *_): print("exit")
    def __enter__(self): return self
try:
    with Loud():
        {act}
except BaseException: print("caught")
finally: print("finally")
"""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_what_a_program_has_compiled_ends_the_run(act: str, tier: str, tmp_path: Path) -> None:
    module = f"deep_for_{tier}"  # which stays imported
    (tmp_path / f"{module}.py").write_text("x = " + "-" * 300 + "1\n")
    source = AROUND.format(folder=str(tmp_path), act=act.format(text="text", module=module))
    recording = run(source, tier=tier, source_nesting=200)

    assert recording.outcome == Outcome(OutcomeStatus.LIMIT, limit="source_nesting")
    assert recording.stdout == ""
    assert len(recording) > 0
    without = run(source, tier=tier)
    assert without.outcome.status == "completed"


USING = """
import dataclasses
@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
def numbers(*many, last=0, **more): yield from many
class Meta(type): pass
class C(metaclass=Meta):
    def __init__(self, a, b, c=1): self.a = [*numbers(a, b, c)]
(first, *rest), second = [C(1, 2).a, Point(1)]
async def none(): return [eval("1 + 1") for _ in range(2)]
try: none().send(None)
except StopIteration as error: print(error.value, first, rest, second)
"""


@pytest.mark.parametrize("tier", TIERS)
def test_what_the_machine_compiles_for_itself_does_not_count(tier: str) -> None:
    recording = run(USING, tier=tier, source_bytes=4000, source_nesting=13)

    assert recording.outcome.status == "completed", recording.outcome
    assert recording.stdout == "[2, 2] 1 [2, 1] Point(x=1, y=0)\n"
    small = "def f(a, /, *b, c, **d): yield a\nfor x in f(1, c=2): [y, *z] = [x]\nprint(y)"
    assert run(small, tier=tier, source_bytes=len(small), source_nesting=6).stdout == "1\n"


def test_modules_of_ours_do_not_count() -> None:
    own = Path(compiling.__file__)

    class Heard:
        """Looks at a source as the limits do."""

        def __init__(self) -> None:
            self.found: list[str | None] = []

        def heard(self, event: str, arguments: Sequence[object]) -> None:
            if event == events.COMPILING:
                self.found.append(compiling.excess_compiled(Limits(source_bytes=10), *arguments))

    listener = Heard()
    with events.told(listener):
        compile(own.read_bytes(), str(own), "exec")
        compile(own.read_bytes() + b"#", str(own), "exec")
        compile(own.read_bytes(), str(own.parent / "gone.py"), "exec")
        compile(own.read_bytes(), "elsewhere.py", "exec")
    assert listener.found == [None, *["source_bytes"] * 3]
    assert events._listening == []


def test_warnings_of_a_source_come_once() -> None:
    source = (
        "import warnings\nwith warnings.catch_warnings(record=True) as found:\n    warnings.simplefilter('always')\n"
    )
    source += "    exec(text)\nprint(len(found))\n"
    source = f"text = '\"' + chr(92) + 'd\"' + ' ' * 200\n{source}"

    assert run(source, source_nesting=100).stdout == run(source).stdout == "1\n"


def test_production_limits_source() -> None:
    limits = ConfigPresets.production().limits

    assert (limits.source_bytes, limits.source_nesting) == (1 << 20, 200)
    assert excess_of(Path(ast.__file__).read_bytes(), limits) is None


def test_a_flag_is_what_cpython_says() -> None:
    assert __future__.barry_as_FLUFL.compiler_flag == source_limits._BARRY
