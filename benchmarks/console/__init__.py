"""How fast the pages of the console are the second time, and how heavy."""
