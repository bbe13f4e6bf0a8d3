/*
 * fuzz_header: any bytes as a header block, as each structured field, and as a date.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/field.h"
#include "filters/header.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_field(struct reader *r, const struct header *h)
{
	struct parameters parameters;
	struct addresses addresses = { 0 };
	const char *text, **ids;
	size_t len, count;

	text = header_unfold(r, h->raw.at, h->raw.len, &len);
	if (!text)
		return;
	for (const char *p = h->value; *p; p++)
		if ((unsigned char)*p < 32 && *p != '\t')
			abort();
	if (field_parameters(r, text, len, &parameters) == 0 && parameters.count > LIMIT_PARAMETERS)
		abort();
	if (field_addresses(r, text, len, &addresses) == 0 && addresses.count > LIMIT_ADDRESSES)
		abort();
	if (field_message_ids(r, text, len, &ids, &count) == 0) {
		if (count > LIMIT_REFERENCES)
			abort();
		for (size_t i = 0; i < count; i++)
			if (ids[i][0] != '<' || strlen(ids[i]) > LIMIT_MESSAGE_ID)
				abort();
	}
	if (field_date(text, len) < -86400)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	struct reader r;
	struct header *headers;
	size_t count, body;

	if (!a)
		return 0;
	reader_init(&r, a);
	if (header_block(&r, (const char *)data, size, &headers, &count, &body) == 0) {
		if (body > size || count > LIMIT_HEADERS)
			abort();
		for (size_t i = 0; i < count; i++)
			read_field(&r, &headers[i]);
	}
	reader_close(&r);
	arena_free(a);
	return 0;
}
