# SPDX-License-Identifier: MIT
"""The public headers are the manual of the core: they say what they must, and what they show compiles."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kernel_ipc.tools import manual

HEADERS = sorted(manual.PUBLIC.glob("*.h"))
SOURCES = sorted((manual.CORE / "src").glob("*.c"))
COMPILER = shutil.which("gcc")

GOOD = """/* SPDX-License-Identifier: MIT */
/*
 * A lamp.
 *
 *     result = kipc_lamp_light(lamp, colour);
 *
 * When: it is dark.
 * Memory: the caller's.
 * Concurrency: one caller at a time.
 * Cost: constant; `make budgets`: ring_send, ring_receive.
 */
#ifndef KIPC_LAMP_H
#define KIPC_LAMP_H

/* How it shines. */
enum kipc_colour { KIPC_RED, KIPC_BLUE };

/*
 * Lights a lamp.
 * colour: any.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_lamp_light(struct kipc_lamp *lamp, uint32_t colour);

#endif
"""
LAST = "uint32_t colour);\n"
SOURCE = """
static int check(const struct kipc_lamp *lamp)
{
    return lamp->state == KIPC_E_FULL ? KIPC_E_INVAL : KIPC_OK;
}

int kipc_lamp_light(struct kipc_lamp *lamp, uint32_t colour)
{
    KIPC_GUARD(lamp != NULL, KIPC_E_INVAL);
    return check(lamp);
}
"""


def faults_of(folder: Path, header: str, source: str = SOURCE) -> list[str]:
    """Faults of a header with a source of its own."""
    (folder / "lamp.h").write_text(header, encoding="utf-8")
    (folder / "lamp.c").write_text(source, encoding="utf-8")
    return manual.faults([folder / "lamp.h"], [folder / "lamp.c"])


def test_the_headers_are_a_manual() -> None:
    functions = [function for header in HEADERS for function in manual.functions_of(header)]
    assert len(functions) > 150
    assert sum(bool(function.parameters) for function in functions) > 140
    assert manual.faults(HEADERS, SOURCES) == []


def test_each_function_of_the_sources_is_found_in_a_header() -> None:
    """Nothing escapes the search for declarations: what the sources define as public has one."""
    declared = {function.name for header in HEADERS for function in manual.functions_of(header)}
    defined = {name for source in SOURCES for name in manual.bodies(source) if name.startswith("kipc_")}
    assert sorted(defined - declared) == []


def test_a_good_header_has_no_faults(tmp_path: Path) -> None:
    assert faults_of(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("present", "instead", "fault"),
    [
        (" * When: it is dark.\n", "", "has no paragraph `When:`"),
        (" * Memory: the caller's.\n", "", "has no paragraph `Memory:`"),
        (" * Concurrency: one caller at a time.\n", "", "has no paragraph `Concurrency:`"),
        (" * Cost:", " * costs", "has no paragraph `Cost:`"),
        ("/* How it shines. */\n", "", "enum kipc_colour: say above it what it is"),
        (" *     result =", " *  result =", "shows no use"),
        ("ring_receive.", "ring_recieve.", "budgets.toml has no operation ring_recieve"),
        (" * Does not block; ", " * ", "say `Blocks` or `Does not block`"),
        ("thread or interrupt handler; any number of callers at once", "any of them", "blocks who may call it"),
        ("; any number of callers at once", "", "how many may call it at once"),
        (" * Returns KIPC_OK; KIPC_E_INVAL (NULL).\n", "", "say what it returns"),
        (" * colour: any.\n", "", "parameter `colour` is not explained"),
        (" * colour: any.\n", " * Any colour will do.\n", "parameter `colour` is not explained"),
        ("KIPC_E_INVAL (NULL)", "KIPC_E_INVALID (NULL)", "no code is called KIPC_E_INVALID"),
        ("; KIPC_E_INVAL (NULL)", "", "it returns KIPC_E_INVAL, of which nothing is said"),
    ],
)
def test_what_is_missing_is_named(present: str, instead: str, fault: str, tmp_path: Path) -> None:
    assert GOOD.count(present) == 1
    found = faults_of(tmp_path, GOOD.replace(present, instead))
    assert any(fault in line for line in found), found
    assert all(line.startswith("lamp.h") for line in found)


