"""Tests for calcharo_vm/recording/conditions.py and evaluation.py: what conditional jumps decided."""

import textwrap

import attrs
import pytest

from calcharo_vm.recording import Condition, ObjectSnapshot, Recording
from tests.recording.audit import record

Row = tuple[str, str, bool, object]


def conditions(source: str) -> list[Row]:
    """Kind, text, truth and value of each condition, in order."""
    return [row(each) for step in record(textwrap.dedent(source)) if (each := step.condition) is not None]


def row(condition: Condition) -> Row:
    value = condition.value
    return str(condition.kind), condition.text, condition.truth, value


PROGRAMS: dict[str, tuple[str, list[Row]]] = {
    "if and while": (
        """
        n = 2
        while n > 0:
            if n == 1: pass
            n -= 1
        """,
        [
            ("while", "n > 0", True, True),
            ("if", "n == 1", False, False),
            ("while", "n > 0", True, True),
            ("if", "n == 1", True, True),
            ("while", "n > 0", False, False),
        ],
    ),
    "and, or, not": (
        """
        a, b, c = [1], 0, 'é'
        if a and b or not c: pass
        x = a and b
        y = b or c
        """,
        [
            ("and", "a", True, [1]),
            ("or", "b", False, 0),
            ("if", "c", True, "é"),
            ("and", "a", True, [1]),
            ("or", "b", False, 0),
        ],
    ),
    "chains": (
        """
        def f(a, b, c):
            if a < b < c: pass
            return a < b < c
        f(1, 2, 3); f(2, 1, 3)
        """,
        [
            ("comparison", "a < b", True, True),
            ("if", "b < c", True, True),
            ("comparison", "a < b", True, True),
            ("comparison", "a < b", False, False),
            ("comparison", "a < b", False, False),
        ],
    ),
    "none": (
        """
        def f(a):
            if a is None: return 1
            if a is not None: return 2
        f(None); f(5)
        """,
        [("if", "a is None", True, None), ("if", "a is None", False, 5), ("if", "a is not None", True, 5)],
    ),
    "ternaries, assertions, comprehensions": (
        """
        def f(x):
            y = 'a' if x else 'b'
            assert x == 3, y
            return [i for i in (0, x) if i if not i == 2]
        f(3)
        """,
        [
            ("ternary", "x", True, 3),
            ("assert", "x == 3", True, True),
            ("comprehension", "i", False, 0),
            ("comprehension", "i", True, 3),
            ("comprehension", "i == 2", False, False),
        ],
    ),
    "exceptions and context managers": (
        """
        from contextlib import suppress
        try: raise KeyError('k')
        except ValueError: pass
        except (KeyError, TypeError) as error: pass
        with suppress(KeyError): {}['k']
        """,
        [
            ("except", "except ValueError: pass", False, False),
            ("except", "except (KeyError, TypeError) as error: pass", True, True),
            ("with", "", True, True),
        ],
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_conditions(name: str) -> None:
    source, expected = PROGRAMS[name]
    found = [one if one[0] != "with" else (one[0], "", *one[2:]) for one in conditions(source)]

    assert expected == found


def test_patterns() -> None:
    rows = conditions("""
        def f(value):
            match value:
                case 1 if value > 5: return 'never'
                case None: return 'none'
                case [x, *_]: return 'sequence'
                case {'k': v}: return 'mapping'
                case str(): return 'text'
        f(1); f(None); f([1]); f({'k': 2}); f('t')
        """)
    kinds = {kind for kind, *_ in rows}

    assert {"match", "guard"} == kinds
    assert ("guard", "value > 5", False, False) in rows
    assert ("match", "None", True, None) in rows
    assert ("match", "None", False, [1]) in rows
    assert any(row[:3] == ("match", "[x, *_]", True) for row in rows)
    assert any(row[:3] == ("match", "{'k': v}", True) for row in rows)


def test_a_condition_decided_by_the_program_shows_what_it_was_asked_of() -> None:
    source = "class Odd:\n def __bool__(self): return self is None\nodd = Odd()\nif odd and 1: pass\nx = odd or 2\n"
    found = [step.condition for step in record(source) if step.condition is not None]

    assert ["odd", "odd"] == [each.text for each in found]
    assert [False, False] == [each.truth for each in found]
    assert all(isinstance(each.value, ObjectSnapshot) and each.value.type_name == "Odd" for each in found)


def test_recursion_within_the_test_itself() -> None:
    source = """
class Deep:
    def __init__(self, n): self.n = n
    def __bool__(self):
        if self.n and Deep(self.n - 1): return True
        return False
if Deep(2): pass
"""
    found = [step.condition for step in record(source) if step.condition is not None]

    assert [2, 1, 0] == [each.value for each in found if each.text == "self.n"]
    assert 3 == sum(isinstance(each.value, ObjectSnapshot) for each in found)


def without_source(recording: Recording) -> Recording:
    return Recording(recording.journal, recording.outcome)


def test_without_source_there_is_no_text() -> None:
    recording = without_source(record("a = None\nif a is None: b = a\nx, y = a or 1, 2\n"))
    found = [step.condition for step in recording if step.condition is not None]
    evaluated = [each for step in recording for each in step.evaluations]

    assert {"other"} == {str(each.kind) for each in found}
    assert {""} == {each.text for each in found} | {each.text for each in evaluated}
    assert (1, 4, 1, 8, None) in [attrs.astuple(each)[:5] for each in evaluated]


def test_source_that_is_not_the_programs_is_not_taken_for_it() -> None:
    recording = record("code = 'x = 1 + y'\nexec(code, {'y': 2})", filename="<string>")
    texts = [each.text for step in recording for each in step.evaluations if step.index > 4]

    assert "x = 1 + y" not in recording.source[:5]
    assert "" in texts
    assert recording.source_of("<string>") == recording.source
    assert recording.source_of("elsewhere.py") is None


def test_source_that_this_python_cannot_parse() -> None:
    recording = record("a = 1\nif a: b = 2\n")
    other = Recording(recording.journal, recording.outcome, "a = = 1")

    assert {""} == {each.text for step in other for each in step.evaluations}


def test_code_of_another_text_than_its_file_has() -> None:
    source = """
if 1:
 b = 2
other = "def f(a):\\n\\n x = a; a\\n if x and a: return x\\n" + "\\n" * 9 + "if f(3): pass\\nif f(4): pass"
exec(compile(other, "program.py", "exec"), {})
"""
    recording = record(source + "\n" * 7 + "if 1:\n b = 9\n")
    found = [step.condition for step in recording if step.condition is not None]
    evaluated = [each.value for step in recording for each in step.evaluations]

    assert [("other", True)] * 6 == [(str(each.kind), each.truth) for each in found]
    assert "" == found[-1].text
    assert 3 not in evaluated


def test_code_without_positions() -> None:
    recording = record("""
code = compile("if a and b: c = 1", "program.py", "exec").replace(co_linetable=b"")
exec(code, {"a": 1, "b": []})
""")
    found = [step.condition for step in recording if step.condition is not None]

    assert [("other", "", True, 1), ("other", "", False, [])] == [row(each) for each in found]
