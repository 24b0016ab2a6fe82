"""HTTP gateways that a YAML file describes, such as an operator's."""
