"""Clock, settings, shipped files, names of codes, identities and the checks of input.

The lowest room: it knows no other room, and reads nothing but files and the environment.
Time and chance come from `clock` alone, settings from `settings` alone.
"""
