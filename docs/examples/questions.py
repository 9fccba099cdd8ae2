from pathlib import Path

from calcharo import execute_and_trace

recording = execute_and_trace(Path(__file__).with_name("sort.py"))

# Which values did a variable have, one after the other?
for write in recording.history("numbers", function="insertion_sort"):
    print(f"line {write.step.line_number}: numbers is {write.value}")

# Which calls were made?
for call in recording.calls():
    print(f"{call.function} was called with {call.arguments}")

# Which step changed a variable last?
end = recording[-1]
last = recording.last_write(max(step.index for step in recording if step.function == "insertion_sort"), "j")
print(f"j was last written in line {last.line_number}, and the program ends in line {end.line_number}")

# How often was the condition of the inner loop true?
conditions = [step.condition for step in recording if step.condition and step.line_number == 4]
print(f"{len(conditions)} conditions were tested in line 4")
