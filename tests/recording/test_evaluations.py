"""Tests for calcharo_vm/recording/expressions.py, instruction_nodes.py and syntax.py.

What CPython evaluates, in a copy of the program whose expressions all tell their values, is the oracle.
"""

import ast
import contextlib
import io
from collections import deque

import pytest

from calcharo_vm.recording import ObjectSnapshot, Recording
from calcharo_vm.recording.syntax import Span, span_of
from tests.recording.audit import record

Seen = tuple[Span, str]

_FOLDED = (ast.Constant, ast.Tuple, ast.BinOp, ast.UnaryOp, ast.Subscript, ast.operator, ast.unaryop, ast.expr_context)


def is_told(node: ast.AST) -> bool:
    """Returns whether an expression is evaluated by instructions of its own on every version."""
    if not isinstance(node, ast.expr) or isinstance(node, ast.Starred | ast.Slice | ast.FormattedValue):
        return False
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super":
        return False
    is_load = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    return is_load and not all(isinstance(each, _FOLDED) for each in ast.walk(node))


class Telling(ast.NodeTransformer):
    """Wraps expressions in a call that tells their values."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.pattern):
            return node
        tells = is_told(node)
        if isinstance(node, ast.JoinedStr) or type(node).__name__ == "TemplateStr":
            inner = node
        else:
            inner = self.generic_visit(node)
        if not tells:
            return inner
        span = span_of(node)
        assert span is not None
        self.spans.append(span)
        number = ast.Constant(len(self.spans) - 1)
        call = ast.Call(ast.Name("__tell__", ast.Load()), [number, inner], [])  # type: ignore[list-item]
        return ast.fix_missing_locations(ast.copy_location(call, node))


def told(source: str) -> list[Seen]:
    """What expressions of a program CPython evaluates to, in order."""
    telling = Telling()
    tree = ast.parse(source)
    telling.visit(tree)
    seen: list[Seen] = []

    def tell(number: int, value: object) -> object:
        seen.append((telling.spans[number], shown(value)))
        return value

    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(ZeroDivisionError):
        exec(compile(tree, "program.py", "exec"), {"__name__": "__main__", "__tell__": tell})
    return seen


def shown(value: object) -> str:
    """A value as both sides can show it."""
    if isinstance(value, list | tuple | set | deque):
        kind = next(cls.__name__ for cls in (list, tuple, set, deque) if isinstance(value, cls))
        parts = [shown(part) for part in (list.copy(value) if isinstance(value, list) else value)]
        return f"{kind}({', '.join(sorted(parts) if kind == 'set' else parts)})"
    if isinstance(value, dict):
        return f"dict({', '.join(f'{shown(key)}: {shown(part)}' for key, part in value.items())})"
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return repr(value)
    name = value.type_name if isinstance(value, ObjectSnapshot) else type(value).__name__
    return "callable" if name in _CALLABLES else name


_CALLABLES = {"function", "method", "builtin_function_or_method", "method_descriptor", "method-wrapper"}


def recorded(recording: Recording) -> list[Seen]:
    """What a recording says was evaluated; constants, which may have been folded, are left out."""
    tree = ast.parse(recording.source)
    wanted = {span_of(node) for node in ast.walk(tree) if is_told(node)}
    inner = [node for each in ast.walk(tree) if is_text(each) for node in ast.walk(each) if node is not each]
    whole = {span_of(node) for node in ast.walk(tree) if is_text(node) and node not in inner}
    wanted = wanted - {span_of(node) for node in inner} | whole
    found: list[Seen] = []
    for step in recording:
        for each in step.evaluations:
            assert each.line is not None
            assert each.column is not None
            assert each.end_line is not None
            assert each.end_column is not None
            span = Span(each.line, each.column, each.end_line, each.end_column)
            segment = ast.get_source_segment(recording.source, located(span))
            assert segment == each.text
            if span in wanted:
                found.append((span, shown(each.value)))
    return found


def is_text(node: ast.AST) -> bool:
    return type(node).__name__ in {"JoinedStr", "TemplateStr"}


def located(span: Span) -> ast.AST:
    node = ast.Pass()
    node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = (
        span.line,
        span.column,
        span.end_line,
        span.end_column,
    )
    return node


PROGRAMS = {
    "operators": """
a, b, c = 1, 2, 0
x = a + b * -c - (a << b) ** 2 // 3
y = ~a | b & c ^ (not a)
z = a is b, a in (1, b), a not in (b,), not (a in (b, a)), not (a is b), +a
a += b
t = (1,
     a, b)
""",
    "names and attributes": """
class Box:
    size = 3
    def grown(self, by):
        self.size = self.size + by
        return self
def outer(n):
    def inner(): return n + len(str(n))
    m = inner()
    return m
box = Box()
q = box.grown(2).grown(
    outer(4)
).size
w = (box
     .grown(1)
     .grown(2)
     .size)
d = {'k': [box.size]}
d['k'][0] += 1; e = d['k'][0], d['k'][:1], d['k'][::2]
""",
    "branches": """
def f(a, b, c):
    if a and b or not c: r = 1
    elif a or (b and c): r = 2
    else: r = 3
    x = a and b or c
    y = a if b else c if a else b
    z = (a or b) and not (b and c)
    w = not (a and b)
    if not (a if b else c): r += 1
    if (a if b else c) and not a: r += 2
    while r > 0 and not (a is None): r -= 2
    v = [a or b, (a and c) if b else (b or a)]
    assert a or b or c or not c, 'never'
    return r, x, y, z, w, v
