"""Web chat, public results and log pages."""
