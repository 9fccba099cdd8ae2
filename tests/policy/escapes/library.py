"""Escapes by ordinary functions of the library that do more than one thinks."""

PRELUDE = ""
PROGRAMS = {
    "copying any attribute with update_wrapper": """
        import functools, json
        class Holder:
            def __setattr__(self, name, value): found.append(value)
        found = []
        functools.update_wrapper(Holder(), json.dumps, assigned=("__globals__",), updated=())
        found = found[0]["__builtins__"]
        print((found["open"] if isinstance(found, dict) else found.open)(CANARY).read())
    """,
    "copying any attribute with wraps": """
        import functools, json
        class Holder:
            def __setattr__(self, name, value): found.append(value)
        found = []
        functools.wraps(json.dumps, assigned=("__globals__",), updated=())(Holder())
        print("REACHED", found[0]["__builtins__"]["open"])
    """,
    "methods for a class of the library with dataclass": """
        import dataclasses, textwrap
        dataclasses.dataclass(textwrap.TextWrapper)
        print("REACHED", textwrap.TextWrapper())
    """,
    "program text in the name of a field": """
        import dataclasses
        class Mine: pass
        text = ("__class__ and [c for c in object.__subclasses__() if c.__name__ == '_wrap_close'][0]"
                ".__init__.__globals__['popen']('cat ' + CANARY).read()")
        Mine.__annotations__ = {text: int}
        print(repr(dataclasses.dataclass(init=False, eq=False)(Mine)()))
    """,
    "program text in the name of a field of a base": """
        import dataclasses
        @dataclasses.dataclass
        class Base: x: int = 1
        text = ("__class__ and [c for c in object.__subclasses__() if c.__name__ == '_wrap_close'][0]"
                ".__init__.__globals__['popen']('cat ' + CANARY).read()")
        Base.__dataclass_fields__["x"].name = text
        made = dataclasses.make_dataclass("Made", [], bases=(Base,), init=False, eq=False, namespace={"__module__": "__main__"})
        print(repr(made()))
    """,
    "attributes set by the __init__ of a dataclass": """
        import dataclasses, json
        @dataclasses.dataclass
        class Mine:
            escaped: int
        Mine.__init__(json.JSONEncoder, 1)
        print("REACHED", json.JSONEncoder().escaped)
    """,
    "attributes set by copy": """
        import copy, json
        class Mine:
            def __new__(cls, *_): return json.JSONEncoder if cls.on else object.__new__(cls)
            __slots__ = ("escaped",)
            on = False
        mine = Mine()
        mine.escaped = 1
        Mine.on = True
        copy.copy(mine)
        print("REACHED", json.JSONEncoder().escaped)
    """,
    "attributes set by deepcopy": """
        import copy, json
        class Mine:
            def __new__(cls, *_): return json.JSONEncoder if cls.on else object.__new__(cls)
            __slots__ = ("escaped",)
            on = False
        mine = Mine()
        mine.escaped = 1
        Mine.on = True
        copy.deepcopy([mine])
        print("REACHED", json.JSONEncoder().escaped)
    """,
    "attributes set by asdict": """
        import dataclasses, json
        class Mine:
            def __new__(cls, *_): return json.JSONEncoder if cls.on else object.__new__(cls)
            __slots__ = ("escaped",)
            on = False
        mine = Mine()
        mine.escaped = 1
        @dataclasses.dataclass
        class Data:
            mine: Mine
        Mine.on = True
        dataclasses.asdict(Data(mine))
        print("REACHED", json.JSONEncoder().escaped)
    """,
    "attributes set by astuple": """
        import dataclasses, json
        class Mine:
            def __new__(cls, *_): return json.JSONEncoder if cls.on else object.__new__(cls)
            __slots__ = ("escaped",)
            on = False
        mine = Mine()
        mine.escaped = 1
        @dataclasses.dataclass
        class Data:
            mine: Mine
        Mine.on = True
        dataclasses.astuple(Data(mine))
        print("REACHED", json.JSONEncoder().escaped)
    """,
    "private state set by copy": """
        import copy, contextlib
        class Mine:
            def __new__(cls, *_): return contextlib.ExitStack() if cls.on else object.__new__(cls)
            on = False
        mine = Mine()
        mine._exit_callbacks = "escaped"
        Mine.on = True
        made = copy.copy(mine)
        print("REACHED", type(made))
    """,
    "texts evaluated as type hints": """
        import typing
        def f(x: "print([c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['popen']('cat ' + CANARY).read())"): pass
        typing.get_type_hints(f)
    """,
    "texts evaluated by singledispatch": """
        import functools
        @functools.singledispatch
        def f(x): pass
        try:
            @f.register
            def _(x: "print([c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['popen']('cat ' + CANARY).read())"): pass
        except TypeError:
            pass
    """,
    "texts evaluated by singledispatchmethod": """
        import functools
        class Mine:
            @functools.singledispatchmethod
            def f(self, x): pass
            try:
                @f.register
                def _(self, x: "print([c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['popen']('cat ' + CANARY).read())"): pass
            except TypeError:
                pass
    """,
    "texts evaluated by inspect": """
        import inspect
        def f(x: "print([c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['popen']('cat ' + CANARY).read())"): pass
        inspect.signature(f, eval_str=True)
    """,
    "texts evaluated by inspect, from a signature": """
        import inspect
        def f(x: "print([c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['popen']('cat ' + CANARY).read())"): pass
        inspect.signature(lambda: 0).from_callable(f, eval_str=True)
    """,
    "texts evaluated by singledispatch, in a type": """
        import functools
        @functools.singledispatch
        def f(x): pass
        try:
            @f.register
            def _(x: list["print([c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['popen']('cat ' + CANARY).read())"]): pass
        except TypeError:
            pass
    """,
    "texts evaluated by singledispatch, set afterwards": """
        import functools, sys
        @functools.singledispatch
        def f(x): pass
        def g(x: int): pass
        def annotate(format):
            if format != 1: raise NotImplementedError
            return {"x": "print([c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['popen']('cat ' + CANARY).read())"}
        g.__annotations__ = annotate(1)
        if sys.version_info >= (3, 14): g.__annotate__ = annotate
        try:
            f.register(g)
        except TypeError:
            pass
    """,
    "a constant named in a text for a signature": """
        import inspect, sys
        def f(a): pass
        f.__signature__ = "(a=sys.executable)"
        print("REACHED", inspect.signature(f).parameters["a"].default)
    """,
    "attributes of sys set by redirect_stdout": """
        import contextlib, sys
        class Redirect(contextlib.redirect_stdout): _stream = "argv"
        write = sys.stdout.write
        with Redirect("REACHED"): write(str(sys.argv))
    """,
    "attributes of sys set by redirect_stderr": """
        import contextlib, sys
        class Redirect(contextlib.redirect_stderr): _stream = "argv"
        write = sys.stdout.write
        with Redirect("REACHED"): write(str(sys.argv))
    """,
    "names put into a module by an enumeration": """
        import enum
        print("REACHED", enum.global_enum)
    """,
    "names put into a module by an enumeration's conversion": """
        import enum
        print("REACHED", enum.IntEnum._convert_)
    """,
    "attributes of classes through cached_property": """
        import functools
        found = functools.cached_property(print)
        found.attrname = "__subclasses__"
        print("REACHED", found.__get__(type, None)(object)[0])
    """,
    "a proxy of an event loop": """
        import asyncio, weakref
        async def main():
            print("REACHED", weakref.proxy(asyncio.get_running_loop()).subprocess_shell)
        asyncio.run(main())
    """,
}
