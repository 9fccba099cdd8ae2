"""Tests for calcharo_vm/machine/imports.py: import statements of every form, by any `__import__`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from calcharo_vm.machine.imports import LAZY_IMPORT
from tests.machine.running import assert_same

PROGRAMS = {
    "every form": """
        import os.path, json as j
        import os.path as p
        from os import path, sep as s
        from json import *
        print(os.path is p is path, j.dumps([1]), s, loads("2"))
        def f():
            from collections import abc
            import email.message
            return abc.Iterable.__name__, email.message.__name__
        print(f())
    """,
    "names and modules that are missing": """
        import os
        for statement in ("import nowhere", "import os.nowhere", "from os import nowhere", "from nowhere import x",
                          "from . import x", "from json import nowhere as n", "import json.decoder.x"):
            try: exec(statement, {"__name__": "program"})
            except ImportError as error: print(type(error).__name__, error.args[0], error.name)
            except KeyError as error: print(error)
    """,
    "an __import__ of one's own": """
        calls = []
        class Module: x = 1
        def importer(name, globals=None, locals=None, fromlist=(), level=0):
            calls.append((name, globals is not None, locals is not None, fromlist, level))
            return Module
        space = {"__builtins__": {"__import__": importer, "print": print}}
        exec("import a\\nimport b.c\\nfrom d import x\\nfrom . import x as y\\nprint(x, y)", space)
        exec("def f():\\n import e\\nf()", space)
        print(calls)
        try: exec("from d import z", space)
        except ImportError as error: print(error)
        for statement in ("import a", "from a import b"):
            try: exec(statement, {"__builtins__": {}})
            except ImportError as error: print(error)
    """,
    "attributes of a module that is being made": """
        import sys, types
        package = types.ModuleType("imports_package")
        package.__path__ = []
        child = types.ModuleType("imports_package.child")
        sys.modules["imports_package"], sys.modules["imports_package.child"] = package, child
        try:
            from imports_package import child as found
            print(found is child)
            def dynamic(name):
                if name == "made": return "made up"
                raise AttributeError(name)
            package.__getattr__ = dynamic
            from imports_package import made
            print(made)
            try: from imports_package import missing
            except ImportError as error: print(error)
            package.__name__ = 5
            try: from imports_package import missing
            except ImportError as error: print(error)
            sys.modules["imports_package"] = 1
            from imports_package import real
            print(real)
        finally: del sys.modules["imports_package"], sys.modules["imports_package.child"]
    """,
    "stars": """
        import sys, types
        module = types.ModuleType("imports_star")
        module.public, module._private, module.other = 1, 2, 3
        sys.modules["imports_star"] = module
        try:
            space = {}
            exec("from imports_star import *", space)
            print(sorted(k for k in space if k != "__builtins__"))
            module.__all__ = ["_private"]
            space = {}
            exec("from imports_star import *", space)
            print(sorted(k for k in space if k != "__builtins__"))
            for wrong in (["missing"], [1], 5):
                module.__all__ = wrong
                try: exec("from imports_star import *", {})
                except (AttributeError, TypeError) as error: print(error)
            local = {}
            module.__all__ = ["other"]
            exec("from imports_star import *", {}, local)
            print(local)
        finally: del sys.modules["imports_star"]
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_imports_are_cpythons(name: str) -> None:
    assert_same(PROGRAMS[name])


