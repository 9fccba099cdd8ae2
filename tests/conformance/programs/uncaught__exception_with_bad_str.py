class Bad(Exception):
    def __str__(self):
        raise ValueError("no str")


class Multi(Exception):
    """Its text has several lines."""

    __module__ = "custom.module"

    def __str__(self):
        return "first line\nsecond line"


try:
    raise Multi
except Multi as error:
    raise Bad("x") from error
