import collections
import functools
import itertools
import sys
from dataclasses import dataclass, field


class ParseError(Exception):
    def __init__(self, message, position):
        super().__init__(f"{message} at {position}")
        self.position = position


@dataclass
class Token:
    kind: str
    text: str
    position: int = field(compare=False)


def tokenize(source):
    position = 0
    while position < len(source):
        char = source[position]
        if char.isspace():
            position += 1
            continue
        if char.isdigit():
            text = "".join(itertools.takewhile(lambda c: c.isdigit() or c == ".", source[position:]))
            yield Token("number", text, position)
            position += len(text)
        elif char in "+-*/()^":
            yield Token("op", char, position)
            position += 1
        elif char.isalpha():
            text = "".join(itertools.takewhile(str.isalnum, source[position:]))
            yield Token("name", text, position)
            position += len(text)
        else:
            raise ParseError(f"unexpected {char!r}", position)


class Parser:
    precedence = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}

    def __init__(self, source):
        self.tokens = collections.deque(tokenize(source))

    def peek(self):
        return self.tokens[0] if self.tokens else None

    def parse(self, minimum=0):
        left = self.atom()
        while (token := self.peek()) and self.precedence.get(token.text, -1) >= max(minimum, 1):
            self.tokens.popleft()
            level = self.precedence[token.text]
            left = (token.text, left, self.parse(level + (token.text != "^")))
        return left

    def atom(self):
        match self.tokens.popleft() if self.tokens else None:
            case None:
                raise ParseError("unexpected end", -1)
            case Token("number", text):
                return float(text) if "." in text else int(text)
            case Token("name", text):
                return ("var", text)
            case Token("op", "-"):
                return ("neg", self.parse(3))
            case Token("op", "("):
                inner = self.parse()
                if not (close := self.peek()) or close.text != ")":
                    raise ParseError("expected )", close.position if close else -1)
                self.tokens.popleft()
                return inner
            case Token(position=p, text=t):
                raise ParseError(f"bad token {t}", p)


@functools.singledispatch
def evaluate(node, env):
    return node


@evaluate.register
def _(node: tuple, env):
    match node:
        case ("var", name):
            return env[name]
        case ("neg", inner):
            return -evaluate(inner, env)
        case (op, left, right):
            functions = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b, "^": pow}
            return functions[op](evaluate(left, env), evaluate(right, env))


for source in ("1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "-x ^ 2 + y / 4", "2 *", "(1", "1 $ 2", "z + 1", "1 / 0", ") 1"):
    try:
        tree = Parser(source).parse()
        print(source, "=", evaluate(tree, {"x": 3, "y": 10}), tree)
    except ParseError as error:
        print(source, "parse error:", error, error.position)
    except (KeyError, ZeroDivisionError) as error:
        print(source, "failed:", repr(error))
print(sys.getsizeof([]) > 0)
