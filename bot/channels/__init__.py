"""The ways in which citizens reach the service: one channel, one file."""
