"""A campaign from draft to close: definition, registration, quotas, links and fraud rules."""
