# path: not compared (the program traces itself)
import sys

events = []


def tracer(frame, event, arg):
    if frame.f_code.co_filename != __file__:
        return None
    if event == "exception":
        arg = arg[0].__name__
    elif event == "return" and not isinstance(arg, (int, type(None))):
        arg = "..."
    events.append((event, frame.f_code.co_name, frame.f_lineno, arg))
    return tracer


def traced(n):
    total = 0
    for i in range(n):
        total += i
    try:
        [][1]
    except IndexError:
        total += 100
    return inner(total)


def inner(x):
    return x + 1


def gen():
    yield 1
    yield 2


sys.settrace(tracer)
result = traced(2)
items = list(gen())
sys.settrace(None)
for event in events:
    print(event)
print(result, items, sys.gettrace())
events.clear()


def profiler(frame, event, arg):
    if event.startswith("c_"):
        events.append((event, arg.__name__))
    elif frame.f_code.co_filename == __file__:
        events.append((event, frame.f_code.co_name))


sys.setprofile(profiler)
traced(1)
len("abc")
sys.setprofile(None)
for event in events:
    print(event)
