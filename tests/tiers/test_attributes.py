"""Tests for calcharo_vm/tiers/compiled/templates/attributes.py and other_attributes.py."""

import pytest

from tests.tiers.comparing import difference

PROGRAMS = {
    "instances of several classes and types of value": """
import re
class A:
    kind = 'a'
    pattern = re.compile('x+')
    limit = None
    def __init__(self, n): self.n = n
class B(A):
    kind = 'b'
    limit = 3
def work(things, text):
    found = []
    for thing in things:
        found.append(thing.kind)
        if thing.limit is not None: found.append(thing.limit)
        if thing.pattern.match(text): found.append(thing.n)
        thing.n = found[-1]
        thing.limit = text if thing.n else None
    return found
for turn in range(50): work([A(1), B(2), A(0)], 'xx' if turn % 3 else 'y')
""",
    "class attributes that change": """
class A:
    limit = 1
    names = ['a']
    def __init__(self, n): self.n = n
class M(type):
    other = property(lambda cls: 5)
class C(metaclass=M):
    x = 1
def work(a, turn):
    if turn == 40: A.limit = property(lambda self: 7)
    if turn == 45: A.names = None
    if turn == 30: A.limit = 'text'
    if turn == 35: a.limit = 3.5
    if turn == 50: M.x = property(lambda cls: 'meta')
    return [a.limit, A.names, A.n if turn == 55 and hasattr(A, 'n') else a.n, C.x, C.other]
a = A(1)
for turn in range(60): work(a, turn)
""",
    "exceptions and subclasses of containers": """
class Wrong(Exception):
    def __init__(self, name):
        super().__init__(name)
        self.name = name
class Stack(list):
    depth = 0
    def top(self): return self[-1]
def work(n):
    stack = Stack([n])
    stack.name = 'stack'
    try: raise Wrong(n)
    except Wrong as error: found = [error.name, error.args]
    return found + [stack.depth, stack.name, stack.top()]
for turn in range(40): work(turn if turn % 4 else str(turn))
""",
    "modules and enumerations": """
import math, operator, enum, string
class Kind(enum.Enum):
    A = 1
    B = 2
def work(n):
    kind = Kind.A if n % 2 else Kind.B
    table = {Kind.A: 'x', Kind.B: ['y']}
    found = [math.pi, math.sqrt(n), operator.add(n, 1), string.digits]
    return found, kind is Kind.A, table[kind], kind.name, kind.value
for turn in range(40):
    work(turn)
    if turn == 30: math.extra = 1
    if turn == 33: string.digits = None
""",
    "what has no such attribute": """
class A:
    def __init__(self, n):
        if n % 3: self.n = n
def work(n):
    a = A(n)
    try: return a.n
    except AttributeError as error: return str(error)
for turn in range(40): work(turn)
""",
    "attributes that are stored": """
class A:
    size = 0
    def __init__(self, n):
        self.items = []
        self.n = n
        self.me = self
        self.size = n if n % 2 else [n]
class Slots:
    __slots__ = ('a', 'b')
    def __init__(self, n):
        self.a = [n]
        self.b = None if n % 2 else self.a
class Seen:
    def __init__(self, n): self.n = n
    def __del__(self): print('gone', self.n)
def work(n):
    a = A(n)
    a.items = a.items + [n]
    a.n = Slots(n)
    a.seen = Seen(n)
    a.seen = None
    names = vars(a)
    a.size = names
    a.size = 1
    a.me = None
    A(n).other = [n]
    return a
for turn in range(40): work(turn)
""",
    "methods of built-in types": """
import re, collections
def work(n, text):
    queue = collections.deque([1, 2])
    queue.append(n)
    match = re.match('(a+)(b)?', text)
    found = [queue.popleft(), len(queue)]
    if match is not None: found += [match.group(1), match.group(2), match.groups(), match.end(), match.span()]
    return found
pattern = re.compile('b')
def search(text): return pattern.search(text), pattern.findall(text), pattern.split(text)
for turn in range(40):
    work(turn, ('aab', 'aa', 'c')[turn % 3])
    search(('aab', 'aa', 'c')[turn % 3])
""",
}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(name: str) -> None:
    assert not difference(PROGRAMS[name])
