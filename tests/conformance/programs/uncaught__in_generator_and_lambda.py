def source():
    for value in (1, 2, 0):
        yield 10 // value


convert = lambda items: sum(
    item + 1
    for item in items
)


def consume():
    total = 0
    for part in (convert(source()), 5):
        total += part
    return total


consume()
