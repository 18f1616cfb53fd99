# SPDX-License-Identifier: GPL-2.0-only
#
# The only entry point a person needs: `make help`. All output lands in build/,
# what checkouts may share in CACHE. The work is done by the programs named in
# the recipes; vm/vmtest is what a CI system or `git bisect run` should call,
# because make itself can only end with 0 or 2.

.DEFAULT_GOAL := help

# What may be given on the command line, with what it means (see make help)
RUN_VARIABLES := \
	CFG \
	FS \
	FSX \
	HOLD \
	LISTS \
	PART \
	PROFILE \
	REPEAT \
	SEED \
	SHARD \
	STATES \
	TESTS \
	TIER \
	TRACE \
	V
SOAK_VARIABLES := $(RUN_VARIABLES) \
	HOURS \
	KCONFIG \
	LINUX \
	SERIES
FSTESTS_VARIABLES := $(RUN_VARIABLES) \
	FSTESTS \
	G
CRASH_VARIABLES := $(RUN_VARIABLES) \
	GUESTS \
	SERIES \
	WORKLOAD
POSTGRES_VARIABLES := $(RUN_VARIABLES) \
	SHIM
MUTANT_VARIABLES := \
	DRAW \
	MUTANTS \
	SEED \
	SHARD
VARIABLES := $(RUN_VARIABLES) \
	BOOT \
	CACHE \
	CC \
	DRAW \
	FIO_TARBALL \
	FSTESTS \
	G \
	GUESTS \
	HOURS \
	JOBS \
	KCONFIG \
	KERNEL_SHA256 \
	KERNEL_TARBALL \
	LINUX \
	MUTANTS \
	OPS \
	RUN \
	SERIES \
	SETUP \
	SHARDS \
	SHIM \
	WORKLOAD

given := $(foreach v,$(.VARIABLES),$(if $(findstring command line,$(origin $v)),$v))
given := $(filter-out MAKEFLAGS MAKEOVERRIDES -*-%,$(given))
unknown := $(filter-out $(VARIABLES),$(given))
ifneq ($(unknown),)
$(error unknown variable: $(unknown); known are: $(VARIABLES))
endif

# Make has put them into the environment too, where the recipes take them from:
# no value is ever pasted into a command. ~/ is for shells that leave it alone.
args := $(foreach v,$(given),$v="$$$v")
run_args := $(foreach v,$(filter $(RUN_VARIABLES),$(given)),$v="$$$v")
fstests_args := $(foreach v,$(filter $(FSTESTS_VARIABLES),$(given)),$v="$$$v")
crash_args := $(foreach v,$(filter $(CRASH_VARIABLES),$(given)),$v="$$$v")
postgres_args := $(foreach v,$(filter $(POSTGRES_VARIABLES),$(given)),$v="$$$v")
soak_args := $(foreach v,$(filter $(SOAK_VARIABLES),$(given)),$v="$$$v")
mutant_args := $(foreach v,$(filter $(MUTANT_VARIABLES),$(given)),$v="$$$v")
export LINUX := $(patsubst ~/%,$(HOME)/%,$(LINUX))
export KCONFIG := $(patsubst ~/%,$(HOME)/%,$(KCONFIG))

help: ## list what can be asked for
	@sed -n 's/^\([a-z_-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "%-25s%s\n", $$1, $$2 }'
	@echo; sed -n 's/^#: //p' $(MAKEFILE_LIST)
#: with vm-test, vm-list and test:
#:   PROFILE=atomic-16k  device profile: vm/profiles/    FS=xfs-1k   file system: vm/fs/
#:   TESTS='smoke fio*'  globs on group or case          SEED=7      random seed
#:   CFG=plain           kernel lane: vm/config/         SHARD=1/4   a part of the cases
#:   LINUX=~/src/linux   your own tree (SERIES=auto|yes|no, KCONFIG=FILE adds symbols)
#:   V=1                 show everything                 SETUP=no    install no packages
#:   REPEAT=20           each case so often              HOLD=1      keep a guest that failed
#:   FSX=FILE            operations for fsx/replay, fsx/minimise, crash/replay, crash/fsx-replay
#:   STATES=n PART=i/n   of group crash: how many states, and which part of them
#:   LISTS=n             of crash/pairs and crash/triples: how many lists, or LISTS=all
#:   TRACE='block:*'     trace events of each case, into the results folder
#: with mutants: DRAW=20 SEED=7, drawn by lot (MUTANTS='fs/xfs/*': of these files)
#: with ci-local: SHARDS=2 and JOBS='build vm report' (others: bench host lane mutants series)
#: sources: KERNEL_TARBALL=FILE|URL KERNEL_SHA256=SUM FIO_TARBALL=FILE; shared: CACHE=DIR

