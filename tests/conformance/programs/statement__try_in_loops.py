def run(n):
    log = []
    for i in range(n):
        try:
            if i == 1:
                continue
            if i == 3:
                raise ValueError(i)
            if i == 5:
                break
            log.append(i)
        except ValueError as error:
            log.append(repr(error))
            continue
        else:
            log.append("else")
        finally:
            log.append("f")
        log.append("after")
    else:
        log.append("loop else")
    return log


print(run(3), run(4), run(7))


def retry(action, attempts):
    while attempts:
        attempts -= 1
        try:
            return action(attempts)
        except ZeroDivisionError:
            if not attempts:
                raise
        except KeyError:
            break
    return "gave up"


print(retry(lambda n: 1 / (n - 2) if n else "ok", 3))
try:
    retry(lambda n: 1 / 0, 2)
except ZeroDivisionError as error:
    print(error)
print(retry(lambda n: {}[n], 5))


def nested():
    for i in range(2):
        for j in range(3):
            try:
                try:
                    if j == 1:
                        raise KeyError(j)
                    if (i, j) == (1, 2):
                        return "returned"
                finally:
                    print("inner", i, j)
            except KeyError:
                print("caught")
                continue
            finally:
                print("outer", i, j)


print(nested())


def generator():
    while True:
        try:
            x = yield
            if x is None:
                continue
            print("got", x)
        except (ValueError, TypeError) as error:
            print("error", error)
        finally:
            print("round")
            if x == "stop":
                break


g = generator()
x = next(g)
g.send("a")
g.throw(TypeError("t"))
try:
    g.send("stop")
except StopIteration:
    print("stopped")
n = 0
while n < 3:
    try:
        n += 1
        assert n != 2, "two"
    except AssertionError as error:
        print(error)
    else:
        print("passed", n)
with_items = []
for item in ("a", "b"):
    with open(__file__) as f:
        if item == "a":
            continue
        with_items.append(f.readline().strip())
        break
print(with_items, f.closed)
