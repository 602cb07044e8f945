/* SPDX-License-Identifier: MIT */
#include "control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { STATUS_SETUP = 3 };

static int qtest = -1;

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor;

    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "belfry: socket path %s is longer than %zu bytes\n", path, sizeof address.sun_path - 1);
        return -1;
    }
    strcpy(address.sun_path, path);
    descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        fprintf(stderr, "belfry: cannot connect to %s: %s\n", path, strerror(errno));
        if (descriptor >= 0) {
            close(descriptor);
        }
        return -1;
    }
    return descriptor;
}

static bool send_all(int descriptor, const char *text)
{
    size_t left = strlen(text);

    while (left != 0) {
        ssize_t sent = write(descriptor, text, left);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        text += sent;
        left -= (size_t)sent;
    }
    return true;
}

/** Reads up to a newline. @return bytes read without it, or -1; the rest of a longer line is dropped */
static ssize_t read_line(int descriptor, char *line, size_t bytes)
{
    size_t length = 0;

    for (;;) {
        char c;
        ssize_t got = read(descriptor, &c, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return -1;
        }
        if (c == '\n') {
            line[length] = 0;
            return (ssize_t)length;
        }
        if (length + 1 < bytes) {
            line[length++] = c;
        }
    }
}

bool qtest_connect(const char *path)
{
    qtest = connect_to(path);
    return qtest >= 0;
}

/** Reads the answer to one command: QEMU writes it whole, so one read takes it but for a split that is rare. */
static bool read_answer(char *answer, size_t bytes)
{
    size_t length = 0;

    do {
        ssize_t got = read(qtest, answer + length, bytes - 1 - length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0 || length + (size_t)got >= bytes - 1) {
            return false;
        }
        length += (size_t)got;
        answer[length] = 0;
    } while (answer[length - 1] != '\n');
    return true;
}

void qtest_command(const char *command, char *reply, size_t reply_bytes)
{
    char answer[256] = "";

    if (!send_all(qtest, command) || !read_answer(answer, sizeof answer) || strncmp(answer, "OK", 2) != 0) {
        fprintf(stderr, "belfry: QEMU did not carry out the qtest command '%.*s': %s\n", (int)strcspn(command, "\n"),
                command, answer);
        _exit(STATUS_SETUP);
    }
    if (reply != NULL) {
        snprintf(reply, reply_bytes, "%.*s", (int)strcspn(answer, "\n"), answer);
    }
}

/** The objects come as {"name": ..., "type": ...} in either order, on one line. */
static bool find_object(const char *list, const char *type, char *name, size_t bytes)
{
    const char *found = strstr(list, type);
    const char *start = found, *label;

    if (found == NULL) {
        return false;
    }
    while (start > list && *start != '{') {
        start--;
    }
    label = strstr(start, "\"name\": \"");
    if (label == NULL) {
        return false;
    }
    label += strlen("\"name\": \"");
    snprintf(name, bytes, "%.*s", (int)strcspn(label, "\""), label);
    return true;
}

bool qmp_find_plic(const char *socket_path, char *path, size_t path_bytes)
{
    static const char *const commands[] = {
        "{\"execute\": \"qmp_capabilities\"}\n",
        "{\"execute\": \"qom-list\", \"arguments\": {\"path\": \"/machine/unattached\"}}\n"};
    static char line[65536];
    char name[128];
    int descriptor = connect_to(socket_path);
    bool good = descriptor >= 0 && read_line(descriptor, line, sizeof line) > 0;

    for (unsigned i = 0; good && i < 2; i++) {
        good = send_all(descriptor, commands[i]);
        do { /* events may stand between a command and its answer */
            good = good && read_line(descriptor, line, sizeof line) > 0;
        } while (good && strstr(line, "\"return\"") == NULL && strstr(line, "\"error\"") == NULL);
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    if (!good || !find_object(line, "child<riscv.sifive.plic>", name, sizeof name)) {
        fprintf(stderr, "belfry: this QEMU machine shows no PLIC (riscv.sifive.plic) under /machine/unattached\n");
        return false;
    }
    snprintf(path, path_bytes, "/machine/unattached/%s", name);
    return true;
}
