x = "module"


class C:
    x = "class"
    names = ["a", "b"]
    upper = [n.upper() for n in names]
    pairs = {n: i for i, n in enumerate(names)}
    outer_x = [x for _ in range(1)]
    first_iterable = [n for n in (x,)]
    gen = list(n * 2 for n in names)
    nested = [[m + n for m in inner] for n, inner in zip(names, (names, names))]
    lambdas = [lambda n=n: n for n in names]
    walrusless = {n for n in names if n > "a"}

    def method(self):
        return [self.upper for self in [self]][0], [__class__.__name__ for _ in "a"]


print(C.upper, C.pairs, C.outer_x, C.first_iterable, C.gen, C.nested, [f() for f in C.lambdas], C.walrusless, C().method())


def function(n):
    squares = [n for n in range(n)]
    both = [(n, m) for m in squares for n in squares[:1]]
    funcs = [lambda: i for i in range(2)]
    shadow = [n for n in [n + 1 for n in [n]]]
    dictionary = {k: [v for v in range(k)] for k in range(3)}
    conditional = [a if a else b for a, b in zip([0, 1], "xy")]
    deep = [[[(i, j, k) for k in range(j)] for j in range(i)] for i in range(3)]
    return squares, both, [f() for f in funcs], shadow, dictionary, conditional, deep, n


print(function(3))
try:
    [y for y in [1] if undefined]
except NameError as error:
    print(error)
print("y" in globals())
for loop in [[z for z in range(k)] for k in range(3)]:
    print(loop)


def raising():
    i = "kept"
    try:
        [1 // i for i in (1, 0)]
    except ZeroDivisionError:
        return i


print(raising())


def unbound():
    try:
        [late for _ in (1,)]
    except NameError as error:
        print(type(error).__name__, error)
    late = 1
    del late
    print([late for late in "ok"])
    try:
        late
    except UnboundLocalError as error:
        print(error)


unbound()


def cells():
    fs = [lambda: (a, b) for a in range(2) for b in [a * 10]]
    a = "outer a"
    g = lambda: a
    return [f() for f in fs], g()


print(cells())
print([i for i in range(5) if i > 1 if i < 4], [(i, j) for i in range(3) for j in range(i) if i + j > 1])
print([*(x for x in range(3))], {*[y for y in "aab"]} == {"a", "b"}, dict([(k, v) for k, v in {"a": 1}.items()]))
print([locals().get("q") for q in [1, 2]] if False else "skipped", [a for a, *b in [(1, 2, 3)]], [b for [a, *b] in ["xyz"]])


def gen_in_comp():
    result = [(yield_) for yield_ in range(2)]
    total = sum(v for v in [w for w in result])
    return result, total, any(v > 0 for v in result), all(v < 5 for v in result), tuple(v for v in result), list(v for v in result), set(v for v in result)


print(gen_in_comp())
