// SPDX-License-Identifier: GPL-2.0-only
// The memory and string functions that the compiler may call by itself.
#include "types.h"

void *memset(void *p, int c, size_t n)
{
	u8 *d = p;

	while (n--)
		*d++ = c;
	return p;
}

void *memcpy(void *to, const void *from, size_t n)
{
	const u8 *s = from;
	u8 *d = to;

	while (n--)
		*d++ = *s++;
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n--; x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}
