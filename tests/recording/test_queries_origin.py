"""Tests for calcharo_vm/recording/queries/origin.py, passing.py and stacks.py."""

import io
import sys

import pytest

from calcharo_vm.errors import RecordingError
from calcharo_vm.recording import LinkKind, Recording
from tests.recording.audit import record


def kinds(recording: Recording, name: str = "x", step: int = -1) -> list[tuple[str, int | None]]:
    """What each link is, and its line."""
    return [(link.kind.value, link.step.line_number) for link in recording.origin(step, name)]


def chain(source: str, name: str = "x") -> str:
    """What the links are."""
    return " ".join(link.kind.value for link in record(source).origin(-1, name))


def test_a_chain_from_the_name_to_the_literal() -> None:
    recording = record("def f(p):\n q = p\n return q\na = 5\nx = f(a)\n")
    links = recording.origin(-1, "x")

    assert [
        ("bound", 5),
        ("returned", 3),
        ("bound", 2),
        ("argument", 1),
        ("bound", 4),
        ("literal", 4),
    ] == kinds(recording)
    assert ["x is bound", "f returned it", "q is bound", "p is an argument of f", "a is bound", "a literal"] == [
        link.description for link in links
    ]
    assert (4, 4, 4, 5) == links[-1].span
    assert all(link.index == link.step.index for link in links)


def test_a_link_without_source_text() -> None:
    recording = record("code = compile('\\n' * 30 + 'x = int(y := 5)', __file__, 'exec')\nexec(code)\n")

    assert [("bound", 31), ("called", 31)] == kinds(recording)
    assert [None, None] == [link.source for link in recording.origin(-1, "x")]


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ("x = 1 + int()", "bound operation"),
        ("x = -(y := 1)", "bound operation"),
        ("x = y = 'a' * 2", "bound literal"),
        ("y = 1\nx = y", "bound bound literal"),
        ("t = (1, 2)\ny, x = t", "bound item literal"),
        ("y = 1\nz = 2\ny, z = z, y\nx = y", "bound bound bound literal"),
        ("y = 1\nz = 2\nw, x = y, z", "bound bound literal"),
        ("t = (y := 1, 2)\nx, z = t", "bound item stored literal"),
        ("x = [1, 2, 3][1]", "bound item literal"),
        ("y = 3\nx = [1, y][1]", "bound item stored bound literal"),
        ("y = [0]\ny.append(7)\nx = y[-1]", "bound item stored literal"),
        ("y = [0]\ny[0] = 7\nx = y[0]", "bound item stored literal"),
        ("y = {'k': 1}\nx = y['k']", "bound item stored literal"),
        ("y = {}\ny['k'] = 1\nx = y['k']", "bound item stored literal"),
        ("z = [5]\ny = [1, *z]\nx = y[1]", "bound item stored literal"),
        ("x = sorted([2, 1])[0]", "bound item called"),
        ("x = ([1] + [2])[1]", "bound item operation"),
        ("x = 'abc'[int()]", "bound operation"),
        ("x = 'abc'.upper", "bound attribute"),
        ("import sys\nx = sys", "bound bound imported"),
        ("from os import sep as x", "bound imported"),
        ("def f(): pass\nx = f", "bound bound operation"),
        ("def f(a=1): pass\nx = f", "bound bound operation"),
        ("class C: pass\nx = C", "bound bound called"),
        ("class C: pass\nx = C()", "bound called"),
        ("class C:\n def __init__(self, a): self.a = a\ny = C(4)\nx = y.a", "bound attribute stored argument literal"),
        ("class C:\n a = 1\nx = C().a", "bound attribute"),
        ("class C:\n def m(self, a): return a\nx = C().m(3)", "bound returned argument literal"),
        ("class C:\n def m(self, a): return a\nf = C().m\nx = f(3)", "bound returned argument literal"),
        ("class C:\n def __call__(self, a): return a\nx = C()(3)", "bound returned argument literal"),
        ("class C:\n def __add__(self, a): return a\nx = C() + 3", "bound returned argument literal"),
        ("class C:\n @property\n def p(self): return 3\nx = C().p", "bound returned literal"),
        (
            "class C:\n def m(self): return 3\nclass D(C):\n def m(self): return super().m()\nx = D().m()",
            "bound returned returned literal",
        ),
        ("class C: a = 1\nclass D(C):\n def m(self): return super().a\nx = D().m()", "bound returned attribute"),
        ("for x in [1, 2]: pass", "bound item literal"),
        ("y = 2\nfor x in [1, y]: pass", "bound item stored bound literal"),
        ("for x in range(3): pass", "bound item"),
        ("for x in {1}: pass", "bound item"),
        ("def g(): yield 4\nfor x in g(): pass", "bound yielded literal"),
        ("def g(): yield 4\nk = g()\nx = next(k)", "bound yielded literal"),
        ("def g(): yield\ny = g(); next(y)\ntry: next(y)\nexcept StopIteration as e: x = e", "bound bound raised"),
        ("y = 5\nx = [z for z in (y,)][0]", "bound item stored bound item stored bound literal"),
        ("y = 5\nx = sorted(z for z in (y,))[0]", "bound item called"),
        ("y = 5\nfor x in (z for z in (y,)): pass", "bound yielded bound item stored bound literal"),
        ("def f(*a): return a[0]\nx = f(1)", "bound returned item stored literal"),
        ("def f(a=4): return a\nx = f()", "bound returned given"),
        ("def f(a, b): return b\nx = f(1, b=2)", "bound returned argument literal"),
        ("def f(a): return a\nx = max([1, 2], key=f)", "bound called"),
        ("x = list(map(lambda a: a, [3]))[0]", "bound item called"),
        ("x = len", "bound given"),
        ("globals()['x'] = 3", "given"),
        ("def f():\n y = 3\n def g(): return y\n return g()\nx = f()", "bound returned returned bound literal"),
        ("def f(y):\n def g(): return y\n return g()\nx = f(3)", "bound returned returned argument literal"),
        ("def f(): return None\nx = f()", "bound returned literal"),
        ("x = 1\nx += 1", "bound operation"),
        ("try: raise KeyError(1)\nexcept KeyError as e: x = e", "bound bound raised"),
        ("match [1, 2]:\n case [y, x]: pass", "bound item stored literal"),
        ("match (y := 3):\n case x: pass", "bound literal"),
        ("with open(0, closefd=False) as x: pass", "bound called"),
        ("def f():\n y = 1\n x = y\n return x\nx = f()", "bound returned bound bound literal"),
        ("y = f'{1}a'\nx = y", "bound bound operation"),
        ("def f(): return (yield)\ng = f(); next(g)\ntry: g.send(3)\nexcept StopIteration: x = 1", "bound literal"),
        ("import asyncio\nasync def m(): return 3\nx = asyncio.run(m())", "bound called"),
    ],
)
def test_chains(source: str, links: str) -> None:
    assert links == chain(source)


