/*
 * fuzz_message: any bytes as a mail. Nothing may be missing from the result, and segments must
 * cover the body.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "filters/message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new(128u << 20);
	struct message *m;
	size_t at = 0;

	if (!a)
		return 0;
	if (message_read(a, data, size, false, &m) == 0) {
		if (strlen(m->body) != m->body_len || !m->hidden || !m->subject || !m->message_id ||
		    !m->in_reply_to || !m->date_text || !m->language || !m->automatic_why ||
		    m->part_count < 1)
			abort();
		for (size_t i = 0; i < m->segment_count; i++) {
			if (m->segments[i].offset != at)
				abort();
			at += m->segments[i].length;
		}
		if (at != m->body_len)
			abort();
	}
	arena_free(a);
	return 0;
}
