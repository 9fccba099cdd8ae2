"""Tests for calcharo_vm/machine/exceptions.py: raising and matching, called as the handlers call them."""

import sys
from typing import Any

import pytest

from calcharo_vm.machine.exceptions import exception_matches, raise_exception
from tests.machine.running import assert_same


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (ValueError, True),
        (Exception, True),
        (KeyError, False),
        ((KeyError, ValueError), True),
        ((), False),
    ],
)
def test_an_exception_matches_its_classes(types: Any, expected: bool) -> None:
    assert exception_matches(ValueError(), types) is expected


def test_a_tuple_of_classes_is_read_as_it_is_stored() -> None:
    class Classes(tuple[type, ...]):
        __slots__ = ()

        def __iter__(self) -> Any:
            return iter([ValueError])

    assert not exception_matches(ValueError(), Classes())
    assert exception_matches(KeyError(), Classes([KeyError]))


@pytest.mark.parametrize("types", [1, int, (ValueError, "text"), (KeyError, (ValueError,))])
def test_only_exception_classes_can_be_caught(types: Any) -> None:
    with pytest.raises(TypeError, match="catching classes that do not inherit from BaseException is not allowed"):
        exception_matches(ValueError(), types)


def test_a_bare_raise_needs_an_exception() -> None:
    with pytest.raises(RuntimeError, match="No active exception to reraise"):
        raise_exception([])
    error = KeyError("k")
    try:
        raise error
    except KeyError:
        assert raise_exception([]) is error


def test_a_cause_is_kept() -> None:
    cause = KeyError("k")

    with pytest.raises(ValueError) as caught:
        raise_exception([ValueError("v"), cause])

    assert caught.value.__cause__ is cause
    with pytest.raises(ValueError, match=r"^alone$"):
        raise_exception([ValueError("alone")])


def test_the_exception_before_a_handler_is_that_of_the_callers() -> None:
    assert_same("""
        import sys
        def f():
            try: raise ValueError("inner")
            except ValueError: seen.append(repr(sys.exception()))
            seen.append(repr(sys.exception()))
        def g():
            f()
            yield repr(sys.exception())
        seen = []
        f()
        try: raise KeyError("outer")
        except KeyError:
            f()
            print(next(g()))
        def sorting(x):
            f()
            return x
        try: raise KeyError("under C")
        except KeyError: sorted([1], key=sorting)
        print(seen)
    """)


@pytest.mark.parametrize("kinds", ["ValueError", "(ValueError, TypeError)", "ExceptionGroup", "1"])
def test_groups_are_split(kinds: str) -> None:
    assert_same(f"""
        try:
            try: raise ExceptionGroup("g", [ValueError(1), ExceptionGroup("h", [TypeError(2), OSError(3)])])
            except* {kinds} as group: print(repr(group))
        except BaseException as rest: print(type(rest).__name__, rest)
    """)


@pytest.mark.skipif(sys.gettrace() is not None, reason="until 3.11 a tracer asks the classes of exceptions too")
def test_a_metaclass_has_no_say_when_exceptions_match() -> None:
    assert_same("""
        class Loud(type):
            def __getattribute__(cls, name):
                print("asked for", name)
                return super().__getattribute__(name)
            def __eq__(cls, other):
                print("compared"); return True
            def __subclasscheck__(cls, other):
                print("asked for subclasses"); return True
            __hash__ = type.__hash__
        class A(Exception, metaclass=Loud): pass
        class B(Exception, metaclass=Loud): pass
        try:
            try: raise A
            except B: print("wrong")
        except A: print("right")
        try:
            try: raise A
            except (B, ValueError): print("wrong")
        except (B, A): print("right")
    """)
