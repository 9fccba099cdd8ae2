from pathlib import Path

from calcharo import execute_and_trace

recording = execute_and_trace(Path(__file__).with_name("bank.py"))

print(recording.outcome.status, recording.outcome.exception)
last = next(step for step in reversed(recording) if step.function == "Account.withdraw")
print(f"line {last.line_number}: {last.variables_state}")
