from pathlib import Path

from calcharo import TracerConfig, execute_and_trace

program = Path(__file__).with_name("perfect.py")
recording = execute_and_trace(program, TracerConfig(optimization="compiled"))
print(f"{len(recording):,} steps, the program wrote {recording.stdout}")

for code in recording.statistics.codes:
    left = ", ".join(code.handled) or "none"
    print(f"{code.function}: {code.compiled} instructions compiled, left to handlers: {left} {code.reason}".strip())

print()
print(recording.statistics.codes[1].source)
