/*
 * automatic: the signs of machines, strongest first. See automatic.h.
 *
 * RFC 3834 (Auto-Submitted, null return path), RFC 3464 (delivery status), RFC 8098 (receipts), RFC
 * 2919 and 2369 (lists), and the headers that vacation programs used before there was a standard.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strcasestr */
#endif
#include "automatic.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "limits.h"

#define LOOK_AT_BODY 2000 /* bounces say what they are at the top */

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

/* The value of a header without white space before it, "" when there is none. */
static const char *
header_value(const struct message *m, const char *name)
{
	const struct header *h = message_header(m, name);
	const char *value = h ? h->value : "";

	while (isspace((unsigned char)*value))
		value++;
	return value;
}

/* Whether a header's value is one word of it: "auto-replied; owner-email=..." is "auto-replied". */
static bool
value_is(const char *value, const char *word)
{
	size_t n = strlen(word);

	return strncasecmp(value, word, n) == 0 && !isalnum((unsigned char)value[n]) &&
	       value[n] != '-' && value[n] != '_';
}

static bool
starts_any(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strncasecmp(s, *words, strlen(*words)) == 0)
			return true;
	return false;
}

static bool
has_any(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcasestr(s, *words))
			return true;
	return false;
}

/* Sets the reason "Name: value", the value cut to something a person reads. */
static enum automatic
because(const struct message *m, enum automatic a, const char *name, const char *value,
	const char **ret_why)
{
	size_t n = strnlen(value, 80);

	while (n && (value[n] & 0xc0) == 0x80)
		n--;
	*ret_why = arena_printf(m->arena, "%s: %.*s", name, (int)n, value);
	if (!*ret_why)
		*ret_why = name;
	return a;
}

/* Whether a part belongs to this mail itself and not to one forwarded inside it. */
static bool
outermost(const struct message *m, size_t part)
{
	int parent = m->parts[part].parent;

	for (unsigned n = 0; parent >= 0 && (size_t)parent < m->part_count && n < LIMIT_DEPTH + 1;
	     n++) {
		if (strcmp(m->parts[parent].type, "message/rfc822") == 0)
			return false;
		parent = m->parts[parent].parent;
	}
	return true;
}

static bool
has_part(const struct message *m, const char *type)
{
	for (size_t i = 0; i < m->part_count; i++)
		if (strcmp(m->parts[i].type, type) == 0 && outermost(m, i))
			return true;
	return false;
}

static bool
is_report(const struct message *m, const char *type)
{
	return m->part_count && strcmp(m->parts[0].type, "multipart/report") == 0 &&
	       strcasestr(header_value(m, "Content-Type"), type);
}

static bool
own(const struct message *m, const char **ret_why)
{
	if (message_header(m, "X-Triaged-Draft"))
		*ret_why = "X-Triaged-Draft: we wrote it";
	else if (strncmp(m->message_id, "<triaged.", 9) == 0 && strchr(m->message_id, '@'))
		*ret_why = "Message-ID: we wrote it";
	else
		return false;
	return true;
}

static bool
null_return_path(const struct message *m)
{
	const struct header *h = message_header(m, "Return-Path");
	const char *value = header_value(m, "Return-Path");

	return h && *value == '<' && value[1 + strspn(value + 1, " \t")] == '>';
}

/* The local part that mail systems send their own notices from. */
static bool
from_mail_system(const struct message *m)
{
	static const char *const names[] = { "mailer-daemon@", "mailer_daemon@", "postmaster@",
					     "mail-daemon@",   "mailerdaemon@",  NULL };

	for (size_t i = 0; i < m->from.count && i < LIMIT_ADDRESSES; i++)
		if (starts_any(m->from.list[i].address, names) ||
		    strcasecmp(m->from.list[i].address, "mailer-daemon") == 0)
			return true;
	return false;
}

/* What mail systems wrote before, and some still instead of, RFC 3464. */
static bool
bounce_words(const struct message *m)
{
	static const char *const subjects[] = { "undeliver",
						"delivery status notification",
						"failure notice",
						"mail delivery failed",
						"mail delivery failure",
						"delivery failure",
						"returned mail",
						"delivery has failed",
						"non remis",
						"unzustellbar",
						"mail could not be delivered",
						"nondeliverable mail",
						"message delivery failed",
						"배달되지 않음",
						"배달할 수 없",
						"반송",
						"발송 실패",
						"발송실패",
						"전송 실패",
						"전송실패",
						"전달되지 못",
						NULL };
	static const char *const bodies[] = {
		"this is the qmail-send program",
		"created automatically by mail delivery software",
		"i'm sorry to have to inform you that your message could not",
		"could not be delivered to one or more recipients",
		"delivery to the following recipient",
		"the following addresses had permanent fatal errors",
		"the following recipient(s) cannot be reached",
		"your message wasn't delivered",
		"메일이 발송되지 못",
		"메일 발송에 실패",
		"전송되지 않았습니다",
		"메일을 전송하지 못",
		NULL
	};
	char top[LOOK_AT_BODY + 1];
	size_t n = m->body_len < LOOK_AT_BODY ? m->body_len : LOOK_AT_BODY;

	if (has_any(m->subject, subjects))
		return true;
	memcpy(top, m->body, n);
	top[n] = 0;
	return has_any(top, bodies);
}

static enum automatic
bounce(const struct message *m, const char **ret_why)
{
	const char *failed = header_value(m, "X-Failed-Recipients");

	if (has_part(m, "message/delivery-status") || is_report(m, "delivery-status"))
		*ret_why = "multipart/report: delivery-status";
	else if (*failed)
		return because(m, AUTOMATIC_BOUNCE, "X-Failed-Recipients", failed, ret_why);
	else if (from_mail_system(m) && (null_return_path(m) || bounce_words(m)))
		*ret_why = "From: the mail system itself";
	else if (null_return_path(m) && bounce_words(m))
		*ret_why = "Return-Path: <> and the words of a bounce";
	else
		return AUTOMATIC_NO;
	return AUTOMATIC_BOUNCE;
}

