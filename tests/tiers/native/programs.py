"""Programs that do the same whenever they run."""

PROGRAMS = {
    "recursion": """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(5))
""",
    "sorting": """
def bubble(items):
    for end in range(len(items) - 1, 0, -1):
        for at in range(end):
            if items[at] > items[at + 1]:
                items[at], items[at + 1] = items[at + 1], items[at]
    return items
numbers = [3, 1, 2, 0]
print(bubble(numbers), numbers)
""",
    "generators": """
def count(n):
    total = 0
    for k in range(n):
        sent = yield k
        total += sent or 0
    return total
def outer(n):
    result = yield from count(n)
    yield result
it = outer(2)
first = next(it)
second = it.send(10)
last = it.send(5)
it.close()
never = count(3)
half = count(3)
next(half)
del half
squares = [n * n for n in range(3)]
total = sum(n for n in squares)
print(first, second, last, squares, total)
""",
    "exceptions": """
class Refused(ValueError):
    pass
def check(n):
    if n:
        raise Refused(n)
    return n
def tidy(n):
    done = []
    try:
        check(n)
    finally:
        done.append(n)
def choose(n):
    try:
        tidy(n)
    except KeyError:
        return "key"
    except Refused as error:
        try:
            raise KeyError("again") from error
        except KeyError:
            return "value"
    return "none"
print(choose(0), choose(1))
""",
    "uncaught": """
def inner(data):
    return data["missing"]
def outer():
    data = {"there": 1}
    try:
        return inner(data)
    finally:
        data["seen"] = True
outer()
""",
    "with": """
class Held:
    def __init__(self, log):
        self.log = log
    def __enter__(self):
        self.log.append("in")
        return self
    def __exit__(self, kind, error, traceback):
        self.log.append(kind and kind.__name__)
        return kind is KeyError
log = []
with Held(log) as held:
    held.log.append("body")
with Held(log):
    raise KeyError("lost")
try:
    with Held(log):
        raise ValueError("kept")
except ValueError as error:
    log.append(str(error))
print(log)
""",
    "closures": """
def counter():
    count = 0
    seen = []
    def step(by=1):
        nonlocal count
        count += by
        seen.append(count)
        return count
    return step
step = counter()
step()
step(by=4)
def apply(function, *args, **named):
    return function(*args, **named)
print(apply(lambda a, b=2: a + b, 1), apply(step, by=2))
""",
    "classes": """
class Shape:
    sides = 0
    names = [name.upper() for name in ("a", "b")]
    def __init__(self, width):
        self.width = width
    @property
    def area(self):
        return self.width ** 2
    @classmethod
    def unit(cls):
        return cls(1)
class Square(Shape):
    sides = 4
    def __init__(self, width):
        super().__init__(width)
        self.label = f"square {width}"
square = Square(3)
square.width += 1
unit = Shape.unit()
del unit.width
print(square.area, square.label, Square.names)
""",
    "namespaces of classes": """
class Meta(type):
    def __new__(meta, name, bases, space):
        kept = dict(space)
        return super().__new__(meta, name, bases, kept)
class A(metaclass=Meta):
    x: int = 1
    def f(self, **kw):
        return kw
def make(i):
    class B(dict):
        y: int = 0
        def __init__(self, **kw):
            super().__init__(**kw)
    return B(a=i)
found = [make(i) for i in range(5)]
print(A().f(b=1), found)
""",
    "containers": """
table = {"a": [1]}
table["b"] = table["a"]
table["b"].append(2)
del table["a"]
items = [1, 2, 3]
items[1:2] = ["x", "y"]
seen = {1, 2}
seen.discard(1)
pair = (items, seen)
items.sort(key=str)
matched = []
for item in items:
    match item:
        case int(n) if n > 2:
            matched.append(n)
        case str():
            continue
        case _:
            pass
while items:
    items.pop()
else:
    matched.append("done")
print(table, pair, matched)
""",
    "executed": """
namespace = {"k": 1}
exec("def made(n):\\n    m = n + k\\n    return m\\nresult = made(2)\\n", namespace)
value = eval("result * 2", namespace)
print(namespace["result"], value)
""",
    "coroutines": """
import asyncio
async def part(n):
    await asyncio.sleep(0)
    return n * 2
async def numbers():
    for n in range(2):
        yield n
async def main():
    found = [await part(n) async for n in numbers()]
    found += await asyncio.gather(part(5), part(6))
    return found
print(asyncio.run(main()))
""",
}
