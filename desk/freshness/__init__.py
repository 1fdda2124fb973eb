"""Whether what is generated is in step with what it is generated from; without any network.

The locks against pyproject.toml, the JSON Schemas against the messages, the tables of the docs
against the settings and the command line, .env.example against the settings, and the blocks of the
docs that show what a command prints against what it prints. `make check` runs it and names all
that is stale; `make docs` writes anew what it can.
"""
