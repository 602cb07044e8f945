/* SPDX-License-Identifier: MIT */
#include "soc/print.h"
#include "soc/uart.h"
#include <stdbool.h>
#include <stdint.h>

struct output {
    char *buffer;
    size_t size;
    size_t used;
};

struct conversion {
    bool left;
    bool zero;
    bool is_long;
    unsigned width;
};

static void put(struct output *output, char character)
{
    if (output->used + 1 < output->size) {
        output->buffer[output->used++] = character;
    }
}

static void put_padded(struct output *output, const char *text, size_t length, const struct conversion *conversion)
{
    size_t padding = conversion->width > length ? conversion->width - length : 0;

    for (size_t i = 0; !conversion->left && i < padding; i++) {
        put(output, conversion->zero ? '0' : ' ');
    }
    for (size_t i = 0; i < length; i++) {
        put(output, text[i]);
    }
    for (size_t i = 0; conversion->left && i < padding; i++) {
        put(output, ' ');
    }
}

static void put_number(struct output *output, uint64_t value, unsigned base, bool negative,
                       const struct conversion *conversion)
{
    char digits[24];
    size_t at = sizeof(digits);

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    if (negative) {
        if (conversion->zero && !conversion->left) {
            struct conversion rest = *conversion;
            rest.width = rest.width > 0 ? rest.width - 1 : 0;
            put(output, '-');
            put_padded(output, &digits[at], sizeof(digits) - at, &rest);
            return;
        }
        digits[--at] = '-';
    }
    put_padded(output, &digits[at], sizeof(digits) - at, conversion);
}

static void put_string(struct output *output, const char *text, const struct conversion *conversion)
{
    size_t length = 0;

    if (text == NULL) {
        text = "(null)";
    }
    while (text[length] != '\0') {
        length++;
    }
    put_padded(output, text, length, conversion);
}

/* Reads flags, width and modifier; returns the conversion's letter's position. */
static const char *parse(const char *format, struct conversion *conversion)
{
    *conversion = (struct conversion){0};
    for (; *format == '-' || *format == '0'; format++) {
        conversion->left |= *format == '-';
        conversion->zero |= *format == '0';
    }
    for (; *format >= '0' && *format <= '9'; format++) {
        conversion->width = conversion->width * 10 + (unsigned)(*format - '0');
    }
    for (; *format == 'l' || *format == 'z'; format++) {
        conversion->is_long = true;
    }
    return format;
}

static void put_signed(struct output *output, int64_t value, const struct conversion *conversion)
{
    put_number(output, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, value < 0, conversion);
}

size_t print_to_v(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct output output = {.buffer = buffer, .size = size};

    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(&output, *format);
            continue;
        }
        struct conversion conversion;
        format = parse(format + 1, &conversion);
        if (*format == 'd') {
            put_signed(&output, conversion.is_long ? va_arg(arguments, int64_t) : va_arg(arguments, int), &conversion);
        } else if (*format == 'u' || *format == 'x') {
            uint64_t value = conversion.is_long ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned);
            put_number(&output, value, *format == 'u' ? 10 : 16, false, &conversion);
        } else if (*format == 'p') {
            put(&output, '0');
            put(&output, 'x');
            put_number(&output, (uintptr_t)va_arg(arguments, void *), 16, false, &conversion);
        } else if (*format == 'c') {
            char character = (char)va_arg(arguments, int);
            put_padded(&output, &character, 1, &conversion);
        } else if (*format == 's') {
            put_string(&output, va_arg(arguments, const char *), &conversion);
        } else if (*format == '\0') {
            break;
        } else {
            put(&output, *format);
        }
    }
    buffer[output.used] = '\0';
    return output.used;
}

size_t print_to(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    size_t length = print_to_v(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

void print_v(const char *format, va_list arguments)
{
    char buffer[PRINT_LENGTH_MAX];

    uart_write(buffer, print_to_v(buffer, sizeof(buffer), format, arguments));
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_v(format, arguments);
    va_end(arguments);
}
