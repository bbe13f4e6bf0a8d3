/*
 * automatic: the signs of machines, strongest first. See automatic.h.
 *
 * RFC 3834 (Auto-Submitted), RFC 3464 (delivery status), RFC 8098 (receipts), RFC 2919 and 2369
 * (lists), RFC 5546 (calendar). What a sign proves depends on those before it, so the order is the
 * point.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strcasestr */
#endif
#include "automatic.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "automatic_bounce.h"
#include "automatic_form.h"
#include "automatic_reply.h"
#include "automatic_sign.h"
#include "header.h"
#include "limits.h"

const char *
automatic_name(enum automatic a)
{
	static const char *const names[] = {
		[AUTOMATIC_NO] = "no",
		[AUTOMATIC_BOUNCE] = "bounce",
		[AUTOMATIC_REPLY] = "reply",
		[AUTOMATIC_LIST] = "list",
		[AUTOMATIC_CALENDAR] = "calendar",
		[AUTOMATIC_RECEIPT] = "receipt",
		[AUTOMATIC_BULK] = "bulk",
		[AUTOMATIC_OWN] = "own",
	};

	return names[a];
}

/* Claims to be ours. Whether it is, only who knows what we wrote can tell. */
static bool
own(const struct message *m, const char **ret_why)
{
	if (message_header(m, "X-Triaged-Draft"))
		*ret_why = "X-Triaged-Draft: says that we wrote it";
	else if (strncmp(m->message_id, "<triaged.", 9) == 0 && strchr(m->message_id, '@'))
		*ret_why = "Message-ID: says that we wrote it";
	else
		return false;
	return true;
}

/* <triaged.CASE.OUTBOX.RANDOM@host> */
static bool
is_our_id(const char *id)
{
	if (strncmp(id, "<triaged.", 9) != 0 || !isdigit((unsigned char)id[9]))
		return false;
	id += 9 + strspn(id + 9, "0123456789");
	if (*id != '.' || !isdigit((unsigned char)id[1]))
		return false;
	id += 1 + strspn(id + 1, "0123456789");
	return *id == '.' && strchr(id, '@');
}

/* Whether the mail answers one of ours. */
static bool
answers_us(const struct message *m)
{
	if (m->in_reply_to && is_our_id(m->in_reply_to))
		return true;
	for (size_t i = 0; i < m->reference_count && i < LIMIT_REFERENCES + 1; i++)
		if (is_our_id(m->references[i]))
			return true;
	return false;
}

/*
 * An invitation, or an answer to one, is the mail itself or another form of it. Beside words it is
 * one only when it asks for something (method) and is no file: a calendar file that somebody
 * attaches is theirs.
 */
static bool
is_invitation(const struct message *m, size_t i)
{
	const struct part *p = &m->parts[i];
	const struct header *type;
	bool method;

	if (strcmp(p->type, "text/calendar") != 0 || !sign_outermost(m, i))
		return false;
	if (p->parent < 0)
		return true;
	type = header_find(p->headers, p->header_count, "Content-Type");
	method = type && strcasestr(type->value, "method=");
	if (strcmp(m->parts[p->parent].type, "multipart/alternative") == 0)
		return !p->attachment || method;
	return !p->attachment && method;
}

static bool
calendar(const struct message *m)
{
	if (strcasestr(sign_value(m, "Content-Class"), "calendarmessage"))
		return true;
	for (size_t i = 0; i < m->part_count; i++)
		if (is_invitation(m, i))
			return true;
	return false;
}

static enum automatic
list(const struct message *m, const char **ret_why)
{
	static const char *const marks[] = { "List-Id", "List-Post", "Mailing-List",
					     "X-Mailing-List", NULL };
	const char *value;

	for (const char *const *name = marks; *name; name++)
		if (message_header(m, *name)) {
			*ret_why = sign_because(m, *name, sign_value(m, *name), "");
			return AUTOMATIC_LIST;
		}
	value = sign_value(m, "Precedence");
	if (sign_is(value, "list") || sign_is(value, "bulk") || sign_is(value, "junk")) {
		*ret_why = sign_because(m, "Precedence", value, "");
		return sign_is(value, "list") ? AUTOMATIC_LIST : AUTOMATIC_BULK;
	}
	value = sign_value(m, "List-Unsubscribe");
	if (!*value)
		return AUTOMATIC_NO;
	*ret_why = sign_because(m, "List-Unsubscribe", value, "");
	return AUTOMATIC_BULK;
}

