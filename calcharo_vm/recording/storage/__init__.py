"""How recordings are kept small in memory and in files."""
