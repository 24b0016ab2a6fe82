"""Audience of a campaign: contacts, sampling, invitations and admission."""
