"""People of the console: accounts, roles, second factor, API tokens, preferences and audit log.

- An account has one role, and the role alone decides its pages and forms (`roles`); what is not
  listed is refused. No right is ever added by a page.
- There is always an administrator who can sign in.
- Passwords are kept as argon2id hashes, tokens as SHA-256, recovery codes as keyed hashes;
  whoever reads the database can sign in as nobody.
- A code of the second factor is taken once.
- The audit log only grows. It names acts and objects, and never a password, an answer, an address
  or words that somebody typed.

Citizens have no account here, and nothing in these tables leads to one.
"""
