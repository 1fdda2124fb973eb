"""What every test may ask for."""

from hypothesis import settings

pytest_plugins = ["tests.servers"]

# how long an example takes says how busy the machine is, not whether the code is right
settings.register_profile("wiredesk", deadline=None)
settings.load_profile("wiredesk")
