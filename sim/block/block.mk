# SPDX-License-Identifier: MIT
# Block-level runs: the mailbox without CPU and QEMU, against its reference model. Included by sim/sim.mk.

BLOCK_MODEL_SOURCES := $(wildcard sim/block/model*.c) sim/block/crc32c.c
BLOCK_RUN_SOURCES := $(BLOCK_MODEL_SOURCES) $(wildcard sim/block/stimulus*.c) \
	$(addprefix sim/block/,hypotheses.c check.c memory.c register_driver.c load_design.c profiles.c history.c run.c block_run.c)
BLOCK_RUN_OBJECTS := $(BLOCK_RUN_SOURCES:%.c=$(BUILD)/%.o)
BLOCK_RUN := $(BUILD)/sim/block/block_run
BLOCK_MEASURE := $(BUILD)/sim/block/block_measure
BLOCK_MEASURE_OBJECTS := $(addprefix $(BUILD)/sim/block/,measure.o bench_port.o fixed_memory.o load_design.o)
BLOCK_DESIGNS := mailbox mailbox_small mailbox_large

$(BUILD)/sim/block/%.o: SIM_CFLAGS += -Isim
$(BLOCK_RUN): $(BLOCK_RUN_OBJECTS)
	@echo '  link     $@'
	$(QUIET)$(CC) $(SIM_CFLAGS) -o $@ $^ -ldl

$(BLOCK_MEASURE): $(BLOCK_MEASURE_OBJECTS)
	@echo '  link     $@'
	$(QUIET)$(CC) $(SIM_CFLAGS) -o $@ $^ -ldl

# --- runs ------------------------------------------------------------------------------------------------------------

REGRESS_TRANSACTIONS ?= 1000000
REGRESS_SEED ?= 1
REGRESS_JOBS ?= $(shell nproc)
REGRESS_LETTERS := Z B D C X E W U H M Q
BLOCK_REPORTS := $(BUILD)/reports/block

.PHONY: block regress block-test
block: $(BLOCK_RUN) $(BLOCK_MEASURE)

# One process a profile and size, as many at a time as there are cores.
regress: $(BLOCK_RUN) $(BLOCK_DESIGNS:%=$(BUILD)/designs/%/design.so)
	@sh sim/block/regress.sh $(BLOCK_RUN) $(BUILD)/designs $(BLOCK_REPORTS) $(REGRESS_TRANSACTIONS) $(REGRESS_SEED) \
		$(REGRESS_JOBS) "$(REGRESS_LETTERS)"

# --- tests -----------------------------------------------------------------------------------------------------------

BLOCK_MODEL_TEST_OBJECTS := $(BLOCK_MODEL_SOURCES:sim/%.c=$(BUILD)/sim/sanitized/%.o) \
	$(BUILD)/sim/sanitized/block/test_model.o
$(BUILD)/sim/block/test_model: $(BLOCK_MODEL_TEST_OBJECTS)
	@mkdir -p $(@D)
	$(QUIET)$(CC) $(SIM_SANITIZE) -o $@ $^ -lcmocka

# A short selection for each `make test`; the bound keeps it short on a slow machine. The last one has a ring that stops in
# the cycle in which the next descriptor of its chain is asked for.
block-test: $(BUILD)/sim/block/test_model $(BLOCK_RUN) $(BLOCK_MEASURE) $(BUILD)/designs/mailbox/design.so
	@$<
	@$(BLOCK_MEASURE) $(BUILD)/designs/mailbox/design.so sim/block/measured.json
	@$(BLOCK_RUN) $(BUILD)/designs/mailbox/design.so --profile all --seed 1 --transactions 15000 --stop-after 2
	@$(BLOCK_RUN) $(BUILD)/designs/mailbox/design.so --profile X --seed 32 --transactions 20000 --stop-after 2

-include $(BLOCK_MODEL_TEST_OBJECTS:.o=.d) $(BLOCK_RUN_OBJECTS:.o=.d) $(BLOCK_MEASURE_OBJECTS:.o=.d)
