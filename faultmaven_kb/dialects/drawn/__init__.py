"""What authors draw by hand: sessions, outputs between commands, pairs of headings, shapes of their own."""
