// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading the kernel and the initrd into guest RAM. zlib's file functions
 * read plain files as well as gzip ones, so the kernel may be either. What kind
 * of kernel it is must be known before there are vCPUs.
 *
 * RAM from its start: kernel (at its text offset), then at 2 MiB boundaries
 * the device tree and the initrd.
 */
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

static gzFile loader_open(const char *path)
{
	gzFile file = gzopen(path, "rb");

	if (!file)
		die("--kernel %s: %m", path);
	return file;
}

void loader_probe(struct vm *vm)
{
	const char *path = vm->cfg->kernel, *wrong;
	uint64_t header[IMAGE_HEADER / 8];
	gzFile file = loader_open(path);

	if (loader_read(file, path, (uint8_t *)header, sizeof(header)) < sizeof(header))
		die("--kernel %s is too short for a kernel", path);
	wrong = image_parse(header, &vm->image);
	if (wrong)
		die("--kernel %s %s", path, wrong);
	gzclose(file);
}

static void loader_load_kernel(struct vm *vm)
{
	const char *path = vm->cfg->kernel;
	uint64_t size = vm->image.size, done, room;
	gzFile file = loader_open(path);
	uint8_t *to;

	vm->entry = RAM_BASE + vm->image.text_offset;
	to = ram_at(vm, vm->entry, size);
	if (!to || !ram_at(vm, vm->entry, IMAGE_HEADER))
		die("--kernel %s needs more --memory than %llu MiB", path,
		    (unsigned long long)(vm->cfg->memory / MIB));
	room = RAM_BASE + vm->cfg->memory - vm->entry;
	done = loader_read(file, path, to, room);
	if (gzgetc(file) >= 0)
		die("--kernel %s needs more --memory than %llu MiB", path,
		    (unsigned long long)(vm->cfg->memory / MIB));
	if (gzclose(file) != Z_OK)
		die("--kernel %s is a damaged or truncated gzip file", path);
	vm->kernel_end = vm->entry + (done > size ? done : size);
}

static void loader_load_initrd(struct vm *vm)
{
	uint64_t room = RAM_BASE + vm->cfg->memory - vm->initrd_start;
	FILE *file = fopen(vm->cfg->initrd, "rb");

	if (!file)
		die("--initrd %s: %m", vm->cfg->initrd);
	if (!ram_at(vm, vm->initrd_start, 1))
		room = 0;
	vm->initrd_end = vm->initrd_start + fread(ram_at(vm, vm->initrd_start, 0), 1, room, file);
	if (ferror(file))
		die("--initrd %s: %m", vm->cfg->initrd);
	if (!feof(file) && fgetc(file) != EOF)
		die("--initrd %s: kernel and initrd need more --memory than %llu MiB",
		    vm->cfg->initrd, (unsigned long long)(vm->cfg->memory / MIB));
	fclose(file);
}

void loader_load(struct vm *vm)
{
	loader_load_kernel(vm);
	vm->dtb = ALIGN_UP(vm->kernel_end, 2 * MIB);
	vm->initrd_start = vm->dtb + 2 * MIB;
	if (vm->cfg->initrd)
		loader_load_initrd(vm);
}
