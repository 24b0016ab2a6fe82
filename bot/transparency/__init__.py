"""The append-only transparency log: writer, reader and the bodies of its entries.

One log holds the entries of every campaign as leaves of a Merkle tree (RFC 9162).
An entry is a line, which says whose it is (`survey_flows.log_entries`); older ones are 64 bytes.
A receipt has a label that a citizen's code leads to.
A sealed entry (ballot, comment, withdrawal) commits to a text that only an opening shows.
An act (registration, closing, result, decision, …) has its text stored, with who signed it.

- The log only grows: no entry is changed, moved or removed, whatever a rater withdraws.
  A withdrawal is one more entry, and nobody can tell it from a ballot.
- A checkpoint is stored in the transaction of its entries, so that each entry has a signed state.
- One writer at a time holds the log (`lock_log`), and positions have no gap.
- Rules come first, answers after: a campaign's registration stands before its first ballot, and
  its closing after the last.
- The bytes of entries, labels and bodies are promises; old bundles must stay readable.

Tiles are a cache: every hash follows from the entries.
The mixer writes all entries; others ask it for an act (`request_entry`).
The room does not know what a ballot means, and nothing here leads to a citizen.
"""
