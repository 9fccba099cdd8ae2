from calcharo import TracerConfig, execute_and_trace

program = """
def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1

def total(source):
    found = 0
    for n in source:
        found += n
    return found

print(total(numbers(10_000)))
"""
recording = execute_and_trace(program, TracerConfig(optimization="compiled"))
print(f"{len(recording):,} steps, the program wrote {recording.stdout}")
for code in recording.statistics.codes[1:]:
    print(code.source.partition("\n")[2])
