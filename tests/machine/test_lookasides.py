"""Tests for calcharo_vm/machine/lookasides.py: functions that look at the calling frame see the guest's."""

import sys

import pytest

from tests.machine.running import assert_same, on_machine

PROGRAMS = {
    "locals in comprehensions and generators": """
        x = 1
        print([sorted(k for k in locals() if k[0] != "_")[:2] for y in (2,)][0][-1:])
        print(sorted(k for k in next(locals() for z in (3,)) if k[0] != "."))
        class C:
            a = 1
            inlined = [sorted(k for k in dict(locals()) if k[0] != "_") for b in (2,)]
            print(sorted(k for k in locals() if k[0] != "_"))
        print(C.inlined)
        def f(n): return [sorted(locals()) for m in (n,)], sorted(locals())
        print(len(f(1)[1]))
        exec("print([sorted(locals()) for q in (1,)][0])", {"__builtins__": __builtins__}, {"own": 1})
    """,
    "locals of a function again and again": """
        def f():
            first = locals()
            x = 1
            n = len(locals())
            del x
            return n, sorted(locals()), "x" in first
        print(f())
        def g(a):
            def inner(): return a
            a = 2
            return locals()["a"], sorted(vars()), dir()
        print(g(1))
        try: vars(1)
        except TypeError as error: print(error)
        print(dir(type("C", (), {"x": 1})())[-1:])
    """,
    "wrong arguments": """
        for call in (lambda: globals(1), lambda: globals(x=1), lambda: locals(1), lambda: locals(x=1),
            lambda: vars(1, 2),
                     lambda: dir(1, 2), lambda: super(1), lambda: super(int, "s")):
            try: call()
            except TypeError as error: print(error)
    """,
    "super in every kind of function": """
        class A:
            def m(self): return "A"
            @classmethod
            def c(cls): return cls.__name__
        class B(A):
            def m(self, *args, **more): return super().m()
            @classmethod
            def c(cls): return super().c()
            def nested(self): return [super(B, self).m() for _ in (1,)]
            def captured(self):
                def inner(): return self
                return super().m(), inner() is self
            def generator(self): yield super().m()
            async def coroutine(self): return super().m()
            def renamed(this): return super().m()
            def indirect(self):
                s = super
                try: return s().m()
                except RuntimeError as error: return str(error)
        b = B()
        print(b.m(1, x=2), B.c(), b.nested(), b.captured(), list(b.generator()), b.renamed(), b.indirect())
        try: b.coroutine().send(None)
        except StopIteration as stop: print(stop.value)
        print(super(B, b).m(), super(B).__self__)
        class Late:
            def m(self): return __class__
        print(Late().m() is Late)
        def star(*args): super()
        class D(A):
            def m(*args): return super().m()
        for call in (lambda: star(1), D().m):
            try: call()
            except RuntimeError as error: print(error)
    """,
    "code that is compiled": """
        import ast
        print(eval(compile("1 + 1", "s", mode="eval")), compile(source="x", filename="f", mode="eval").co_filename)
        print(type(compile("x", "s", "eval", flags=ast.PyCF_ONLY_AST)).__name__)
        tree = ast.parse("y = 5")
        space = {}
        exec(compile(tree, "s", "exec", dont_inherit=True, optimize=2), space)
        print(space["y"])
        for wrong in (lambda: compile("(", "s", "exec"), lambda: compile("x", "s", "other"), lambda: compile(1, "s",
            "eval"), lambda: compile("x", "s", "exec", 1 << 30)):
            try: wrong()
            except (SyntaxError, ValueError, TypeError) as error: print(type(error).__name__, str(error)[:40])
    """,
    "code that is evaluated": """
        x = "global"
        def f():
            x = "local"
            space = {}
            exec("y = x", {"x": 1}, space)
            exec("z = x", globals(), space)
            more = eval(b" 5"), eval(bytearray(b"6")), eval(memoryview(b"7"))
            return space, eval("x"), eval("x", globals()), eval("\t x"), more
        print(f())
        import collections
        print(eval("a + b", {}, collections.ChainMap({"a": 1}, {"b": 2})))
        exec("def g(): return x\\nprint(g())")
        code = compile("x + '!'", "s", "eval")
        print(eval(code), eval(code, {"x": "given"}))
        def h(): return 5
        print(eval(h.__code__), exec(h.__code__))
        print(eval("[x for x in range(3)]"), eval("(lambda: x)()"))
        for wrong in (lambda: eval("x =1"), lambda: eval(""), lambda: exec("("), lambda: eval("1", [], {}),
            lambda: exec("1", {}, 5),
                      lambda: eval(None), lambda: exec(5), lambda: eval("x\\0")):
            try: wrong()
            except (SyntaxError, TypeError, ValueError) as error: print(type(error).__name__, str(error)[:50])
    """,
    "code with free variables": """
        def f():
            x = 1
            def g(): result.append(x)
            return g
        result = []
        g = f()
        exec(g.__code__, globals(), closure=g.__closure__)
        print(result)
        cases = (
            lambda: exec(g.__code__), lambda: eval(g.__code__),
            lambda: exec(g.__code__, closure=[]), lambda: exec("1", closure=()), lambda: exec(f.__code__, closure=()),
            lambda: exec(g.__code__, closure=(1,)), lambda: exec(g.__code__, closure=g.__closure__ * 2),
        )
        for case in cases:
            try: print(case())
            except TypeError as error: print(error)
    """,
    "code of functions that native code reads": """
        import operator
        def f(): return 5
        print(eval(operator.attrgetter("__code__")(f)))
    """,
    "references that are counted": """
        import contextlib, sys
        class C:
            items = []
            def m(self): return sys.getrefcount(self), sys.getrefcount(self.items)
        def f(x, *args):
            y = []
            z = y
            def inner(): return y
            return [sys.getrefcount(value) for value in (x, y, args, z)], sys.getrefcount(x), sys.getrefcount([])
        x = []
        print(f(x, 1), f([], 1), C().m(), sys.getrefcount(x), sys.getrefcount([x][0]), sys.getrefcount(C.items))
        for item in [[]]: print(sys.getrefcount(item))
        with contextlib.nullcontext([]) as value: print(sys.getrefcount(value))
        print((lambda y: sys.getrefcount(y))([]))
    """,
    "functions made from code": """
        import types
        def f(x, y=2): return x, y
        made = types.FunctionType(f.__code__, {"n": 1}, "made", (5,))
        print(made(1), made.__name__, made.__code__ is f.__code__, made.__globals__)
        named = types.FunctionType(code=f.__code__, globals={}, name="named", argdefs=(6,))
        print(named(1))
        def outer():
            n = 1
            return lambda: n
        closed = types.FunctionType(outer().__code__, {}, closure=outer().__closure__)
        print(closed())
        for wrong in (lambda: types.FunctionType(), lambda: types.FunctionType(1, {}),
            lambda: types.FunctionType(f.__code__, 1),
                      lambda: types.FunctionType(outer().__code__, {}), lambda: types.FunctionType(globals={})):
            try: wrong()
            except TypeError as error: print(str(error)[:60])
    """,
    "metaclasses that look at their caller": """
        import sys
        class Meta(type):
            def __new__(meta, name, bases, namespace, **more):
                cls = super().__new__(meta, name, bases, namespace)
                cls.caller = sys._getframe(1).f_code.co_name
                return cls
            def __init__(cls, *arguments, **more): pass
        class C(metaclass=Meta): pass
        class D(metaclass=Meta, option=1): pass
        def f():
            class E(C): pass
            return E
        print(C.caller, D.caller, f().caller)
    """,
    "recursion limits": """
        import sys
        old = sys.getrecursionlimit()
        for wrong in (0, -1, 1 << 40, "x", None, 1.5):
            try: sys.setrecursionlimit(wrong)
            except (ValueError, TypeError, OverflowError) as error: print(type(error).__name__, error)
        sys.setrecursionlimit(5000)
        print(sys.getrecursionlimit())
        def f(n): return n and 1 + f(n - 1)
        print(f(3000))
        sys.setrecursionlimit(old)
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_lookasides_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


def test_limits_are_the_guests_however_it_got_the_functions() -> None:
    names = on_machine(
        """
        before = get()
        set_(before + 500)
        after = get()
        set_(before)
        """,
        get=sys.getrecursionlimit,
        set_=sys.setrecursionlimit,
    )

    assert (names["before"], names["after"]) == (sys.getrecursionlimit(), sys.getrecursionlimit() + 500)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="new in 3.13")
def test_eval_takes_keywords() -> None:
    assert_same("""
        print(eval("x + y", globals={"x": 1}, locals={"y": 2}))
        space = {}
        exec("z = 3", globals=space)
        print(space["z"])
    """)


def test_dir_asks_a_mapping_for_its_keys() -> None:
    assert_same("""
        class Mapping:
            def __getitem__(self, name): raise KeyError(name)
            def keys(self): return ["z", "a"]
        print(eval("dir()", {"dir": dir}, Mapping()))
    """)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="`return` in `finally` is warned of since 3.14")
def test_warnings_of_source_that_is_executed_are_about_the_module_of_its_namespace() -> None:
    assert_same("""
        import warnings
        for namespace in ({"__name__": "package.module"}, {"__name__": 1}, {}):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("ignore")
                warnings.filterwarnings("always", module=r"package.module\\\\Z")
                exec("def f():\\\\n  try: pass\\\\n  finally: return", namespace)
                print([str(one.message) for one in caught])
    """)
