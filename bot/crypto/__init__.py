"""Every secret and its use: gate keys, contact keys, rectification keys, envelopes and signatures.

Secrets are files of 32 bytes that only their owner can read; a secret never leaves the methods of
its object. They are kept apart by purpose, so that pseudonyms of one never join those of another:

- a campaign's secret makes its voters' pseudonyms and is destroyed at the close; after that nobody,
  not even the operator, can find a citizen's ballot;
- an hour's secret seals conversations and is destroyed once they are sealed anew;
- the contacts' and the requests' secrets last, because contacts and requests do.

Destroying a secret overwrites its file. A backup may hold a copy: campaigns' and hours' secrets
must never be backed up. The labels inside pseudonyms are part of stored bytes and never change.

This room does not know ballots, campaigns or people; it is given strings and bytes.
"""
