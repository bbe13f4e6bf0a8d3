/*
 * fuzz_draft: whatever a mail holds, the draft that answers it has exactly the fields it should
 * have, in ASCII, one recipient, and a body that can be read back.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/draft.h"
#include "daemon/likeness.h"
#include "header_block.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char template_text[] =
	"Subject: {{subject}} {{customer.name}}{{customer.address}}\n\n{{salutation}} {{subject}} "
	"{{customer.name}} {{signature}}\n";

static struct template *template(void)
{
	static struct template *t;
	struct problems problems = { .count = 0 };

	if (!t && template_parse("t", template_text, sizeof(template_text) - 1, draft_variables,
				 &problems, &t) < 0)
		abort();
	return t;
}

static void
check(const char *text, size_t len, struct arena *arena)
{
	static const char
		start[] = "From To Subject Date Message-ID ",
		rest[] = "X-Triaged-Draft MIME-Version Content-Type Content-Transfer-Encoding ";
	const char *body, *p = text;
	struct message *back;
	char names[400];

	if (strlen(text) != len || !header_block_names(text, len, names, sizeof(names), &body))
		abort();
	if (strncmp(names, start, sizeof(start) - 1))
		abort();
	p = names + sizeof(start) - 1;
	if (!strncmp(p, "In-Reply-To ", 12))
		p += 12;
	if (!strncmp(p, "References ", 11))
		p += 11;
	if (strcmp(p, rest))
		abort();
	for (p = text; p < text + len; p++) {
		if ((unsigned char)*p >= 0x7f)
			abort();
	}
	if (message_read(arena, text, len, false, &back) < 0)
		abort();
	if (back->to.count != 1 || back->from.count != 1 ||
	    strcmp(back->from.list[0].address, "support@example.com") ||
	    strncmp(back->subject, "Re: ", 4) ||
	    /* a quote may speak of PGP */ (back->notes & ~(unsigned)NOTE_ENCRYPTED))
		abort();
}

/* The text without the quoted words is known again in itself, whatever is in it. */
static void
check_likeness(const char *body, struct arena *arena)
{
	const char *like = likeness_of(arena, body);

	if (!like || (*like && likeness_in(like, body, strlen(body)) != 100))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct account_config account = {
		.name = "a",
		.identity_name = "예시 \"상점\"",
		.identity_address = "support@example.com",
		.company = "예시상점",
		.language = "ko",
	};
	struct arena *arena = arena_new((size_t)64 << 20);
	struct draft_input input = {
		.account = &account,
		.template = template(),
		.template_name = "fuzz",
		.language = size % 2 ? "ko" : "en",
		.message_id = "<triaged.1.2.abc@example.com>",
		.flags = (flag_set)size,
		.now_ms = 1795318245000,
	};
	struct message *original;
	struct draft_mail mail;
	const char *text;
	size_t len;
	int r;

	if (message_read(arena, data, size, false, &original) == 0) {
		input.original = original;
		r = draft_build(&input, arena, &mail);
		if (r == 0) {
			check(mail.text, mail.len, arena);
			check_likeness(mail.body, arena);
			check_likeness(original->body, arena);
		} else if (r != -EINVAL) {
			abort();
		}
		r = draft_notice(
			arena, "t@example.com",
			original->from.count ? original->from.list[0].address : "b@example.com",
			original->message_id, 0, original->subject, original->body, &text, &len);
		if (r < 0 && r != -EINVAL)
			abort();
	}
	arena_free(arena);
	return 0;
}
