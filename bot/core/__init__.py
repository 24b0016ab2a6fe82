"""What every room may know: clock, settings, shipped files, labels and identities."""
