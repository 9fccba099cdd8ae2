def noisy(n):
    for i in range(n):
        print("produce", i)
        yield i


g = (print("consume", i) or i * 2 for i in noisy(3))
print(type(g).__name__, g.__name__, g.__qualname__)
print(next(g))
print(list(g))
try:
    (x for x in 5)
except TypeError as error:
    print("eager outer iterable", error)
bad_inner = ((x, y) for x in [1] for y in x)
try:
    next(bad_inner)
except TypeError as error:
    print("lazy inner iterable", error)


def closure():
    factor = 2
    gen = (factor * n for n in range(3))
    factor = 10
    return list(gen)


print(closure())
print(sum(1 for _ in noisy(2)), max((len(w), w) for w in ["a", "bbb"]), dict((k, v) for k, v in [("a", 1)]), ",".join(str(i) for i in range(3)))
print(any(print("any", i) or i > 0 for i in range(5)), all(print("all", i) or i < 1 for i in range(5)))
print(tuple(i for i in "ab"), set(i % 2 for i in range(4)) == {0, 1}, list(i for i in range(2)), sorted((-i for i in range(3))), frozenset(i for i in "a"))
nested = ((j for j in range(i)) for i in range(3))
print([list(inner) for inner in nested])
g = (i for i in range(3))
next(g)
g.close()
print(list(g))
g = (1 // (2 - i) for i in range(4))
print([next(g), next(g)])
try:
    next(g)
except ZeroDivisionError as error:
    print(error, list(g))


def all(iterable):
    return "shadowed all"


print(all(x for x in [0]))
del all
print(all(x for x in [0]))
any = lambda it: list(it)
print(any(x for x in (1, 2)))
del any
tuple_ = tuple
def shadow_tuple(tuple):
    return tuple(x for x in (1, 2))
print(shadow_tuple(sum), tuple_(x for x in (1,)))


class A:
    limit = 3
    g = list(i for i in range(limit))


print(A.g, (lambda: list(x for x in (lambda: [1])()))())
try:
    all(1 / x for x in (1, 0))
except ZeroDivisionError:
    import traceback

    traceback.print_exc()
