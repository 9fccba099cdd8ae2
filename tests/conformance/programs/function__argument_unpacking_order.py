def note(value):
    print("eval", value)
    return value


def f(*args, **kwargs):
    return args, kwargs


print(f(note(1), *[note(2), note(3)], note(4), a=note("a"), **{"b": note("b")}, c=note("c")))
print({note("k1"): note("v1"), **{note("k2"): note("v2")}, note("k3"): note("v3")})
print([note(1), *map(note, [2, 3])], note(1) + note(2) * note(3), note(5) if note(0) else note(6))
target = {}
target[note("key")] = note("value")
note([0, 0])[note(1)] = note("assigned")
a = b = note("chain")
print(note("obj").replace(note("o"), note("0")))
(note([1]) or note("not evaluated"))[note(0)]
lambda x=note("default"): note("never")


@note
def decorated(x=note("decorated default")) -> note("annotation"):
    pass


class C(note(object), metaclass=note(type)):
    x = note("body")


class Keys:
    def keys(self):
        print("keys called")
        return iter(["x", "y"])

    def __getitem__(self, key):
        print("getitem", key)
        return key * 2


print(f(**Keys()), {**Keys()})
for call in ("f(**5)", "f(**{1: 2})", "f(**{'a': 1}, **{'a': 2})", "f(a=1, **{'a': 2})", "f(*5)", "f(*None, **None)", "[*5]", "{**5}", "{*5}", "len(*[])", "dict(**{'a': 1}, a=2)", "int(*'1', **{'nope': 2})", "C.nothing(*[], **{})", "'{}'.format(**{1: 2})"):
    try:
        print(eval(call))
    except (TypeError, AttributeError, IndexError) as error:
        print(call, "->", error)
x = [1, 2, 3]
i = 0
i, x[i] = 1, "swapped by order"
print(x)
x[0], x[1], *x[2:] = "abcd"
print(x)


def generator_args():
    yield 1
    print("between")
    yield 2


print(*generator_args(), sep="|")
del (note(target))[note("key")]
assert note(True), note("not evaluated")
