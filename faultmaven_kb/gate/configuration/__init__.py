"""The configuration file: where it is found, and its text as settings."""
