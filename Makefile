# make run    start everything from a fresh clone; Ctrl-C stops all      PORT=8001 make run   another port
# make test   the whole suite        make check  style, types, layers, migrations, locks       make bench  benchmarks
# Needs Python >= 3.11 with venv; everything else comes from the lock files, as wheels (no compiler).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: run env env-dev test soak check check-db check-lock bench lock translations clean

VENV := .venv
PY := $(VENV)/bin/python
LOCK := deploy/requirements.lock
DEV_LOCK := deploy/requirements-dev.lock
ARGS ?=
# A system python3 may be too old beside a newer one; PYTHON=… decides.
PYTHON ?=

# The stamp is a copy of the lock: comparing it takes a millisecond, and a changed lock installs again.
ENV_READY = [ -x $(PY) ] && cmp -s $(1) $(VENV)/$(notdir $(1))

run: env
	@exec $(PY) -m core.run

env:
	@if $(call ENV_READY,$(LOCK)); then exit 0; fi; $(MAKE_VENV); $(call INSTALL,$(LOCK))

# The runtime lock constrains the development lock, so both can live in one environment.
env-dev:
	@if $(call ENV_READY,$(DEV_LOCK)); then exit 0; fi; $(MAKE_VENV); $(call INSTALL,$(DEV_LOCK)); \
	cp $(LOCK) $(VENV)/$(notdir $(LOCK))

define MAKE_VENV
stop() { printf '\n%s\n' "$$1" >&2; exit 2; }; \
python=; \
for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
done; \
[ -n "$$python" ] || stop "Cần Python 3.11 trở lên: cài python3.11 rồi chạy lại, hoặc make env PYTHON=/đường/dẫn/python3.11."; \
if ! $(PY) -m pip --version >/dev/null 2>&1; then \
  "$$python" -c 'import ensurepip, venv' 2>/dev/null || \
    stop "Python này thiếu venv: chạy \"sudo apt install python3-venv\" (Debian/Ubuntu) rồi chạy lại."; \
  echo "Đang tạo môi trường Python trong $(VENV)/ …"; \
  "$$python" -m venv --clear $(VENV) || stop "Không tạo được $(VENV)/: kiểm tra quyền ghi và dung lượng ổ đĩa."; \
fi
endef

define INSTALL
echo "Đang cài thư viện theo $(1) (lần đầu có thể mất một phút) …"; \
log=$(VENV)/install.log; \
if ! $(PY) -m pip install --disable-pip-version-check --quiet --require-hashes --only-binary :all: -r $(1) >$$log 2>&1; then \
  tail -n 15 $$log >&2; \
  if grep -q 'No space left' $$log; then stop "Ổ đĩa đã đầy: hãy giải phóng dung lượng rồi chạy lại."; fi; \
  if grep -q 'DO NOT MATCH THE HASHES' $$log; then \
    stop "Gói tải về không khớp mã băm trong $(1): kết nối hoặc kho gói có vấn đề, đừng bỏ qua; hãy thử mạng khác."; fi; \
  if grep -Eq 'Retrying|ConnectionError|Max retries|timed out|Temporary failure' $$log; then \
    stop "Không tải được thư viện: kiểm tra mạng (hoặc proxy: HTTPS_PROXY) rồi chạy lại."; fi; \
  stop "Không có gói dựng sẵn cho $$($(PY) -V) trên máy này ($$(uname -sm)): dùng Python 3.11–3.13 trên Linux x86_64. Chi tiết: $$log"; \
fi; \
cp $(1) $(VENV)/$(notdir $(1))
endef

PARALLEL ?= 2

test: env-dev
	@$(PY) -m pytest -ra -n $(PARALLEL) --dist loadfile $(ARGS)

# The model of a sitting against both databases, at length: so many examples.
SOAK ?= 500
soak: env-dev
	@SOAK=$(SOAK) $(PY) -m pytest tests/attempts/model/test_model.py $(ARGS)

bench: env
	@$(PY) -m bench $(ARGS)

check: env-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	@$(MAKE) --no-print-directory check-db check-lock

# Are the migrations in step with the models? On a fresh database in a folder of its own.
check-db: env-dev
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	export MODE=embedded VAR_DIR=$$folder DATABASE_URL=sqlite:///$$folder/check.db FLASK_SKIP_DOTENV=1; \
	echo "flask db upgrade && flask db check (fresh database)"; \
	for step in upgrade check; do \
	  $(PY) -m flask --app app db $$step >$$folder/log 2>&1 || { cat $$folder/log >&2; exit 1; }; \
	done

COMPILE = $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --no-header

# Resolves again with the present pins as preference: a difference means that pyproject.toml has moved on.
# Without a package index: what pyproject.toml asks for must at least be what the locks have installed here.
check-lock: env-dev
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	cp $(LOCK) $$folder/run; cp $(DEV_LOCK) $$folder/dev; \
	if $(COMPILE) -o $$folder/run && $(COMPILE) --group dev -c $$folder/run -o $$folder/dev; then \
	  echo "locks: resolved again and compared"; \
	  diff -u $(LOCK) $$folder/run && diff -u $(DEV_LOCK) $$folder/dev || { echo "make lock" >&2; exit 1; }; \
	else \
	  echo "locks: no package index, comparing pyproject.toml with what is installed"; \
	  $(VENV)/bin/uv pip install --offline --dry-run --python $(PY) -r pyproject.toml --group dev 2>&1 \
	    | tee /dev/stderr | grep -q 'Would make no changes' || { echo "make lock" >&2; exit 1; }; \
	fi

# UPGRADE=1 make lock takes newer releases; without it present pins stay.
lock: env-dev
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o $(LOCK)
	$(COMPILE) $(if $(UPGRADE),--upgrade) --group dev -c $(LOCK) -o $(DEV_LOCK)

# Leaves var/ alone: it holds the data.
clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Collect the interface's texts; what is new stands with an empty msgstr and wants a translation.
translations: env-dev
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(VENV)/bin/pybabel -q extract -F pyproject.toml -k _l -k N_ -k lazy_gettext --no-location --sort-output \
	  --omit-header --no-wrap -o $$folder/messages.pot . && \
	$(VENV)/bin/pybabel -q update -i $$folder/messages.pot -d templates/translations --no-wrap --ignore-obsolete \
	  --no-fuzzy-matching
