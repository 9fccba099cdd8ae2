d = {"a": 1, "b": 2, "c": 3}
print(list(d), list(d.values()), list(d.items()), list(reversed(d)), d.keys() & {"a", "z"}, d.keys() - {"a"} == {"b", "c"})
for k in list(d):
    if k == "b":
        del d[k]
print(d)
try:
    for k in d:
        d.pop(k)
        d["new" + k] = 0
        d["more" + k] = 0
except RuntimeError as error:
    print(error)
s = {1, 2, 3}
try:
    for x in s:
        s.add(x + 10)
except RuntimeError as error:
    print(error)
items = [1, 2, 3, 4, 5, 6]
for i, x in enumerate(items):
    if x % 2 == 0:
        items.remove(x)
print(items)
seen = []
grow = [1]
for x in grow:
    seen.append(x)
    if x < 5:
        grow.append(x + 1)
print(seen, grow)
it = iter(items)
items.clear()
print(list(it))
matrix = [[0] * 2] * 2
matrix[0][0] = 1
print(matrix, [[0] * 2 for _ in range(2)])
x = y = [1]
x += [2]
x = x + [3]
print(x, y)
nested = {"l": [1, {"k": (2, [3])}]}
nested["l"][1]["k"][1].append(4)
nested["l"][0] += 10
nested.setdefault("new", []).append(5)
print(nested)
a = [1, 2, 3]
a[1:1] = "xy"
a[-1:] = []
a[::2] = [0] * len(a[::2])
print(a, a.index(0, 1), a.count(0))
b = a
b.sort(key=str)
a.reverse()
a.insert(1, "ins")
a.extend(c for c in "gh")
print(b, b.pop(0), b.copy() is b, b == a)
z = zip([1, 2], "ab", strict=True)
print(list(z), list(z))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError as error:
    print(error)
r = range(5)
print(r[1:3], r[::-1], 3 in r, r.index(2), list(map(lambda a, b: a * b, r, r[::-1])), [*filter(None, r)])
total = {}
for word in "a b a c b a".split():
    total[word] = total.get(word, 0) + 1
print(total, max(total, key=total.get), sorted(total, key=lambda k: (total[k], k)), {v: k for k, v in total.items()})
first, *_, last = sorted(total.items())
print(first, last, dict(sorted(total.items(), key=lambda kv: -kv[1])), [k for k, v in total.items() if v > 1])
t = (1, [2])
try:
    t[1] += [3]
except TypeError as error:
    print(error, t)
print({**total, "z": 0} | {"a": 0}, set("abc") ^ set("bcd") == {"a", "d"}, {1, 2} <= {1, 2, 3}, frozenset("ab") | {"c"} == {"a", "b", "c"})
