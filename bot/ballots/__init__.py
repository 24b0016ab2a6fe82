"""The ballot box: gate, screening, batch, mixer, quota places and imported ballots."""
