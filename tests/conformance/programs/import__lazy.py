# requires: 3.15
import sys

lazy import _packages.noisy_one
lazy from _packages.noisy_two import value, other as renamed
lazy import _packages.noisy_three as three

print("declared", "_packages.noisy_one" in sys.modules, "_packages.noisy_two" in sys.modules)
print(type(globals()["three"]).__name__)
print(_packages.noisy_one.name)
print("used one", "_packages.noisy_two" in sys.modules)
print(value, renamed, "_packages.noisy_two" in sys.modules)


def use():
    return three.name


print(use(), use(), type(globals()["three"]).__name__)
lazy import _packages.no_such_module_at_all
lazy from _packages.noisy_one import no_such_name

try:
    no_such_name
except ImportError as error:
    print(type(error).__name__, str(error).partition(" (")[0])
try:
    _packages.no_such_module_at_all.x
except (ImportError, AttributeError) as error:
    print(type(error).__name__, error)
lazy import json, textwrap as tw
print(tw.dedent("  x"), json.dumps([1]))
lazy import _packages.noisy_four as four
print(sorted(k for k in globals() if k == "four"))
print(globals()["four"].resolve().name if hasattr(globals()["four"], "resolve") else "no resolve")
for source in ("def f():\n    lazy import os", "class C:\n    lazy import os", "try:\n    lazy import os\nexcept E: pass", "lazy from os import *"):
    try:
        compile(source, "<guest>", "exec")
    except SyntaxError as error:
        print(error.msg)
lazy = "a name"
print(lazy)
