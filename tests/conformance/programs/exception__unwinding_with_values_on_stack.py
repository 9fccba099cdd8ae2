def f(*args, **kw):
    return args


def boom(n=0):
    raise ValueError(n)


def attempt(action):
    try:
        action()
    except ValueError as error:
        return f"caught {error}"


print(attempt(lambda: f(1, 2, [3, boom(1)], x=4)))
print(attempt(lambda: {"a": 1, "b": boom(2)}), attempt(lambda: [1, *f(2), boom(3)]), attempt(lambda: (1 + (2 * boom(4)))))


def in_loops():
    out = []
    for i in range(3):
        for j in [10, 20]:
            try:
                out.append((i, [j, boom(j) if j == 20 else j]))
            except ValueError:
                out.append("c")
                break
    return out


print(in_loops())


def nested_try():
    values = [1, 2]
    values[0], values[1] = 5, 6
    for x in values:
        with_value = [x, attempt(lambda: boom(x))]
        try:
            values[attempt(boom) and 0] += f(boom(x))[0]
        except ValueError as error:
            with_value.append(str(error))
        finally:
            print(with_value)


nested_try()
print([attempt(lambda: boom(i)) for i in range(2)], {k: attempt(boom) for k in "a"})
print(f"{attempt(boom)!r} {attempt(lambda: f'{1}{boom()}{2}')}")
total = 0
for i in range(3):
    try:
        total += i * (boom(i) if i == 1 else 1)
    except ValueError:
        total += 100
print(total)


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return args[0] is ValueError


def with_stack():
    result = []
    for i in range(2):
        result += [i, *f(i)]
        with Manager(), Manager():
            result.append((i, boom()))
        result.append("next")
    return result


print(with_stack())


def chained_calls():
    class A:
        def m(self, x):
            if x == 3:
                raise ValueError("chain")
            return self

        x = property(lambda self: self.m(3))

    a = A()
    try:
        a.m(1).m(2).m(3).m(4)
    except ValueError as error:
        print(error, error.__traceback__.tb_next.tb_frame.f_locals["x"])
    try:
        1 < 2 < a.x < 3
    except ValueError as error:
        print(error)


chained_calls()
