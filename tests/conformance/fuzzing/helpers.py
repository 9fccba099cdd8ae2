"""What random programs may define at their top: helpers that print what happens."""

HEADER = "import sys"

ALWAYS = """
class Oops(Exception):
    pass


class Quiet(BaseException):
    pass
"""

HELPERS = {
    "show": """
def show(error):
    places = []
    entry = error.__traceback__
    while entry is not None:
        places.append((entry.tb_frame.f_code.co_name, entry.tb_lineno))
        entry = entry.tb_next
    print(type(error).__name__, error.args, repr(error.__context__), repr(error.__cause__), places)
""",
    "Guard": """
class Guard:
    def __init__(self, name, swallows):
        self.name, self.swallows = name, swallows

    def __enter__(self):
        print("enter", self.name)
        return self.name

    def __exit__(self, kind, error, traceback):
        print("exit", self.name, kind, traceback and traceback.tb_lineno)
        return self.swallows
""",
    "AsyncGuard": """
class AsyncGuard:
    def __init__(self, name, swallows):
        self.name, self.swallows = name, swallows

    async def __aenter__(self):
        print("enter", self.name, await Pause("entering"))
        return self.name

    async def __aexit__(self, kind, error, traceback):
        print("exit", self.name, kind, await Pause("leaving"))
        return self.swallows
""",
    "Pause": """
class Pause:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        return (yield self.value)
""",
    "drive": """
def drive(made, *actions):
    for action, value in actions:
        try:
            if action == "close":
                print("close", made.close())
            elif action == "throw":
                print("throw", made.throw(value))
            else:
                print(action, made.send(value))
        except BaseException as error:
            show(error)
""",
    "drive_asynchronously": """
def drive_asynchronously(made, *actions):
    for action, value in (*actions, ("close", None)):
        try:
            if action == "close":
                step = made.aclose()
            elif action == "throw":
                step = made.athrow(value)
            else:
                step = made.asend(value)
            for _ in range(20):
                print(action, step.send(None))
        except BaseException as error:
            show(error)
""",
    "traced": """
def traced(function):
    def inner(*args, **named):
        print("call", function.__name__, len(args), sorted(named))
        return function(*args, **named)

    return inner
""",
    "contextmanager": "from contextlib import contextmanager\n",
    "dataclass": "from dataclasses import dataclass\n",
    **{name: f"import {name}\n" for name in ("enum", "functools", "itertools", "re", "traceback", "weakref")},
    "Meta": """
class Meta(type):
    def __new__(mcs, name, bases, namespace, **named):
        print("new", name, sorted(one for one in namespace if not one.startswith("__")))
        return super().__new__(mcs, name, bases, namespace)

    def __call__(cls, *args):
        print("make", cls.__name__)
        return super().__call__(*args)
""",
}

NEEDS = {"AsyncGuard": ("Pause",), "drive": ("show",), "drive_asynchronously": ("show",)}


def helpers_source(wanted: set[str]) -> str:
    """Gives the definitions of the helpers wanted and of those they need."""
    names = set(wanted)
    for name in wanted:
        names.update(NEEDS.get(name, ()))
    return HEADER + "\n" + ALWAYS + "".join(HELPERS[name] for name in HELPERS if name in names)
