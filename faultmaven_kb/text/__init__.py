"""Text to values with places: decoding, front matter, Markdown, the outline. Nothing here knows what a runbook is."""
