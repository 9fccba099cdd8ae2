def check(limit):
    def decorate(function):
        def wrapper(*args, **kwargs):
            value = function(*args, **kwargs)
            if value > limit:
                raise OverflowError(f"{value} is over {limit} in {function.__qualname__}")
            return value

        return wrapper

    return decorate


class Outer:
    class Inner:
        @staticmethod
        @check(10)
        def compute(n):
            return n * 2

        values = [2, 4]

    total = [
        compute
        for compute in (Inner.compute(value) for value in (1, 5, 9))
    ]