def test_what_a_method_is_called_on() -> None:
    source = "class A:\n def f(self): global x; x = self\n def g(self): self.f()\nmade = A()\nmade.g()\n"
    links = record(source).origin(-1, "x")

    assert [
        "x is bound",
        "self is an argument of A.f",
        "self is an argument of A.g",
        "made is bound",
        "A returned it",
    ] == [link.description for link in links]
    assert ("called", "A()") == (links[-1].kind.value, links[-1].source)


@pytest.mark.parametrize(
    ("called", "links"),
    [
        ("super()", "bound argument argument bound called"),
        ("super(B, self)", "bound argument argument bound called"),
        ("[lambda: self, super()][1]", "bound argument argument bound called"),
        ("(lambda made: made)(super())", "bound given"),
    ],
)
def test_what_a_method_of_the_superclass_is_called_on(called: str, links: str) -> None:
    source = (
        f"class A:\n def f(self): global x; x = self\nclass B(A):\n def f(self): {called}.f()\nmade = B()\nmade.f()\n"
    )

    assert links == chain(source)


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ("class B(A):\n @property\n def g(self): return self.f\nmade = B()\nmade.g()", "bound argument bound called"),
        ("made = A()\nother = A()\nother.g = made.f\nother.g()", "bound given"),
        ("g = A().f\ng()", "bound given"),
        ("list(map(A.f, [A()]))", "bound given"),
    ],
)
def test_what_a_bound_method_is_called_on(source: str, links: str) -> None:
    assert links == chain("class A:\n def f(self): global x; x = self\n" + source)


def test_a_function_that_is_read_as_an_attribute_is_called_on_nothing() -> None:
    source = "class C: pass\nc = C()\nc.f = lambda p: p\nx = c.f(3)\n"

    assert "bound returned argument literal" == chain(source)


