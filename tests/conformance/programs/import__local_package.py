import _packages.shapes as shapes
import _packages.shapes.circle
import _packages.shapes.square as sq
from _packages import shapes as again
from _packages.shapes import area_of, circle, square as s2
from _packages.shapes.circle import Circle as C, PI

print(shapes.__name__, shapes is again, _packages.shapes.circle is circle, sq is s2)
print(area_of(C(2)), area_of(sq.Square(3)), PI, circle.__package__, sq.__file__.endswith("square.py"))
print(sorted(n for n in vars(shapes) if not n.startswith("__")), shapes.__path__[0].endswith("shapes"))
print(_packages.__name__, hasattr(_packages, "__file__") and _packages.__file__, type(_packages.__path__).__name__ != "")
import os.path as p, sys as system
from os.path import join, sep as separator

print(p is os.path if "os" in globals() else p.__name__, join("a", "b") == f"a{separator}b", system.__name__)


def inside():
    from _packages.shapes.circle import Circle
    import _packages.shapes.square

    return Circle(1).area(), _packages.shapes.square.Square(2).area()


print(inside())


class Body:
    from _packages.shapes import area_of
    import _packages.shapes.circle as circle_module


print(Body.area_of is area_of, Body.circle_module is circle)
