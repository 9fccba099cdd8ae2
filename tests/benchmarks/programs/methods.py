"""Makes objects and calls their methods: attributes, properties, inheritance and super()."""


class Account:
    def __init__(self, owner, balance):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount
        return self.balance

    @property
    def empty(self):
        return self.balance == 0


class Savings(Account):
    def __init__(self, owner, balance, rate):
        super().__init__(owner, balance)
        self.rate = rate

    def deposit(self, amount):
        return super().deposit(amount + amount * self.rate // 100)


def bank(rounds):
    total = 0
    for i in range(rounds):
        account = Savings("Ada", i, 5) if i % 2 else Account("Bob", i)
        account.deposit(100)
        account.deposit(7)
        if not account.empty:
            total += account.balance
    return total


RESULT = bank(SIZE)
