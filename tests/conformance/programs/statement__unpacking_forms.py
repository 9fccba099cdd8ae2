a, b = 1, 2
a, b = b, a
print(a, b)
(a, (b, c)), d = [[1, "xy"], {4: 5}]
print(a, b, c, d)
*head, tail = "abc"
print(head, tail)
first, *middle, last = range(2)
print(first, middle, last)
[x, *y] = (1,)
print(x, y)
*(p, q), r = 1, 2, 3
print(p, q, r)
a = b = c = []
a.append(1)
print(b is c, c)
i, seq = 0, [0, 0, 0]
i, seq[i] = 2, "changed"
print(i, seq)
for statement in (
    "a, b = 1,",
    "a, b = 1, 2, 3",
    "a, *b, c = 1,",
    "a, b = 5",
    "a, b = {1: 2, 3: 4, 5: 6}",
    "*a, b = ()",
    "(a, b), c = 1, 2",
    "a, b = iter('x')",
):
    try:
        exec(statement)
    except (ValueError, TypeError) as error:
        print(statement, "->", type(error).__name__, error)


class Three:
    def __iter__(self):
        print("iter")
        return iter((1, 2, 3))


a, b, c = Three()
print(a, b, c, [*Three(), *Three()], {**dict(a=1), **{"b": 2}})


class Forever:
    def __iter__(self):
        return self

    def __next__(self):
        return 1


try:
    a, b = Forever()
except ValueError as error:
    print(error)
print(*[1], *(2, 3), sep="-")
