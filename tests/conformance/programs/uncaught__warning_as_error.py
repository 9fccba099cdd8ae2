import warnings

warnings.simplefilter("error")


def old():
    warnings.warn("old is deprecated", DeprecationWarning, stacklevel=2)


def caller():
    old()


caller()
