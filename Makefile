# Tailorbird's verbs; `make` alone says what they do.

PYTHON := .venv/bin/python
# One process a core, and one thread in each; a file stays in one process, since its tests may share
# a server.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .venv/bin/pytest --timeout=300 -n auto --dist loadfile
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help setup demo test quick check fix bench docs venv-base venv-dev services

help: ## say what the verbs do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

setup: services venv-dev ## make .venv and get everything that tests and checks need

demo: venv-base ## start the server with a generated shop and shoppers, and say what to try
	@echo "Starting the demo; the first time takes a minute ..."
	@.venv/bin/tailorbird demo

test: setup ## run all tests; what is missing on this machine is installed or named
	@$(PYTEST) --durations=10

quick: venv-dev ## run the tests that need nothing but Python and little time
	@$(PYTEST) -q -m "not long and not clients and not browser"

check: venv-dev ## hold the code to format, lint, types and floors
	@failed=; \
	.venv/bin/ruff format --check --quiet . || failed="$$failed format (make fix mends it),"; \
	.venv/bin/ruff check --quiet . || failed="$$failed lint,"; \
	.venv/bin/mypy --no-error-summary || failed="$$failed types,"; \
	.venv/bin/lint-imports || failed="$$failed floors,"; \
	if [ -n "$$failed" ]; then echo "check: not clean:$${failed%,}"; exit 1; fi; \
	echo "check: all clean"

fix: venv-dev ## format, and mend what ruff can mend
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: venv-dev ## measure what this machine does: ingest, decide, freshness, memory
	@.venv/bin/tailorbird bench

docs: venv-dev ## make again the pages that follow from the code, and check all links
	@for page in $$(grep -l '^def make' tools/*.py 2>/dev/null); do \
		$(PYTHON) -m tools.$$(basename $$page .py) || exit 1; done
	@$(PYTHON) tools/check_links.py

venv-base:
	@sh tools/setup-venv.sh base

venv-dev:
	@sh tools/setup-venv.sh dev

services:
	@sh tools/install-services.sh
