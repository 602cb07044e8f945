# SPDX-License-Identifier: MIT
# The co-simulation: engine, bus models, design bindings, QEMU plugin, and their tests.

SIM_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -g -fPIC -fvisibility=hidden -Isim/include -I$(BUILD)/generated $(WARNINGS)
SIM_ENGINE_SOURCES := $(wildcard sim/engine/*.c sim/bus/*.c)
SIM_ENGINE_OBJECTS := $(SIM_ENGINE_SOURCES:%.c=$(BUILD)/%.o)
SIM_PLUGIN_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard sim/qemu/*.c))
PLUGIN := $(BUILD)/sim/belfry-plugin.so
BARE_LOOP := $(BUILD)/sim/bare_loop
GLIB_CFLAGS = $(shell pkg-config --cflags glib-2.0)

$(BUILD)/generated/event_kinds.h: traces/events.toml sim/engine/event_kinds.py | $(SETUP)
	@echo '  generate $@'
	$(QUIET)$(PYTHON) sim/engine/event_kinds.py $< $@

$(BUILD)/sim/qemu/%.o: SIM_CFLAGS += $(GLIB_CFLAGS)
$(BUILD)/sim/%.o: sim/%.c | $(BUILD)/generated/event_kinds.h $(SETUP)
	@mkdir -p $(@D)
	@echo '  cc       $<'
	$(QUIET)$(CC) $(SIM_CFLAGS) -MMD -MP -c -o $@ $<

# Only the two symbols that QEMU looks up are visible: nothing else in its process can clash with ours.
$(PLUGIN): $(SIM_ENGINE_OBJECTS) $(SIM_PLUGIN_OBJECTS) sim/qemu/plugin.map
	@echo '  link     $@'
	$(QUIET)$(CC) -shared -o $@ $(filter %.o,$^) -Wl,--version-script=sim/qemu/plugin.map -ldl -lpthread

$(BARE_LOOP): $(BUILD)/sim/block/bare_loop.o $(BUILD)/sim/block/load_design.o
	@echo '  link     $@'
	$(QUIET)$(CC) $(SIM_CFLAGS) -o $@ $^ -ldl

# --- designs: build/designs/NAME/design.so ---------------------------------------------------------------------------

DESIGNS := $(patsubst rtl/%/design.toml,%,$(wildcard rtl/*/design.toml))
DESIGN_SO := $(BUILD)/designs/$(DESIGN)/design.so
DESIGN_TOOLS := $(wildcard sim/dut/*) sim/include/cosim/design.h

# What the reference mailbox is trained with (sim/dut/verilate.sh): random accesses of every kind. The others are not worth it.
DESIGN_TRAINING := $(BUILD)/sim/block/block_run

# One rule a design folder. Its registers, if it describes them in SystemRDL, are generated first (rtl/rtl.mk).
define design_rule
$(BUILD)/designs/$(1)/design.so: $$(wildcard $(addsuffix /*,$(addprefix rtl/,$(1) $(call rtl_base,$(1)) lib checkers))) $(DESIGN_TOOLS) \
		$(filter $(BUILD)/designs/$(1)/%,$(RTL_REGISTER_STAMPS)) | $(SETUP) $(if $(filter mailbox,$(1)),$(DESIGN_TRAINING))
	@echo '  verilate $(1)'
	$(QUIET)$$(PYTHON) -m sim.dut.bind_design rtl/$(1) $(BUILD)/designs/$(1)
	$(QUIET)$(if $(filter mailbox,$(1)),TRAINING=$(DESIGN_TRAINING)) sh sim/dut/verilate.sh $(BUILD)/designs/$(1)
endef
$(foreach design,$(DESIGNS),$(eval $(call design_rule,$(design))))

.PHONY: sim
sim: $(PLUGIN) $(BARE_LOOP) $(DESIGN_SO)

# --- tests: cmocka, under the sanitizers -----------------------------------------------------------------------------

SIM_TESTS := $(patsubst sim/tests/test_%.c,%,$(wildcard sim/tests/test_*.c))
# What the tests are linked with: the engine, what of the plugin does not need QEMU, and the tests' own support.
SIM_TEST_SOURCES := $(SIM_ENGINE_SOURCES) sim/qemu/load_decode.c sim/qemu/configuration.c \
	$(filter-out $(wildcard sim/tests/test_*.c),$(wildcard sim/tests/*.c))
SIM_TEST_OBJECTS := $(SIM_TEST_SOURCES:sim/%.c=$(BUILD)/sim/sanitized/%.o)
SIM_TEST_PROGRAMS := $(SIM_TESTS:%=$(BUILD)/sim/tests/%)
SIM_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -O1

$(BUILD)/sim/sanitized/%.o: sim/%.c | $(BUILD)/generated/event_kinds.h $(SETUP)
	@mkdir -p $(@D)
	@echo '  cc       $< (sanitized)'
	$(QUIET)$(CC) $(SIM_CFLAGS) $(SIM_SANITIZE) -MMD -MP -c -o $@ $<

$(BUILD)/sim/tests/%: $(BUILD)/sim/sanitized/tests/test_%.o $(SIM_TEST_OBJECTS)
	@mkdir -p $(@D)
	$(QUIET)$(CC) $(SIM_SANITIZE) -o $@ $^ -lcmocka

.PHONY: sim-tests test-sim
.SECONDARY: $(SIM_TEST_OBJECTS) $(SIM_TESTS:%=$(BUILD)/sim/sanitized/tests/test_%.o)
sim-tests: $(SIM_TEST_PROGRAMS)

# Every program runs, so that one failure does not hide another.
test-sim: $(SIM_TEST_PROGRAMS)
	@failed=; for test in $^; do echo "== $$test"; $$test || failed="$$failed $$test"; done; \
		test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

-include $(SIM_TEST_OBJECTS:.o=.d) $(SIM_TESTS:%=$(BUILD)/sim/sanitized/tests/test_%.d)
-include $(SIM_ENGINE_OBJECTS:.o=.d) $(SIM_PLUGIN_OBJECTS:.o=.d)

include sim/block/block.mk
