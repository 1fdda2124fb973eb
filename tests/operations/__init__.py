"""What the people who run it use: seen on one small pipeline at work."""
