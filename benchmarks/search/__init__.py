"""How many short names and everyday matters find their unit, and how fast."""
