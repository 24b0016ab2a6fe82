"""Statistical disclosure control: suppression, rounding, exclusions and themes."""
