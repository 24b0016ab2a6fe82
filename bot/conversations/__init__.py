"""The citizen's road: channel contract, conductor, stored conversations and dead letters."""
