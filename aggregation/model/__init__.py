"""Values that every room shares: inputs and results of an appraisal, and rules' situations.

All are frozen, and tuples stand for lists, so that a result can be compared, hashed and stored.
Texts are codes or printed words; this room computes nothing and imports no other room.
"""
