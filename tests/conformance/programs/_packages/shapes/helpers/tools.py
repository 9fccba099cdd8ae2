from ... import shapes


def scale(value):
    return value


def area_of(shape):
    assert isinstance(shapes.__name__, str)
    return shape.area()