LAZY = {
    "modules": """
        import sys
        lazy import lazy_shapes
        print(type(globals()["lazy_shapes"]).__name__, "lazy_shapes" in sys.modules)
        print(lazy_shapes.area(2), "lazy_shapes" in sys.modules, type(globals()["lazy_shapes"]).__name__)
    """,
    "names": """
        import sys
        lazy from lazy_shapes import area, SIDE as side
        print("lazy_shapes" in sys.modules)
        def f(): return area(side)
        print(f(), f(), area is area)
    """,
    "modules that fail": """
        lazy import lazy_missing
        lazy from lazy_shapes import missing
        lazy from lazy_broken import x
        for use in (lambda: lazy_missing, lambda: missing, lambda: x):
            try: use()
            except (ImportError, ZeroDivisionError) as error: print(type(error).__name__, error)
    """,
    "where a module that fails was imported": """
        x = 1; lazy import lazy_missing
        def f(): return lazy_missing
        f()
    """,
    "where a name that fails was imported": """
        x = 1; lazy from lazy_missing import (a,
            b as c)
        c
    """,
    "by the module's list": """
        import sys
        __lazy_modules__ = ["lazy_shapes", "json"]
        import lazy_shapes
        import lazy_other
        print(type(globals()["lazy_shapes"]).__name__, type(globals()["lazy_other"]).__name__)
        print(lazy_shapes.SIDE)
    """,
    "by a package's list": """
        import lazy_package
        print(lazy_package.kinds, lazy_package.inner.x)
    """,
    "by the interpreter's mode": """
        import sys
        sys.set_lazy_imports("all")
        import lazy_shapes
        from lazy_other import x
        print(type(globals()["lazy_shapes"]).__name__, type(globals()["x"]).__name__)
        def f():
            import lazy_shapes as inner
            return type(inner).__name__
        print(f(), x, lazy_shapes.SIDE)
        sys.set_lazy_imports("normal")
    """,
    "by a list with names relative to the package": """
        import sys
        listed = ["lazy_package", "lazy_package.inner", "lazy_package.sub.deep"]
        def kind(statement, **space):
            for name in [name for name in sys.modules if name.startswith("lazy_package")]: del sys.modules[name]
            space |= {"__lazy_modules__": listed}
            try: exec(statement, space)
            except (ImportError, KeyError, TypeError) as error: return type(error).__name__, str(error)
            return type(space[statement.split()[-1]]).__name__
        for statement in ("from . import inner", "from .inner import x", "from .sub.deep import y", "from . import sub",
                          "from .. import inner", "from ..inner import x", "from .other import z", "from ... import q"):
            print(statement)
            print(kind(statement, __package__="lazy_package"))
            print(kind(statement, __name__="lazy_package.sub"))
            print(kind(statement, __name__="lazy_package", __path__=[]))
            print(kind(statement, __name__="lazy_package.sub", __path__=[]))
            print(kind(statement), kind(statement, __package__=5), kind(statement, __name__=5))
    """,
    "never in a try block": """
        __lazy_modules__ = ["lazy_missing", "lazy_other"]
        try: import lazy_missing
        except ImportError as error: print(error)
        with open("/dev/null"): import lazy_other
        print(type(globals()["lazy_other"]).__name__)
    """,
    "of submodules": """
        lazy import lazy_package.inner
        lazy import lazy_package.inner as same
        lazy from lazy_package import inner
        print(same.x, inner is same, lazy_package.inner is same)
    """,
    "names of builtins and class bodies": """
        lazy import lazy_shapes
        lazy import lazy_other
        builtins = {"found": globals()["lazy_shapes"], "print": print}
        space = {"__builtins__": builtins}
        exec("print(found.SIDE)", space)
        print("found" in space, type(builtins["found"]).__name__)
        class C:
            lazy_shapes = globals()["lazy_other"]
            print(lazy_shapes.x)
        print(type(C.lazy_shapes).__name__, type(globals()["lazy_shapes"]).__name__)
        class Forgetful(dict):
            def __getitem__(self, name): return super().pop(name)
        print(eval("found.SIDE", {}, Forgetful(found=globals()["lazy_shapes"])))
    """,
    "by a call": """
        shapes = __lazy_import__("lazy_shapes")
        print(type(globals()["shapes"]).__name__, shapes.SIDE)
        def f(): return type(__lazy_import__("lazy_other", fromlist=("x",))).__name__
        for wrong in (f, lambda: __lazy_import__(), lambda: __lazy_import__(5)):
            try: wrong()
            except (TypeError, ImportError, SyntaxError) as error: print(type(error).__name__, error)
    """,
    "in a namespace that is not the module's": """
        namespace = {}
        exec("import lazy_other", {"__lazy_modules__": ["lazy_other"]}, namespace)
        print(type(namespace["lazy_other"]).__name__)
    """,
    "values of one's own": """
        lazy import lazy_shapes
        value = globals()["lazy_shapes"]
        def f():
            global lazy_shapes
            lazy_shapes = 5
            return lazy_shapes
        print(f(), type(value).__name__, value.resolve().SIDE)
    """,
    "without a function": """
        try: exec("lazy import json", {"__builtins__": {}})
        except ImportError as error: print(error)
    """,
}


@pytest.fixture
def lazy_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Modules to be imported lazily."""
    package = tmp_path / "lazy_package"
    package.mkdir()
    (tmp_path / "lazy_shapes.py").write_text("SIDE = 3\ndef area(side): return side * side\n", encoding="utf-8")
    (tmp_path / "lazy_other.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "lazy_broken.py").write_text("1 / 0\n", encoding="utf-8")
    (package / "inner.py").write_text("x = 2\n", encoding="utf-8")
    (package / "sub").mkdir()
    (package / "sub" / "__init__.py").write_text("", encoding="utf-8")
    (package / "sub" / "deep.py").write_text("y = 3\n", encoding="utf-8")
    (package / "__init__.py").write_text(
        "__lazy_modules__ = ['lazy_package.inner', 'lazy_other']\n"
        "from . import inner\nfrom .inner import x\nimport lazy_other\n"
        "kinds = [type(globals()[name]).__name__ for name in ('inner', 'x', 'lazy_other')]\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    mode = sys.get_lazy_imports()  # type: ignore[attr-defined] # since 3.15
    yield
    sys.set_lazy_imports(mode)  # type: ignore[attr-defined] # since 3.15
    for name in [name for name in sys.modules if name.startswith("lazy_")]:
        del sys.modules[name]


@pytest.mark.skipif(LAZY_IMPORT is None, reason="new in 3.15")
@pytest.mark.parametrize("name", LAZY)
@pytest.mark.usefixtures("lazy_modules")
def test_lazy_imports_are_cpythons(name: str) -> None:
    forget = "import sys\nfor _name in [m for m in sys.modules if m.startswith('lazy_')]: del sys.modules[_name]\n"

    assert_same(forget + dedent(LAZY[name]))
