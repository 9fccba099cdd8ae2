"""Interprets a small Lisp: tokens, lists, environments with closures, tail calls by a loop, errors."""

import operator

SOURCE = """
(define (fact n) (if (< n 2) 1 (* n (fact (- n 1)))))
(define (map f xs) (if (null? xs) (list) (cons (f (car xs)) (map f (cdr xs)))))
(define (fold f start xs) (if (null? xs) start (fold f (f start (car xs)) (cdr xs))))
(define (range a b) (if (< a b) (cons a (range (+ a 1) b)) (list)))
(define (compose f g) (lambda (x) (f (g x))))
(define counter
  (let ((count 0))
    (lambda (step) (begin (set! count (+ count step)) count))))
(define twice (lambda (x) (* 2 x)))
(define inc (lambda (x) (+ x 1)))
(counter 1)
(counter 5)
(define squares (map (lambda (x) (* x x)) (range 0 4)))
(define total (fold + 0 squares))
(define words (list "one" "two" "three"))
(list (fact 5) total ((compose twice inc) 20) (counter 10) (length words) (car (cdr words)))
"""


class LispError(Exception):
    """A program is wrong."""


class UnboundError(LispError):
    def __init__(self, name):
        super().__init__(f"{name} is not defined")
        self.name = name


class Symbol:
    __slots__ = ("name",)
    known = {}

    def __init__(self, name):
        self.name = name

    @classmethod
    def of(cls, name):
        if name not in cls.known:
            cls.known[name] = cls(name)
        return cls.known[name]

    def __repr__(self):
        return self.name


class Environment:
    def __init__(self, names=(), values=(), outer=None):
        self.values = dict(zip(names, values))
        self.outer = outer

    def holder(self, name):
        place = self
        while place is not None:
            if name in place.values:
                return place
            place = place.outer
        raise UnboundError(name)

    def get(self, name):
        return self.holder(name).values[name]

    def change(self, name, value):
        self.holder(name).values[name] = value

    def define(self, name, value):
        self.values[name] = value


class Procedure:
    def __init__(self, names, body, environment):
        self.names = names
        self.body = body
        self.environment = environment

    def entered(self, arguments):
        if len(arguments) != len(self.names):
            raise LispError(f"{len(self.names)} arguments expected, not {len(arguments)}")
        return Environment(self.names, arguments, self.environment)


def tokens(text):
    position = 0
    while position < len(text):
        character = text[position]
        if character.isspace():
            position += 1
        elif character in "()":
            yield character
            position += 1
        elif character == '"':
            end = text.index('"', position + 1)
            yield text[position : end + 1]
            position = end + 1
        else:
            start = position
            while position < len(text) and not text[position].isspace() and text[position] not in "()":
                position += 1
            yield text[start:position]


class Reader:
    def __init__(self, text):
        self.tokens = list(tokens(text))
        self.position = 0

    @property
    def is_done(self):
        return self.position >= len(self.tokens)

    def next(self):
        if self.is_done:
            raise LispError("unexpected end")
        token = self.tokens[self.position]
        self.position += 1
        return token

    def expression(self):
        token = self.next()
        if token == "(":
            parts = []
            while self.tokens[self.position] != ")":
                parts.append(self.expression())
            self.position += 1
            return parts
        if token == ")":
            raise LispError("unexpected )")
        return atom(token)


def atom(token):
    if token.startswith('"'):
        return token[1:-1]
    try:
        return int(token)
    except ValueError:
        pass
    try:
        return float(token)
    except ValueError:
        return Symbol.of(token)


def builtins():
    values = {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "<": operator.lt,
        "=": operator.eq,
        "car": lambda pair: pair[0],
        "cdr": lambda pair: pair[1:],
        "cons": lambda first, rest: [first, *rest],
        "list": lambda *items: list(items),
        "null?": lambda items: items == [],
        "length": len,
    }
    return Environment(values.keys(), values.values())


class Evaluator:
    def __init__(self, environment):
        self.environment = environment
        self.applied = 0
        self.special = {
            "if": self.choose,
            "begin": self.begin,
            "let": self.let,
        }

    def run(self, text):
        reader = Reader(text)
        value = None
        while not reader.is_done:
            value = self.value(reader.expression(), self.environment)
        return value

    def value(self, expression, environment):
        while True:
            if isinstance(expression, Symbol):
                return environment.get(expression.name)
            if not isinstance(expression, list):
                return expression
            if not expression:
                raise LispError("nothing to apply")
            head = expression[0]
            name = head.name if isinstance(head, Symbol) else None
            if name == "define":
                return self.define(expression, environment)
            if name == "set!":
                environment.change(expression[1].name, self.value(expression[2], environment))
                return None
            if name == "lambda":
                return Procedure([each.name for each in expression[1]], expression[2], environment)
            if name in self.special:
                expression, environment = self.special[name](expression, environment)
                continue
            function, *arguments = [self.value(each, environment) for each in expression]
            self.applied += 1
            if not isinstance(function, Procedure):
                return self.native(function, arguments)
            environment = function.entered(arguments)
            expression = function.body

    def native(self, function, arguments):
        try:
            return function(*arguments)
        except TypeError as error:
            raise LispError(str(error)) from error

    def define(self, expression, environment):
        target = expression[1]
        if isinstance(target, list):
            name, *names = [each.name for each in target]
            environment.define(name, Procedure(names, expression[2], environment))
        else:
            environment.define(target.name, self.value(expression[2], environment))

    def choose(self, expression, environment):
        _, condition, yes, no = expression
        return (yes if self.value(condition, environment) else no), environment

    def begin(self, expression, environment):
        for each in expression[1:-1]:
            self.value(each, environment)
        return expression[-1], environment

    def let(self, expression, environment):
        _, pairs, body = expression
        names = [name.name for name, _ in pairs]
        values = [self.value(each, environment) for _, each in pairs]
        return body, Environment(names, values, environment)


def run(text):
    evaluator = Evaluator(builtins())
    found = evaluator.run(text)
    try:
        evaluator.run("(missing 1)")
    except UnboundError as error:
        found.append(error.name)
    return found, evaluator.applied


RESULT = [run(SOURCE) for _ in range(SIZE)]
