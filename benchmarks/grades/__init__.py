"""How often rank sets and probabilities of grades are right."""
