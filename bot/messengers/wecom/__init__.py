"""Messages of a WeCom application to people of the organisation."""
