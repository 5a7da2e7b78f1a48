"""What was seen of a subject at one monitoring point."""
