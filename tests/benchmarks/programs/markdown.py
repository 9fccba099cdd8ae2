"""Turns Markdown into HTML: regular expressions, a class for each kind of block, a chain of generators."""

import re
from contextlib import contextmanager

TEXT = """\
# A tracer, and what it *shows*

Each **instruction** is a `step`, with its [position](https://example.org/position "where") and values.
A second line with a <tag> & an ampersand.

## Lists

- first
- second with `code`
- third with **bold *and italic* text**

1. one
2. two

> A quotation
> of two lines.

```python
def f(x):
    return x < 1 and x > 0
```

---

| name | count |
|------|-------|
| a    | 1     |
| b    | 22    |

![a picture](picture.png) and the end.
"""

BULLET = re.compile(r"[-*]\s+(.*)")
NUMBERED = re.compile(r"\d+\.\s+(.*)")
ROW = re.compile(r"\|(.*)\|\s*$")
RULE = re.compile(r"(-{3,}|\*{3,})\s*$")
LINK = re.compile(r'\[([^\]]*)\]\(([^\s)]+)(?:\s+"([^"]*)")?\)')
ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escape(text):
    return "".join(ESCAPED.get(character, character) for character in text)


class Writer:
    def __init__(self):
        self.parts = []
        self.depth = 0

    def line(self, text):
        self.parts.append("  " * self.depth + text)

    @contextmanager
    def element(self, name, **attributes):
        shown = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
        self.line(f"<{name}{shown}>")
        self.depth += 1
        try:
            yield self
        finally:
            self.depth -= 1
            self.line(f"</{name}>")

    def text(self):
        return "\n".join(self.parts) + "\n"


class Block:
    kinds = []

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Block.kinds.append(cls)

    def __init__(self, first):
        self.lines = [first]

    @classmethod
    def begins(cls, line):
        raise NotImplementedError

    def takes(self, line):
        return self.begins(line)

    def add(self, line):
        self.lines.append(line)


class Fence(Block):
    def __init__(self, first):
        super().__init__(first)
        self.language = first[3:].strip()
        self.lines.clear()
        self.is_closed = False

    @classmethod
    def begins(cls, line):
        return line.startswith("```")

    def takes(self, line):
        return not self.is_closed

    def add(self, line):
        if line.startswith("```"):
            self.is_closed = True
        else:
            self.lines.append(line)

    def write(self, writer):
        code = escape("\n".join(self.lines))
        writer.line(f'<pre><code class="{self.language}">{code}</code></pre>')


class Heading(Block):
    @classmethod
    def begins(cls, line):
        return line.startswith("#")

    def takes(self, line):
        return False

    def write(self, writer):
        marks, _, title = self.lines[0].partition(" ")
        level = len(marks)
        writer.line(f"<h{level}>{spans(title)}</h{level}>")


class Rule(Block):
    @classmethod
    def begins(cls, line):
        return RULE.match(line) is not None

    def write(self, writer):
        writer.line("<hr>")


class Items(Block):
    pattern = BULLET
    element = "ul"

    @classmethod
    def begins(cls, line):
        return cls.pattern.match(line) is not None

    def write(self, writer):
        with writer.element(self.element):
            for line in self.lines:
                item = self.pattern.match(line).group(1)
                writer.line(f"<li>{spans(item)}</li>")


class NumberedItems(Items):
    pattern = NUMBERED
    element = "ol"


class Quotation(Block):
    @classmethod
    def begins(cls, line):
        return line.startswith(">")

    def write(self, writer):
        with writer.element("blockquote"):
            convert("\n".join(line[1:].strip() for line in self.lines), writer)


class Table(Block):
    @classmethod
    def begins(cls, line):
        return ROW.match(line) is not None

    def rows(self):
        for line in self.lines:
            cells = [cell.strip() for cell in ROW.match(line).group(1).split("|")]
            if not all(set(cell) <= set("-: ") for cell in cells):
                yield cells

    def write(self, writer):
        with writer.element("table"):
            for number, cells in enumerate(self.rows()):
                kind = "td" if number else "th"
                writer.line("<tr>" + "".join(f"<{kind}>{spans(cell)}</{kind}>" for cell in cells) + "</tr>")


class Paragraph(Block):
    @classmethod
    def begins(cls, line):
        return True

    def takes(self, line):
        return all(kind is Paragraph or not kind.begins(line) for kind in Block.kinds)

    def write(self, writer):
        writer.line(f"<p>{spans(' '.join(self.lines))}</p>")


def blocks(lines):
    block = None
    for line in lines:
        if block is not None and isinstance(block, Fence) and block.takes(line):
            block.add(line)
        elif not line.strip():
            if block is not None:
                yield block
            block = None
        elif block is not None and block.takes(line):
            block.add(line)
        else:
            if block is not None:
                yield block
            block = next(kind for kind in Block.kinds if kind.begins(line))(line)
    if block is not None:
        yield block


def spans(text):
    found = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "`" and (end := text.find("`", position + 1)) > 0:
            found.append(f"<code>{escape(text[position + 1 : end])}</code>")
            position = end + 1
        elif text.startswith("**", position) and (end := text.find("**", position + 2)) > 0:
            found.append(f"<strong>{spans(text[position + 2 : end])}</strong>")
            position = end + 2
        elif character == "*" and (end := text.find("*", position + 1)) > 0:
            found.append(f"<em>{spans(text[position + 1 : end])}</em>")
            position = end + 1
        elif character == "[" and (match := LINK.match(text, position)):
            label, target, title = match.groups()
            shown = f' title="{escape(title)}"' if title else ""
            found.append(f'<a href="{target}"{shown}>{spans(label)}</a>')
            position = match.end()
        elif text.startswith("![", position) and (match := LINK.match(text, position + 1)):
            found.append(f'<img alt="{escape(match[1])}" src="{match[2]}">')
            position = match.end()
        else:
            found.append(ESCAPED.get(character, character))
            position += 1
    return "".join(found)


def convert(text, writer):
    for block in blocks(text.splitlines()):
        block.write(writer)
    return writer


RESULT = [convert(TEXT, Writer()).text() for _ in range(SIZE)]
