"""What commands print and how they are audited."""
