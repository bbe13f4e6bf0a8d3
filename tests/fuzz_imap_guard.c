/*
 * The guard says the same of a text at once and byte by byte.
 */
#include <stdint.h>
#include <stdlib.h>

#include "daemon/imap_guard.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap_guard whole = { 0 }, bytewise = { 0 };
	const char *bytes = (const char *)data, *why;
	int r = imap_guard_feed(&whole, bytes, size, 100, &why), by_byte = 0;

	for (size_t k = 0; k < size && by_byte == 0; k++)
		by_byte = imap_guard_feed(&bytewise, bytes + k, 1, 100 + (size - k - 1), &why);
	if (r != by_byte)
		abort();
	return 0;
}
