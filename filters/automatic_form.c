/*
 * automatic_form: the signs of a web form. See automatic_form.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strcasestr */
#endif
#include "automatic_form.h"

#include <string.h>
#include <strings.h>

#include "automatic_bounce.h"
#include "automatic_sign.h"
#include "limits.h"

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : "";
}

/* example.com of mail.example.com, example.co.kr of mail.example.co.kr: near enough. */
static const char *
organisation(const char *domain)
{
	const char *dots[3] = { NULL, NULL, NULL }; /* the last ones, the last first */

	for (const char *p = domain; (p = strchr(p, '.')); p++) {
		dots[2] = dots[1];
		dots[1] = dots[0];
		dots[0] = p;
	}
	if (!dots[1])
		return domain;
	if (dots[0] - dots[1] > 4)
		return dots[1] + 1;
	return dots[2] ? dots[2] + 1 : domain;
}

static bool
is_within(const char *domain, const char *other)
{
	size_t len = strlen(domain), other_len = strlen(other);

	return len > other_len && domain[len - other_len - 1] == '.' &&
	       strcasecmp(domain + len - other_len, other) == 0;
}

static bool
same_house(const char *a, const char *b)
{
	return strcasecmp(organisation(a), organisation(b)) == 0 || is_within(a, b) ||
	       is_within(b, a);
}

bool
automatic_nobody_reads(const char *address)
{
	static const char *const names[] = { "no-reply",     "noreply",    "no_reply",
					     "no.reply",     "donotreply", "do-not-reply",
					     "do_not_reply", "bounce",     "mailer-daemon",
					     "postmaster@",  NULL };

	return sign_starts(address, names);
}

static bool
listed(const struct addresses *list, const char *address)
{
	for (size_t i = 0; i < list->count && i < LIMIT_ADDRESSES; i++)
		if (strcasecmp(list->list[i].address, address) == 0)
			return true;
	return false;
}

/* The one address to answer to, somewhere else than where the mail came from or went to; or NULL.
 */
static const char *
other_person(const struct message *m)
{
	const char *address, *domain;

	if (m->reply_to.count != 1)
		return NULL;
	address = m->reply_to.list[0].address;
	domain = domain_of(address);
	if (!*domain || automatic_nobody_reads(address) || listed(&m->to, address) ||
	    listed(&m->cc, address))
		return NULL;
	for (size_t i = 0; i < m->from.count && i < LIMIT_ADDRESSES; i++)
		if (same_house(domain, domain_of(m->from.list[i].address)))
			return NULL;
	return address;
}

/* Sent to many: never a form. */
static bool
sent_to_many(const struct message *m)
{
	static const char *const names[] = { "List-Id",      "List-Unsubscribe", "List-Post",
					     "Mailing-List", "X-Mailing-List",   NULL };
	const char *precedence = sign_value(m, "Precedence");

	for (const char *const *name = names; *name; name++)
		if (message_header(m, *name))
			return true;
	return sign_is(precedence, "bulk") || sign_is(precedence, "junk") ||
	       sign_is(precedence, "list");
}

static bool
by_php(const struct message *m)
{
	return message_header(m, "X-PHP-Originating-Script") || message_header(m, "X-PHP-Script") ||
	       strcasestr(sign_value(m, "X-Mailer"), "php");
}

static bool
is_answer(const struct message *m)
{
	static const char *const starts[] = { "re:", "re :",  "re[",   "aw:",
					      "sv:", "답장:", "회신:", NULL };

	return sign_answers(m) || sign_starts(m->subject, starts);
}

bool
automatic_form(const struct message *m, const char **ret_why)
{
	bool generated = sign_is(sign_value(m, "Auto-Submitted"), "auto-generated");
	bool null_return = sign_null_return(m);
	const char *person;

	if ((!generated && !null_return) || sent_to_many(m) || automatic_mail_system(m))
		return false;
	/* A form's subject may well begin with "Re:"; with a null return path it is an answer. */
	if (generated ? sign_answers(m) : is_answer(m))
		return false;
	person = other_person(m);
	if (person)
		*ret_why = sign_because(m, "no: a web form, to be answered to", person, "");
	else if (!generated && by_php(m) && m->from.count == 1 &&
		 !automatic_nobody_reads(m->from.list[0].address))
		*ret_why = "no: a web form, sent by a web page's program in the writer's name";
	else
		return false;
	return true;
}
