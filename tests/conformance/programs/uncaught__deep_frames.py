def level(n):
    if n == 0:
        return fail()
    return level(n - 1)


def fail():
    data = {"list": [1, 2, 3]}
    return data["list"][7] + len(data["missing"])


class Runner:
    def __call__(self, depth):
        return self.go(depth=depth)

    def go(self, *, depth):
        return [level(depth) for _ in range(1)]


Runner()(20)
