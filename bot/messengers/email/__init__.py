"""E-mail by a relay, with the header by which a mail program unsubscribes in one click."""
