from pathlib import Path

from calcharo import execute_and_trace

recording = execute_and_trace(Path(__file__).with_name("bank.py"))

exception = recording.outcome.exception
print(f"{recording.outcome.status}: {exception.type_name}: {exception.message}")

last = next(step for step in reversed(recording) if step.function == "Account.withdraw")
variables = last.variables_state
print(f"line {last.line_number}: amount is {variables['amount']}, self has {variables['self'].attributes}")
