from _packages.shapes import *
from math import *
from _packages.noall import *

print(sorted(n for n in ("Circle", "area_of", "square", "circle", "loaded", "_private") if n in globals()))
print(floor(2.5), Circle(1).area(), public, "_hidden" in globals(), "os" in globals())
space = {}
exec("from _packages.noall import *", space)
print(sorted(k for k in space if not k.startswith("__")))
try:
    exec("from _packages.badall import *")
except AttributeError as error:
    print(error)
try:
    exec("def f():\n    from os import *")
except SyntaxError as error:
    print(error.msg)
