"""Raises and handles exceptions in a loop, from one and from several frames deep, with finally."""


class Refused(ValueError):
    pass


def check(n):
    if n % 3 == 0:
        raise Refused(n)
    return n


def attempt(n):
    try:
        return check(n)
    except KeyError:
        return -1


def run(rounds):
    refused = missing = done = 0
    for i in range(rounds):
        try:
            attempt(i)
            {}[i]
        except Refused:
            refused += 1
        except KeyError as error:
            missing += error.args[0] % 2
        finally:
            done += 1
    return refused, missing, done


RESULT = run(SIZE)
