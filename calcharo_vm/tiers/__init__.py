"""The tiers: ways to execute a program that all give the same recording."""
