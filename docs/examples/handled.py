from calcharo import TracerConfig, execute_and_trace

PROGRAM = """
def count(table, keys):
    missing = 0
    for key in keys:
        try:
            table[key]
        except KeyError:
            missing += 1
    return missing

count({}, range(1000))
"""

recording = execute_and_trace(PROGRAM, TracerConfig(optimization="compiled"))
count = next(code for code in recording.statistics.codes if code.function == "count")
handled = count.source[count.source.index("if b <= 0:") : count.source.index("if b <= 1:")]
print("\n".join(line.removeprefix(" " * 20) for line in handled.rstrip().splitlines()))
