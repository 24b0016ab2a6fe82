"""The year's material: units, leaders, indicators, findings, decisions, history and working days."""
