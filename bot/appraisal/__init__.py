"""The appraisal of a year: import, appraise, decide, seal, appeal and what-if."""
