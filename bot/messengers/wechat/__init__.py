"""Subscription notices of a WeChat service account to people who asked for them."""
