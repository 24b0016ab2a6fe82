"""One command, one module: each has ``register(commands)``, which adds its parser and sets ``run``."""
