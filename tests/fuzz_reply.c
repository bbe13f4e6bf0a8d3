/*
 * fuzz_reply: any bytes as a text, the first four as two marked stretches; segments must cover it
 * without gaps, and what is read out of a header block must lie in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/attribution.h"
#include "filters/limits.h"
#include "filters/reply.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
inside(struct line l, const char *text, size_t size)
{
	if (l.len && (l.at < text || l.at + l.len > text + size))
		abort();
}

static void
read_block(const char *text, size_t size)
{
	struct line lines[32];
	struct header_block b;
	size_t count = 0;

	for (size_t at = 0, end; at < size && count < 32; at = end + 1) {
		const char *stop = memchr(text + at, '\n', size - at);

		end = stop ? (size_t)(stop - text) : size;
		lines[count++] = line_trim(text + at, end - at);
	}
	if (header_block_read(lines, count, &b) == 0)
		return;
	inside(b.name, text, size);
	inside(b.address, text, size);
	inside(b.date, text, size);
	inside(b.subject, text, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(64u << 20);
	struct html_quote quotes[2] = { { 0, 0, SEGMENT_QUOTED }, { 0, 0, SEGMENT_SIGNATURE } };
	struct segment *segments;
	size_t count, end = 0;

	if (!a || size < 4) {
		arena_free(a);
		return 0;
	}
	quotes[0].offset = data[0];
	quotes[0].length = data[1];
	quotes[1].offset = (size_t)data[0] + data[1] + data[2];
	quotes[1].length = data[3];
	data += 4;
	size -= 4;
	read_block((const char *)data, size);
	if (reply_split(a, (const char *)data, size, quotes, data[-1] % 3, data[-1] & 4, &segments,
			&count) == 0) {
		if (count > LIMIT_SEGMENTS)
			abort();
		for (size_t i = 0; i < count; i++) {
			if (segments[i].offset != end || !segments[i].length ||
			    (i && segments[i].kind == segments[i - 1].kind))
				abort();
			end += segments[i].length;
		}
		if (end != size)
			abort();
	}
	arena_free(a);
	return 0;
}
