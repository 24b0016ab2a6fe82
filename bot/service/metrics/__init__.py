"""What a monitoring system reads of the service, told so coarsely that it dates nobody's answer."""
