"""Small programs of many kinds, each with a number that makes it another program; what they do is theirs alone."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

__all__ = ["KINDS", "Case", "cases"]


class Case(NamedTuple):
    """A program, and how it is run."""

    name: str
    source: str
    argv: tuple[str, ...] = ("program",)
    stdin: str = ""
    limits: tuple[tuple[str, int], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    """Modules in the program's folder; with any, the program is a file."""
    folder: str = ""
    """The folder, if several programs share it."""
    has_threads: bool = False
    """Whether it starts threads: which of them goes on when is the system's to say."""

    def written_to(self, folder: Path) -> str | Path:
        """Gives the program as what can be traced."""
        if not self.files:
            return self.source
        home = folder / (self.folder or self.name)
        home.mkdir(parents=True, exist_ok=True)
        for name, text in self.files:
            (home / name).write_text(text)
        main = home / f"{self.name}.py"
        main.write_text(self.source)
        return main


def _arithmetic(n: int) -> Case:
    return Case(
        "arithmetic",
        f"""
total, odd = {n}, []
for number in range({20 + n % 30}):
    total += number ** 2 % 7
    if number % 3 == {n % 3}:
        odd.append(total)
table = {{str(value): value * 2 for value in odd}}
while total > 10:
    total //= 2
print(total, odd, table, sorted(table, reverse=True)[:3], sum(odd) / {n + 1})
""",
    )


def _classes(n: int) -> Case:
    return Case(
        "classes",
        f"""
import enum, pickle, typing
from dataclasses import dataclass, field
class Color(enum.Enum):
    RED = {n}
    BLUE = {n + 1}
@dataclass(order=True)
class Point:
    x: int
    y: "typing.ClassVar[int]" = {n}
    others: "list[Point]" = field(default_factory=list)
class Special(Point):
    __slots__ = ("name",)
    def __init__(self, name, x):
        super().__init__(x)
        self.name = name
    @property
    def double(self): return self.x * 2
    def __repr__(self): return f"Special({{self.name}}, {{self.double}})"
points = [Special("s" * number, number) for number in range({2 + n % 4})]
points[0].others.append(Point({n}))
again = pickle.loads(pickle.dumps(points))
print(points, again, again[0].others, Color({n}), Point.y, typing.get_type_hints(Point)["others"] == list[Point])
print(sorted(points, reverse=True), [each.name for each in Color])
""",
    )


def _generators(n: int) -> Case:
    return Case(
        "generators",
        f"""
def averager():
    total = count = 0
    value = None
    try:
        while True:
            value = yield value
            total += value
            count += 1
            value = total / count
    except KeyError as error:
        yield f"caught {{error}}"
    finally:
        print("closed", total)
def chain(*parts):
    for part in parts: yield from part
mean = averager()
next(mean)
print([mean.send(number) for number in range({n}, {n + 6})])
print(mean.throw(KeyError("{n}")))
mean.close()
print(list(chain(range({n % 5}), "ab", (x * x for x in range(3)))))
""",
    )


def _exceptions(n: int) -> Case:
    return Case(
        "exceptions",
        f"""
import traceback
class Trouble(Exception): pass
def fail(depth):
    try:
        if depth: fail(depth - 1)
        else: {{}}[{n}]
    except KeyError as error:
        raise Trouble(depth) from error
    finally:
        print("leaving", depth)
try:
    fail({n % 4 + 1})
except Trouble:
    print(traceback.format_exc())
try:
    raise ExceptionGroup("many", [ValueError({n}), TypeError("t"), OSError(2, "no")])
except* ValueError as group:
    print(group.exceptions)
except* (TypeError, OSError) as group:
    print(len(group.exceptions))
assert {n} % 2, "an even one"
fail(0)
""",
    )


def _tasks(n: int) -> Case:
    return Case(
        "tasks",
        f"""
import asyncio
from contextvars import ContextVar
current = ContextVar("current", default={n})
async def worker(name, queue, found):
    current.set(name)
    while (item := await queue.get()) is not None:
        await asyncio.sleep(0)
        found.append((current.get(), item))
async def main():
    queue, found = asyncio.Queue(), []
    async with asyncio.TaskGroup() as group:
        for name in "ab": group.create_task(worker(name, queue, found))
        for item in range({3 + n % 5}): await queue.put(item)
        for _ in "ab": await queue.put(None)
    return found, current.get()
print(asyncio.run(main()))
async def ticks():
    for number in range(3): yield number + {n}
async def summed(): return sum([each async for each in ticks()])
print(asyncio.run(summed()))
""",
    )


def _threads(n: int) -> Case:
    return Case(
        "threads",
        f"""
import threading
from concurrent.futures import ThreadPoolExecutor
lock, total = threading.Lock(), []
def work(number):
    for step in range(5):
        with lock: total.append(number * step)
    if number == {n % 3}: print("thread", number)
threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
for each in threads: each.start()
for each in threads: each.join()
print(sum(total))
with ThreadPoolExecutor(1) as pool: print(list(pool.map(lambda x: x + {n}, range(5))))
""",
        has_threads=True,
    )


