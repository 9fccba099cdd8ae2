from calcharo import TracerConfig, execute_and_trace

program = """
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

print(fibonacci(18))
"""
recording = execute_and_trace(program, TracerConfig(optimization="compiled"))
print(f"{len(recording):,} steps, {len(recording.calls('fibonacci')):,} calls, the program wrote {recording.stdout}")
print(recording.statistics.codes[1].direct_source)
