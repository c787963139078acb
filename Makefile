# Two commands on a fresh machine: `make demo` and `make test`. Each sets itself up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MINUTES ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test check types sql lock docs clean bench speed addresses pictures sbom spark assurance accuracy fuzz

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/run.stamp: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-dev.lock
	touch $@

demo: $(VENV)/run.stamp  ## run the whole job on an invented region and print where the reports are
	@$(BIN)/linkage demo || test $$? -eq 1

test: $(VENV)/dev.stamp  ## run the tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/dev.stamp  ## style, types, import rules and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory --jobs 2 --output-sync types sql

types sql: $(VENV)/dev.stamp  # the two slow ones of `check`, each on one core
types:
	$(BIN)/mypy
sql:
	$(BIN)/sqlfluff lint --disable-progress-bar linkage

bench: $(VENV)/dev.stamp  ## speed, memory and accuracy; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks.night

speed: $(VENV)/dev.stamp  ## how a night grows with its region, beside plain Splink; writes benchmarks/SPEED.md (an hour)
	$(BIN)/python -m benchmarks.speed

addresses: $(VENV)/dev.stamp benchmarks/.venv-matcher/stamp  ## places beside uk_address_matcher; writes benchmarks/ADDRESSES.md
	$(BIN)/python -m benchmarks.addresses

benchmarks/.venv-matcher/stamp: benchmarks/second_matcher_requirements.txt
	$(PYTHON) -m venv benchmarks/.venv-matcher
	benchmarks/.venv-matcher/bin/pip install --quiet --no-deps -r $<
	touch $@

docs: $(VENV)/dev.stamp  ## docs/reference from the table contract and the settings
	$(BIN)/python -m linkage.dictionary docs/reference

accuracy: $(VENV)/dev.stamp  ## pairwise accuracy on public data beside plain Splink; writes benchmarks/accuracy/RESULTS.md
	$(BIN)/python -m benchmarks.accuracy

pictures: $(VENV)/dev.stamp  ## docs/pictures from the seed case and a simulated region (needs chromium and poppler-utils)
	$(BIN)/python docs/pictures/draw.py
	LINKAGE_PICTURES=1 $(BIN)/python -m pytest tests/review/test_pages.py

sbom: $(VENV)/run.stamp  ## build/sbom.cdx.json: every package with version, licence and hashes (CycloneDX)
	mkdir -p build
	$(BIN)/python .ci/sbom.py requirements.lock > build/sbom.cdx.json

fuzz: $(VENV)/dev.stamp benchmarks/.fuzz/stamp  ## coverage-guided fuzzing of readers, standardisers and gates: make fuzz MINUTES=2
	PYTHONPATH=benchmarks/.fuzz $(BIN)/python -m benchmarks.fuzz --minutes $(MINUTES)

benchmarks/.fuzz/stamp: benchmarks/fuzz_requirements.txt
	$(BIN)/pip install --quiet --no-deps --upgrade --require-hashes --target benchmarks/.fuzz -r $<
	touch $@

spark: $(VENV)/dev.stamp  ## the tests of --engine spark, which `make test` leaves out (installs PySpark; needs Java)
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-spark.lock
	$(BIN)/python -m pytest tests/stages/test_spark_sql.py tests/night/test_spark.py

assurance: $(VENV)/dev.stamp benchmarks/.fuzz/stamp  ## docs/operating/assurance.md: what was tried against the job, in figures
	PYTHONPATH=benchmarks/.fuzz $(BIN)/python -m benchmarks.assurance --minutes $(MINUTES)

lock:  ## exact versions with hashes and no download addresses (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --group build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --group build --extra deliver pyproject.toml -c requirements.lock -o requirements-deliver.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --group build --extra spark pyproject.toml -c requirements.lock -o requirements-spark.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --group build --extra deliver --group dev pyproject.toml -c requirements-deliver.lock -o requirements-dev.lock

clean:  ## remove what was built
	rm -rf $(VENV) demo build *.egg-info
