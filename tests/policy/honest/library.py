"""Ordinary programs that use the standard library."""

PROGRAMS = {
    "asyncio": """
        import asyncio
        async def work(name, delay):
            await asyncio.sleep(delay)
            return name
        async def producer(queue):
            for n in range(3): await queue.put(n)
            await queue.put(None)
        async def main():
            print(await asyncio.gather(work("a", 0.001), work("b", 0)))
            queue = asyncio.Queue()
            task = asyncio.create_task(producer(queue))
            while (item := await queue.get()) is not None: print(item)
            await task
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work(n, 0)) for n in "xy"]
            print([t.result() for t in tasks])
            try: await asyncio.wait_for(asyncio.sleep(10), 0.001)
            except asyncio.TimeoutError: print("timeout")
            async with asyncio.Lock(): pass
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            loop.call_soon(future.set_result, 5)
            print(await future, loop.is_running(), await asyncio.to_thread(sum, [1, 2]))
            async def numbers():
                for n in range(2): yield n
            print([n async for n in numbers()])
            victim = asyncio.create_task(asyncio.sleep(10)); await asyncio.sleep(0); victim.cancel()
            try: await victim
            except asyncio.CancelledError: print("cancelled")
            try: async_with = asyncio.timeout(0.001)
            except AttributeError: pass
            event = asyncio.Event(); event.set(); await event.wait()
        asyncio.run(main())
    """,
    "regular expressions": r"""
        import re
        pattern = re.compile(r"(?P<year>\d{4})-(\d\d)", re.I)
        m = pattern.search("on 2024-05 and 2023-01")
        print(m.group("year"), m.groups(), m.span(), m[0], m.groupdict(), pattern.findall("2024-05 2023-01"), m.re.pattern)
        print(re.sub(r"(\w)(\w)", r"\2\1", "abcd"), re.split(r"[,;]", "a,b;c"), re.sub("a", lambda m: m[0].upper(), "banana"))
        print([x.start() for x in re.finditer("a", "banana")], re.escape("a.b"), re.fullmatch("a+", "aaa") is not None, re.IGNORECASE)
        try: re.compile("(")
        except re.error as error: print(error.msg, error.pos)
    """,
    "json": """
        import json, io
        class Encoder(json.JSONEncoder):
            def default(self, value): return sorted(value) if isinstance(value, set) else super().default(value)
        text = json.dumps({"b": [1, 2.5, None, True], "a": {"x": "é"}}, sort_keys=True, indent=2)
        print(text, json.loads(text), json.dumps({1, 2}, cls=Encoder), json.loads("[1]", parse_int=float))
        buffer = io.StringIO(); json.dump([1], buffer); buffer.seek(0); print(json.load(buffer))
        try: json.loads("{")
        except json.JSONDecodeError as error: print(error.msg, error.pos, error.lineno)
        try: json.dumps(object())
        except TypeError as error: print(error)
        print(json.loads('{"a": 1}', object_hook=lambda d: [*d.items()]))
    """,
    "collections": """
        from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
        import collections.abc
        words = defaultdict(list)
        for word in "one two three".split(): words[len(word)].append(word)
        print(dict(words), Counter("banana").most_common(2), Counter(a=1) + Counter(a=2), deque([1, 2, 3], maxlen=2))
        d = OrderedDict(a=1, b=2); d.move_to_end("a"); print(d, ChainMap({"x": 1}, {"x": 2, "y": 3})["y"])
        class Lower(UserDict):
            def __setitem__(self, key, value): super().__setitem__(key.lower(), value)
        low = Lower(); low["A"] = 1; print(low, low.data, UserList([1]) + [2])
        class Bag(collections.abc.MutableSequence):
            def __init__(self): self._items = []
            def __getitem__(self, i): return self._items[i]
            def __setitem__(self, i, v): self._items[i] = v
            def __delitem__(self, i): del self._items[i]
            def __len__(self): return len(self._items)
            def insert(self, i, v): self._items.insert(i, v)
        bag = Bag(); bag.append(1); bag.extend([2, 3]); print([*bag], bag.pop(), 2 in bag, isinstance(bag, collections.abc.Sequence))
        P = namedtuple("P", ["x", "y"]); print(P(1, 2), P(1, 2).x, P._fields)
    """,
    "itertools": """
        import itertools as it
        print([*it.chain([1], [2])], [*it.islice(it.count(5, 2), 3)], [*it.combinations("abc", 2)], [*it.product("ab", repeat=2)][:2])
        print([(k, [*g]) for k, g in it.groupby([1, 1, 2])], [*it.accumulate([1, 2, 3])])
        print([*it.takewhile(lambda x: x < 3, it.count())], [*it.permutations([1, 2])], [*it.starmap(pow, [(2, 3)])], [*it.pairwise("abc")])
        a, b = it.tee([1, 2]); print([*a], [*b], [*it.chain.from_iterable([[1], [2]])], [*it.repeat(7, 2)], [*it.compress("ab", [0, 1])])
    """,
    "numbers": """
        import math, cmath, random, statistics, decimal, fractions
        random.seed(7)
        print(random.randint(1, 100), random.choice("abc"), random.sample(range(10), 3), round(random.random(), 6), random.Random(1).random())
        items = [1, 2, 3]; random.shuffle(items); print(items, random.uniform(1, 2) < 2, random.gauss(0, 1) is not None)
        print(math.sqrt(16), math.pi, math.comb(5, 2), math.isclose(0.1 + 0.2, 0.3), math.gcd(12, 18), cmath.sqrt(-1), math.inf)
        print(statistics.mean([1, 2, 3]), statistics.stdev([1, 2, 3]), statistics.median([1, 9, 4]))
        with decimal.localcontext() as context:
            context.prec = 5
            print(decimal.Decimal(1) / 3, decimal.Decimal("1.10").quantize(decimal.Decimal("0.1")), decimal.getcontext().prec)
        print(fractions.Fraction(1, 3) + fractions.Fraction(1, 6), (2.5).as_integer_ratio(), (5).bit_length(), 10 ** 30, divmod(7, 2), -7 // 2)
        print(int("ff", 16), float("1e3"), complex(1, 2).conjugate(), round(2.675, 2), 0.1 + 0.2, int.from_bytes(b"ab", "big"))
    """,
    "dates": """
        from datetime import date, datetime, timedelta, timezone, time
        import calendar
        d = datetime(2024, 2, 28, 12, 30, tzinfo=timezone.utc)
        print(d + timedelta(days=2), d.isoformat(), d.strftime("%Y/%m/%d %H:%M"), datetime.strptime("2024-01-02", "%Y-%m-%d"), d.weekday())
        print(date(2024, 1, 1).replace(day=5), (date(2024, 3, 1) - date(2024, 2, 1)).days, timedelta(hours=5).total_seconds(), time(1, 2))
        print(calendar.monthrange(2024, 2), calendar.isleap(2024), d.astimezone(timezone(timedelta(hours=2))), date.fromisoformat("2024-05-06").isocalendar())
        class Zone(__import__("datetime").tzinfo):
            def utcoffset(self, dt): return timedelta(hours=1)
            def dst(self, dt): return timedelta(0)
            def tzname(self, dt): return "Z1"
        print(datetime(2024, 1, 1, tzinfo=Zone()).tzname(), datetime(2024, 1, 1, tzinfo=Zone()).isoformat())
    """,
    "typing": """
        from typing import Any, Callable, ClassVar, Generic, Literal, NamedTuple, NewType, Optional, TypedDict, TypeVar, Union, cast, get_args, get_origin, overload
        import typing
        T = TypeVar("T")
        class Stack(Generic[T]):
            limit: ClassVar[int] = 3
            def __init__(self) -> None: self.items: list[T] = []
            def push(self, item: T) -> "Stack[T]": self.items.append(item); return self
        print(Stack[int]().push(1).items, Stack.__parameters__, get_origin(list[int]), get_args(dict[str, int]), Optional[int])
        class Person(NamedTuple):
            name: str
            age: int = 3
        class Movie(TypedDict, total=False):
            title: str
        UserId = NewType("UserId", int)
        print(Person("a"), Person("a")._asdict(), Movie(title="x"), UserId(5), cast(int, "x"), Union[int, str], Literal["a"], T.__name__)
        @overload
        def f(x: int) -> int: ...
        @overload
        def f(x: str) -> str: ...
        def f(x: Any) -> Any: return x
        print(f(3), Callable[[int], str], int | None, typing.TYPE_CHECKING)
    """,
    "copying": """
        import copy
        class Node:
            def __init__(self, value): self.value, self.links, self._hidden = value, [], 1
        a, b = Node(1), Node(2); a.links.append(b); b.links.append(a)
        c = copy.deepcopy(a)
        print(c.value, c.links[0].links[0] is c, c is not a, copy.copy(a).links is a.links, c._hidden)
        class Slotted:
            __slots__ = ("x", "y")
        s = Slotted(); s.x = [1]; t = copy.deepcopy(s); print(t.x, t.x is s.x, hasattr(t, "y"))
        class Custom:
            def __copy__(self): return "copied"
            def __deepcopy__(self, memo): return "deep"
        print(copy.copy(Custom()), copy.deepcopy([Custom()]), copy.deepcopy({"a": (1, [2])}), copy.copy({1, 2}))
        from collections import Counter, OrderedDict, defaultdict, deque
        print(copy.deepcopy(Counter("aab")), copy.deepcopy(OrderedDict(a=[1])), copy.deepcopy(defaultdict(list, a=[1])), copy.copy(deque([1])))
        import enum, datetime
        class E(enum.Enum): A = 1
        print(copy.deepcopy(E.A) is E.A, copy.deepcopy(datetime.date(2024, 1, 1)), copy.deepcopy(ValueError("x")).args)
    """,
    "threads": """
        import threading, queue
        results, lock = [], threading.Lock()
        def work(n):
            with lock: results.append(n * n)
        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for t in threads: t.start()
        for t in threads: t.join()
        print(sorted(results), threading.current_thread().name, threads[0].is_alive(), threading.active_count() > 0)
        q = queue.Queue()
        class Worker(threading.Thread):
            def __init__(self, q): super().__init__(daemon=True); self.q = q; self._done = 0
            def run(self):
                while (item := self.q.get()) is not None: self._done += item
        w = Worker(q); w.start()
        for n in (1, 2, None): q.put(n)
        w.join(); print(w._done, w.daemon)
        local = threading.local(); local.x = 1; print(local.x)
        event = threading.Event(); threading.Timer(0, event.set).start(); print(event.wait(5))
    """,
    "text tools": """
        import textwrap, difflib, pprint, string, html, base64, hashlib, zlib, struct, uuid, io, unicodedata, reprlib, secrets, binascii
        print(textwrap.fill("the quick brown fox", 10), textwrap.dedent("  a\\n  b"), textwrap.shorten("hello world", 8, placeholder="..."))
        print([*difflib.unified_diff(["a"], ["b"], lineterm="")], difflib.get_close_matches("appel", ["ape", "apple"]), html.escape("<a>"))
        pprint.pprint({"b": list(range(30)), "a": "x" * 60}); print(pprint.pformat([1, {"z": 1}]))
        print(base64.b64encode(b"hi"), hashlib.sha256(b"x").hexdigest()[:8], zlib.decompress(zlib.compress(b"abc")), struct.pack("<I", 5))
        print(uuid.UUID(int=5), uuid.uuid5(uuid.NAMESPACE_DNS, "a").version, io.BytesIO(b"ab").read(1), unicodedata.name("a"), reprlib.repr([*range(20)]))
        print(len(secrets.token_hex(4)), string.ascii_lowercase[:3], binascii.hexlify(b"a"), *io.StringIO("x\\ny"))
        from dataclasses import dataclass
        @dataclass
        class D: x: int; y: str
        pprint.pprint(D(1, "a"))
    """,
    "heaps, graphs and search": """
        import bisect, graphlib, heapq, array
        heap = []
        for n in [5, 1, 4]: heapq.heappush(heap, (n, str(n)))
        print([heapq.heappop(heap) for _ in range(3)], heapq.nlargest(2, [1, 5, 3]), [*heapq.merge([1, 4], [2])])
        items = [1, 3, 5]; bisect.insort(items, 4); print(items, bisect.bisect_left(items, 3), array.array("i", [1, 2]).tolist())
        print([*graphlib.TopologicalSorter({"c": {"b"}, "b": {"a"}}).static_order()])
        def dijkstra(graph, start):
            seen, todo = {}, [(0, start)]
            while todo:
                cost, node = heapq.heappop(todo)
                if node in seen: continue
                seen[node] = cost
                for other, weight in graph.get(node, {}).items(): heapq.heappush(todo, (cost + weight, other))
            return seen
        print(dijkstra({"a": {"b": 1, "c": 4}, "b": {"c": 2}}, "a"))
    """,
    "lifetimes": """
        import gc, weakref
        class Thing:
            def __del__(self): print("gone")
        t = Thing(); r = weakref.ref(t, lambda _: print("callback")); print(r() is t); del t; print(r())
        class Key: pass
        k = Key(); d = weakref.WeakKeyDictionary({k: 1}); print(len(d)); del k; gc.collect(); print(len(d))
        class Mine: pass
        m = Mine(); weakref.finalize(m, print, "finalized"); del m
        s = weakref.WeakSet(); s.add(keep := Mine()); print(len(s))
    """,
    "sys and inspection": """
        import sys, inspect, io, time, warnings, types
        print(sys.version_info >= (3, 11), sys.maxsize > 2 ** 31, len(sys.argv), sys.getsizeof([]) > 0, sys.byteorder)
        sys.stdout.write("written\\n"); sys.stdout.flush(); print("error", file=sys.stderr)
        old, sys.stdout = sys.stdout, io.StringIO(); print("lost"); found, sys.stdout = sys.stdout.getvalue(), old; print(repr(found))
        def f(a, *, b=1): "doc"
        print(inspect.signature(f), inspect.isfunction(f), inspect.getdoc(f), [*inspect.signature(f).parameters], inspect.isclass(int))
        print(inspect.signature(f).bind(1, b=2).arguments, time.strftime("%Y", time.gmtime(0)), time.perf_counter() > 0, time.time() > 0)
        with warnings.catch_warnings(record=True) as log:
            warnings.simplefilter("always"); warnings.warn("w"); print(log[0].message, len(log))
        print(types.SimpleNamespace(a=1), types.MappingProxyType({"a": 1})["a"], isinstance(f, types.FunctionType), types.MethodType(f, 1).__self__)
        try: sys.exit("bye")
        except SystemExit as error: print(error)
        for line in sys.stdin: print(line)
    """,
    "a small interpreter": r"""
        import re, operator
        from typing import Iterator, NamedTuple
        class Token(NamedTuple):
            kind: str
            text: str
        OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
        def tokens(text: str) -> Iterator[Token]:
            for m in re.finditer(r"(?P<number>\d+(\.\d+)?)|(?P<op>[-+*/()])|(?P<space>\s+)", text):
                if m.lastgroup != "space": yield Token(m.lastgroup, m.group())
        class Parser:
            def __init__(self, text): self._tokens = [*tokens(text), Token("end", "")]; self._at = 0
            @property
            def _now(self): return self._tokens[self._at]
            def _take(self): self._at += 1; return self._tokens[self._at - 1]
            def expression(self, power=0):
                token = self._take()
                if token.text == "(": left = self.expression(); self._take()
                elif token.text == "-": left = -self.expression(3)
                else: left = float(token.text)
                while (level := {"+": 1, "-": 1, "*": 2, "/": 2}.get(self._now.text, 0)) > power:
                    left = OPERATORS[self._take().text](left, self.expression(level))
                return left
        for text in ("1 + 2 * 3", "(1 + 2) * 3", "-4 / 2 - 1"): print(text, "=", Parser(text).expression())
    """,
}
