"""The web: the citizens' chat and public pages, the console, and the interface for programs.

`public`, `admin` and `api` do not import each other; what they share is in `shared`, and `server`
puts them together. The citizens' service must stay small: `server` imports the chat and the public
log, and refers to everything else lazily (`bot.web.shared.lazy_routes`), so that the console, the
files and the models load with the first request for them.

- No page holds a rule of the domain. A handler reads the form, calls one domain function and shows
  its result, or the message of the error that it raised, in the reader's language.
- A form is taken only from our own pages (same origin, and in the console a CSRF secret), and its
  size is limited before it is read.
- Logs and the audit log never hold what somebody typed, nor an address of a client.
- Words stand in `wording/*.ftl` (pages) and `messages.*.ftl` (refusals), in every language alike.
"""
