"""The citizen's road: channel contract, conductor, stored conversations and dead letters.

A channel turns what it receives into an `Incoming` update, hands it to the conductor, and shows
the `Reply`. The conductor collects the updates that arrive together, at most one of each person,
steps their conversations by the pure engine (`survey_flows`), and stores all effects in one
transaction (group commit). A reply is never shown before that transaction is durable.

Invariants:

- An update counts once. Its key is stored with its effects, and a second delivery only shows where
  the conversation stands.
- The database holds no user id. A conversation is found by a pseudonym and sealed under the key of
  the hour; `key_rotation` reseals it every hour and destroys the old keys, so that an old copy of
  the database cannot be read.
- A sealed conversation that cannot be opened is begun anew, never repaired.
- An update that raises is sealed as a dead letter and counts as taken, so that it blocks nobody.
  An update that fails because the database is away is refused, and the channel delivers it again.
- Tables hold no time that is more exact than a quarter of an hour.

The room does not know how a channel looks, how ballots are mixed or what a campaign asks.
"""
