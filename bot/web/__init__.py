"""The HTTP side: citizens, administrators and the public."""
