import io
import sys

sys.stdout.write("written\n")
print("to err", file=sys.stderr)
print("a", "b", sep="-", end="!\n", flush=True)
print(*range(3), file=sys.stderr, sep="\n")
sys.stderr.write("direct\n")
original, sys.stdout = sys.stdout, io.StringIO()
print("captured")
text, sys.stdout = sys.stdout.getvalue(), original
print(repr(text))


class Tee:
    def __init__(self, *targets):
        self.targets = targets

    def write(self, text):
        for target in self.targets:
            target.write(text.upper())
        return len(text)

    def flush(self):
        for target in self.targets:
            target.flush()


sys.stdout = Tee(original)
print("through tee", 1, None)
sys.stdout = original
print("unicode: é 日本 \U0001F600")
sys.displayhook = lambda value: print("display", value)
for line in ("1 + 1", "'x'", "None", "for i in range(2): i"):
    exec(compile(line + "\n", "<guest-single>", "single"))
sys.stdout.buffer.write(b"bytes\n")
