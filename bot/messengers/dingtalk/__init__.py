"""Work notices of a DingTalk application to people of the organisation."""
