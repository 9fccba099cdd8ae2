class Column:
    def __set_name__(self, owner, name):
        print("column", name)
        owner.columns.append(name)


class Model:
    def __init_subclass__(cls, table):
        if not table.islower():
            raise ValueError(f"bad table name {table!r}")


class User(Model, table="users"):
    columns = []
    name = Column()


class Order(Model, table="Orders"):
    columns = []
