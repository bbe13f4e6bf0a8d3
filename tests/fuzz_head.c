/*
 * A field's value lies inside the bytes, whatever they are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/head.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1), *out = malloc(size + 1);
	const char *value;
	size_t len;

	if (bytes == NULL || out == NULL)
		abort();
	memcpy(bytes, data, size);
	value = head_field(bytes, size, "Date", &len);
	if (len > 0 && (value < bytes || value + len > bytes + size))
		abort();
	if (head_unfold(value, len, out) > len)
		abort();
	free(bytes);
	free(out);
	return 0;
}
