from pathlib import Path

from calcharo import execute_and_trace

recording = execute_and_trace(Path(__file__).with_name("sort.py"))

# Which values did a variable have, one after the other?
for write in recording.history("numbers", function="insertion_sort"):
    print(f"line {write.step.line_number}: numbers is {write.value} ({write.kind})")

# Which calls were made, and what came of them?
for call in recording.calls():
    print(f"{call.function} was called with {call.arguments} in line {call.caller_line} and returned {call.returned}")

# Which step changed a variable last?
end = recording.calls("insertion_sort")[0].last
last = recording.last_write(end, "j")
print(f"j was last written in line {last.line_number}")

# Where did its value come from?
for link in recording.origin(end, "j"):
    print(f"  line {link.step.line_number}: {link.description} by {link.source!r}")

# How often was the inner loop's line visited, and where was something printed?
print(f"line 4 was visited {len(recording.hits('sort.py', 4))} times")
for piece in recording.output():
    print(f"line {piece.line_number} wrote {piece.text!r}")
