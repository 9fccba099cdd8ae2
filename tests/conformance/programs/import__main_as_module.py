import sys
import _packages.asks_main as asker

value = "set in main"


def from_main():
    return "called back"


print(asker.ask(), asker.call("from_main"))
print(asker.caller_name(), asker.class_from_main is None)
print(sys.modules[__name__].value, asker.frames())
asker.warn()
try:
    asker.fail()
except ValueError:
    import traceback

    traceback.print_exc()
