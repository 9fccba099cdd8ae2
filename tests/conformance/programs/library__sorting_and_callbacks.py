import bisect
import heapq
import itertools
import operator
import re
from collections import Counter, OrderedDict, defaultdict, deque, UserDict

words = ["pear", "Fig", "apple", "kiwi"]
print(sorted(words, key=str.lower), sorted(words, key=lambda w: (len(w), w), reverse=True), max(words, key=len), min(words, key=lambda w: w[-1]))
words.sort(key=lambda w: w[1])
print(words, list(map(lambda a, b: a + b, "ab", "cd")), list(filter(lambda n: n % 2, range(6))))


class Rank:
    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        return self.n < other.n

    def __repr__(self):
        return f"R{self.n}"


ranks = [Rank(n) for n in (3, 1, 2)]
heap = ranks[:]
heapq.heapify(heap)
heapq.heappush(heap, Rank(0))
print(sorted(ranks), [heapq.heappop(heap) for _ in range(4)], heapq.nlargest(2, ranks), heapq.nsmallest(2, words, key=lambda w: w[-1]))
print(bisect.bisect([1, 3, 5], 3), bisect.bisect_left(ranks[:0], Rank(1)), bisect.bisect([(1, "a"), (3, "b")], 2, key=lambda p: p[0]))
print(re.sub(r"\d+", lambda m: str(int(m.group()) * 2), "a1 b22"), re.sub("(x)(y)?", lambda m: repr(m.groups()), "xy x"))
print([(k, list(g)) for k, g in itertools.groupby("aabbc", key=lambda c: c.upper())], list(itertools.accumulate([1, 2, 3], lambda a, b: a * 10 + b)))
print(list(itertools.starmap(lambda a, b: a**b, [(2, 3), (3, 2)])), list(itertools.takewhile(lambda n: n < 3, itertools.count())), list(itertools.dropwhile(lambda c: c != "b", "abc")), list(itertools.filterfalse(lambda n: n % 2, range(5))))
d = defaultdict(lambda: "made")
print(d["x"], dict(d), Counter(c for c in "hello").most_common(1))


class Missing(dict):
    def __missing__(self, key):
        self[key] = value = key * 2
        return value


m = Missing()
print(m["ab"], m, "zz" in m, m.get("q"))


class Upper(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.upper(), value)


u = Upper(a=1)
u.update(b=2)
print(u.data, deque(map(lambda x: x * 2, range(3)), maxlen=2))
print(list(iter(iter([1, 2, 0, 3]).__next__, 0)), list(zip(*[iter(range(4))] * 2)), list(enumerate((c for c in "ab"), 5)))
print(operator.attrgetter("n")(ranks[0]), operator.methodcaller("__lt__", ranks[1])(ranks[2]), operator.itemgetter(1, 0)("ab"))
try:
    [3, 1].sort(key=lambda x: x.missing)
except AttributeError as error:
    print(error)
items = [1, 2, 3]
try:
    items.sort(key=lambda x: items.append(x))
except (ValueError, TypeError) as error:
    print(type(error).__name__, error)
