matrix = [[row * 3 + column for column in range(3)] for row in range(3)]
print(matrix, [list(line) for line in zip(*matrix)])
print({x: {y for y in range(x)} for x in range(3)})
print([x for x in range(20) if x % 2 if x % 3])
print([(x, y) for x in range(3) for y in "ab" if x != 1])
x = "outer"
print([x for x in "in"], x)
print([last := n * n for n in range(4)], last)
print(sum(n for n in range(10)), any(n > 3 for n in range(5)), all(n < 3 for n in range(5)))
print(sorted({*"hello"}), {**{"a": 1}, "b": 2}, [*range(3), *"xy"])


class Body:
    size = 3
    items = [n for n in range(size)]
    try:
        broken = [size for _ in range(2)]
    except NameError as error:
        print("class scope", error)


print(Body.items)


def function(n):
    gathered = [lambda: (n, i) for i in range(2)]
    return [g() for g in gathered], [[n + j for j in range(i)] for i in range(3)]


print(function(5))
print([locals_ for locals_ in [1]], "locals_" in globals())
generator = (1 // n for n in (1, 0))
print(next(generator))
try:
    next(generator)
except ZeroDivisionError as error:
    print(error, next(generator, "done"))
