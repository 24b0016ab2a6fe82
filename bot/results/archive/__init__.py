"""The archive of a closed campaign, read without a database."""
