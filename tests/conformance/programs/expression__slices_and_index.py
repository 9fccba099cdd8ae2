class Show:
    def __getitem__(self, key):
        return key

    def __setitem__(self, key, value):
        print("set", key, value)


s = Show()
print(s[1], s[1:2], s[:], s[::2], s[1:2, ...], s[()], s[1,], s[-1:None:-1])
s[1:2] = 3
s[::-1] = 4
print(s[a := 5], a)


class Index:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        print("index", self.n)
        return self.n


items = list(range(10))
print(items[Index(2)], items[Index(1) : Index(4)], items[:: Index(5)])
items[Index(0) : Index(2)] = "abc"
print(items)
items[::2] = [None] * len(items[::2])
print(items, items[-3:], "text"[1:-1], (1, 2, 3)[::-1], b"abc"[0], range(10)[2:8:3])
for code in (
    "items['a']",
    "items[100]",
    "items[::0]",
    "items[::2] = [1]",
    "items[1.5:]",
    "(1, 2)[5]",
    "'abc'[None]",
    "5[0]",
    "5[0:1]",
    "{}[[]]",
    "{1: 2}[3]",
    "None[1:2]",
    "hex(Index('x'))",
):
    try:
        exec(code)
    except Exception as error:
        print(code, "->", type(error).__name__, error)
print(hex(Index(255)), bin(Index(2)), [10, 20][True], slice(1, None, 2).indices(5))
