"""Escapes that ask objects for what leads to the interpreter."""

PRELUDE = ""
PROGRAMS = {
    "subclasses of object": """
        for cls in ().__class__.__base__.__subclasses__():
            if cls.__name__ == "_wrap_close":
                print(cls.__init__.__globals__["popen"]("cat " + CANARY).read())
    """,
    "subclasses through the order of bases": """
        for cls in [].__class__.__mro__[-1].__subclasses__():
            if cls.__name__ == "_wrap_close":
                print(cls.__init__.__globals__["popen"]("cat " + CANARY).read())
    """,
    "subclasses through type": """
        for cls in type.__subclasses__(object):
            if cls.__name__ == "_wrap_close":
                print(cls.__init__.__globals__["popen"]("cat " + CANARY).read())
    """,
    "globals of a library function": """
        import json
        print(json.dumps.__globals__["codecs"].open(CANARY).read() if "codecs" in json.dumps.__globals__
              else json.dumps.__globals__["__builtins__"]["open"](CANARY).read())
    """,
    "globals of an own function": """
        found = (lambda: 0).__globals__["__builtins__"]
        print(getattr(found, "open", None) and found.open(CANARY).read() or found["open"](CANARY).read())
    """,
    "builtins of a function": """
        import json
        print(json.dumps.__builtins__["open"](CANARY).read())
    """,
    "globals of a method": """
        import json
        print(json.JSONEncoder().encode.__globals__["__builtins__"]["open"](CANARY).read())
    """,
    "globals of a method's function": """
        import json
        print(json.JSONEncoder().encode.__func__.__globals__["__builtins__"]["open"](CANARY).read())
    """,
    "closure of a library function": """
        import functools
        print("REACHED", functools.singledispatch(print).register.__closure__[0].cell_contents)
    """,
    "code of a function": """
        print("REACHED", (lambda: 0).__code__.co_code)
    """,
    "other code for a function": """
        def source(): return open(CANARY).read()
        def target(): return 0
        target.__code__ = source.__code__
        print(target())
    """,
    "code of a generator": """
        print("REACHED", (x for x in ()).gi_code.co_code)
    """,
    "frame of a generator": """
        print((x for x in [0]).gi_frame.f_builtins["open"](CANARY).read())
    """,
    "frame of a generator, through its class": """
        found = (x for x in [0])
        print(type(found).gi_frame.__get__(found).f_builtins["open"](CANARY).read())
    """,
    "frame of a coroutine": """
        async def coroutine(): pass
        found = coroutine()
        try: print(found.cr_frame.f_builtins["open"](CANARY).read())
        finally: found.close()
    """,
    "frame of an asynchronous generator": """
        async def generator(): yield
        print(generator().ag_frame.f_builtins["open"](CANARY).read())
    """,
    "frame of a traceback": """
        try:
            1 / 0
        except ZeroDivisionError as error:
            print(error.__traceback__.tb_frame.f_builtins["open"](CANARY).read())
    """,
    "frame of a traceback, from a context manager": """
        class Manager:
            def __enter__(self): pass
            def __exit__(self, kind, error, traceback):
                print(traceback.tb_frame.f_builtins["open"](CANARY).read())
                return True
        with Manager():
            1 / 0
    """,
    "frame of a traceback, from sys": """
        import sys
        try:
            1 / 0
        except ZeroDivisionError:
            print(sys.exc_info()[2].tb_frame.f_builtins["open"](CANARY).read())
    """,
    "frame of the generator in a context manager": """
        import contextlib
        @contextlib.contextmanager
        def manager(): yield
        print(manager().gen.gi_frame.f_builtins["open"](CANARY).read())
    """,
    "module of a builtin function": """
        print(print.__self__.open(CANARY).read())
    """,
    "module of a function of a module": """
        import math
        print("REACHED", math.sqrt.__self__.pi)
    """,
    "descriptor of a function's globals": """
        import types
        found = types.FunctionType.__dict__["__globals__"].__get__(lambda: 0)["__builtins__"]
        print(getattr(found, "open", None) and found.open(CANARY).read() or found["open"](CANARY).read())
    """,
    "attribute of a builtin class's namespace": """
        print("REACHED", type.__dict__["__subclasses__"](object)[0])
    """,
    "namespace of a module": """
        import json
        print(json.__dict__["codecs"].open(CANARY).read() if "codecs" in json.__dict__
              else json.__dict__["__builtins__"]["open"](CANARY).read())
    """,
    "namespace of an object of the library": """
        import contextlib
        print("REACHED", contextlib.ExitStack().__dict__["_exit_callbacks"])
    """,
    "reduce": """
        print(object().__reduce_ex__(2)[0].__globals__["__builtins__"]["open"](CANARY).read())
    """,
    "reduce alone": """
        print("REACHED", object().__reduce_ex__(2))
    """,
    "private attribute of a module": """
        import random
        print(random._os.popen("cat " + CANARY).read())
    """,
    "private attribute of an object": """
        import contextlib
        print("REACHED", contextlib.ExitStack()._exit_callbacks)
    """,
    "private attribute of an object, in a subclass": """
        import json
        class Encoder(json.JSONEncoder):
            def escape(self): return super().__reduce_ex__(2)
        print("REACHED", Encoder().escape())
    """,
    "defaults of a library function": """
        import json
        print("REACHED", json.dumps.__kwdefaults__)
    """,
    "what a library function wraps": """
        import re, functools
        print("REACHED", re._compile_template if hasattr(re, "_compile_template") else re.template)
    """,
    "forwarding by a generic alias": """
        found = (x for x in ())
        import types
        print("REACHED", types.GenericAlias(type(found), (int,)).gi_frame.__get__(found))
    """,
    "class of a module that may not be imported": """
        print("REACHED", type(exit))
    """,
    "base of a module that may not be imported": """
        class Mine(type(exit)): pass
        print("REACHED", Mine("x", "y"))
    """,
    "stack of a task": """
        import asyncio
        async def main():
            print(asyncio.current_task().get_stack()[0].f_builtins["open"](CANARY).read())
        asyncio.run(main())
    """,
    "object that has no such attribute": """
        try:
            (lambda: 0).missing
        except AttributeError as error:
            print("REACHED", error.obj)
    """,
    "loader of a module": """
        import json
        print(json.__loader__.get_data(CANARY))
    """,
    "specification of a module": """
        import json
        print(json.__spec__.loader.get_data(CANARY))
    """,
    "own loader": """
        print("REACHED", __loader__.find_spec("builtins"))
    """,
    "unbuffered file behind standard output": """
        import sys
        print("REACHED", sys.stdout.buffer.raw)
    """,
    "class of the file behind standard output": """
        import sys
        sys.stdout.write("REACHED " + str(type(sys.stdout.buffer)))
        sys.stdout.flush()
    """,
    "processes of an event loop": """
        import asyncio
        async def main():
            process = await asyncio.get_running_loop().subprocess_shell(
                asyncio.SubprocessProtocol, "cat " + CANARY) if False else asyncio.get_running_loop().subprocess_shell
            print("REACHED", process)
        asyncio.run(main())
    """,
    "class of the file behind standard input": """
        import sys
        print(type(sys.stdin.buffer.raw)(CANARY).read())
    """,
    "frame": """
        print("REACHED", (x for x in ()).gi_frame)
    """,
    "code": """
        print("REACHED", (x for x in ()).gi_code)
    """,
    "module": """
        print("REACHED", print.__self__)
    """,
    "reduce of a method": """
        import json
        print([].append.__reduce__()[0](json.dumps, "__globals__")["__builtins__"]["open"](CANARY).read())
    """,
    "reduce of a method of the program": """
        import json
        def f(self): pass
        print(f.__get__(1).__reduce__()[0](json.dumps, "__globals__")["__builtins__"]["open"](CANARY).read())
    """,
    "descriptor of a generator's frame": """
        def generator(): yield
        found = generator()
        print("REACHED", type(found).gi_frame.__get__(found))
    """,
}
