"""The console: pages of staff, one module for each subject.

Every page passes the pipeline of `page.staff_page`: the session names the person, the role decides
whether the address is theirs (`bot.accounts.roles`), a form must carry the session's CSRF secret,
and its outcome stands in the audit log. A page never decides by itself who may see it.

States of a session: no session → password right (`sign_in_checks`, five minutes) → signed in →
ended. A person with a handed-out password, or without the second factor that the role needs,
sees only the page that sets it (`Visitor.required_page`).
"""
