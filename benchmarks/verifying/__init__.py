"""How long the stand-alone verifier takes, and how large a log is."""
