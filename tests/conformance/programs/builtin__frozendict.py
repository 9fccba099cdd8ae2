# requires: 3.15
f = frozendict(a=1, b=2)
print(f["a"], dict(f), hash(f) == hash(frozendict(b=2, a=1)), f | {"c": 3}, type(f | {"c": 3}).__name__)
try:
    f["a"] = 2
except TypeError as error:
    print(error)
try:
    del f["a"]
except TypeError as error:
    print(error)


class Sub(frozendict):
    def __missing__(self, key):
        return f"missing {key}"

    def total(self):
        return sum(self.values())


s = Sub(x=1, y=2)
print(s.total(), s["zz"], {**s}, list(s), isinstance(f, dict))
match f:
    case {"a": a, **rest}:
        print(a, rest)


def kw(**kwargs):
    return kwargs


print(kw(**f), frozendict({k: v for k, v in [("q", 1)]}), frozendict.fromkeys("ab", 0))
