ages = {"Ada": 36}


def age_of(name):
    try:
        return ages[name]
    except KeyError as error:
        raise ValueError("no age") from error


try:
    age_of("Bob")
except ValueError as error:
    print(error)
