def größe(wert):
	return wert.länge + "日本語".find("本") / 0 if wert else None


class Ω:
	länge = 5


ergebnis = "über", größe(Ω()), "日本語"
