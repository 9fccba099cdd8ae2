import json
import os
import pathlib
import subprocess
import sys
import tempfile

result = subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True)
print(result.stdout.strip(), result.returncode)
failed = subprocess.run([sys.executable, "-c", "import sys; sys.exit(3)"])
print(failed.returncode)
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "data.json"
    path.write_text(json.dumps({"k": [1, 2]}))
    with path.open() as file:
        for number, line in enumerate(file, 1):
            print(number, line)
    module = pathlib.Path(folder) / "generated_module.py"
    module.write_text("value = 5\ndef f():\n    return value * 2\n")
    sys.path.insert(0, folder)
    import generated_module

    print(generated_module.f(), os.path.basename(generated_module.__file__))
    print(sorted(p.name for p in pathlib.Path(folder).glob("*.*")))


class Writer:
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text)


writer = Writer()
print("to writer", 5, file=writer)
print(writer.parts)
try:
    with open("/no/such/folder/file") as f:
        pass
except OSError as error:
    print(type(error).__name__, error)
os.environ["GUEST_VARIABLE"] = "set"
print(os.environ.get("GUEST_VARIABLE"), os.path.exists(__file__))
