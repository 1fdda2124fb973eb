"""What is measured, and against what: `make bench` runs all and prints the table."""
