class Column:
    def __set_name__(self, owner, name):
        self.register(owner, name)

    def register(self, owner, name):
        owner.registry[name] = self


class Table:
    first = Column()
