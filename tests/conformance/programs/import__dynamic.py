import builtins
import collections
import importlib
import sys
import types

import _packages.noall
import _packages.shapes.square

module = importlib.import_module("_packages.shapes.circle")
print(module.__name__, importlib.import_module(".square", "_packages.shapes").Square(2).area())
print(__import__("os.path").__name__, __import__("os.path", fromlist=["join"]).__name__ in ("posixpath", "ntpath"))
counter = importlib.import_module("_packages.counter")
print(counter.count)
counter.extra = "kept"
print(importlib.reload(counter).count, counter.extra)
made = types.ModuleType("made_up")
made.value = 5
made.__getattr__ = lambda name: f"dynamic {name}"
sys.modules["made_up"] = made
import made_up
from made_up import value, anything

print(made_up.value, value, anything, made_up.other)
original = builtins.__import__


def spying(name, globals=None, locals=None, fromlist=(), level=0):
    print("import", name, fromlist, level, globals is not None and globals.get("__name__"))
    return original(name, globals, locals, fromlist, level)


builtins.__import__ = spying
import sys as system
from collections import OrderedDict as OD, deque
import _packages.noall
import _packages.shapes.square as sq

builtins.__import__ = original
print(system.__name__, OD.__name__, deque.__name__, sq.__name__)


class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "virtual_module":
            return importlib.machinery.ModuleSpec(name, Loader())
        return None


class Loader:
    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.answer = 42
        module.spec_name = module.__spec__.name


import importlib.machinery

sys.meta_path.insert(0, Finder)
import virtual_module

print(virtual_module.answer, virtual_module.spec_name)
from _packages import lazy_attributes

print(lazy_attributes.one, lazy_attributes.two, dir(lazy_attributes))
try:
    lazy_attributes.three
except AttributeError as error:
    print(error)
