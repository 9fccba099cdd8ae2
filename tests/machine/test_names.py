"""Tests for calcharo_vm/machine/names.py: where names are found, and the errors of those that are missing."""

import sys

import pytest

from tests.machine.running import assert_same

PROGRAMS = {
    "names that are missing": """
        def local():
            if False: x = 1
            return x
        def free():
            def inner(): return y
            if False: y = 1
            return inner()
        def cell():
            def inner(): return z
            print(z)
            z = 1
        def deleted():
            x = 1
            del x
            del x
        def deleted_cell():
            def inner(): return c
            c = 1
            del c
            del c
        def deleted_free():
            c = 1
            def inner():
                nonlocal c
                del c
                del c
            inner()
        def glob(): return missing
        def delete_glob():
            global missing
            del missing
        for case in (local, free, cell, deleted, deleted_cell, deleted_free, glob, delete_glob):
            try: case()
            except NameError as error: print(type(error).__name__, error, getattr(error, "name", None))
    """,
    "globals deleted": """
        def f():
            global x
            x = 1
            del x
            x = 2
        f()
        print(x)
        del x
        try: x
        except NameError as error: print(error)
        del x
    """,
    "names of a class body": """
        x = "global"
        class C:
            print(x)
            x = "class"
            print(x)
            del x
            print(x, len)
            try: del x
            except NameError as error: print(error)
            try: missing
            except NameError as error: print(error)
        def f():
            y = "function"
            class D:
                print(y)
                y = "class"
                print(y)
                del y
                print(y)
            def g():
                class E:
                    def m(self): return later
                    try: print(later)
                    except NameError as error: print(type(error).__name__, error)
                later = 1
                return E().m()
            print(g())
        f()
    """,
    "namespaces that make names up": """
        class Namespace(dict):
            def __missing__(self, name):
                if name.islower() and name not in ("print", "gone"): return "made up " + name
                raise KeyError(name)
        class Meta(type):
            @classmethod
            def __prepare__(meta, name, bases): return Namespace()
            def __new__(meta, name, bases, namespace): return super().__new__(meta, name, bases, dict(namespace))
        class C(metaclass=Meta):
            print(anything)
            try: del gone
            except NameError as error: print(error)
        exec("print(anything)", {}, Namespace())
        class Globals(dict):
            def __missing__(self, name): return "global " + name
        try: print(eval("missing", Globals()))
        except NameError as error: print(error)
        print(eval("(lambda: [anything, 1])()[1]", {"anything": 1}))
    """,
    "globals that make up some names only": """
        class Globals(dict):
            def __missing__(self, name):
                if name == "len": raise KeyError(name)
                return "made up " + name
        print(eval("len, missing", Globals(__builtins__={"len": 5})))
    """,
    "free variables of a class body": """
        class Meta(type):
            @classmethod
            def __prepare__(meta, name, bases): return {"y": "prepared"}
        def f():
            y = "free"
            class C(metaclass=Meta):
                print(y, [y for _ in (1,)])
                def m(self): return y, later
                try: print(later)
                except NameError as error: print(type(error).__name__, error)
            later = 1
            return C().m()
        print(f())
    """,
    "a namespace that raises": """
        class Namespace(dict):
            def __getitem__(self, name):
                raise ValueError(name)
        try: exec("x", {}, Namespace())
        except ValueError as error: print(error)
    """,
    "annotations of modules and classes": """
        x: int = 1
        class C:
            y: str
            z: int = 2
        print(C.__annotations__, C.z)
        space = {"__annotations__": {"kept": 1}}
        exec("from __future__ import annotations\\na: int", space)
        print(space["__annotations__"])
        space = {}
        exec("from __future__ import annotations\\na: int = 1\\nb: str", space)
        print(space["__annotations__"])
    """,
    "builtins of one's own": """
        space = {"__builtins__": {"print": print, "mine": 5}}
        exec("print(mine)\\ndef f(): return mine\\nprint(f())", space)
        try: exec("len", space)
        except NameError as error: print(error)
        class Builtins(dict):
            def __missing__(self, name): return name
        print(eval("anything", {"__builtins__": Builtins()}))
        print(eval("(lambda: other)()", {"__builtins__": Builtins()}))
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_names_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="new syntax")
def test_names_of_type_parameter_scopes() -> None:
    assert_same("""
        class Outer:
            T = "of the class"
            type Alias = T
            def m[U](self, x: T) -> U: pass
            class Inner[V]:
                seen = V.__name__
        print(Outer.Alias.__value__, Outer.m.__annotations__["x"], Outer.Inner.seen)
        def f():
            x = "of the function"
            class C:
                type A = x
                type B = later
                if False: x = 1
            print(C.A.__value__)
            try: C.B.__value__
            except NameError as error: print(type(error).__name__, error)
            later = 2
            return C
        print(f().B.__value__)
    """)
