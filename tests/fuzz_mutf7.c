/*
 * Whatever is encoded is printable ASCII, and fits.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/mutf7.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name = malloc(size + 1), *out = malloc(size * 5 + 3);
	int len;

	if (name == NULL || out == NULL)
		abort();
	memcpy(name, data, size);
	name[size] = '\0';
	len = mutf7_encode(name, out, size * 5 + 3);
	for (int k = 0; k < len; k++)
		if (out[k] < 0x20 || out[k] > 0x7e)
			abort();
	if (len >= 0 && strlen(out) != (size_t)len)
		abort();
	free(name);
	free(out);
	return 0;
}
