# Everything a checkout can do. `make run` and `make test` need nothing but Linux, Python with pip, Node and npm.
.PHONY: help run up down status replay test check bench bench-recorder soak lock format

OPENTRAIL = .venv/bin/opentrail

help:
	@echo "make run      boot the local cloud, deploy OpenTrail, make a real session and show what was recorded of it"
	@echo "make up       boot and deploy, without the session; leaves it running"
	@echo "make down     stop it"
	@echo "make status   what became of every record"
	@echo "make replay FILE=records.jsonl.gz [ARGS='--fit 80d']   send real CloudTrail records"
	@echo "make test     the whole check: lint, types, unit to end-to-end tests"
	@echo "make bench    figures: planning, write units, requests and dollars per million events"
	@echo "make bench-recorder   what the recorder adds to a call's latency (boots local clouds; some minutes)"
	@echo "make soak     random valid calls of every operation of AWS's models through the recorder; some minutes"
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

bench-recorder: environments
	@.venv/bin/python -m bench.recorder_latency

soak: environments
	@OPENTRAIL_SOAK=1 nice .local/localstack-venv/bin/python -m pytest -s localstack/tests/recorder/test_every_service.py

format: environments
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock:
	@tools/bootstrap lock

.PHONY: environments
environments:
	@tools/bootstrap
