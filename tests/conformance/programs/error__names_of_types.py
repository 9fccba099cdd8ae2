import collections
import datetime
import decimal
import random
import re
import sys
import typing


class Own:
    pass


def function(*args, **named):
    return args, named


for value in (Own(), 3, None, re.compile("a"), datetime.date(2000, 1, 1), decimal.Decimal(1), typing.TypeVar("T"), ..., sys.flags, len, object):
    for action in (
        lambda: [*value],
        lambda: {**value},
        lambda: function(*value),
        lambda: function(**value),
        lambda: function(1, *value, **value),
    ):
        try:
            print(action())
        except TypeError as error:
            print(error)
        try:
            raise LookupError
        except LookupError:
            try:
                print(action())
            except TypeError as error:
                print(error)


class Patterned:
    __match_args__ = decimal.Decimal(1)


class Mistaken:
    __match_args__ = (datetime.date(2000, 1, 1),)


for cls in (Patterned, Mistaken):
    try:
        match cls():
            case cls(1):
                print("matched")
    except TypeError as error:
        print(error)

for handled in (False, True):
    for action in (lambda: dict(a=1, **{"a": 2}), lambda: function(**{"b": 1}, **{"c": 1, "b": 2})):
        try:
            if handled:
                try:
                    raise LookupError
                finally:
                    action()
            action()
        except Exception as error:
            print(type(error).__name__, error, type(error.__context__).__name__)
