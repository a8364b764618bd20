"""What a knowledge base may set for itself, and what the settings make of findings."""