RAISING = """
def f():
    try:
        raise KeyError("k")
    finally:
        done = 1
def g():
    try: f()
    except KeyError: raise
try: g()
except KeyError as error: x = error
"""


@pytest.mark.parametrize("meanwhile", ["done = 1", "for k in range(3000): pass"])
def test_where_an_exception_was_raised(meanwhile: str) -> None:
    recording = record(RAISING.replace("done = 1", meanwhile))
    raised = [each.step for each in recording.raises()]

    link = recording.origin(-1, "x")[-1]

    assert [4, 9] == [step.line_number for step in raised]
    assert ("raised", raised[1]) == (link.kind.value, link.step)


def test_where_an_exception_was_raised_that_a_finally_passes_on() -> None:
    recording = record(RAISING.replace("g()\nexcept KeyError as", "f()\nexcept KeyError as"))

    link = recording.origin(-1, "x")[-1]

    assert ("raised", 4) == (link.kind.value, link.step.line_number)


def test_what_is_awaited() -> None:
    recording = record(
        "import asyncio\nasync def f(a): return a\nasync def m():\n y = await f(3)\n return y\nx = asyncio.run(m())\n"
    )
    last = recording.calls("m")[0].last
    assert last is not None

    assert ["bound", "returned", "argument", "literal"] == [kind for kind, _line in kinds(recording, "y", last.index)]


def test_what_is_sent_to_a_generator() -> None:
    recording = record("def g():\n y = yield\n yield y\nk = g()\nnext(k)\nk.send(3)\n")
    step = next(step for step in recording if step.function == "g" and step.line_number == 3)

    assert [("bound", 2), ("argument", 6), ("literal", 6)] == kinds(recording, "y", step.index)


def test_a_generator_that_is_resumed_without_being_sent_anything() -> None:
    recording = record("def g():\n y = yield\n yield y\nk = g()\nnext(k)\nnext(k)\n")
    step = next(step for step in recording if step.function == "g" and step.line_number == 3)

    assert [("bound", 2), ("given", 6)] == kinds(recording, "y", step.index)


def test_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("hello\n"))
    links = record("x = input()\n").origin(-1, "x")

    assert [LinkKind.BOUND, LinkKind.INPUT] == [link.kind for link in links]
    assert "input returned it" == links[-1].description


def test_through_many_chunks() -> None:
    recording = record("def f(p):\n for k in range(3000): k\n return p\nclass C: pass\nc = C()\nc.a = 7\nx = f(c.a)\n")

    assert len(recording.journal.chunks) > 5
    assert [("bound", 7), ("returned", 3), ("argument", 1), ("attribute", 7), ("stored", 6), ("literal", 6)] == kinds(
        recording
    )


def test_what_lies_on_a_stack_for_long() -> None:
    recording = record("def f():\n for k in range(4000): k\nx = [7, f()][0]\n")

    assert len(recording.journal.chunks) > 10
    assert [("bound", 3), ("item", 3), ("stored", 3), ("literal", 3)] == kinds(recording)


def test_in_threads() -> None:
    source = (
        "import threading\ndef f(a):\n b = a\n e.wait(0.01)\n c = b\n return c\ne = threading.Event()\n"
        "ts = [threading.Thread(target=f, args=(n,)) for n in range(2)]\n"
        "for t in ts: t.start()\nfor t in ts: t.join()\n"
    )
    recording = record(source)
    for call in recording.calls("f"):
        assert call.last is not None
        assert [5, 3] == [line for _kind, line in kinds(recording, "c", call.last.index)][:2]


def test_the_source_of_a_link() -> None:
    from calcharo_vm import execute_and_trace

    recording = execute_and_trace("y = 'ä'; x = (1 +\n  int())\n")

    assert ["x", "1 +\n  int()"] == [link.source for link in recording.origin(-1, "x")]
    assert ["y", "'ä'"] == [link.source for link in recording.origin(-1, "y")]

    unknown = execute_and_trace(compile("x = 1", "nowhere.py", "exec"))

    assert [None, None] == [link.source for link in unknown.origin(-1, "x")]


def test_names_without_a_value() -> None:
    assert not record("y = 1").origin(-1, "x")
    with pytest.raises(RecordingError, match="the name of a variable was wanted, not 3"):
        record("y = 1").origin(-1, 3)  # type: ignore[arg-type]
