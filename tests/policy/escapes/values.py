"""Escapes that let native code hand over what is no value of a program: one for each opcode that could."""

PRELUDE = ""
PROGRAMS = {
    "item": """
        def function():
            found = [*map(type, [exit])][0]
            print("REACHED", found)
        function()
    """,
    "result of a call": """
        def function():
            found = type(exit)
            print("REACHED", found)
        function()
    """,
    "result of a call with names": """
        def function():
            found = max(map(type, [exit]), key=str)
            print("REACHED", found)
        function()
    """,
    "result of a call with a sequence": """
        def function(*arguments):
            found = type(*arguments)
            print("REACHED", found)
        function(exit)
    """,
    "item of a loop": """
        def function():
            for found in map(type, [exit]): print("REACHED", found)
        function()
    """,
    "unpacked": """
        def function():
            (found,) = map(type, [exit])
            print("REACHED", found)
        function()
    """,
    "unpacked with a star": """
        def function():
            found, *_ = map(type, [exit])
            print("REACHED", found)
        function()
    """,
    "global": """
        globals().update(zip(["found"], map(type, [exit])))
        def function(): print("REACHED", found)
        function()
    """,
    "name": """
        globals().update(zip(["found"], map(type, [exit])))
        print("REACHED", found)
    """,
    "name in a class with a type parameter": """
        class Names(type):
            @classmethod
            def __prepare__(cls, *_, **__): return dict(zip(["found"], map(type, [exit])))
        class Mine(metaclass=Names):
            def method[T: print("REACHED", found)](self): pass
        Mine.method.__type_params__[0].__bound__
    """,
    "argument": """
        def function(value): print("REACHED", value)
        [*map(function, map(type, [exit]))]
    """,
    "argument in a cell": """
        def function(value):
            def inner(): return value
            print("REACHED", inner())
        [*map(function, map(type, [exit]))]
    """,
    "sent to a generator": """
        def generator():
            print("REACHED", (yield))
            yield
        found = generator()
        next(found)
        [*map(found.send, map(type, [exit]))]
    """,
    "awaited": """
        import asyncio
        async def main():
            print("REACHED", await asyncio.to_thread(type, exit))
        asyncio.run(main())
    """,
    "attribute": """
        import types
        space = types.SimpleNamespace()
        vars(space).update(zip(["x"], map(type, [exit])))
        print("REACHED", space.x)
    """,
    "attribute in a class pattern": """
        import types
        space = types.SimpleNamespace()
        vars(space).update(zip(["x"], map(type, [exit])))
        match space:
            case object(x=found): print("REACHED", found)
    """,
    "attribute that is called": """
        import types
        space = types.SimpleNamespace()
        vars(space).update(zip(["x"], map(type, [exit])))
        print("REACHED", space.x("exit", "end"))
    """,
    "attribute of a base": """
        class Base: pass
        class Mine(Base):
            def method(self): return super().found
        for _ in map(setattr, [Base], ["found"], map(type, [exit])): pass
        print("REACHED", Mine().method())
    """,
    "method of a base": """
        class Base: pass
        class Mine(Base):
            def method(self): return super().found("exit", "end")
        for _ in map(setattr, [Base], ["found"], map(type, [exit])): pass
        print("REACHED", Mine().method())
    """,
    "entered": """
        import contextlib
        def function():
            for manager in map(contextlib.nullcontext, map(type, [exit])):
                with manager as found: print("REACHED", found)
        function()
    """,
    "name of a class in a function": """
        class Names(type):
            @classmethod
            def __prepare__(cls, *_, **__): return dict(zip(["found"], map(type, [exit])))
        def function():
            found = 1
            class Mine(metaclass=Names): print("REACHED", found) if found != 1 else None
        function()
    """,
    "values of a mapping pattern": """
        match dict(zip(["x"], map(type, [exit]))):
            case {"x": found}: print("REACHED", found)
    """,
}
