"""Attackers who hold everything that is told of a campaign and solve for the rest."""
