def take(items, n):
    iterator = iter(items)
    for _ in range(n):
        yield next(iterator)


print(list(take("abc", 2)))
list(take("abc", 5))
