"""Sending of invitations and reminders: push, outbox, sender, pace and messenger contract."""
