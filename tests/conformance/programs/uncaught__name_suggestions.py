class Account:
    def __init__(self):
        self.balance = 5

    def show(self):
        return self.blance


def misspelt():
    number = 3
    return nubmer


for action in (misspelt, lambda: pritn(1), lambda: Account().show(), lambda: len.__nam__):
    try:
        action()
    except (NameError, AttributeError) as error:
        print(error)
import traceback

try:
    misspelt()
except NameError:
    traceback.print_exc()
try:
    from collections import OrderdDict
except ImportError:
    traceback.print_exc()
Account().show()
