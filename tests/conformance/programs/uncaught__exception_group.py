def tasks():
    errors = []
    for job in (lambda: 1 / 0, lambda: int("x"), lambda: [][0]):
        try:
            job()
        except Exception as error:
            errors.append(error)
    return errors


def run():
    inner = ExceptionGroup("inner", tasks()[:2])
    inner.add_note("a note on the group")
    raise ExceptionGroup("several jobs failed", [inner, *tasks()[2:], KeyError("plain")])


try:
    run()
except* IndexError as group:
    raise LookupError("converted") from group
