"""The pure core of the appraisal: from counted ballots to scores, ranks, grades and proposals."""
