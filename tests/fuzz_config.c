/*
 * fuzz_config: any file is refused with a problem or gives a configuration whose accounts are
 * whole.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/config.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;
	char path[64];
	int fd = memfd_create("config", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (config_load(path, &problems, &config) == 0) {
		for (size_t i = 0; i < config->account_count; i++) {
			const struct account_config *a = &config->accounts[i];
			int sources = (a->password.file != NULL) + (a->password.command != NULL) +
				      (a->password.credential != NULL);

			if (!a->name || !*a->name || !a->host || !a->port || !a->user ||
			    sources != 1 || !a->folder_count || !a->identity_address ||
			    !a->identity_name || !a->company || !a->language || !a->zone ||
			    config_account(config, a->name) != a)
				abort();
		}
		if (!config->account_count)
			abort();
	} else if (!problems.errors) {
		abort();
	}
	config_free(config);
	problems_free(&problems);
	close(fd);
	return 0;
}
