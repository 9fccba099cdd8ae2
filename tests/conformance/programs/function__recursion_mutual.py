import sys


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


print(even(100), odd(301))


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


print(ackermann(2, 3))


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


print([fibonacci(n) for n in range(10)])


def flatten(item):
    if isinstance(item, list):
        for part in item:
            yield from flatten(part)
    else:
        yield item


print(list(flatten([1, [2, [3, [4, []]]], 5])))


def hanoi(n, a="A", b="B", c="C"):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [a + c] + hanoi(n - 1, b, a, c)


print(hanoi(3))


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


print(deep(900))
sys.setrecursionlimit(5000)
print(deep(4000))
