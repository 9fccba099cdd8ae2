class Meta(type):
    def __new__(mcls, name, bases, namespace, **kwargs):
        cls = super().__new__(mcls, name, bases, namespace)
        for key in kwargs:
            getattr(cls, key)()
        return cls


class Base(metaclass=Meta):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        print("subclass", cls.__name__)

    @classmethod
    def check(cls):
        raise TypeError(f"{cls.__name__} is not allowed")


class Fine(Base):
    pass


class Bad(
    Base,
    check=True,
):
    def method(self):
        return 1
