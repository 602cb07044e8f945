/* SPDX-License-Identifier: MIT */
/* The table of marks: program counters at which software is at a named point, read from the launcher's file. */
#include "plugin.h"
#include "registers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum action { ACTION_POINT, ACTION_TRAP_ENTRY, ACTION_PAYLOAD, ACTION_DEVICE_LOAD };

struct operand {
    bool is_register;
    uint64_t value; /* register number or literal */
};

struct mark {
    uint64_t pc;
    uint32_t index;
    enum action action;
    enum cosim_payload_stage stage;
    struct operand operand[2];
};

static struct mark *marks;
static size_t mark_count;

static const struct {
    const char *name;
    enum action action;
    enum cosim_payload_stage stage;
} actions[] = {{"point", ACTION_POINT, COSIM_PAYLOAD_END},
               {"trap_entry", ACTION_TRAP_ENTRY, COSIM_PAYLOAD_END},
               {"device_load", ACTION_DEVICE_LOAD, COSIM_PAYLOAD_END},
               {"payload_produce", ACTION_PAYLOAD, COSIM_PAYLOAD_PRODUCE},
               {"payload_transit", ACTION_PAYLOAD, COSIM_PAYLOAD_TRANSIT},
               {"payload_consume", ACTION_PAYLOAD, COSIM_PAYLOAD_CONSUME},
               {"payload_end", ACTION_PAYLOAD, COSIM_PAYLOAD_END}};

static bool parse_operand(const char *text, struct operand *operand)
{
    char *end = NULL;

    *operand = (struct operand){0};
    if (strcmp(text, "-") == 0) {
        return true;
    }
    operand->is_register = text[0] == 'x';
    if (text[0] != 'x' && text[0] != '=') {
        return false;
    }
    operand->value = strtoull(text + 1, &end, 10);
    return *end == 0 && end != text + 1 && (!operand->is_register || operand->value < 32);
}

static bool parse_line(const char *line, struct mark *mark)
{
    char action[32], first[32], second[32];
    unsigned long long pc;
    unsigned index;

    if (sscanf(line, "%llx %u %31s %31s %31s", &pc, &index, action, first, second) != 5) {
        return false;
    }
    mark->pc = pc;
    mark->index = index;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(actions[i].name, action) == 0) {
            mark->action = actions[i].action;
            mark->stage = actions[i].stage;
            return parse_operand(first, &mark->operand[0]) && parse_operand(second, &mark->operand[1]);
        }
    }
    return false;
}

bool marks_read(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "r");
    bool good = true;

    if (file == NULL) {
        fprintf(stderr, "belfry: %s: %s\n", path, strerror(errno));
        return false;
    }
    while (good && fgets(line, sizeof line, file) != NULL) {
        struct mark *grown = realloc(marks, (mark_count + 1) * sizeof *marks);
        good = grown != NULL;
        if (good) {
            marks = grown;
            good = parse_line(line, &marks[mark_count++]);
        }
    }
    fclose(file);
    if (!good) {
        fprintf(stderr, "belfry: %s: '%s' is not 'pc index action operand operand'\n", path, line);
    }
    return good;
}

static bool have(enum action action)
{
    for (size_t i = 0; i < mark_count; i++) {
        if (marks[i].action == action) {
            return true;
        }
    }
    return false;
}

bool marks_have_payloads(void)
{
    return have(ACTION_PAYLOAD);
}

bool marks_have_device_loads(void)
{
    return have(ACTION_DEVICE_LOAD);
}

bool marks_is_device_load(uint64_t pc)
{
    for (size_t i = 0; i < mark_count; i++) {
        if (marks[i].pc == pc && marks[i].action == ACTION_DEVICE_LOAD) {
            return true;
        }
    }
    return false;
}

static uint64_t operand_value(const struct operand *operand)
{
    return operand->is_register ? register_read((unsigned)operand->value) : operand->value;
}

/** Runs just before the marked instruction executes. */
static void on_mark(unsigned vcpu, void *user)
{
    const struct mark *mark = &marks[(size_t)user];
    unsigned hart = instrument_hart(vcpu);
    uint64_t retired = instrument_retired(hart);
    uint64_t first = operand_value(&mark->operand[0]), second = operand_value(&mark->operand[1]);

    cosim_engine_mark(plugin.engine, hart, retired, mark->index, first, second);
    if (mark->action == ACTION_PAYLOAD) {
        cosim_engine_payload(plugin.engine, hart, retired, mark->stage, first, second);
        uint64_t high;
        cosim_engine_watched(plugin.engine, &plugin.watch_low, &high);
        plugin.watch_bytes = high > plugin.watch_low ? high - plugin.watch_low : 0;
    } else if (mark->action == ACTION_TRAP_ENTRY && !plugin.precise &&
               cosim_engine_interrupt_expected(plugin.engine, hart)) {
        cosim_engine_interrupt_taken(plugin.engine, hart, 0, mark->pc);
    }
    instrument_settle(hart);
}

bool marks_has(uint64_t pc)
{
    for (size_t i = 0; i < mark_count; i++) {
        if (marks[i].pc == pc) {
            return true;
        }
    }
    return false;
}

void marks_instrument(struct qemu_plugin_insn *insn, uint64_t pc)
{
    for (size_t i = 0; i < mark_count; i++) {
        if (marks[i].pc == pc && marks[i].action != ACTION_DEVICE_LOAD) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_R_REGS, (void *)i);
        }
    }
}
