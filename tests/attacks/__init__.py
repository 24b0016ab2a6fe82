"""Attacks on what the product promises; each is played on real stores and real parts."""
