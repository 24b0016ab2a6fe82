"""The pure core of a survey: questionnaires, conversations and ballots, without input or output."""
