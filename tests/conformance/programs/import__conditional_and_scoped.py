import sys

if sys.version_info >= (3, 0):
    import json as serializer
else:
    import pickle as serializer
try:
    import _packages.shapes as maybe
except ImportError:
    maybe = None
print(serializer.__name__, maybe is not None)


def lazily(flag):
    if flag:
        import string
    try:
        return string.digits
    except UnboundLocalError as error:
        return str(error)


print(lazily(True), lazily(False))


def import_global():
    global textwrap
    import textwrap

    def nested():
        nonlocal_name = textwrap.dedent("  x")
        return nonlocal_name

    return nested()


print(import_global(), textwrap.__name__)


def closure_import():
    import os.path as path

    def use():
        nonlocal path
        result = path.basename("a/b")
        from os import sep as path

        return result, path

    return use(), path


print(closure_import())
for name in ("math", "cmath"):
    module = __import__(name)
    print(module.__name__, module.sqrt(4))
with open(__file__) as f:
    import io

    print(isinstance(f, io.TextIOBase))
print([__import__("math").floor(x) for x in (1.5,)], (lambda: __import__("os").sep)())