def test_headers_and_functions_without_any_comment_are_named(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "/* SPDX-License-Identifier: MIT */\n#ifndef A\n#endif\n") == [
        "lamp.h: no first comment: say what this is, before the include guard"
    ]
    bare = re.sub(r"/\*\n \* Lights.*?\*/\n", "", GOOD, flags=re.DOTALL)
    assert faults_of(tmp_path, bare) == ["lamp.h: kipc_lamp_light: no comment"]


def test_declarations_that_follow_each_other_share_a_comment(tmp_path: Path) -> None:
    twin = "KIPC_MUSTUSE int kipc_lamp_dim(struct kipc_lamp *lamp,\n    uint32_t colour);\n"
    assert faults_of(tmp_path, GOOD.replace(LAST, f"{LAST}{twin}")) == []
    alone = faults_of(tmp_path, GOOD.replace(LAST, f"{LAST}\nint unrelated;\n{twin}"))
    assert alone == ["lamp.h: kipc_lamp_dim: no comment"]


def test_a_comment_may_refer_to_another_function(tmp_path: Path) -> None:
    other = (
        "/* Dims a lamp. Returns as kipc_lamp_light. */\nint kipc_lamp_dim(struct kipc_lamp *lamp, uint32_t colour);\n"
    )
    assert faults_of(tmp_path, GOOD.replace(LAST, f"{LAST}\n{other}")) == []


def test_a_code_that_a_helper_returns_counts(tmp_path: Path) -> None:
    found = faults_of(tmp_path, GOOD, SOURCE.replace(": KIPC_OK", ": KIPC_E_EMPTY"))
    assert found == ["lamp.h: kipc_lamp_light: it returns KIPC_E_EMPTY, of which nothing is said"]


# What the uses in the first comments take for granted; and what is needed, or means something else, in one of them.
COMMON = [
    "struct kipc_kernel *kernel",
    "const struct kipc_port *port",
    "uint64_t deadline",
    "uint64_t now",
    "uint64_t interval",
    "uint64_t lost",
    "uint64_t count",
    "uint64_t cycles",
    "uint32_t ticks_of_a_second",
    "uint32_t node",
    "uint32_t length",
    "uint32_t source",
    "uint32_t thread",
    "uint32_t position",
    "uint32_t threads_of_the_port",
    "int result",
    "bool is_there",
    "void *memory",
    "void *context",
    "size_t bytes",
    "size_t size",
    "size_t available",
    "uint8_t buffer[64]",
    "uintptr_t address",
    "uintptr_t space_first",
    "uintptr_t space_end",
    "uintptr_t start",
    "struct kipc_channel_info info",
    "const struct kipc_channel_message message",
    "const struct kipc_writer writer",
    "struct kipc_event_signal signal",
    "kipc_handle_t ends[2]",
    "kipc_pid_t pid",
    "kipc_pid_t other",
    "kipc_pid_t client",
    "kipc_pid_t server",
    "kipc_pid_t owner",
    "kipc_pid_t caller",
    "kipc_handle_t handle",
    "kipc_handle_t given",
    "kipc_handle_t opened",
    "kipc_handle_t mutex",
    "kipc_handle_t event",
    "kipc_handle_t topic",
    "kipc_handle_t subscription",
    "kipc_handle_t mine",
]
OF_HEADER = {
    "async": "kipc_token_t token;",
    "batch": "struct kipc_channel_message messages[32]; struct kipc_channel_room rooms[32];",
    "histogram": "struct kipc_histogram histogram;",
    "kernel": "struct kipc_scheduler scheduler; struct kipc_process_config process_config;",
    "limiter": "struct kipc_limiter limiter;",
    "link": "struct kipc_link_sender sender; struct kipc_link_receiver receiver;"
    "struct kipc_loan loan; struct kipc_link_message message;",
    "loan": "struct kipc_pool_producer producer; struct kipc_pool_consumer consumer;"
    "struct kipc_loan loan; struct kipc_view view; struct kipc_loan_descriptor descriptor;",
    "log": "struct kipc_log my_log; struct kipc_gate gate;",
    "mailbox": "struct kipc_mailbox mailbox; struct kipc_mailbox_config config;",
    "many_ring": "struct kipc_ring_producer producer; struct kipc_many_ring_consumer consumer;"
    "struct kipc_ring_consumer lanes[4]; uint32_t lane; struct kipc_notifier notifier;",
    "memory": "struct kipc_memory *memory; const struct kipc_memory_port *port; void *storage;",
    "memory_port": "const struct kipc_memory_ops my_operations; int my_memory;",
    "message": "struct kipc_message_inline message; struct kipc_request_table table;struct kipc_message_header answer;",
    "notification": "struct kipc_notification_entry entry;",
    "observer": "struct kipc_observer observer; struct kipc_observer_config config;"
    "struct kipc_record record; void show(const struct kipc_record *record);",
    "page": "struct kipc_page *page;",
    "port": "const struct kipc_port_ops my_operations;",
    "record": "struct kipc_record_ring ring; struct kipc_record record, records[64];",
    "region": "struct kipc_region_config config; struct kipc_mapping_config mapping;",
    "registry": "struct kipc_registry registry; struct kipc_name name;",
    "report": "void to_the_console(void *context, const char *text, size_t length);",
    "ring": "struct kipc_ring_producer producer; struct kipc_ring_consumer consumer;",
    "scheduler": "const struct kipc_scheduler_ops my_operations; int my_lock;",
    "syscall": "struct kipc_gate gate; struct kipc_user_memory user_memory;"
    "uintptr_t registers[KIPC_SYSCALL_ARGUMENTS];",
    "table": "struct kipc_table table; struct my_entry entries[16];",
    "throughput": "struct kipc_throughput throughput; struct kipc_sample sample, samples[16];",
    "topic": "struct kipc_topic_config config; struct kipc_subscription_config choices;",
    "transport": "struct kipc_transport transport; struct kipc_channel_config config;uint32_t port;",
    "typed": "struct point value;",
    "words": "struct kipc_gate gate;",
    "wait": "struct kipc_waiter waiter; struct kipc_wait_words *words;int there_is_something(void *context);",
}
# What can only stand outside of functions.
OUTSIDE = """
struct point { int x, y; };
KIPC_DEFINE_TYPED(point, struct point)
struct my_entry { struct kipc_entry entry; uint64_t value; };
"""


