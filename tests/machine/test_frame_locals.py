"""Tests for calcharo_vm/machine/frame_locals.py: `f_locals` of every kind of frame, read and written."""

import sys

import pytest

from tests.machine.running import assert_same

COMMON = """
import sys
def shown(call):
    try: return call()
    except Exception as error: return type(error).__name__, str(error)
def without(names, *hidden): return sorted(name for name in names if name not in hidden)
"""
PROGRAMS = {
    "a function's": """
        def f(a, b=2):
            frame = sys._getframe()
            first = frame.f_locals
            c = a
            del b
            print(first["a"], first.get("c"), "b" in frame.f_locals, first.get("missing", 5))
            return without(frame.f_locals, "first")
        print(f(1))
    """,
    "variables that functions share": """
        def outer():
            shared = 1
            def inner():
                if shared > 5: return shared
                return sys._getframe()
            frame = inner()
            unset = lambda: later
            print(sys._getframe().f_locals["shared"], "later" in sys._getframe().f_locals, frame.f_locals["shared"])
            later = 2
            return frame
        print(outer().f_locals)
    """,
    "a module's and a class body's": """
        print(sys._getframe().f_locals is globals())
        sys._getframe().f_locals["made"] = 1
        class C:
            x = 1
            sys._getframe().f_locals["y"] = made
            names = sorted(name for name in sys._getframe().f_locals if name[0] != "_")
        print(made, C.y, C.names)
        print([sorted(k for k in sys._getframe().f_locals if k == "item") for item in (1,)][0])
        class D:
            inlined = ["item" in sys._getframe().f_locals for item in (1,)]
        print(D.inlined)
    """,
    "a generator's": """
        def g(values):
            for value in values: yield value * 2
        it = g([1, 2])
        frame = it.gi_frame
        print(dict(frame.f_locals), next(it), dict(frame.f_locals)["value"])
        print(list(it), frame.f_locals.get("value"), it.gi_frame)
    """,
    "a frame's that has ended": """
        def f(a):
            b = [a]
            return sys._getframe()
        frame = f(1)
        print(dict(frame.f_locals), frame.f_locals["b"], len(frame.f_locals), list(frame.f_locals))
        def failing(value):
            local = value
            raise ValueError
        try: failing(4)
        except ValueError as error: print(error.__traceback__.tb_next.tb_frame.f_locals)
    """,
    "of a library's frame": """
        import json
        try: json.loads("{")
        except ValueError as error: print(sorted(error.__traceback__.tb_next.tb_frame.f_locals)[-1])
    """,
}
WRITTEN = {
    "variables": """
        def f():
            x = 1
            locals_ = sys._getframe().f_locals
            locals_["x"] = 2
            locals_["later"] = 3
            locals_["other"] = 4
            print(x, later if (later := locals_["later"]) else None, locals_["other"], "other" in locals())
            locals_["x"] += 1
            return x, shown(lambda: locals_.__delitem__("other")), "other" in locals_, shown(lambda: locals_["y"])
        print(f())
    """,
    "variables that functions share": """
        def f():
            n = 1
            def g():
                sys._getframe().f_locals["n"] = 5
                return n
            sys._getframe().f_locals["n"] = 3
            print(n, g(), n)
            return sys._getframe()
        frame = f()
        frame.f_locals["n"] = 7
        print(frame.f_locals["n"])
    """,
    "all at once": """
        def f():
            a, b = 1, 2
            d = sys._getframe().f_locals
            d.update({"a": 5, "new": 6})
            d.update(sys._getframe().f_locals)
            before = id(d)
            d |= {"b": 7}
            print(a, b, d["new"], id(d) == before, d.setdefault("a", 0), d.setdefault("more", 9), d.get("more"))
            print({**d}["new"], (d | {"b": 8})["b"], ({"z": 1} | d)["z"], d["b"], (d | d)["a"])
        f()
    """,
    "a mapping like any other": """
        from collections.abc import Mapping
        def f():
            a, b = 1, 2
            d = sys._getframe().f_locals
            print(len(d), list(d), [*d.keys()], [*d.items()][:2], [*d.values()][:2], [*reversed(d)], "b" in d, 5 in d)
            print(isinstance(d, dict), isinstance(d, Mapping), type(d).__name__, type(d).__module__)
            other = sys._getframe().f_locals
            print(d == other, d != other, d == dict(d), d == {}, d == 5, d is other)
            print(d.copy()["a"], repr(d), type(d)(sys._getframe()) == d, d.__sizeof__() > 0)
        f()
    """,
    "what cannot be done": """
        import copy, pickle
        def f():
            a = 1
            d = sys._getframe().f_locals
            for call in (lambda: d["missing"], lambda: d[[]], lambda: d.update([1, 2]), lambda: d.update(5),
                         lambda: d.__delitem__("a"), lambda: d.__delitem__("missing"), lambda: d | 3, lambda: 3 | d,
                         lambda: d.__ior__(3), lambda: type(d)(3), lambda: type(d)(), lambda: hash(d),
                         lambda: copy.copy(d), lambda: pickle.dumps(d), lambda: d.get([]), lambda: [] in d):
                print(shown(call))
            print(type(type(d)(sys._getframe())) is type(d))
        f()
    """,
    "a class body's comprehension": """
        class C:
            found = [list(sys._getframe().f_locals)[-1:] for item in (1,)]
            kept = [("extra" in f, f.__setitem__("extra", 7), "extra" in f) for f in (sys._getframe().f_locals,)]
            read = [sys._getframe().f_locals["item"] for item in "ab"]
        print(C.found, C.kept, C.read)
    """,
    "a library's frame": """
        import json
        try: json.loads("{")
        except ValueError as error: frame = error.__traceback__.tb_next.tb_frame
        frame.f_locals["new"] = 1
        def f(): return sys._getframe().f_locals
        print(frame.f_locals["new"], type(f())(frame)["new"])
    """,
    "pop": """
        def f():
            a = 1
            d = sys._getframe().f_locals
            if not hasattr(d, "pop"): return "no pop"
            d["extra"] = 2
            print(d.pop("extra"), d.pop("extra", "gone"), shown(lambda: d.pop("extra")), shown(lambda: d.pop("a")))
            return shown(lambda: d.pop()), shown(lambda: d.pop(1, 2, 3)), a
        print(f())
    """,
}


def program(source: str) -> str:
    from textwrap import dedent

    return COMMON + dedent(source)


@pytest.mark.parametrize("name", PROGRAMS)
def test_locals_are_cpythons(name: str) -> None:
    assert_same(program(PROGRAMS[name]))


@pytest.mark.skipif(sys.version_info < (3, 13), reason="f_locals writes through since 3.13")
@pytest.mark.parametrize("name", WRITTEN)
def test_locals_are_written_as_by_cpython(name: str) -> None:
    assert_same(program(WRITTEN[name]))


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="f_locals writes through since 3.13")
def test_locals_are_brought_up_to_date() -> None:
    assert_same("""
        import sys
        def f():
            x = 1
            first = sys._getframe().f_locals
            first["other"] = 5
            y = 2
            print(sorted(name for name in first if name != "first"))
            again = locals()
            del x
            print(again is first, sorted(sys._getframe().f_locals), "x" in first, first["y"])
        f()
    """)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="the type has a name since 3.15")
def test_locals_are_of_cpythons_type() -> None:
    assert_same("""
        import sys, types
        def f(): return sys._getframe().f_locals
        print(isinstance(f(), types.FrameLocalsProxyType), f().__class__)
    """)
