"""Throw-away machines: images, builds, sandboxes, control groups, sessions. Linux and root only."""