def function_with(header: Path) -> str:
    """A function whose body is the use of a header, with what that takes for granted."""
    use = manual.use_shown(header)
    own = OF_HEADER.get(header.stem, "")
    own_names = set(re.findall(r"(\w+)(?:\[\w+\])?[;,]", own))
    words = set(re.findall(r"\w+", " ".join(use)))
    needed = [
        f"{declaration};"
        for declaration in COMMON
        for name in re.findall(r"(\w+)(?:\[\d+\])?$", declaration)
        if name in words - own_names
    ]
    lines = "\n".join([*needed, own, "{", *use, "}"])
    return f"void use_of_{header.stem}(void);\nvoid use_of_{header.stem}(void)\n{{\n{lines}\n}}\n"


def compiled(source: Path, text: str) -> str:
    """What a compiler says about a source with all public headers; empty if nothing."""
    includes = "\n".join(f"#include <kipc/{header.name}>" for header in HEADERS)
    source.write_text(f"{includes}\n#include <string.h>\n{OUTSIDE}\n{text}", encoding="utf-8")
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-Wno-unused-result", "-Wno-uninitialized"]
    flags += ["-DKIPC_CFG_LOG=4", f"-I{manual.CORE / 'include'}", "-fsyntax-only"]
    command = ["gcc", *flags, str(source)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120).stderr


@pytest.mark.skipif(COMPILER is None, reason="no compiler on this machine")
def test_the_use_that_a_header_shows_compiles(tmp_path: Path) -> None:
    shown = [header for header in HEADERS if manual.use_shown(header)]
    assert len(shown) > 35
    assert compiled(tmp_path / "use.c", "\n".join(map(function_with, shown))) == ""


@pytest.mark.skipif(COMPILER is None, reason="no compiler on this machine")
def test_a_use_that_does_not_compile_is_found(tmp_path: Path) -> None:
    header = tmp_path / "ring.h"
    text = (manual.PUBLIC / "ring.h").read_text(encoding="utf-8")
    header.write_text(text.replace("kipc_ring_format(memory, bytes, 16, 0);", "kipc_ring_format(memory, 16);"))
    assert "use_of_ring" in compiled(tmp_path / "use.c", function_with(header))
