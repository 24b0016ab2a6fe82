"""One command, one module; the largest is a package.

Each module has ``register(commands)``, which adds the command's parser. Every action of it sets
``run``, a coroutine of settings and parsed arguments that returns the exit code, and ``audit``
(`bot.terminal.auditing`): the act and its object for the audit log, or `READS_ONLY`.

A command parses, calls one function of a room below, and prints messages. It holds no rule: what a
form and a program's request must check too is checked in the room. A module imports what is heavy
inside ``run``, because ``minping --help`` registers every command and the service registers one.

Help texts and printed sentences are messages (``messages.*.ftl`` in this folder), worded in the
language of the terminal. What a program reads, such as JSON or a key, has no words.
"""
