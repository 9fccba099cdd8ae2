"""What a class or module body shows of its variables, and of those of comprehensions inlined into it."""


def outer(value):
    free = value

    class Body:
        def method(self):
            return super()

        print([sorted(dir()) for i in "c"], [sorted(locals()) for i in "c"])
        used = [free for k in "c"]
        print([sorted(dir()) for i in "c"])
        bound = free
        print([sorted(vars()) for i in "c"], {0: [name for name in dir()] for i in "c"})

        def defaults(item={0: sorted(name for name in dir()) for i in "c"}):
            pass

        print(defaults.__defaults__)


class WithCell:
    def method(self):
        return __class__

    print(sorted(locals()))


outer(1)
print(sorted(vars(WithCell)))
print([sorted(name for name in dir() if name[0] != "_") for i in "c"])
