"""Accounts that pay each other, with a list of payments, and Fibonacci numbers as amounts."""


class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 0
        self.payments = []

    def pay(self, other, amount):
        self.balance -= amount
        other.balance += amount
        self.payments.append(amount)
        if len(self.payments) > 5:
            self.payments.pop(0)
        return amount


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def main(rounds):
    accounts = [Account(number) for number in range(50)]
    total = 0
    for number in range(rounds):
        amount = fibonacci(number % 9)
        for account in accounts:
            other = accounts[(account.owner + number) % 50]
            total += account.pay(other, amount)
        if number % 100 == 0:
            print("round", number)
        try:
            accounts[number]
        except IndexError:
            continue
    return total


RESULT = main(SIZE)
last = RESULT
print("total", last)
