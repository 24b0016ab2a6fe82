"""SMS by Twilio, for cities outside the mainland."""
