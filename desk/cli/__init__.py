"""`wiredesk …`: a thin module a group of commands; each parses, calls, prints."""
