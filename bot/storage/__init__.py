"""Where things are kept: tables, transactions and read-outs."""
