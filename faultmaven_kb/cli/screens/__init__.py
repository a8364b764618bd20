"""What fills the terminal and answers to keys; needs the extra `tui`."""
