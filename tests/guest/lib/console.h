/* SPDX-License-Identifier: GPL-2.0-only */
/* Text on the PL011. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "types.h"

void console_vprintf(const char *fmt, va_list ap);
void console_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
