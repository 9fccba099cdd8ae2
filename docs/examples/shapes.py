class Shape:
    def __init__(self, name):
        self.name = name

    def describe(self):
        return f"{self.name} of area {self.area()}"


class Square(Shape):
    def __init__(self, side):
        super().__init__("square")
        self.side = side

    def area(self):
        return self.side**2


print(Square(3).describe())
