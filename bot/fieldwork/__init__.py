"""Survey fieldwork: audience, outreach and monitoring."""
