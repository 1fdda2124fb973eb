# What a person types here; CI types the same. Needs Python 3.11 or later and make.
PYTHON ?= python3
V := .venv/bin
FEEDS ?=
MINUTES ?=

.PHONY: setup run test check train bench chaos load lock schemas docs test-stack clean help
.DEFAULT_GOAL := help

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

# The stamp is newer than the lock and the project file, or the environment is laid anew.
.venv/.ready: requirements.lock requirements-bootstrap.lock pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(V)/python -m pip install --quiet --require-hashes -r requirements-bootstrap.lock
	$(V)/uv pip install --quiet --python $(V)/python --require-hashes -r requirements.lock \
	  || $(V)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(V)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

setup: .venv/.ready  ## the environment; its result is .venv/bin/wiredesk

run: setup  ## the whole pipeline on the sample wire; FEEDS=seeds/feeds.opml for the world's
	@$(V)/wiredesk run $(if $(FEEDS),--feeds $(FEEDS),--sample)

test: setup  ## every test
	$(V)/python -m pytest

check: setup  ## style, types, layers, freshness of all that is generated
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/mypy
	$(V)/lint-imports
	$(V)/python -m desk.freshness

schemas docs: setup  ## write anew what is generated from the code
	$(V)/python -m desk.freshness --write

lock: setup  ## resolve the lock anew
	$(V)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11 \
	  --extra local --extra parquet --extra dev pyproject.toml -o requirements.lock
	$(V)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11 \
	  --constraint requirements.lock pyproject.toml -o requirements-image.lock
	$(V)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11 \
	  --constraint requirements.lock --extra train pyproject.toml -o requirements-train.lock
	$(V)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11 \
	  --no-annotate requirements-bootstrap.in -o requirements-bootstrap.lock

train: setup  ## teach the shipped tagger anew, in an environment of its own (torch: 5 GB)
	$(PYTHON) -m venv .venv-train
	$(V)/uv pip install --quiet --python .venv-train/bin/python --require-hashes -r requirements-train.lock
	.venv-train/bin/python -m enrich.training

bench: setup  ## the benchmarks
	$(V)/python -m bench

chaos: setup  ## everything broken at random under load, for MINUTES=5
	$(V)/python -m bench.chaos --minutes $(or $(MINUTES),5)

load: setup  ## twice the stories a second that it takes, for MINUTES=10
	$(V)/python -m bench.load --minutes $(or $(MINUTES),10)

test-stack: setup  ## the container stack, for real; installs Docker from Debian's packages if root
	TEST_STACK=1 $(V)/python -m pytest tests/stack

clean:  ## the environment and what the embedded servers store
	-@$(V)/wiredesk local stop
	rm -rf .venv .wiredesk build dist
