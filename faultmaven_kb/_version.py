"""The version of the distribution, from its one place."""

__version__ = "0.1.0"
