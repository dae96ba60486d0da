# Two commands: `make demo` (the platform, with invented data) and `make test` (everything that proves it).
PYTHON ?= python3
BIN = .venv/bin
UV_COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.PHONY: demo import stop reset setup test proof check format schema lock
.DEFAULT_GOAL := demo

demo: ## Start everything and print where to look; Ctrl-C stops, data stays
	@$(PYTHON) ops/setup.py demo
	@exec $(BIN)/python -m ops.demo

import: ## make import FEED=address-or-file [PARTNER=slug], into the running demo
	@test -n "$(FEED)" || { echo "make import FEED=adresse-ou-fichier [PARTNER=partenaire]"; exit 2; }
	@$(BIN)/python -m ops.demo import "$(FEED)" $(if $(PARTNER),--partner "$(PARTNER)")

stop: ## Stop the running demo
	@$(BIN)/python -m ops.demo stop

reset: ## Stop the demo and forget its data
	@$(BIN)/python -m ops.demo reset

setup: ## Install all tools, those of the tests included
	@$(PYTHON) ops/setup.py dev

test: setup ## The whole suite: real PostgreSQL, Valkey, Celery, SMTP and browser
	@$(BIN)/python -m ops.browser
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not proof" $(ARGS)

proof: setup ## The longer proofs: chaos, races, fuzzing
	@$(BIN)/python -m ops.browser
	$(BIN)/python -m pytest -m proof $(ARGS)

check: setup ## Format, lint, types, import contracts, migrations, deployment checks, lock files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python -m ops.check

format: setup ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schema: setup ## Write again the schema that the demo's empty database begins from
	$(BIN)/python -m ops.schema

lock: ## Resolve requirements/*.in again
	for name in base demo dev; do $(UV_COMPILE) requirements/$$name.in -o requirements/$$name.txt; done
