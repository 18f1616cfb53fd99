# SPDX-License-Identifier: GPL-2.0-only
#
# The only entry point a person needs: `make help`.

.DEFAULT_GOAL := help

help: ## list what can be asked for
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "%-24s%s\n", $$1, $$2 }'

test: ## what CI runs: all checks of our own code
	@ci/test

clean: ## remove build/ (what is shared between checkouts stays)
	rm -rf build

.PHONY: clean help test
