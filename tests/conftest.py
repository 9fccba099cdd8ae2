"""What every test shares: how Hypothesis searches."""

from hypothesis import HealthCheck, settings

# Tracing makes single examples slow and uneven, so time says nothing about an example.
settings.register_profile("calcharo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calcharo")
