# path: not compared (the program traces itself)
import sys

seen = []


def target(a):
    b = a * 2
    c = b + 1
    return c


def only_locals(frame, event, arg):
    if event == "line":
        seen.append((frame.f_lineno, sorted(frame.f_locals.items())))
    return only_locals


def start(frame, event, arg):
    if event == "call" and frame.f_code is target.__code__:
        return only_locals
    return None


sys.settrace(start)
target(5)
sys.settrace(None)
for item in seen:
    print(item)
seen.clear()


def opcodes(frame, event, arg):
    frame.f_trace_opcodes = True
    frame.f_trace_lines = False
    if event == "opcode":
        seen.append(frame.f_lineno)
    return opcodes


def small(x):
    return x + 1


sys.settrace(lambda f, e, a: opcodes(f, e, a) if f.f_code.co_name == "small" else None)
small(1)
sys.settrace(None)
print(set(seen) <= {small.__code__.co_firstlineno + 1})
