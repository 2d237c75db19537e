# Two commands matter: `make run` and `make test`. Everything else is in `cordial --help`.
PYTHON ?= python3.11
BOOTSTRAP = $(if $(shell command -v $(PYTHON) 2>/dev/null),$(PYTHON) -m cordial.bootstrap,$(error $(NO_PYTHON)))
NO_PYTHON = Cordial needs Python 3.11, and there is no "$(PYTHON)" here: install it (on Debian and Ubuntu: sudo apt install python3.11 python3.11-venv), or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)
# Where this is set, as in many containers, every start of Rasa would compile TensorFlow's Python files again: ten seconds.
export PYTHONDONTWRITEBYTECODE =
# What was looked into and cannot be reached here is named, with the reason, in requirements/accepted.txt.
AUDIT = .venv/bin/uv tool run --from pip-audit==2.10.1 pip-audit --strict --disable-pip --no-deps --progress-spinner off $(addprefix --ignore-vuln ,$(shell sed 's/ *\#.*//' requirements/accepted.txt))

.PHONY: help run demo setup test faults mutants check audit fix bench lock rasa clean

help:    ## this list
	@grep -E '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'
run:     ## set up what is missing, train if needed, start everything, print the addresses
	@$(BOOTSTRAP) --index && exec .venv/bin/cordial start
demo:    ## the same with made-up cases, in a data folder of its own (ARGS=--again fills it anew)
	@$(BOOTSTRAP) --index && exec .venv/bin/cordial demo $(ARGS)
setup:   ## both environments and the embedding model, nothing more
	@$(BOOTSTRAP)
test:    ## set up what is missing and run every test, two side by side
	@$(BOOTSTRAP) --dev && .venv/bin/python -m pytest -n 2 --dist worksteal $(ARGS)
faults:  ## break everything that can break, for real, and write the table of docs/reliability.md (an hour; ARGS='--only clock')
	@$(BOOTSTRAP) --dev && .venv/bin/python -m tests.faults $(ARGS)
mutants: ## would the tests notice a fault? SEED=… draws 60 and tries them in copies, for an hour or so
	@$(BOOTSTRAP) --dev && .venv/bin/python -m tests.mutants $(SEED) $(ARGS)
check:   ## the static checks: format, lint, types, import rules, data files, articles
	@$(BOOTSTRAP) --dev && .venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && PYTHONPATH=. .venv/bin/lint-imports && .venv/bin/cordial check && .venv/bin/cordial kb check --all
audit:   ## known weaknesses of everything that both locks install, asked of a public service
	@$(BOOTSTRAP) --dev && for lock in requirements/web.txt bot/requirements.txt; do $(AUDIT) -r $$lock || exit 1; done
fix:     ## format, and repair what the linter can repair
	@$(BOOTSTRAP) --dev && .venv/bin/ruff format . && .venv/bin/ruff check --fix .
bench:   ## how fast replies are, beside stock Rasa; writes docs/performance.md (half an hour at first: stock Rasa is trained)
	@$(BOOTSTRAP) --dev && .venv/bin/python -m bench.replies --document docs/performance.md $(ARGS)
rasa:    ## any Rasa command, for example: make rasa ARGS="shell"
	@$(BOOTSTRAP) && .venv/bin/cordial rasa -- $(ARGS)
lock:    ## compile the pinned requirements anew
	@$(BOOTSTRAP) --lock
clean:   ## remove the environments and everything that was built; the data folder stays
	rm -rf .venv .venv-rasa models .rasa results
