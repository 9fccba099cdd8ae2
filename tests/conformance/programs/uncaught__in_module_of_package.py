from _packages import asks_main
from _packages.shapes import area_of


class Shape:
    def area(self):
        return asks_main.fail()


def run(shapes):
    return [*map(area_of, shapes)]


run([Shape()])
