"""What every test shares: a developer's own PLAYGROUND_... variables change no result."""

import os

for name in [name for name in os.environ if name.startswith("PLAYGROUND_")]:
    del os.environ[name]
