"""Rank sets, pairwise inference, draws and odds."""
