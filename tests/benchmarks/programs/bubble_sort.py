"""Sorts a list by exchanging neighbours: comparisons and writes to a list."""


def shuffled(length, state):
    items = []
    for _ in range(length):
        state = (state * 1103515245 + 12345) % 2147483648
        items.append(state % 1000)
    return items


def bubble_sort(items):
    for end in range(len(items) - 1, 0, -1):
        swapped = False
        for i in range(end):
            if items[i] > items[i + 1]:
                items[i], items[i + 1] = items[i + 1], items[i]
                swapped = True
        if not swapped:
            break
    return items


RESULT = [bubble_sort(shuffled(50, seed))[0] for seed in range(SIZE)]
