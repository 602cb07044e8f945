# SPDX-License-Identifier: MIT
# Tests of the harness itself, and through it of the whole co-simulation.

HARNESS_PYTEST = $(PYTHON) -m pytest -q -c harness/pytest.ini

.PHONY: test-harness test-harness-units test-cosim
# Co-simulations are pinned to a core each, so as many run at once as there are cores.
test-harness: $(SETUP)
	@mkdir -p $(BUILD)/reports
	$(HARNESS_PYTEST) -n $(JOBS) --dist worksteal --design $(DESIGN) --junitxml=$(BUILD)/reports/harness.xml harness/tests

# Needs no simulation: event files and run folders are written by the tests, QEMU is a script.
test-harness-units: $(SETUP)
	$(HARNESS_PYTEST) --ignore=harness/tests/cosim harness/tests

test-cosim: $(SETUP)
	$(HARNESS_PYTEST) -n $(JOBS) --dist worksteal --design $(DESIGN) harness/tests/cosim