/* Written in a mail program and sent from the writer's own mailbox: not to many. */
static bool
from_own_mailbox(const struct message *m)
{
	const char *path = sign_value(m, "Return-Path"), *address;
	size_t len;

	if (m->from.count != 1 || *path != '<')
		return false;
	address = m->from.list[0].address;
	len = strlen(address);
	if (!len || strncasecmp(path + 1, address, len) != 0 || path[1 + len] != '>')
		return false;
	return !automatic_nobody_reads(address) &&
	       (message_header(m, "User-Agent") || message_header(m, "X-Mailer") ||
		message_header(m, "X-Originating-IP"));
}

/*
 * What many get at once; but who answers us through a list, or whose own mail program sets such a
 * field, is a person.
 */
static enum automatic
many(const struct message *m, const char **ret_why)
{
	enum automatic a = list(m, ret_why);
	const char *but = NULL, *why;

	if (a == AUTOMATIC_NO || automatic_answerer(m))
		return a;
	if (answers_us(m))
		but = "it answers a mail of ours";
	else if (a == AUTOMATIC_BULK && from_own_mailbox(m))
		but = "it was sent from the writer's own mailbox";
	if (!but)
		return a;
	why = arena_printf(m->arena, "no: %s, but %s", *ret_why, but);
	*ret_why = why ? why : but;
	return AUTOMATIC_NO;
}

/* What has a form of its own, whatever Auto-Submitted says. */
static enum automatic
by_form(const struct message *m, const char **ret_why)
{
	if (automatic_bounce(m, ret_why))
		return AUTOMATIC_BOUNCE;
	if (automatic_receipt(m, ret_why))
		return AUTOMATIC_RECEIPT;
	if (!calendar(m))
		return AUTOMATIC_NO;
	*ret_why = "text/calendar: an invitation or an answer to one";
	return AUTOMATIC_CALENDAR;
}

/* What the mail system or a program sent, by what is left to go by. */
static enum automatic
by_sender(const struct message *m, const char **ret_why)
{
	const char *submitted = sign_value(m, "Auto-Submitted");
	enum automatic a;

	if (automatic_reply_like(m, ret_why))
		return AUTOMATIC_REPLY;
	if ((a = many(m, ret_why)) != AUTOMATIC_NO || **ret_why)
		return a;
	if (*submitted) {
		*ret_why = sign_because(m, "Auto-Submitted", submitted, "");
		return AUTOMATIC_BULK;
	}
	if (!sign_null_return(m))
		return AUTOMATIC_NO;
	*ret_why = "Return-Path: <>, nobody to answer to";
	return AUTOMATIC_REPLY;
}

enum automatic
automatic_detect_foreign(const struct message *m, const char **ret_why)
{
	const char *person;
	enum automatic a;
	bool form;

	*ret_why = "";
	if ((a = by_form(m, ret_why)) != AUTOMATIC_NO)
		return a;
	/* RFC 3834 section 5: a person wrote it, whatever else stands there. */
	if (sign_is(sign_value(m, "Auto-Submitted"), "no"))
		return AUTOMATIC_NO;
	if (automatic_report(m, ret_why))
		return AUTOMATIC_BULK;
	/* 반송 is a bounce, and a parcel that a customer sends back. */
	form = automatic_form(m, &person);
	if (!form && automatic_bounce_words(m, ret_why))
		return AUTOMATIC_BOUNCE;
	if (automatic_reply(m, ret_why))
		return AUTOMATIC_REPLY;
	if (form) {
		*ret_why = person;
		return AUTOMATIC_NO;
	}
	return by_sender(m, ret_why);
}

enum automatic
automatic_detect(const struct message *m, const char **ret_why)
{
	*ret_why = "";
	return own(m, ret_why) ? AUTOMATIC_OWN : automatic_detect_foreign(m, ret_why);
}
