"""Where people sit: the command line, `run`, and the embedded servers. Nothing imports it."""
