"""Counts words in dictionaries: get, setdefault, membership, items."""

TEXT = "the quick brown fox jumps over the lazy dog while the other dog sleeps in the sun".split()


def count(rounds):
    counts = {}
    places = {}
    for i in range(rounds):
        for position, word in enumerate(TEXT):
            counts[word] = counts.get(word, 0) + 1
            if word not in places:
                places.setdefault(word, []).append(position + i)
    return max((n, word) for word, n in counts.items())


RESULT = count(SIZE)