# Arguments first, before anything is installed, fetched or built.
check:
	@ci/check-args $(args)

setup: check ## install missing Debian packages (vm-test and test do it too)
	@ci/setup

vm-test: check ## all of it: set-up, fetch, patch, build, boot, test, report
	@vm/vmtest $(run_args)

vm-ab: check ## the same operations with the series and without: what differs?
	@vm/ab $(run_args)

vm-bench: check ## do plain writes pay for the series? instructions, commands: a table
	@vm/bench

vm-soak: check ## HOURS=n: seeds and profiles in turn, until something fails
	@vm/soak $(soak_args)

vm-fstests: check ## FSTESTS=DIR: your xfstests (G=quick), with the series and without
	@vm/fstests $(fstests_args)

vm-crash: check ## WORKLOAD=globs STATES=n: what is left when the power goes?
	@vm/crash $(crash_args)

vm-postgres: check ## PostgreSQL by LD_PRELOAD (SHIM=wt|atomic: its data files): a table
	@vm/postgres $(postgres_args)

vm-list: check ## the cases that a run would have, as JSON
	@vm/vmtest --list $(run_args)

vm-fixtures: check ## guests that panic, hang, die: does the supervisor notice?
	@vm/fixtures

vm-ready: check ## all that vm-test does before it boots
	@vm/ready

vm-shell: check ## a prompt in the guest: same kernel, same disks
	@vm/vmtest --shell $(run_args)

vm-gdb: check ## the same, waiting for gdb, with the line to paste
	@vm/vmtest --gdb $(run_args)

vm-run: check ## RUN='./a.out args': one program in the guest
	@[ -n "$$RUN" ] || { echo "vm-run: say what: RUN='./a.out args'"; exit 2; }
	@vm/vmtest RUN="$$RUN" $(run_args)

vm-attach: ## a shell in the guest that HOLD=1 kept
	@vm/vmtest --attach

vm-dump: ## its memory (or vm-shell's) as a core for gdb
	@vm/vmtest --dump

vm-log: ## what the last run said, and where its logs are (V=1: the logs)
	@vm/log $(if $(filter 1 yes,$(V)),all)

test: check ## what CI runs: shellcheck, host tests, KUnit, smoke cases
	@ci/setup
	@ci/test

fsx-list: check ## the operations of fsx/run (FS SEED, up to number OPS); or FSX=FILE as C
	@ci/setup
	@tests/guest/fsx-list

kunit: check ## the KUnit suites, in User Mode Linux
	@ci/setup
	@ci/kunit

mutants: check ## break the rules one by one; who sees it? (MUTANTS='D9*' SHARD; DRAW=20)
	@ci/setup
	@ci/mutants $(mutant_args)

rules: check ## each rule with its tests and mutants; what is not proved
	@make -s -f tests/prove/host.mk
	@build/host/prove rules

config: check ## the kernel's configuration, with reasons
	@vm/config/show $${CFG:-plain}

fuzz: check ## HOURS=0.1: bytes as a guest's, against vnvme's controller, by clang
	@tests/vnvme/fuzz HOURS="$${HOURS:-0.1}"

coverage: check ## which of the lines that the series adds ran? all cases, on lane gcov
	@ci/coverage

series-edit: check ## print the tree in which to edit the series
	@ci/setup
	@vm/tree/series edit

series-check: check ## is each patch fit to be sent? BOOT=1 boots each
	@ci/setup
	@ci/series-check BOOT=$${BOOT:-}

series-export: check ## write the tree's commits to kernel-patches/
	@vm/tree/series export

ci-local: check ## the jobs of CI on this machine: build, SHARDS parts, report
	@ci/setup
	@ci/local

compile_commands: check ## for editors: build/linux/compile_commands.json
	@ci/compile-commands

clean: ## remove build/, if nobody's work is in it
	@ci/clean

.PHONY: check ci-local clean compile_commands config coverage fsx-list fuzz help \
	kunit mutants rules series-check series-edit series-export setup test vm-ab \
	vm-attach vm-bench vm-crash vm-dump vm-fixtures vm-fstests vm-gdb vm-list vm-log \
	vm-postgres vm-ready vm-run vm-shell vm-soak vm-test
