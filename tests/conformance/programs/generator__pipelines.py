import itertools


def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def only(predicate, source):
    for item in source:
        if predicate(item):
            yield item


def chunks(source, size):
    chunk = []
    for item in source:
        chunk.append(item)
        if len(chunk) == size:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)


def averager():
    total = count = 0
    average = None
    while True:
        value = yield average
        if value is None:
            return total, count
        total += value
        count += 1
        average = total / count


def grouper(results, key):
    while True:
        results[key] = yield from averager()


print(list(chunks(only(lambda n: n % 3, numbers(12)), 3)))
results = {}
for key, values in {"a": [1, 2, 3], "b": [10]}.items():
    group = grouper(results, key)
    next(group)
    for value in values:
        group.send(value)
    group.send(None)
print(results)


def primes():
    found = []
    for n in itertools.count(2):
        if all(n % p for p in found):
            found.append(n)
            yield n


print(list(itertools.islice(primes(), 8)))


def tree(depth):
    if depth:
        yield from tree(depth - 1)
        yield depth
        yield from tree(depth - 1)


print(list(tree(3)))


def coroutine(function):
    def start(*args):
        g = function(*args)
        next(g)
        return g

    return start


@coroutine
def printer(prefix):
    try:
        while True:
            print(prefix, (yield))
    except GeneratorExit:
        print(prefix, "closed")


@coroutine
def broadcast(*targets):
    while True:
        item = yield
        for target in targets:
            target.send(item)


out = broadcast(printer("one"), printer("two"))
out.send("hello")
out.close()
del out
print(dict(enumerate(x * x for x in numbers(3))), sorted(numbers(4), key=lambda n: -n), tuple(map(str, numbers(2))))
