from pathlib import Path

from calcharo import execute_and_trace

for program in ("bubble_sort.py", "recursion.py", "pipeline.py", "shapes.py", "chain.py"):
    recording = execute_and_trace(Path(__file__).with_name(program))
    print(f"--- {program}: {len(recording)} steps, {recording.outcome.status}")
    print(*recording.story(), sep="\n")
    print("--- and backwards")
    print(*reversed(recording.story()), sep="\n")
