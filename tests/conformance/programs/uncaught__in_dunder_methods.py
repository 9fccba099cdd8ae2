class Money:
    def __init__(self, amount):
        self.amount = amount

    def __add__(self, other):
        return Money(self.amount + other.amount)

    @property
    def cents(self):
        return int(self.amount * 100)

    def __repr__(self):
        return f"Money({self.cents:d})"

    def __format__(self, spec):
        return format(self.cents, spec) + self.currency


wallet = [Money(1), Money(None)]
print(wallet[0])
print(f"total: {wallet[0] + wallet[0]:>5}")
