// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading the kernel and the initrd into guest RAM. zlib's file functions
 * read plain files as well as gzip ones, so the kernel may be either.
 *
 * RAM from its start: kernel (at its text offset), then at 2 MiB boundaries
 * the device tree and the initrd.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "loftvm.h"

/* Fills the buffer as far as the file goes. */
static uint64_t loader_read(gzFile file, const char *path, uint8_t *to, uint64_t room)
{
	uint64_t done = 0;
	int n, err;

	while (done < room) {
		n = gzread(file, to + done, room - done < MIB ? room - done : MIB);
		if (n < 0)
			die("%s: %s", path, gzerror(file, &err));
		if (!n)
			break;
		done += n;
	}
	return done;
}

static void loader_load_kernel(struct vm *vm)
{
	const char *path = vm->cfg->kernel, *wrong;
	uint8_t header[IMAGE_HEADER], more;
	uint64_t size, room;
	struct image image;
	uint8_t *to;
	gzFile file;

	file = gzopen(path, "rb");
	if (!file)
		die("--kernel %s: %m", path);
	if (loader_read(file, path, header, sizeof(header)) < sizeof(header))
		die("--kernel %s is too short for a kernel", path);
	wrong = arch_parse_image(header, &image);
	if (wrong)
		die("--kernel %s %s", path, wrong);
	vm->entry = RAM_BASE + image.text_offset;
	to = ram_at(vm, vm->entry, image.size);
	if (!to || !ram_at(vm, vm->entry, sizeof(header)))
		die("--kernel %s needs more --memory than %llu MiB", path,
		    (unsigned long long)(vm->cfg->memory / MIB));
	memcpy(to, header, sizeof(header));
	room = RAM_BASE + vm->cfg->memory - vm->entry - sizeof(header);
	size = sizeof(header) + loader_read(file, path, to + sizeof(header), room);
	if (gzread(file, &more, 1) > 0)
		die("--kernel %s needs more --memory than %llu MiB", path,
		    (unsigned long long)(vm->cfg->memory / MIB));
	if (gzclose(file) != Z_OK)
		die("--kernel %s is a damaged or truncated gzip file", path);
	vm->kernel_end = vm->entry + (size > image.size ? size : image.size);
}

static void loader_load_initrd(struct vm *vm)
{
	const char *path = vm->cfg->initrd;
	uint64_t done = 0;
	struct stat st;
	ssize_t n;
	uint8_t *to;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		die("--initrd %s: %m", path);
	to = ram_at(vm, vm->initrd_start, st.st_size);
	if (!to)
		die("--initrd %s: kernel and initrd need more --memory than %llu MiB", path,
		    (unsigned long long)(vm->cfg->memory / MIB));
	while (done < (uint64_t)st.st_size) {
		n = read(fd, to + done, st.st_size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("--initrd %s: short read: %m", path);
		done += n;
	}
	close(fd);
	vm->initrd_end = vm->initrd_start + done;
}

void loader_load(struct vm *vm)
{
	loader_load_kernel(vm);
	vm->dtb = ALIGN_UP(vm->kernel_end, 2 * MIB);
	vm->initrd_start = vm->dtb + 2 * MIB;
	if (vm->cfg->initrd)
		loader_load_initrd(vm);
}
