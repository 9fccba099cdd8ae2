class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n

    def __length_hint__(self):
        print("hint")
        return self.n


print(list(Countdown(3)), sum(Countdown(4)), max(Countdown(3)), tuple(Countdown(2)), 2 in Countdown(5), sorted(Countdown(3)))
a, *b = Countdown(3)
print(a, b, [*Countdown(2)], dict.fromkeys(Countdown(2)), set(Countdown(2)) == {0, 1}, "".join(str(x) for x in Countdown(3)))


class Sequence:
    def __getitem__(self, i):
        print("item", i)
        if i >= 2:
            raise IndexError
        return i

    def __len__(self):
        return 2


print(list(Sequence()), list(reversed(Sequence())), 1 in Sequence())


class Reversible:
    def __reversed__(self):
        return iter("cba")


print(list(reversed(Reversible())))


class NoIter:
    __iter__ = None


class BadIter:
    def __iter__(self):
        return 5


class Raises:
    def __iter__(self):
        raise KeyError("iter")


for bad in (5, NoIter(), BadIter(), Raises(), None, lambda: 0):
    try:
        for x in bad:
            pass
    except (TypeError, KeyError) as error:
        print(type(error).__name__, str(error).split(" at ")[0])


def ask(answers=iter(["a", "b", "stop", "c"])):
    return next(answers)


print(list(iter(ask, "stop")), next(Countdown(0), "default"))


class StopWithValue:
    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration("value")


for x in StopWithValue():
    print("never")
else:
    print("else runs")
data = [1, 2, 3]
for item in data:
    if item < 3:
        data.append(item + 10) if len(data) < 6 else None
print(data)
try:
    d = {1: 1}
    for k in d:
        d[k + 1] = 1
except RuntimeError as error:
    print(error)
it = iter([1, 2, 3, 4])
print([(x, next(it)) for x in it], list(zip(range(3), "ab")), list(map(None.__class__, ())))
for i, (k, v) in enumerate({"a": 1, "b": 2}.items()):
    print(i, k, v)
for x in Countdown(2):
    for y in Countdown(2):
        if y == 0:
            break
        print(x, y)
