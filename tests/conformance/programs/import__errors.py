import sys
import traceback


def attempt(code):
    try:
        exec(code)
    except Exception as error:
        text = str(error).partition(" (/")[0]
        print(code, "->", type(error).__name__, text, getattr(error, "name", None))


attempt("import no_such_module_here")
attempt("import os.no_such")
attempt("import math.sub")
attempt("from os import no_such_name")
attempt("from _packages.shapes import nothing")
attempt("from _packages import nowhere")
attempt("from . import x")
attempt("from .x import y")
attempt("import _packages.failing")
attempt("import _packages.failing")
print("_packages.failing" in sys.modules)
attempt("import _packages.syntax_error")
sys.modules["blocked"] = None
attempt("import blocked")
attempt("__import__('')")
attempt("__import__(5)")
attempt("__import__('os', level=-1)")
try:
    import _packages.failing
except ZeroDivisionError:
    traceback.print_exc()
try:
    import _packages.missing_dependency
except ModuleNotFoundError:
    traceback.print_exc()
try:
    import _packages.syntax_error
except SyntaxError:
    traceback.print_exc()
try:
    import json5_not_installed as json
except ImportError:
    import json
print(json.dumps([1]))
