"""Tests for the templates of containers: elements, methods that change them, and what is made of them."""

import pytest

from tests.tiers.comparing import difference

PROGRAMS = {
    "lists that grow and shrink": """
def work(n):
    items = [n, [n], 'a']
    items.extend([1, [2], None])
    items.extend((n, items))
    items.extend([])
    items.extend(items[:2])
    more = [0, *items[:3], *(n, [n])]
    found = [items.pop(), items.pop(), items.pop(), more.pop()]
    while items:
        last = items.pop()
        found.append(last)
    return found, more
for turn in range(50): work(turn)
""",
    "deques": """
from collections import deque
def work(n):
    queue = deque([n, [n]])
    short = deque([1, 2], maxlen=2)
    for i in range(4):
        queue.append(i if i % 2 else [i])
        short.append(i)
    found = [queue[0], queue[-1], len(queue)]
    while queue:
        found.append(queue.popleft())
        if queue: found.append(queue.pop())
    try: queue.popleft()
    except IndexError as error: found.append(str(error))
    return found, short
for turn in range(50): work(turn)
""",
    "dictionaries": """
from collections import defaultdict
class Seen:
    def __init__(self, n): self.n = n
    def __del__(self): print('gone', self.n)
def work(n):
    table = {'a': [n], 'b': n}
    table['c'] = [n]
    table['a'] = table['c']
    table['b'] = None if n % 2 else (n,)
    table['d'] = Seen(n)
    table['d'] = None
    names = defaultdict(list)
    names['x'].append(n)
    names['x'].append(table)
    found = [table['a'], table['b'], names['x'], table.get('a'), table.get('z'), table.get('z', [n])]
    for key in ('a', 'b', 'e'):
        got = table.get(key)
        if got is not None: found.append(got)
    squares = {k: [k] if k % 2 else k for k in range(4)}
    items = [1, [2], None]
    items[0] = [n]
    items[1] = items[0]
    items[2] = n
    return found, squares, items
for turn in range(50): work(turn)
""",
    "values that are unpacked": """
def work(values):
    first, *rest = values
    *start, last = values
    one, *middle, two = values
    a, b = rest[:2]
    return first, rest, start, last, one, middle, two, a, b, values[1:], values[:-1], values[::2]
for turn in range(60):
    work([turn, [turn], 'a', None] if turn % 2 else (turn, (turn,), 1.5, [2]))
    if turn > 50:
        try: work([])
        except ValueError as error: print(error)
""",
    "comprehensions within functions": """
def work(rows):
    x = 'outer'
    flat = [cell for row in rows for cell in row]
    named = {len(row): row for row in rows}
    pairs = [(x, y) for x, y in zip(flat, flat)]
    nested = [[cell for cell in row if cell] for row in rows]
    lengths = {len(row) for row in rows}
    return x, flat, named, pairs, nested, lengths
for turn in range(40): work([[turn, None], [[1], 2, 3], []])
""",
    "joined and matched": """
import re
def work(parts, text):
    found = [''.join(parts), '-'.join(tuple(parts)), b'.'.join([b'a', b'b'])]
    match = re.compile('(a)(b)?').search(text)
    if match is None: return found
    found.append(match.groups())
    found.append(match.group(2))
    return found
for turn in range(60):
    work(['a', str(turn)], ('xab', 'a', 'y')[turn % 3])
    if turn > 50:
        try: work(['a', 1], 'a')
        except TypeError as error: print(error)
""",
    "new objects where others have been": """
def work(n):
    found = []
    for i in range(n):
        found.append(sum([len(str(x)) for x in range(3)]))
        a = [i]
        b = (i, a)
        c = {'a': b}
        found.append(max(sorted([3, i])))
        del a, b, c
    return found
for turn in range(30): work(5)
""",
}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_recording_is_that_of_the_interpreter(name: str) -> None:
    assert not difference(PROGRAMS[name])
