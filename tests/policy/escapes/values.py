"""Escapes that let native code hand over what is no value of a program: one for each opcode that could."""

PRELUDE = """
        class Mine: pass
        names = vars(Mine)
        def show(value):
            text = str(value)
            if text.startswith("<attribute '__dict__'"): print("REACHED", text)
"""
PROGRAMS = {
    "item": """
        found = names["__dict__"]
        print("REACHED", found)""",
    "result of a call": """
        found = names.get("__dict__")
        print("REACHED", found)""",
    "result of a call with names": """
        found = max(names.values(), key=lambda value: str(value).startswith("<attribute '__dict__'"))
        print("REACHED", found)""",
    "result of a call with a sequence": """
        arguments = ["__dict__"]
        found = names.get(*arguments)
        print("REACHED", found)""",
    "item of a loop": """
        for found in names.values():
            if str(found).startswith("<attribute '__dict__'"): print("REACHED", found)""",
    "unpacked": """
        def unpack():
            first, = {**names}.get("__dict__"), 
        first, *_ = [value for value in [1]]
        (found,) = dict(filter(lambda pair: pair[0] == "__dict__", names.items())).values()
        print("REACHED", found)""",
    "unpacked with a star": """
        (found, *_) = dict(filter(lambda pair: pair[0] == "__dict__", names.items())).values()
        print("REACHED", found)""",
    "global": """
        globals().update({"taken" + name: 0 for name in ()})
        globals().update(dict(filter(lambda pair: pair[0] == "__dict__", names.items())))
        def function(): print("REACHED", __dict__)
        function()""",
    "name": """
        globals().update(dict(filter(lambda pair: pair[0] == "__dict__", names.items())))
        print("REACHED", __dict__)""",
    "argument": """
        def function(value):
            if str(value).startswith("<attribute '__dict__'"): print("REACHED", value)
        [*map(function, names.values())]""",
    "argument in a cell": """
        def function(value):
            def inner(): return value
            if str(inner()).startswith("<attribute '__dict__'"): print("REACHED", inner())
        [*map(function, names.values())]""",
    "sent to a generator": """
        def generator():
            while True:
                value = yield
                if str(value).startswith("<attribute '__dict__'"): print("REACHED", value)
        found = generator()
        next(found)
        [*map(found.send, names.values())]""",
    "awaited": """
        import asyncio
        async def main():
            found = await asyncio.to_thread(names.get, "__dict__")
            print("REACHED", found)
        asyncio.run(main())""",
    "attribute": """
        import types
        found = types.SimpleNamespace(**names).__dict__
        space = types.SimpleNamespace()
        vars(space).update(x=1)
        space.__dict__.update(zip(["x"], dict(filter(lambda pair: pair[0] == "__dict__", names.items())).values()))
        print("REACHED", space.x)""",
    "attribute in a class pattern": """
        import types
        space = types.SimpleNamespace()
        vars(space).update(zip(["x"], dict(filter(lambda pair: pair[0] == "__dict__", names.items())).values()))
        match space:
            case object(x=found): print("REACHED", found)""",
    "attribute that is called": """
        import types
        space = types.SimpleNamespace()
        vars(space).update(zip(["x"], dict(filter(lambda pair: pair[0] == "__dict__", names.items())).values()))
        try:
            space.x(1)
        except TypeError as error:
            print("REACHED", error)""",
    "attribute of a base": """
        class Base:
            pass
        class Derived(Base):
            def found(self): return super().__weakref__
        Base.__slots__ = ()
        print("REACHED", super(Derived, Derived).__dict__) if False else None
        class Meta(type):
            def escape(cls): return super().__getattribute__("__dict__")["__dict__"]
        class Last(metaclass=Meta): pass
        print("REACHED", Last.escape())""",
}
