"""Ordinary programs about functions, generators, errors and texts."""

PROGRAMS = {
    "decorators": """
        import functools
        def traced(prefix):
            def decorate(function):
                @functools.wraps(function)
                def wrapper(*arguments, **named):
                    wrapper.calls += 1
                    return f"{prefix}:{function(*arguments, **named)}"
                wrapper.calls = 0
                wrapper._secret = 1
                return wrapper
            return decorate
        @traced("x")
        def add(a: int, b: int = 2) -> int:
            "Adds."
            return a + b
        print(add(1), add(1, b=5), add.calls, add.__name__, add.__doc__, add.__wrapped__(1), add.__module__, add._secret)
        print(add.__wrapped__.__defaults__, sorted(add.__annotations__), add.__qualname__, add.__wrapped__.__kwdefaults__)
        class CountCalls:
            def __init__(self, function): functools.update_wrapper(self, function); self.count = 0
            def __call__(self, *arguments): self.count += 1; return self.__wrapped__(*arguments)
        @CountCalls
        def hi(): return "hi"
        print(hi(), hi.count, hi.__name__)
        def all_methods(cls):
            for name, value in list(vars(cls).items()):
                if callable(value) and not name.startswith("__"): setattr(cls, name, traced("m")(value))
            return cls
        @all_methods
        class Mine:
            def a(self): return 1
        print(Mine().a())
    """,
    "functools": """
        import functools
        @functools.lru_cache(maxsize=None)
        def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
        print(fib(30), fib.cache_info(), fib.__wrapped__.__name__)
        @functools.cache
        def square(x): return x * x
        print(square(4), functools.reduce(lambda a, b: a * b, range(1, 6)), functools.partial(int, base=2)("101"))
        @functools.singledispatch
        def show(value): return "object"
        @show.register
        def _(value: int): return "int"
        @show.register(list)
        def _(value): return "list"
        print(show(1), show([]), show("x"), show.dispatch(bool)(True))
        class Cell:
            @functools.cached_property
            def value(self): print("computed"); return 5
            @functools.singledispatchmethod
            def put(self, value): return "any"
            @put.register
            def _(self, value: str): return "text"
            add = functools.partialmethod(lambda self, a, b: a + b, 1)
        cell = Cell()
        print(cell.value, cell.value, cell.put(1), cell.put("x"), cell.add(2))
        @functools.total_ordering
        class Grade:
            def __init__(self, n): self.n = n
            def __eq__(self, other): return self.n == other.n
            def __lt__(self, other): return self.n < other.n
        print(Grade(1) <= Grade(2), Grade(2) > Grade(1), sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
    """,
    "closures and scopes": """
        def counter():
            count = 0
            def increment(step=1):
                nonlocal count
                count += step
                return count
            return increment
        one, two = counter(), counter()
        print(one(), one(5), two())
        total = 0
        def add(n):
            global total
            total += n
        add(3); add(4)
        print(total, [f(2) for f in [lambda x, i=i: x * i for i in range(3)]], locals()["total"], "total" in globals())
        def show(a, /, b, *rest, c=3, **named): return a, b, rest, c, named
        print(show(1, 2, 3, c=4, d=5), show(*[1, 2], **{"c": 9}))
        globals()["made"] = 5
        print(made, sorted(vars().keys() & {"made", "one"}), (lambda: locals())())
    """,
    "generators": """
        def numbers():
            try:
                received = yield 1
                print("got", received)
                yield from [2, 3]
                return "end"
            finally:
                print("closed")
        g = numbers()
        print(next(g), g.send("x"), next(g), g.gi_running)
        try: next(g)
        except StopIteration as stop: print(stop.value)
        def outer(): result = yield from numbers(); print(result)
        print([*outer()])
        h = numbers(); next(h); h.close()
        def catcher():
            while True:
                try: yield
                except ValueError as error: print("caught", error)
        c = catcher(); next(c); c.throw(ValueError("v"))
        print(sum(x * x for x in range(5)), {k: v for k, v in zip("ab", [1, 2])}, {*map(abs, [-1, 1])}, (y := 3) + y)
    """,
    "errors": """
        import traceback, sys
        class AppError(Exception):
            def __init__(self, message, code): super().__init__(message); self.code = code
        try:
            try: {}["x"]
            except KeyError as error: raise AppError("bad", 3) from error
        except AppError as error:
            print(error, error.code, error.args, repr(error.__cause__), error.__context__ is error.__cause__)
            print(traceback.format_exc().splitlines()[-1], error.__traceback__.tb_lineno, sys.exc_info()[0].__name__)
            error.add_note("note")
            print("".join(traceback.format_exception(error)).count("Traceback"), error.__notes__)
        try: raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
        except* ValueError as group: print(group.exceptions)
        except* TypeError as group: print("types", group.exceptions)
        for bad in ("1 / 0", "[][1]", "None.x", "undefined"):
            try:
                if bad == "1 / 0": 1 / 0
                elif bad == "[][1]": [][1]
                elif bad == "None.x": None.x
                else: undefined
            except Exception as error: print(type(error).__name__, error)
            else: print("never")
            finally: print("finally")
        try: raise SystemExit(3)
        except SystemExit as error: print(error.code)
        try: next(iter([]))
        except StopIteration: print("stop")
        print(isinstance(AppError("x", 1), Exception), AppError.__mro__[1].__name__)
    """,
    "formatting": """
        class Point:
            def __init__(self, x, y): self.x, self.y, self._z = x, y, [7, 8]
            def __repr__(self): return f"P({self.x}, {self.y})"
        p, width = Point(1, 2.5), 8
        print("{0.x} {0.y:.2f} {0!r:>{w}} {name} {d[key]} {0._z[1]}".format(p, w=12, name="n", d={"key": "v"}))
        print(f"{p!r:^{width}}|{p.x:05d}|{p.y:e}|{1000000:,}|{'a':*^5}|{255:#x}|{p.x=}|{p}", "%s %5.1f %(x)s" % {"x": 1} if 0 else "%s %5.1f" % (p, 2))
        print("{} {}".format(1, 2), "{1} {0}".format(1, 2), "{:>{}}".format("r", 4), "{{}}".format(), "{a.x}".format_map({"a": p}))
        print("{0.__class__.__name__}".format(p), str.format("{}", 3), [*map("{:02d}".format, range(3))], "abc".join("xy"))
        import string
        print(string.Template("$a ${b}").substitute(a=1, b=2), string.Formatter().format("{0.x} {1}", p, 4), string.capwords("a b"))
        class Mine(string.Formatter):
            def get_value(self, key, args, kwargs): return kwargs.get(key, "?") if isinstance(key, str) else args[key]
        print(Mine().format("{x} {y} {0}", 1, x=2))
        try: "{} {0}".format(1)
        except ValueError as error: print(error)
        try: "{x}".format()
        except KeyError as error: print(error)
        try: "{0.nothing}".format(p)
        except AttributeError as error: print(error)
        print(format(3.14159, ".2f"), "tab\\tx".expandtabs(4), "a,b".split(","), "x".center(5, "-"), "é".encode(), b"a".decode())
    """,
    "matching": """
        from dataclasses import dataclass
        @dataclass
        class Point:
            x: int
            y: int
        def kind(value):
            match value:
                case 0 | 1: return "bit"
                case int(n) if n > 100: return f"big {n}"
                case Point(x=0, y=y): return f"on y {y}"
                case Point(x, y): return f"{x},{y}"
                case [first, *rest]: return f"list {first} {rest}"
                case {"k": v, **others}: return f"map {v} {others}"
                case str() as text: return f"text {text}"
                case None: return "none"
                case _: return "other"
        for each in (0, 500, Point(0, 3), Point(1, 2), [1, 2, 3], {"k": 1, "z": 2}, "s", None, 2.5, 7):
            print(kind(each))
    """,
    "context managers": """
        import contextlib, io
        @contextlib.contextmanager
        def tag(name):
            print(f"<{name}>")
            try: yield name.upper()
            except ValueError as error: print("handled", error)
            finally: print(f"</{name}>")
        with tag("a") as upper, tag("b"): print(upper)
        with tag("c"): raise ValueError("v")
        with contextlib.suppress(KeyError): {}["x"]
        with contextlib.redirect_stdout(io.StringIO()) as captured: print("hidden")
        print(repr(captured.getvalue()))
        with contextlib.ExitStack() as stack:
            stack.enter_context(tag("d"))
            stack.callback(print, "callback")
        class Closing:
            def close(self): print("close")
        with contextlib.closing(Closing()): pass
        @tag("e")
        def decorated(): print("in")
        decorated()
        with contextlib.nullcontext(5) as n: print(n)
    """,
    "sorting and operators": """
        import operator
        from collections import namedtuple
        Row = namedtuple("Row", "name age", defaults=[3])
        rows = [Row("b", 2), Row("a"), Row("c", 1)]
        print(sorted(rows, key=operator.attrgetter("age")), sorted(rows, key=operator.itemgetter(0)), rows[0]._asdict())
        print(operator.attrgetter("name", "age")(rows[1]), operator.methodcaller("upper")("x"), Row._fields, rows[0]._replace(age=9))
        print(max(rows, key=lambda row: row.age), [*map(operator.add, [1, 2], [3, 4])], operator.methodcaller("split", ",")("a,b"))
        print(Row._make([1, 2]), getattr(rows[0], "name"), operator.attrgetter("name.real") if 0 else "", repr(operator.attrgetter("a.b")))
    """,
}
