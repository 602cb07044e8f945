/* SPDX-License-Identifier: MIT */
#include <kipc/error.h>

const char *kipc_error_name(int code)
{
    switch (code) {
    case KIPC_OK:
        return "OK";
#define KIPC_ERROR_NAME(name, value, promise)                                                                          \
    case (value):                                                                                                      \
        return #name;
        KIPC_ERROR_LIST(KIPC_ERROR_NAME)
#undef KIPC_ERROR_NAME
    default:
        return "UNKNOWN";
    }
}

const char *kipc_error_promise(int code)
{
    switch (code) {
    case KIPC_OK:
        return "The operation did what it says.";
#define KIPC_ERROR_PROMISE(name, value, promise)                                                                       \
    case (value):                                                                                                      \
        return promise;
        KIPC_ERROR_LIST(KIPC_ERROR_PROMISE)
#undef KIPC_ERROR_PROMISE
    default:
        return "This code is not in the list.";
    }
}
