def load():
    import not_installed_anywhere

    return not_installed_anywhere


load()
