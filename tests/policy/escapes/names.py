"""Escapes by builtins and library functions that take names of attributes."""

PRELUDE = """
        def show(names):
            found = names["__builtins__"]
            print((found["open"] if isinstance(found, dict) else found.open)(CANARY).read())
        from json import dumps as f
"""

PROGRAMS = {
    "getattr": 'show(getattr(f, "__glo" + "bals__"))',
    "getattr with a default": 'show(getattr(f, "__globals__", None))',
    "getattr called by map": 'show([*map(getattr, [f], ["__globals__"])][0])',
    "getattr called by reduce": "import functools; show(functools.reduce(getattr, ['__globals__'], f))",
    "getattr in a partial": "import functools; show(functools.partial(getattr, f)('__globals__'))",
    "getattr by starmap": "import itertools; show(next(itertools.starmap(getattr, [(f, '__globals__')])))",
    "getattr by operator.call": "import operator; show(operator.call(getattr, f, '__globals__')) if hasattr(operator, 'call') else show(f.__globals__)",
    "getattr with a text that lies": """
        class Lie(str):
            __hash__ = str.__hash__
            def __eq__(self, other): return other == "__name__" or str.__eq__(self, other)
            def __str__(self): return "__name__"
            def startswith(self, *_): return False
            def __getitem__(self, _): return "x"
        show(getattr(f, Lie("__globals__")))""",
    "hasattr and setattr": """
        import json
        if hasattr(f, "__globals__"): print("REACHED")""",
    "setattr on a class of the library": """
        import json
        setattr(json.JSONEncoder, "escaped", 1)
        print("REACHED", json.JSONEncoder().escaped)""",
    "setattr called by map": """
        import json
        [*map(setattr, [json.JSONEncoder], ["escaped"], [1])]
        print("REACHED", json.JSONEncoder().escaped)""",
    "delattr on a class of the library": """
        import json
        delattr(json.JSONEncoder, "encode")
        print("REACHED")""",
    "vars of a module": """
        import json
        show(vars(json))""",
    "vars of a class": 'print("REACHED", vars(type)["__subclasses__"](object)[0])',
    "vars called by map": 'print("REACHED", [*map(vars, [type])][0]["mro"](int))',
    "assignment to a class of the library": """
        import json
        json.JSONEncoder.escaped = 1
        print("REACHED", json.JSONEncoder().escaped)""",
    "assignment to a builtin module": """
        import math
        math.escaped = 1
        import math as again
        print("REACHED", again.escaped)""",
    "assignment to a function of the library": """
        import json
        json.dumps.__defaults__ = ()
        json.dumps.escaped = 1
        print("REACHED", json.dumps.escaped)""",
    "augmented assignment": """
        import json
        json.JSONEncoder.item_separator += "x"
        print("REACHED", json.JSONEncoder.item_separator)""",
    "deletion from a class of the library": """
        import json
        del json.JSONEncoder.encode
        print("REACHED")""",
    "assignment in a loop": """
        import json
        for json.JSONEncoder.escaped in [1]: pass
        print("REACHED", json.JSONEncoder().escaped)""",
    "assignment by with": """
        import json, contextlib
        with contextlib.nullcontext(1) as json.JSONEncoder.escaped: pass
        print("REACHED", json.JSONEncoder().escaped)""",
    "object.__getattribute__": 'show(object.__getattribute__(f, "__globals__"))',
    "object.__getattribute__ called by map": 'show([*map(object.__getattribute__, [f], ["__globals__"])][0])',
    "a function's own __getattribute__": 'show(f.__getattribute__("__globals__"))',
    "__getattribute__ of type": 'print("REACHED", type.__getattribute__(type, "__subclasses__")(type))',
    "__getattribute__ of super": """
        class Mine:
            def escape(self): return super().__getattribute__("__reduce_ex__")
        print("REACHED", Mine().escape())""",
    "object.__setattr__": """
        import types
        def g(): return open(CANARY).read()
        def h(): pass
        object.__setattr__(h, "__code__", object.__getattribute__(g, "__code__"))
        print(h())""",
    "type.__setattr__": """
        import json
        type.__setattr__(json.JSONEncoder, "escaped", 1)
        print("REACHED", json.JSONEncoder().escaped)""",
    "type.__setattr__ called by map": """
        import json
        [*map(type.__setattr__, [json.JSONEncoder], ["escaped"], [1])]
        print("REACHED", json.JSONEncoder().escaped)""",
    "type.__delattr__": """
        import json
        type.__delattr__(json.JSONEncoder, "encode")
        print("REACHED")""",
    "attrgetter": 'import operator; show(operator.attrgetter("__globals__")(f))',
    "attrgetter of a path": """
        import operator
        print("REACHED", operator.attrgetter("__class__.__base__.__subclasses__")(())()[0])""",
    "attrgetter as a key": """
        import operator
        print("REACHED", sorted([f], key=operator.attrgetter("__code__.co_code")))""",
    "methodcaller": """
        import operator
        print("REACHED", operator.methodcaller("__subclasses__")(object)[0])""",
    "methodcaller on a class of the library": """
        import operator, json
        operator.methodcaller("__setattr__", "escaped", 1)
        print("REACHED", operator.methodcaller("__reduce_ex__", 2)(object()))""",
    "class pattern": """
        match f:
            case object(__globals__=names): show(names)""",
    "class pattern of a type": """
        match (x for x in ()):
            case object(gi_frame=frame): show({"__builtins__": frame.f_builtins})""",
    "class pattern by position": """
        class Any(type):
            def __instancecheck__(self, other): return True
        class Pattern(metaclass=Any): __match_args__ = ("__globals__",)
        match f:
            case Pattern(names): show(names)""",
    "class pattern that changes its mind": """
        class Any(type):
            answers = [("__globals__",), ("__name__",)]
            def __instancecheck__(self, other): return True
            @property
            def __match_args__(self):
                Any.answers.reverse()
                return Any.answers[1]
        class Pattern(metaclass=Any): pass
        for _ in range(2):
            match f:
                case Pattern(dict() as names): show(names)""",
    "class pattern of an error": """
        try: f.missing
        except AttributeError as error:
            match error:
                case AttributeError(obj=found): print("REACHED", found)""",
    "str.format": 'print("REACHED" if "__loader__" in "{0.__globals__}".format(f) else "")',
    "str.format by name": 'print("REACHED" if "open" in "{f.__globals__[__builtins__]}".format(f=f) else "REACHED")',
    "str.format in a specification": 'print("REACHED", "{0:{1.__code__.co_argcount}d}".format(5, f))',
    "str.format of the class": 'print("REACHED", str.format("{0.__code__}", f))',
    "str.format called by map": 'print("REACHED", [*map("{0.__code__}".format, [f])])',
    "str.format of the class called by map": 'print("REACHED", [*map(str.format, ["{0.__code__}"], [f])])',
    "str.format by getattr": 'print("REACHED", getattr("{0.__code__}", "format")(f))',
    "str.format of a subclass": """
        class Text(str):
            def fill(self, value): return super().format(value)
        print("REACHED", Text("{0.__code__}").fill(f))""",
    "str.format by a class pattern": """
        match "{0.__code__}":
            case str(format=fill): print("REACHED", fill(f))""",
    "str.format by attrgetter": """
        import operator
        print("REACHED", operator.attrgetter("format")("{0.__code__}")(f))""",
    "str.format by methodcaller": """
        import operator
        print("REACHED", operator.methodcaller("format", f)("{0.__code__}"))""",
    "str.format by itself": """
        print("REACHED", "{0.format}".format("{0.__code__}") and "{0.__code__}".format(f))""",
    "str.format_map": 'print("REACHED", "{f.__code__}".format_map({"f": f}))',
    "str.format_map called by map": 'print("REACHED", [*map(str.format_map, ["{f.__code__}"], [{"f": f}])])',
    "str.format with an item": 'print("REACHED", "{0[0].__code__}".format([f]))',
    "str.format that changes its mind": """
        class Answer: __code__ = 1
        class Mind:
            answers = [f, Answer]
            def __getattr__(self, name):
                self.answers.reverse()
                return self.answers[0]
        for _ in range(2):
            try: print("REACHED", "{0.x.__code__.co_code}".format(Mind()))
            except AttributeError: pass""",
    "Formatter": 'import string; print("REACHED", string.Formatter().format("{0.__code__}", f))',
    "Formatter's field": 'import string; print("REACHED", string.Formatter().get_field("0.__code__", (f,), {}))',
    "subclass of Formatter": """
        import string
        class Mine(string.Formatter): pass
        print("REACHED", Mine().vformat("{0.__code__}", (f,), {}))""",
    "base of a subclass of Formatter": """
        import string
        class Mine(string.Formatter): pass
        for cls in Mine.__mro__[:-1]:
            print("REACHED", cls.get_field(Mine(), "0.__code__", (f,), {}))""",
}