for triple in [(a, b, c) for a in (0, 1) for b in (0, [2]) for c in ('', 'x')]: f(*triple)
""",
    "none": """
def f(a, b):
    if a is None: return 1
    if not (b is not None): return 2
    x = a is None or b is None
    return a if a is not None and b is None else b
f(None, 1), f(1, None), f(1, 2), f(0, 0)
""",
    "chains": """
def f(a, b, c):
    x = a < b < c
    if a < b < c: x = 1
    while not (a < b <= c > a): break
    return a < b < c or a == b == c, (a < b < c) if a else b, x
triples = [(1, 2, 3), (3, 2, 1), (1, 3, 2), (1, 1, 1), (0, 1, 2)]
for triple in triples: f(*triple)
""",
    "displays": """
a = [1, 2]; k = {'x': 1}
def f(*args, **more): return args, more
q = [1, *a, 3], (*a, 4), {*a, 5}, {**k, 'y': a}, [[]], [[a]], {}, ()
r = f(*a, **k), f(1, *a, z=2), f(*[1], *a), f(x=1, **{'y': 2})
s = {'a': a, 'b': {'c': k}}
big = [a, 2, 3, 4, 5]
""",
    "comprehensions": """
def f(xs):
    a = [x + 1 for x in xs if x if not x == 2]
    b = {x: y for x in xs for y in range(x)}
    c = {x for x in [x for x in xs]}
    d = [[y for y in range(x)] for x in xs]
    e = list(x * 2 for x in xs)
    g = any(x > 1 for x in xs), all(x > 1 for x in xs), tuple(x for x in xs), set(x for x in xs)
    return a, b, c, d, e, g, [z := x for x in xs], [[x] for x in xs], [(x, x) for x in xs]
f([0, 1, 2])
top = [n for n in range(3)]
""",
    "asynchronous comprehensions": """
class Items(list):
    def __aiter__(self): return self
    async def __anext__(self):
        if not self: raise StopAsyncIteration
        return self.pop()
async def f(xs):
    a = [y async for x in Items(xs) for y in x]
    b = [y for x in xs async for y in Items(x)]
    c = {y async for x in Items(xs) async for y in Items(x)}
    d = {y: x for x in xs async for y in Items(x)}
    return a, b, c, d, [z async for z in Items([1])]
try: f([[1, 2], [3]]).send(None)
except StopIteration as stop: done = stop.value
""",
    "functions": """
def f(a, b=1 + 1, *, c=len('xy')): return lambda d, e=a: (d, e, b)
g = f(1)(2)
h = (lambda: 0)()
m = (n := 5) + n
if (p := n > 2) and p: pass
""",
    "decorators": """
def named(name):
    def add(f):
        f.name = name
        return f
    return add
plain = named('plain')
@named('outer')
@plain
def f(): return 1
@named('cls')
class A: x = len('ab')
f()
""",
    "generators": """
def g(n):
    got = yield n
    more = (yield n + 1), (yield)
    result = yield from h(n)
    return got, more, result
def h(n):
    x = yield n * 2
    return x
it = g(1)
log = [next(it), it.send('a'), it.send('b'), it.send('c')]
try: it.send('d')
except StopIteration as stop: log.append(stop.value)
""",
    "text": """
name, width = 'añb', 5
t = f'{name}' + f'é{name!r:>{width}}' + f'{width + 1:03d}{name.upper()}'
é = name; ü = é + 'ß' + é
v = (f"{name}"
     "more")
e = f'', f'plain', [f'', name], f'{name!r}' f'', f'{width:5d}'
""",
    "calls of methods": """
words = 'b a c'.split()
words.sort(); words.append('d'.upper())
r = ','.join(words).replace('a',
    'x').strip()
class P:
    @property
    def v(self): return [1]
    def __getitem__(self, i): return i
class Q(P):
    @property
    def v(self): return super().v + [2]
    def __init__(self): super().__init__()
u = Q().v[0], Q()[1:2], Q()['x']
""",
    "handlers": """
def f(x):
    try: return 1 / x
    except (ValueError, ZeroDivisionError) as error: return str(error)
    finally: x = [x]
f(0), f(2)
def g(x):
    for i in range(x):
        if i == 2: break
        if i: continue
    else: return i
    with open(__import__('os').devnull) as file: data = file.read()
    return data, i
g(1), g(4)
""",
    "two loads": """
def f(a, b):
    c = a; d = b; a[c[0]] = 7; e = (b, a, b)
    for x in e: y = x
    for x in e: x
    c = [d, c]
    x = b; d += a
    a = x; x = d; a += x
    if x: 5
    return a is b, f2(a, b), d
def f2(p, q): return p == q == p, [r for r in p], q if p else q
f([0, 1], [2])
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_evaluations_are_those_of_cpython(name: str) -> None:
    expected, found = told(PROGRAMS[name]), recorded(record(PROGRAMS[name]))
    lines = PROGRAMS[name].split("\n")

    for at, (one, other) in enumerate(zip(expected, found, strict=False)):
        assert one == other, f"{one} and not {other} at {at}, in {lines[one[0].line - 1]!r}"
    assert len(expected) == len(found)


def test_what_a_module_returns_is_not_the_constant_at_its_end() -> None:
    evaluated = [each.text for step in record("a = [1]\n5\n") for each in step.evaluations]

    assert "[1]" in evaluated
    assert "5" not in evaluated
