class ConfigError(Exception):
    pass


def read(name):
    raise FileNotFoundError(2, "No such file", name)


def parse(name):
    try:
        return read(name)
    except FileNotFoundError as error:
        raise ConfigError(f"cannot read {name}") from error


def main():
    try:
        parse("settings.ini")
    except ConfigError as error:
        error.add_note("while starting")
        raise RuntimeError("start-up failed")


main()
