# requires: 3.12
# path: not compared (the program uses sys.monitoring itself)
import sys

monitoring = sys.monitoring
monitoring.use_tool_id(2, "guest tool")
events = []


def watched(n):
    total = 0
    for i in range(n):
        if i % 2:
            total += helper(i)
    return total


def helper(x):
    return abs(-x)


monitoring.register_callback(2, monitoring.events.PY_START, lambda code, offset: events.append(("start", code.co_name)))
monitoring.register_callback(2, monitoring.events.PY_RETURN, lambda code, offset, value: events.append(("return", code.co_name, value)))
monitoring.register_callback(2, monitoring.events.LINE, lambda code, line: events.append(("line", line)))
kinds = monitoring.events.PY_START | monitoring.events.PY_RETURN | monitoring.events.LINE
monitoring.set_local_events(2, watched.__code__, kinds)
monitoring.set_local_events(2, helper.__code__, kinds)
print(watched(3))
monitoring.set_local_events(2, watched.__code__, 0)
monitoring.set_local_events(2, helper.__code__, 0)
watched(1)
monitoring.free_tool_id(2)
for event in events:
    print(event)
