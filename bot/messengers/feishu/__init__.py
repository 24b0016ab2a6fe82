"""Messages of a Feishu application to people of the organisation."""
