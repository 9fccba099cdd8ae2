def lexer(handler):
    state, buffer = "start", []
    while True:
        try:
            char = yield state
        except GeneratorExit:
            handler(("end", "".join(buffer)))
            return
        match state, char:
            case "start", c if c.isdigit():
                state, buffer = "number", [c]
            case "start", c if c.isalpha():
                state, buffer = "name", [c]
            case "start", " ":
                pass
            case ("number" | "name") as kind, c if c.isalnum():
                buffer.append(c)
            case _:
                handler((state, "".join(buffer)))
                state, buffer = "start", []


tokens = []
machine = lexer(tokens.append)
next(machine)
states = [machine.send(c) for c in "12 ab3 x "]
machine.close()
print(tokens, states)


def scheduler(tasks):
    ready = list(tasks.items())
    log = []
    while ready:
        name, task = ready.pop(0)
        try:
            request = task.send(None)
        except StopIteration as stop:
            log.append((name, "done", stop.value))
            continue
        except ValueError as error:
            log.append((name, "failed", str(error)))
            continue
        log.append((name, request))
        if request == "cancel":
            task.close()
            continue
        ready.append((name, task))
    return log


def task(n, result):
    for i in range(n):
        yield i
    return result


def failing():
    yield "about to fail"
    raise ValueError("failed")


def cancelled():
    try:
        yield "cancel"
    finally:
        print("cleanup of cancelled")


for entry in scheduler({"a": task(2, "A"), "b": task(0, "B"), "f": failing(), "c": cancelled()}):
    print(entry)


def windows(n):
    window = []
    while True:
        item = yield tuple(window)
        window.append(item)
        if len(window) > n:
            del window[0]


w = windows(2)
next(w)
print([w.send(i) for i in range(4)])


def bidirectional():
    received = yield "first"
    while received:
        received = yield received.upper()
    return (yield "last") or "nothing"


g = bidirectional()
print(next(g), g.send("a"), g.send("b"), g.send(""))
try:
    g.send(None)
except StopIteration as stop:
    print(stop.value)


def both():
    x = yield (y := (yield 1))
    print("x", x, "y", y)
    z = yield
    print("z", z, (yield), [(yield 7)])


g = both()
for v in (None, "y value", "x value", "z value", "p1", "p2"):
    try:
        print(g.send(v))
    except StopIteration:
        print("end")
