"""Finished ballots a second, latency and memory of the service against a textbook bot."""
