"""Builds strings: f-strings, join, split and methods of str."""


def lines(count):
    out = []
    for i in range(count):
        name = f"item-{i:05d}"
        out.append(f"{name.upper()!r}: {i * 3} {'even' if i % 2 == 0 else 'odd'}")
    return out


def words(text):
    longest = ""
    for line in text.split("\n"):
        for word in line.split():
            if len(word) > len(longest):
                longest = word
    return longest


RESULT = words("\n".join(lines(SIZE)))
