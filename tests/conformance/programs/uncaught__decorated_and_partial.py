import functools


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            error.add_note(f"while calling {function.__name__}{args}")
            raise

    return wrapper


class Service:
    @logged
    @functools.lru_cache
    def compute(self, n):
        return self.steps[n](n)

    steps = [lambda n: n, lambda n: n + "x"]


call = functools.partial(Service().compute, 1)
call()
