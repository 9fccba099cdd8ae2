class Bag:
    def __init__(self, *items):
        self.items = dict(enumerate(items))

    def __getitem__(self, key):
        print("get", key)
        return self.items[key]

    def __setitem__(self, key, value):
        print("set", key, value)
        self.items[key] = value

    def __delitem__(self, key):
        print("del", key)
        del self.items[key]

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items.values())

    def __contains__(self, item):
        print("contains", item)
        return item in self.items.values()

    def __call__(self, *args, **kwargs):
        return f"called {args} {kwargs}"

    def keys(self):
        return self.items.keys()


bag = Bag("a", "b")
bag[2] = "c"
bag[0] += "!"
del bag[1]
print(len(bag), list(bag), "c" in bag, "z" not in bag, bag(1, x=2), bool(bag), bool(Bag()))
print(dict(bag), {**{"q": 1}})
try:
    print(Bag("x")[5])
except KeyError as error:
    print("KeyError", error)


class Key:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        print("hash", self.n)
        return 1

    def __eq__(self, other):
        print("eq", self.n, getattr(other, "n", other))
        return isinstance(other, Key) and self.n == other.n

    def __repr__(self):
        return f"K{self.n}"


table = {Key(1): "one"}
table[Key(2)] = "two"
print(table[Key(2)], Key(1) in table, len({Key(3), Key(3)}), [Key(1)].index(Key(1)), [Key(5)].count(Key(6)), (Key(1),) == (Key(1),))


class NoHash:
    __hash__ = None


class EqOnly:
    def __eq__(self, other):
        return True


for bad in (NoHash(), EqOnly(), [], {}):
    try:
        {bad: 1}
    except TypeError as error:
        print(error)
print([1, EqOnly(), 2].index(5), EqOnly() != 3, 3 == EqOnly())


class Proxy(list):
    def __getitem__(self, i):
        return f"<{super().__getitem__(i)}>"

    def append(self, value):
        super().append(value * 2)


p = Proxy([1])
p.append(2)
print(p[0], p[1], list(p), p)


class D(dict):
    def __getitem__(self, key):
        return "overridden"

    def __setitem__(self, key, value):
        super().__setitem__(key, [value])


d = D(a=1)
d["b"] = 2
print(d["zzz"], d.get("a"), dict(d), "%(any)s" % d, "{x}".format_map(d))
