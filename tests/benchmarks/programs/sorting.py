"""Sorts lists with a key function that C calls back for each item."""


def shuffled(length):
    state = 12345
    items = []
    for _ in range(length):
        state = (state * 1103515245 + 12345) % 2147483648
        items.append((state % 1000, state))
    return items


def by_second(item):
    return item[1]


def sort_all(rounds):
    items = shuffled(500)
    for _ in range(rounds):
        ordered = sorted(items, key=by_second)
        items = sorted(ordered, key=lambda item: (item[0] % 7, -item[1]))
    return items


RESULT = sort_all(SIZE)[0]
