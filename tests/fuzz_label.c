/*
 * fuzz_label: any row of labelled mail is refused with a sentence, or gives a label whose sets
 * agree and a mail that can be read; any list of corrections likewise.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/correction.h"
#include "daemon/labelled.h"
#include "filters/message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_label(const json_t *row)
{
	struct err err = { .text = "" };
	struct label label;

	if (label_read(row, &label, &err) < 0) {
		if (!err.text[0])
			abort();
		return;
	}
	if ((label.present & label.absent) || (label.unsure & (label.present | label.absent)) ||
	    memchr(label.id, '\0', sizeof(label.id)) == NULL)
		abort();
}

static void
write_mail(const json_t *row)
{
	const char *subject = json_string_value(json_object_get(row, "subject"));
	const char *body = json_string_value(json_object_get(row, "body"));
	struct arena *arena = arena_new(0);
	struct message *m;
	char *bytes;
	size_t len;

	if (arena && body && labelled_write_mail(subject ? subject : "", body, &bytes, &len) == 0) {
		if (message_read(arena, bytes, len, false, &m) == 0 && *body && !m->body_len &&
		    body[strspn(body, " \t\r\n")] && !(m->notes & NOTES_UNDETERMINED) &&
		    strlen(body) < 64 &&
		    strspn(body, "abcdefghijklmnopqrstuvwxyz ") == strlen(body))
			abort();
		free(bytes);
	}
	arena_free(arena);
}

static void
parse_corrections(const uint8_t *data, size_t size)
{
	struct correction c = { .missing = 0 };
	struct err err = { .text = "" };
	char *text = malloc(size + 1);

	if (!text)
		return;
	memcpy(text, data, size);
	text[size] = '\0';
	if (correction_parse(text, &c, &err) < 0 ? !err.text[0]
						 : (c.missing & c.wrong) || !(c.missing | c.wrong))
		abort();
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *row = json_loadb((const char *)data, size, 0, NULL);

	if (json_is_object(row)) {
		read_label(row);
		write_mail(row);
	}
	json_decref(row);
	parse_corrections(data, size);
	return 0;
}
