"""Escapes by imports, builtins and what evaluates texts."""

PRELUDE = ""
PROGRAMS = {
    "import of os": """
        import os
        print(os.popen("cat " + CANARY).read())
    """,
    "import that prints": """
        import this
    """,
    "import from os": """
        from os import popen
        print(popen("cat " + CANARY).read())
    """,
    "import of builtins": """
        import builtins
        print(builtins.open(CANARY).read())
    """,
    "import of importlib": """
        import importlib
        print(importlib.import_module("io").open(CANARY).read())
    """,
    "import of ctypes": """
        import ctypes
        print("REACHED", ctypes.sizeof(ctypes.c_int))
    """,
    "import of pickle": """
        import pickle
        print(pickle.loads(b"cos\\npopen\\n(S'cat " + CANARY.encode() + b"'\\ntR.").read())
    """,
    "__import__": """
        print(__import__("os").popen("cat " + CANARY).read())
    """,
    "__import__ of a submodule": """
        print(__import__("os.path").popen("cat " + CANARY).read())
    """,
    "__import__ called by map": """
        for module in map(__import__, ["os"]):
            print(module.popen("cat " + CANARY).read())
    """,
    "__import__ as native code calls it": """
        list(map(__import__, ["os"], [None], [None], [[]]))
        found = __import__("os", None, None, [])
        print(found.popen("cat " + CANARY).read())
    """,
    "__import__ out of the builtins": """
        found = __builtins__ if isinstance(__builtins__, dict) else __builtins__.__dict__
        print(found["__import__"]("os").popen("cat " + CANARY).read())
    """,
    "relative import": """
        __package__ = "json"
        from . import codecs
        print(codecs.open(CANARY).read())
    """,
    "relative __import__": """
        print(__import__("", {"__package__": "json", "__name__": "json"}, None, ["codecs"], 1).codecs.open(CANARY).read())
    """,
    "another name for a module": """
        found = __builtins__ if isinstance(__builtins__, dict) else __builtins__.__dict__
        class Fake: pass
        fake = Fake()
        fake.__name__ = "os"
        found["__import__"] = lambda *_, **__: fake
        def function():
            from anything import path
            print("REACHED", path)
        function()
    """,
    "module behind a module": """
        import re
        print(re.enum.sys.modules["os"].popen("cat " + CANARY).read())
    """,
    "module behind a module, imported from it": """
        from re import enum
        print(enum.sys.modules["os"].popen("cat " + CANARY).read())
    """,
    "module behind a module, with a star": """
        import random
        from statistics import *
        print("REACHED", random._os)
    """,
    "module behind a submodule": """
        import collections.abc
        print(collections.abc.sys.modules["os"].popen("cat " + CANARY).read())
    """,
    "modules of sys": """
        import sys
        print(sys.modules["os"].popen("cat " + CANARY).read())
    """,
    "path of sys": """
        import sys
        sys.path.insert(0, "/tmp")
        print("REACHED", sys.path[0])
    """,
    "open of io": """
        import io
        print(io.open(CANARY).read())
    """,
    "FileIO of io": """
        import io
        print(io.FileIO(CANARY).read())
    """,
    "modules that asyncio knows": """
        import asyncio
        print(asyncio.sys.modules["os"].popen("cat " + CANARY).read())
    """,
    "processes of asyncio": """
        import asyncio
        async def main():
            process = await asyncio.create_subprocess_shell("cat " + CANARY, stdout=-1)
            print((await process.communicate())[0].decode())
        asyncio.run(main())
    """,
    "open": """
        print(open(CANARY).read())
    """,
    "open out of the builtins": """
        found = __builtins__ if isinstance(__builtins__, dict) else __builtins__.__dict__
        print(found["open"](CANARY).read())
    """,
    "open out of the globals": """
        found = globals()["__builtins__"]
        print((found if isinstance(found, dict) else found.__dict__)["open"](CANARY).read())
    """,
    "open in a class body": """
        class Mine:
            found = open
        print(Mine.found(CANARY).read())
    """,
    "open in a function": """
        def function(): return open(CANARY).read()
        print(function())
    """,
    "open called by map": """
        print([*map(open, [CANARY])][0].read())
    """,
    "eval": """
        print(eval("open(CANARY).read()"))
    """,
    "eval called by map": """
        print([*map(eval, ["__import__('os').popen('cat ' + " + repr(CANARY) + ").read()"])])
    """,
    "exec": """
        exec("print(open(CANARY).read())")
    """,
    "exec called by map": """
        [*map(exec, ["print(open(" + repr(CANARY) + ").read())"])]
    """,
    "compile": """
        print("REACHED", compile("1", "x", "eval"))
    """,
    "breakpoint": """
        breakpoint.__class__
        print("REACHED")
    """,
    "files of license": """
        print("REACHED", license._Printer__filenames)
    """,
    "globals of the code that calls": """
        import asyncio
        async def main():
            names = await asyncio.to_thread(globals)
            print("REACHED", names["_threads_queues"])
        asyncio.run(main())
    """,
    "locals of the code that calls": """
        import asyncio
        async def main():
            print("REACHED", (await asyncio.to_thread(locals))["self"])
        asyncio.run(main())
    """,
    "vars of the code that calls": """
        import asyncio
        async def main():
            print("REACHED", (await asyncio.to_thread(vars))["self"])
        asyncio.run(main())
    """,
    "frames of sys": """
        import sys
        print("REACHED", sys._getframe)
        print(sys._getframe().f_builtins["open"](CANARY).read())
    """,
    "frames of inspect": """
        import inspect
        print(inspect.currentframe().f_builtins["open"](CANARY).read())
    """,
    "frames of traceback": """
        import traceback
        try:
            1 / 0
        except ZeroDivisionError as error:
            for frame, _ in traceback.walk_tb(error.__traceback__):
                print(frame.f_builtins["open"](CANARY).read())
    """,
    "trace functions": """
        import sys
        sys.settrace(lambda frame, *_: print(frame.f_builtins["open"](CANARY).read()))
        (lambda: 0)()
    """,
    "objects of the collector": """
        import gc
        print("REACHED", len(gc.get_objects()))
    """,
    "referents of the collector": """
        import gc
        print("REACHED", gc.get_referents(lambda: 0))
    """,
    "code objects of types": """
        import types
        print("REACHED", types.CodeType)
    """,
    "a line of a file in a warning": """
        import warnings, sys
        sys.stderr = sys.stdout
        warnings.simplefilter("always")
        warnings.warn_explicit("x", UserWarning, CANARY, 1)
    """,
    "a line of a file": """
        import traceback
        print(traceback.FrameSummary(CANARY, 1, "f").line)
    """,
    "files of logging": """
        import logging
        print("REACHED", logging.FileHandler)
    """,
}
