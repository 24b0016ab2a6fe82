"""Who may be asked: contacts, sampling, invitations and admission."""
