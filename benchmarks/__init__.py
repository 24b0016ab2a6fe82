"""Measurements that the README's claims rest on; each prints its figures and fails when a goal is missed."""
