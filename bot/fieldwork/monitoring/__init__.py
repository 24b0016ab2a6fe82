"""How far a campaign has come: response monitor and progress of participants."""
