# evalkit's two commands are `make table1` and `make test`; both set the machine up first. `make help` lists all
# targets with the text behind `##` in their lines.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PREFIX ?= /usr/local
FIXTURES ?= ../shared/fixtures
EVALKIT := .build/release/evalkit
SOURCES := Package.swift Sources Tests

# `evalkit --version` tells the commit; a bare `swift build` tells none, and takes the same variable.
ifndef EVALKIT_COMMIT
EVALKIT_COMMIT := $(shell Tools/source_commit.sh)
endif
export EVALKIT_COMMIT

.PHONY: help table1 table1-real train weights canary test bench fuzz slurm-test parity build embed reference install dist wheel python format lint setup clean

.DEFAULT_GOAL := table1

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' \
		"$(firstword $(MAKEFILE_LIST))"

table1: build ## the main job: Table 1 of drawn faces, built-in methods and the networks that ship with the program
	@"$(EVALKIT)" table1

table1-real: build ## the same table on the real faces and weights of FIXTURES
	@Tools/table1_real.sh "$(EVALKIT)" "$(FIXTURES)"

train: build ## train the compact networks from nothing, into Results/training
	@"$(EVALKIT)" train all

weights: ## take what was trained into the program; `make canary` then records what it says
	@Tools/ship_weights.sh Results/training

canary: build ## record the known answers that gates ask for; after an intended change of networks only
	@"$(EVALKIT)" selftest --record Sources/System/CEmbeddedFiles/canary
	@Tools/embed_files.sh

# The program is linked with the static forms of its libraries, so that it starts on machines without Swift.
STATIC := .build/static-libraries
build: setup embed ## build the program
	@Tools/static_libraries.sh "$(STATIC)"
	@EVALKIT_STATIC=1 PKG_CONFIG_PATH="$(abspath $(STATIC))" swift build -c release --product evalkit

# Protocols, weights and known answers are compiled in; their list tells which bytes they have.
embed: ## note the files that are compiled into the program
	@Tools/embed_files.sh

reference: build ## write the reference of all commands, Docs/commands.md
	@mkdir -p Docs
	@"$(EVALKIT)" reference --markdown Docs/commands.md

# Tests run in release: that is what ships, and debug numerics are a hundred times slower. Naming the
# product keeps the tools of dependencies out of the build, a protocol compiler among them. The program is part of
# it: built first, it would leave a core idle along its chain of rooms, where tests of lower rooms compile meanwhile.
# What depends on the processor's level runs again at the weaker ones.
test: setup embed lint ## check the format, build, and run every test
	@swift build -c release --product evalkitPackageTests
	@$(TEST_ENVIRONMENT) swift test -c release --skip-build
	@for level in avx2 portable; do echo "the same at EVALKIT_CPU_LEVEL=$$level"; \
		EVALKIT_CPU_LEVEL=$$level $(TEST_ENVIRONMENT) \
		swift test -c release --skip-build --filter '$(LEVEL_TESTS)'; done

# Of a crash, only the calls that led to it are printed, so that they stand in the last lines of a log.
TEST_ENVIRONMENT := EVALKIT_FIXTURES="$(abspath $(FIXTURES))" \
	SWIFT_BACKTRACE=enable=yes,threads=crashed,registers=none,images=none

# Tests of what runs at the level in use; those of Kernels and Graphs try every level by themselves.
LEVEL_TESTS := ^(Metrics|Images|Detection|Objectives|Training)Tests\.|^NetworksTests\.(Invariance|Perceptual|Compact)

# Every parser on damaged files, FUZZ_SECONDS each and all at once; `make test` tries a few thousand of the
# default seed. A failure names seed and case, and the same seed comes to it again.
FUZZ_SECONDS ?= 60
ifndef FUZZ_SEED
FUZZ_SEED := $(shell date +%s)
endif
fuzz: build ## try every parser on damaged files, FUZZ_SECONDS each from FUZZ_SEED
	@swift build -c release --product evalkitPackageTests
	@echo "fuzzing for $(FUZZ_SECONDS) s a parser with FUZZ_SEED=$(FUZZ_SEED)"
	@FUZZ_SECONDS="$(FUZZ_SECONDS)" FUZZ_SEED="$(FUZZ_SEED)" swift test -c release --skip-build \
		--filter 'Fuzz'

# Debian's slurmctld, slurmd, slurm-client, munge and sqlite3, and root; about three minutes.
slurm-test: build ## measure shards on a Slurm cluster of two nodes on this machine, with faults
	@Tools/slurm_test.sh "$(EVALKIT)"

bench: build ## compare the speed with PyTorch's and write Reports/speed.md
	@Tools/bench.sh "$(EVALKIT)" "$(FIXTURES)"

# CLIP's towers at full size against PyTorch, which makes the goldens first: minutes, and gigabytes of memory.
# NETWORKS names some of them; what was made before is compared too. CONTRIBUTING.md has the last results.
GOLDENS ?= .build/goldens
parity: build ## compare CLIP's towers at full size with PyTorch's
	@mkdir -p "$(GOLDENS)"
	@EVALKIT_GOLDENS="$(abspath $(GOLDENS))" python3 Tools/make_clip_goldens.py --full $(NETWORKS)
	@swift build -c release --product evalkitPackageTests
	@EVALKIT_GOLDENS="$(abspath $(GOLDENS))" swift test -c release --skip-build \
		--filter FullSizeParityTests

install: build ## put the program, manual pages, completions and licenses in place under PREFIX
	@Tools/stage.sh "$(EVALKIT)" "$(DESTDIR)$(PREFIX)"
	@echo "evalkit is in $(DESTDIR)$(PREFIX)/bin"

wheel: dist ## pack the program and its Python client as a wheel, into dist
	@python3 Tools/make_wheel.py dist/evalkit-*-linux-*.tar.gz dist

# Needs a Python, 3.11 or later, with numpy and Pillow; nothing else of evalkit does.
python: build ## test the Python client
	@cd Python && EVALKIT="$(abspath $(EVALKIT))" PYTHONPATH=src python3 -m unittest discover --start-directory tests

dist: build ## pack the program for machines without Swift, into dist
	@Tools/dist.sh "$(EVALKIT)" dist

format: ## format the sources
	@swift format --in-place --recursive $(SOURCES)

lint: setup ## check the format
	@swift format lint --strict --recursive $(SOURCES)

setup: ## install the Debian packages that are missing
	@Tools/setup.sh

clean: ## remove what was built
	@rm -rf .build
