"""Monitoring of fieldwork: response monitor and progress of participants."""
