from pathlib import Path

from calcharo import execute_and_trace

recording = execute_and_trace(Path(__file__).with_name("gcd.py"))

print(recording.outcome.status, repr(recording.stdout))
for step in recording:
    if step.function == "gcd" and step.opname.startswith("STORE_FAST"):
        print(f"step {step.index}, line {step.line_number}: {step.variables_state}")
