"""What a rule says of itself: its explanation, a bad and a good example, its page in the docs."""
