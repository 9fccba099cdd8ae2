"""Parses JSON by recursive descent, a character at a time."""

TEXT = """
{"name": "calcharo", "count": 1234, "ratio": -0.5e2, "tags": ["a", "b\\n", "\\u0041"], "none": null,
 "nested": {"yes": true, "no": false, "list": [1, 2, [3, 4, [5, {"deep": []}]]]}, "empty": {},
 "long": "The quick brown fox jumps over the lazy dog"}
"""
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
WORDS = {"true": True, "false": False, "null": None}


class ParseError(ValueError):
    def __init__(self, message, position):
        super().__init__(f"{message} at {position}")
        self.position = position


class Parser:
    def __init__(self, text):
        self.text = text
        self.position = 0

    def peek(self):
        while self.position < len(self.text) and self.text[self.position] in " \t\r\n":
            self.position += 1
        if self.position == len(self.text):
            raise ParseError("unexpected end", self.position)
        return self.text[self.position]

    def expect(self, character):
        if self.peek() != character:
            raise ParseError(f"expected {character!r}", self.position)
        self.position += 1

    def value(self):
        first = self.peek()
        if first == "{":
            return self.object()
        if first == "[":
            return self.array()
        if first == '"':
            return self.string()
        if first == "-" or first.isdigit():
            return self.number()
        for word, value in WORDS.items():
            if self.text.startswith(word, self.position):
                self.position += len(word)
                return value
        raise ParseError(f"unexpected {first!r}", self.position)

    def object(self):
        self.expect("{")
        found = {}
        while self.peek() != "}":
            if found:
                self.expect(",")
                self.peek()
            key = self.string()
            self.expect(":")
            found[key] = self.value()
        self.expect("}")
        return found

    def array(self):
        self.expect("[")
        found = []
        while self.peek() != "]":
            if found:
                self.expect(",")
            found.append(self.value())
        self.expect("]")
        return found

    def string(self):
        self.expect('"')
        parts = []
        while (character := self.text[self.position]) != '"':
            self.position += 1
            if character == "\\":
                character = self.escape()
            parts.append(character)
        self.position += 1
        return "".join(parts)

    def escape(self):
        kind = self.text[self.position]
        self.position += 1
        if kind != "u":
            return ESCAPES[kind]
        digits = self.text[self.position : self.position + 4]
        self.position += 4
        return chr(int(digits, 16))

    def number(self):
        start = self.position
        while self.position < len(self.text) and self.text[self.position] in "+-.eE0123456789":
            self.position += 1
        text = self.text[start : self.position]
        return int(text) if text.lstrip("-").isdigit() else float(text)


def parse(text):
    parser = Parser(text)
    found = parser.value()
    try:
        parser.peek()
    except ParseError:
        return found
    raise ParseError("more after the value", parser.position)


RESULT = [parse(TEXT)["count"] for _ in range(SIZE)]
