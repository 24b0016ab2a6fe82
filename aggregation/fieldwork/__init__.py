"""Survey methods before and during collection: samples, allocation, dispositions.

A sample is drawn by a published seed, so that anybody can draw it again and find the same numbers.
Every invitation has exactly one AAPOR disposition, so that they add up to the invitations; what
people did is disclosed in ranges only. The room sees numbers and counts, never an address.
"""
