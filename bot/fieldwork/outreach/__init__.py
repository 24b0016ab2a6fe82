"""Invitations and reminders on their way: push, outbox, sender, pace and messenger contract."""
