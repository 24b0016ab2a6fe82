"""Reliability, shrinkage and the change between years."""