static bool
calendar(const struct message *m)
{
	if (strcasestr(header_value(m, "Content-Class"), "calendarmessage"))
		return true;
	for (size_t i = 0; i < m->part_count; i++) {
		int parent = m->parts[i].parent;

		/*
		 * An invitation is the mail itself or another form of it; a calendar file beside
		 * words is not.
		 */
		if (strcmp(m->parts[i].type, "text/calendar") == 0 && outermost(m, i) &&
		    (parent < 0 || (!m->parts[i].attachment &&
				    strcmp(m->parts[parent].type, "multipart/alternative") == 0)))
			return true;
	}
	return false;
}

/* A subject that holiday notices have. People write such subjects too: never a proof alone. */
static bool
notice_subject(const struct message *m)
{
	static const char *const starts[] = { "automatic reply",
					      "auto reply",
					      "auto-reply",
					      "autoreply",
					      "out of office",
					      "out of the office",
					      "vacation",
					      "away from",
					      "abwesenheit",
					      "automatische antwort",
					      "réponse automatique",
					      "respuesta automática",
					      "resposta automática",
					      "risposta automatica",
					      "automatisch antwoord",
					      "autosvar",
					      "자동 회신",
					      "자동회신",
					      "자동 응답",
					      "자동응답",
					      "부재중",
					      "부재 중",
					      "[부재중]",
					      "[자동응답]",
					      "[자동회신]",
					      "자동 답장",
					      "자동답장",
					      NULL };

	return starts_any(m->subject, starts);
}

static enum automatic
vacation(const struct message *m, const char **ret_why)
{
	static const char *const marks[] = { "X-Autoreply",      "X-Autorespond",
					     "X-AutoReply-From", "X-Mail-Autoreply",
					     "X-Autoresponder",  NULL };
	const char *value;

	for (const char *const *name = marks; *name; name++)
		if (message_header(m, *name) && !value_is(value = header_value(m, *name), "no"))
			return because(m, AUTOMATIC_REPLY, *name, value, ret_why);
	value = header_value(m, "Precedence");
	if (value_is(value, "auto_reply") || value_is(value, "auto-reply"))
		return because(m, AUTOMATIC_REPLY, "Precedence", value, ret_why);
	if (!notice_subject(m))
		return AUTOMATIC_NO;
	if (message_header(m, "X-Auto-Response-Suppress"))
		*ret_why = "X-Auto-Response-Suppress, and the subject of a holiday notice";
	else if (null_return_path(m))
		*ret_why = "Return-Path: <>, and the subject of a holiday notice";
	else if (value_is(value, "bulk") || value_is(value, "junk"))
		*ret_why = "Precedence, and the subject of a holiday notice";
	else
		return AUTOMATIC_NO;
	return AUTOMATIC_REPLY;
}

static enum automatic
list(const struct message *m, const char **ret_why)
{
	static const char *const marks[] = { "List-Id", "List-Post", "Mailing-List",
					     "X-Mailing-List", NULL };
	const char *precedence = header_value(m, "Precedence");

	for (const char *const *name = marks; *name; name++)
		if (message_header(m, *name))
			return because(m, AUTOMATIC_LIST, *name, header_value(m, *name), ret_why);
	if (value_is(precedence, "list"))
		return because(m, AUTOMATIC_LIST, "Precedence", precedence, ret_why);
	if (value_is(precedence, "bulk") || value_is(precedence, "junk"))
		return because(m, AUTOMATIC_BULK, "Precedence", precedence, ret_why);
	if (message_header(m, "List-Unsubscribe"))
		return because(m, AUTOMATIC_BULK, "List-Unsubscribe",
			       header_value(m, "List-Unsubscribe"), ret_why);
	return AUTOMATIC_NO;
}

static enum automatic
submitted(const struct message *m, const char *value, const char **ret_why)
{
	bool reply = value_is(value, "auto-replied") || notice_subject(m);

	return because(m, reply ? AUTOMATIC_REPLY : AUTOMATIC_BULK, "Auto-Submitted", value,
		       ret_why);
}

enum automatic
automatic_detect(const struct message *m, const char **ret_why)
{
	const char *value = header_value(m, "Auto-Submitted");
	enum automatic a;

	*ret_why = "";
	if (own(m, ret_why))
		return AUTOMATIC_OWN;
	if ((a = bounce(m, ret_why)) != AUTOMATIC_NO)
		return a;
	if (has_part(m, "message/disposition-notification") ||
	    is_report(m, "disposition-notification")) {
		*ret_why = "multipart/report: disposition-notification";
		return AUTOMATIC_RECEIPT;
	}
	if (calendar(m)) {
		*ret_why = "text/calendar: an invitation or an answer to one";
		return AUTOMATIC_CALENDAR;
	}
	if (value_is(value, "no")) /* RFC 3834 5: a person wrote it, whatever else stands there */
		return AUTOMATIC_NO;
	if (value_is(value, "auto-replied"))
		return submitted(m, value, ret_why);
	if ((a = vacation(m, ret_why)) != AUTOMATIC_NO || (a = list(m, ret_why)) != AUTOMATIC_NO)
		return a;
	if (*value)
		return submitted(m, value, ret_why);
	if (null_return_path(m)) {
		*ret_why = "Return-Path: <>, nobody to answer to";
		return AUTOMATIC_REPLY;
	}
	return AUTOMATIC_NO;
}
