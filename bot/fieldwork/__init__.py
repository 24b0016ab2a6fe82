"""Survey fieldwork: audience, outreach and monitoring.

A campaign invites a sample of consenting contacts, sends them invitations and reminders,
and counts what comes of it by AAPOR's Standard Definitions (10th edition).

- `audience` knows who may be asked: contacts, the frame, the sample, invitations and admission.
- `outreach` sends: a push queues messages, and senders deliver them at the bot's pace.
- `monitoring` counts: how far participants are, and which dispositions follow.

Invariants:

- An address is kept only of a contact who consented and has not opted out, and it is sealed.
  An opt-out from one address is one from all and lasts: of that person only pseudonyms stay,
  so that no list invites them again.
- The frame and the design stand in the registered definition before there is a seed.
  Anybody can draw the sample again from the published seed.
- No invitation exists for one person alone: all invitations of a sample are made at once.
  All invitations of a cell lead to one link, so that no ballot names an invitation.
- Everybody who was drawn is treated alike in time: a contact who needs no reminder costs a sender
  the same quota and time as one who does, so that timing does not reveal who has taken part.
- A message leaves at most twice, and only after a process died with it in hand.

The room does not know who rated what: contacts, invitations and ballots are never joined.
They are counted separately, and the counts are disclosed as ranges.
"""
