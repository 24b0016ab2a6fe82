"""People of the console: accounts, roles, second factor, API tokens, preferences and audit log."""
