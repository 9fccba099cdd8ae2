# requires: 3.14
source = """
def f():
    for i in range(2):
        try:
            return i
        finally:
            {}
    return "end"
"""
import warnings

for statement in ("return 'finally'", "break", "continue", "pass"):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        space = {}
        exec(compile(source.format(statement), "<guest-finally>", "exec"), space)
    print(statement, space["f"](), [(str(w.message), w.lineno) for w in caught])
