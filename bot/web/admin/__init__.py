"""The console of staff and administrators."""
