"""Runbooks of alerts: their parts, the problems beside one another, and pages with a heading for each alert."""
