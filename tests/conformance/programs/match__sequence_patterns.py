from collections import deque


class Seq:
    def __init__(self, *items):
        self.items = items

    def __len__(self):
        print("len")
        return len(self.items)

    def __getitem__(self, i):
        print("item", i)
        return self.items[i]


import collections.abc

collections.abc.Sequence.register(Seq)


def f(value):
    match value:
        case [1, 2, *rest] if rest:
            return "one two rest", rest
        case [1, *middle, 9]:
            return "middle", middle
        case (x, y) if x == y:
            return "pair equal", x
        case [[a, b], [c, *d]]:
            return "nested", a, b, c, d
        case [str() as s, int(n)]:
            return "typed", s, n
        case [_, _]:
            return "two"
        case [*_, "end"]:
            return "ends"
        case [*all_]:
            return "all", all_


for value in ([1, 2, 3], [1, 5, 6, 9], (4, 4), [[1, 2], [3, 4, 5]], ["a", 1], [None, None], ["x", "y", "end"], (), deque([1, 2, 7]), range(3), "ab", b"ab", bytearray(b"ab"), {1, 2}, iter([1]), array if (array := None) else [1]):
    print(value if not hasattr(value, "__next__") else "iterator", "->", f(value))
print(f(Seq(1, 2, 3)))
match Seq(1, 2, 3, 4):
    case [a, _, *_, z]:
        print(a, z)
match 1, 2:
    case a, b:
        print(a, b)
match [1, [2, [3]]]:
    case [x, [y, [z]]]:
        print(x, y, z)
match "text":
    case ["t", *_]:
        print("no")
    case str(x):
        print("str", x)
match [0]:
    case [0 | 1 as bit]:
        print("bit", bit)
    case _:
        print("none")
try:
    match [1]:
        case [x, y]:
            pass
    print("x unchanged", x)
except NameError as error:
    print(error)
