text = "Hello, World"
print(text.lower(), text.swapcase(), text.split(", "), text.partition(","), text.replace("l", "L", 2), text.find("o", 5))
print(text[::-1], text.center(20, "*"), text.zfill(15), text.startswith(("He", "x")), text.count("l"), text.index("W"))
print("a,b,,c".split(","), "  x ".strip(), "xxaxx".strip("x"), "-".join(["a", "b"]), "a\tb".expandtabs(4), "ab\ncd\r\n".splitlines(True))
print("abc".translate({97: "A", 98: None}), "ß".casefold(), "ǆ".title(), "é".encode(), b"\xc3\xa9".decode(), "x".isidentifier())
print("{:>10}|{:<10}|{:^10}|{:=+10}".format("r", "l", "c", 5), "{:,.2f} {:e} {:g} {:%}".format(1234.5, 0.001, 1e10, 0.5))
print(ascii("é\n"), repr("it's \"q\""), str(b"b"), "%r %a" % ("é", "é"), chr(8364), ord("€"), "abc" < "abd", "a" * 3 + "b")
print("%(a)05.1f|%(b)-5s|%(c)+d" % {"a": 2.25, "b": "x", "c": 3}, "%*d" % (5, 42), "%o %X %e" % (8, 255, 12345.678))
print(max("hello"), sorted("hello"), list(map(str.upper, "ab")), "l" in text, "xyz" not in text, "".join(reversed("abc")))
print("line\\n", r"raw\n", "uni\u0041", "\x41", "oct\101", "a\
b", '''tri"ple''')
for call in ("'abc'.index('z')", "'a'.join([1])", "'a' + 1", "'abc'[5]", "'%d' % 'a'", "int('0x', 16)", "'é'.encode('ascii')", "b'\\xff'.decode()", "chr(-1)", "'a' * 'b'", "''.zfill()", "str(b'a', 'nope')"):
    try:
        eval(call)
    except Exception as error:
        print(call, "->", type(error).__name__, error)
print(b"bytes" + bytearray(b"!"), bytes(3), bytes([65, 66]), b"abc".hex(), bytes.fromhex("6162"), memoryview(b"xyz")[1], b"%d" % 5)
print(int("ff", 16), int("-0b11", 0), float("1e3"), float("inf") > 10**400, complex("1+2j"), bool("False"))


class S(str):
    def __str__(self):
        return "overridden"

    def upper(self):
        return "up:" + super().upper()

    def __len__(self):
        return 99


s = S("abc")
print(s, str(s), f"{s}", s.upper(), len(s), s + "d", "%s" % s, "".join([s]), s == "abc", hash(s) == hash("abc"))
