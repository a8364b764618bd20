"""What commands share: options, the console, cards, and how the gate is asked."""
