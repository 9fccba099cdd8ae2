import builtins
import sys

print(builtins.len is len, __builtins__ is builtins, sys.modules["builtins"] is builtins)
original_len = len


def fake_len(x):
    return "fake"


def uses_len():
    return len("abc")


print(uses_len())
builtins.len = fake_len
print(uses_len())
builtins.len = original_len
len = lambda x: "module level"
print(uses_len())
del len
print(uses_len())
builtins.custom_name = "injected builtin"
print(custom_name)
globals()["custom_name"] = "global wins"
print(custom_name)
del custom_name
print(custom_name)
del builtins.custom_name
try:
    custom_name
except NameError as error:
    print(error)
print(sorted(set(dir()) & {"builtins", "sys", "uses_len", "len"}))


class FakeBuiltins(dict):
    def __missing__(self, key):
        if key.startswith("auto"):
            return f"missing {key}"
        raise KeyError(key)


try:
    exec("result = auto_thing", {"__builtins__": FakeBuiltins(vars(builtins))})
except NameError as error:
    print(error)
space = {"__builtins__": {"print": print, "__build_class__": __build_class__, "__name__": "x"}}
exec("class A: pass\nprint(A.__name__)", space)
for code in ("len([])", "import os", "class B: pass" if False else "open"):
    try:
        exec(code, {"__builtins__": {}})
    except (NameError, ImportError) as error:
        print(type(error).__name__, error)
try:
    exec("class C: pass", {"__builtins__": {}})
except NameError as error:
    print(error)


def build(func, name, *bases, **kw):
    print("building", name)
    return original_build(func, name, *bases, **kw)


original_build = builtins.__build_class__
builtins.__build_class__ = build


class Built(dict):
    x = 1


builtins.__build_class__ = original_build
print(Built.x, Built.__mro__[1].__name__)
