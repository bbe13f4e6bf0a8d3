/*
 * conduct: see conduct.h.
 */
#include "conduct.h"

#include <stddef.h>
#include <string.h>

const char *const conduct_steps[] = { "notice", "warning", "restricted", "parted", NULL };

const char *
conduct_now(const struct customer_record *customer, int64_t now_ms)
{
	return customer->conduct && customer->conduct_ms > now_ms ? customer->conduct : "";
}

unsigned
conduct_height(const char *step)
{
	for (unsigned i = 0; conduct_steps[i]; i++)
		if (strcmp(conduct_steps[i], step) == 0)
			return i + 1;
	return 0;
}
