from _packages.shapes import Circle, Triangle
