"""Builds a text one character at a time."""


def grow(count):
    text = ""
    for i in range(count):
        text += chr(97 + i % 26)
    return text


RESULT = len(grow(SIZE))
