// SPDX-License-Identifier: GPL-2.0-only
/* What a kernel says of itself in its first bytes. */
#include <endian.h>

#include "loftvm.h"

/* arm: Documentation/arch/arm/booting.rst of the kernel, and the zImage's own header */
#define ZIMAGE_MAGIC 0x016f2818
/* Above where the kernel unpacks itself to, with room for its bss, stack and heap while it does */
#define ZIMAGE_OFFSET (64 * MIB)
#define ZIMAGE_ROOM MIB

static const char *image_parse_zimage(const uint32_t *words, struct image *image)
{
	if (le32toh(words[12]) != 0x04030201)
		return "is a big-endian kernel";
	image->aarch32 = true;
	image->text_offset = ZIMAGE_OFFSET;
	image->size = le32toh(words[11]) - le32toh(words[10]) + ZIMAGE_ROOM;
	return NULL;
}

/**
 * image_parse() - read a kernel's header
 * @header: its first IMAGE_HEADER bytes, already decompressed
 * @image: is filled in
 *
 * Return: NULL, or what is wrong with it (Documentation/arch/arm64/booting.rst
 * of the kernel has the layout).
 */
const char *image_parse(const uint64_t *header, struct image *image)
{
	const char *bytes = (const char *)header;
	const uint32_t *words = (const uint32_t *)header;

	*image = (struct image){ 0 };
	if (le32toh(words[9]) == ZIMAGE_MAGIC)
		return image_parse_zimage(words, image);
	if (!memcmp(bytes + 4, "zimg", 4))
		return "is an EFI zboot image: give the Image inside";
	if (memcmp(bytes + 56, "ARM\x64", 4))
		return "is neither an arm64 Image (plain or gzip) nor an arm zImage";
	if (le64toh(header[3]) & 1)
		return "is a big-endian kernel";
	image->size = le64toh(header[2]);
	/* Kernels before 3.17 leave the size 0 and mean 0x80000. */
	image->text_offset = image->size ? le64toh(header[1]) : 0x80000;
	return NULL;
}
