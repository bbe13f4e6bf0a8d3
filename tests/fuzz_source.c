/*
 * fuzz_source: splitting an mbox: every byte belongs to at most one mail, and the walk ends.
 */
#include <stdint.h>
#include <stdlib.h>

#include "daemon/source.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source *s;
	struct source_mail mail;
	struct err err;
	size_t total = 0, count = 0;
	int r;

	if (source_open_bytes("fuzz", data, size, &s) < 0)
		return 0;
	while ((r = source_next(s, &mail, &err)) == 1) {
		total += mail.len;
		count++;
		source_mail_free(&mail);
	}
	source_close(s);
	if (r != 0 || total > size || count > size + 1)
		abort();
	return 0;
}
