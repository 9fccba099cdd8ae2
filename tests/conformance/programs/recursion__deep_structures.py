# path: not compared (long)
import sys


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


print(depth(950))
sys.setrecursionlimit(20000)
print(depth(15000))


def mutual_a(n):
    return n if n <= 0 else mutual_b(n - 1)


def mutual_b(n):
    return n if n <= 0 else mutual_a(n - 1)


print(mutual_a(9000))


class Linked:
    def __init__(self, next_=None):
        self.next = next_

    def length(self):
        return 1 if self.next is None else 1 + self.next.length()

    @property
    def last(self):
        return self if self.next is None else self.next.last


node = None
for _ in range(3000):
    node = Linked(node)
print(node.length())
while node.next:
    node = node.next


def walk(n):
    if n:
        yield n
        yield from walk(n - 1)


print(sum(walk(500)))


def comp(n):
    return [comp(n - 1) for _ in range(1)] if n else "bottom"


x = comp(200)
for _ in range(200):
    x = x[0]
print(x)


def tries(n):
    if n == 0:
        raise ValueError("bottom")
    try:
        tries(n - 1)
    finally:
        n += 1


try:
    tries(300)
except ValueError as error:
    count, tb = 0, error.__traceback__
    while tb:
        count, tb = count + 1, tb.tb_next
    print(error, count)


def contexts(n):
    try:
        raise KeyError(n)
    except KeyError:
        if n:
            contexts(n - 1)
        raise


try:
    contexts(50)
except KeyError as error:
    count = 0
    while error:
        count, error = count + 1, error.__context__
    print(count)
