# requires: 3.15
import sys

print(sys.get_lazy_imports())
sys.set_lazy_imports("all")
import _packages.noisy_one
from _packages.noisy_two import value

print("imported")
print(value, _packages.noisy_one.name)
sys.set_lazy_imports("normal")
import _packages.noisy_three

print("eager", _packages.noisy_three.name)
__lazy_modules__ = ["_packages.noisy_four"]
import _packages.noisy_four as four

print("declared by name")
print(four.name)