def _output(n: int) -> Case:
    return Case(
        "output",
        f"""
import io, sys
from contextlib import redirect_stdout, redirect_stderr
held = io.StringIO()
with redirect_stdout(held), redirect_stderr(held):
    for number in range({5 + n % 10}): print("held", number, {n})
    sys.stderr.write("to nobody")
    sys.stdout.write("word ")
    sys.stdout.flush()
print("after", len(held.getvalue()))
print("error", {n}, file=sys.stderr)
sys.stdout.writelines(["one {n}\\n", "two\\n"])
old, sys.stdout = sys.stdout, sys.stderr
print("swapped")
sys.stdout = old
for number in range(8): print(number, end=" ", flush=number % 2 == 0)
print(sys.stdout.encoding, sys.stdout.writable(), file=sys.stdout)
""",
    )


def _input(n: int) -> Case:
    lines = "".join(f"line {number} of {n}\n" for number in range(n % 4 + 3))
    return Case(
        "input",
        """
import sys
print(input("first? ").upper())
words = [line.split() for line in sys.stdin]
print(words, len(words))
try: input()
except EOFError as error: print("end", error)
print(repr(sys.stdin.read()))
""",
        stdin=lines,
    )


def _arguments(n: int) -> Case:
    return Case(
        "arguments",
        """
import argparse, sys
parser = argparse.ArgumentParser()
parser.add_argument("--number", type=int)
parser.add_argument("words", nargs="*")
found = parser.parse_args()
print(sys.argv, found.number, found.words, parser.prog)
sys.argv.append("more")
sys.path.insert(0, f"/nowhere/{found.number}")
import json
import __main__
print(sys.argv[-1], sys.path[0], __main__.found.number, __main__.found is found)
parser.parse_args(["--number", "none"])
""",
        argv=(f"program-{n}", "--number", str(n), *"abc"[: n % 4]),
    )


def _leaving(n: int) -> Case:
    how = ["3", "'a message'", "None", "[1, 2]"][n % 4]
    return Case(
        "leaving",
        f"""
import sys
class Loud:
    def __init__(self, name): self.name = name
    def __del__(self): print("gone", self.name)
kept = Loud("module {n}")
def leave():
    local = Loud("local")
    try:
        sys.exit({how})
    finally:
        print("finally")
Loud("at once")
leave()
""",
    )


def _recursion(n: int) -> Case:
    return Case(
        "recursion",
        f"""
import sys
sys.setrecursionlimit({150 + n})
def down(depth): return down(depth + 1)
try: down(0)
except RecursionError as error: print(error, sys.getrecursionlimit())
def hanoi(count, a, b, c):
    if count: return hanoi(count - 1, a, c, b) + [(a, b)] + hanoi(count - 1, c, b, a)
    return []
print(len(hanoi({3 + n % 3}, "a", "b", "c")))
""",
    )


def _modules(n: int) -> Case:
    folder = "shared" if n % 3 == 0 else ""
    n = 0 if folder else n
    helper = (
        f"import other\nprint('importing', __name__)\nVALUE = {n} + other.VALUE\ndef of(x):\n    return x + VALUE\n"
    )
    return Case(
        "modules",
        """
import helper
import helper as again
from helper import VALUE, of
print(VALUE, of(1), helper.other.VALUE, helper is again)
def late():
    import later
    return later.VALUE
print(late(), helper.__name__, helper.VALUE)
""",
        files=(
            ("helper.py", helper),
            ("other.py", f"VALUE = {n * 7}\n"),
            ("later.py", f"import helper\nVALUE = helper.VALUE * 2 + {n}\n"),
        ),
        folder=folder,
    )


def _limits(n: int) -> Case:
    name, source, most = [
        (
            "steps",
            "n = 0\nwhile True:\n    try:\n        while True: n += 1\n    except BaseException: pass\n",
            900 + n,
        ),
        ("output_bytes", "while True: print('flood', flush=True)\n", 200 + n),
        ("recursion_depth", "def f(n): return f(n + 1)\ntry: f(0)\nfinally: print('no')\n", 40 + n % 20),
        ("integer_bits", "x = 3\nwhile True: x = x * x\n", 500 + n),
        ("container_size", "x = [0]\nwhile True: x += x\n", 100 + n),
        ("string_length", "x = 'a'\nwhile True: x = f'{x}{x}'\n", 300 + n),
        ("heap_objects", "x = []\nwhile True: x = [x, object()]\n", 2000 + n),
    ][n % 7]
    return Case(f"limits-{name}", source, limits=((name, most),))


def _messages(n: int) -> Case:
    return Case(
        "messages",
        f"""
import logging, sys, warnings
log = logging.getLogger("app.{n}")
handler = logging.StreamHandler(sys.stderr)
handler.setFormatter(logging.Formatter("%(levelname)s {n} %(name)s %(message)s"))
log.addHandler(handler)
log.propagate = False
log.setLevel(logging.INFO)
log.info("started %d", {n})
def old(): warnings.warn("old {n}", UserWarning, stacklevel=2)
old()
log.warning("done, %s", log.handlers)
try: sys.nothing
except AttributeError as error: log.exception("there is %s", error)
""",
    )


KINDS: tuple[Callable[[int], Case], ...] = (
    *(_arithmetic, _classes, _generators, _exceptions, _tasks, _threads, _output, _input, _arguments),
    *(_leaving, _recursion, _modules, _limits, _messages),
)


def cases(count: int, seed: int = 0) -> list[Case]:
    """Gives so many programs, of all kinds in turn, in an order that the seed decides."""
    made = [KINDS[number % len(KINDS)](number // len(KINDS) * 3 + number % 7) for number in range(count)]
    named = [each._replace(name=f"{each.name}-{number}") for number, each in enumerate(made)]
    random.Random(seed).shuffle(named)
    return named
