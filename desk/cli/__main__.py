"""`python -m desk.cli` is `wiredesk`: how `run` starts the stages."""

from desk.cli import main

main()
