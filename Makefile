# Everything a checkout can do. `make run` and `make test` need nothing but Linux, Python with pip, Node and npm.
.PHONY: help run up down status replay test check bench lock format

OPENTRAIL = .venv/bin/opentrail

help:
	@echo "make run      boot the local cloud, deploy OpenTrail, make a real session and show what was recorded of it"
	@echo "make up       boot and deploy, without the session; leaves it running"
	@echo "make down     stop it"
	@echo "make status   what became of every record"
	@echo "make replay FILE=records.jsonl.gz [ARGS='--fit 80d']   send real CloudTrail records"
	@echo "make test     the whole check: lint, types, unit to end-to-end tests"
	@echo "make bench    figures: planning, write units, requests and dollars per million events"
	@echo "make format   format the sources"
	@echo "make lock     compile the locks anew"

run: environments
	@$(OPENTRAIL) run

up: environments
	@$(OPENTRAIL) up

down: environments
	@$(OPENTRAIL) down

status: environments
	@$(OPENTRAIL) status

replay: environments
	@$(OPENTRAIL) replay $(ARGS) $(FILE)

test: environments
	@tools/check $(STEPS)

check: test

bench: environments
	@.venv/bin/python -m bench

format: environments
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock:
	@tools/bootstrap lock

.PHONY: environments
environments:
	@tools/bootstrap
