/*
 * automatic_bounce: RFC 3464 and 8098, and what mail systems wrote before them or write beside
 * them. See automatic_bounce.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strcasestr */
#endif
#include "automatic_bounce.h"

#include <string.h>
#include <strings.h>

#include "automatic_sign.h"
#include "limits.h"

#define LOOK_AT_BODY 2000 /* bounces say what they are at the top */

/* Subjects of bounces. */
static const char *const subjects[] = {
	"undeliver",
	"delivery status notification",
	"failure notice",
	"mail delivery failed",
	"mail delivery failure",
	"mail delivery system",
	"delivery failure",
	"delivery delayed",
	"returned mail",
	"delivery has failed",
	"warning: could not send message",
	"warning: message",
	"non remis",
	"unzustellbar",
	"mail could not be delivered",
	"nondeliverable mail",
	"message delivery failed",
	"배달되지 않음",
	"배달되지 못",
	"배달할 수 없",
	"배달 지연",
	"배달이 지연",
	"배달하지 못",
	"반송",
	"발송 실패",
	"발송실패",
	"전송 실패",
	"전송실패",
	"전달되지 못",
	"수신 불가",
	NULL,
};

/* Sentences of mail systems. */
static const char *const sentences[] = {
	"this is the qmail-send program",
	"created automatically by mail delivery software",
	"this is the mail system at host",
	"i'm sorry to have to inform you that your message could not",
	"could not be delivered to one or more recipients",
	"could not be delivered to one or more of its recipients",
	"delivery to the following recipient",
	"the following addresses had permanent fatal errors",
	"the following address(es) failed",
	"the following recipient(s) cannot be reached",
	"your message wasn't delivered",
	"your message couldn't be delivered",
	"your message to the following recipients",
	"sorry, we were unable to deliver your message",
	"unable to deliver your message to the following",
	"an error occurred while trying to deliver the mail",
	"메일이 발송되지 못",
	"메일 발송에 실패",
	"메일이 반송",
	"반송된 메일",
	"반송 메일입니다",
	"전송되지 않았습니다",
	"배달되지 못",
	"배달되지 않았습니다",
	"배달하지 못했습니다",
	"메일을 배달할 수 없",
	"메시지를 배달할 수 없",
	"메일을 전송하지 못",
	"메일을 전달하지 못",
	"메일이 전달되지 못",
	NULL,
};

/* message/NAME, or message/global-NAME (RFC 6533). */
static bool
is_report_type(const char *type, const char *name)
{
	if (strncmp(type, "message/", 8) != 0)
		return false;
	type += 8;
	if (strncmp(type, "global-", 7) == 0)
		type += 7;
	return strcmp(type, name) == 0;
}

static bool
is_multipart_report(const struct message *m)
{
	return m->part_count && strcmp(m->parts[0].type, "multipart/report") == 0;
}

/* Whether some From has one of these local parts (each with its @). */
static bool
from_any(const struct message *m, const char *const *names)
{
	for (size_t i = 0; i < m->from.count && i < LIMIT_ADDRESSES; i++)
		if (sign_starts(m->from.list[i].address, names))
			return true;
	return false;
}

bool
automatic_mail_system(const struct message *m)
{
	static const char *const names[] = {
		"mailer-daemon@",
		"mailer_daemon@",
		"mail-daemon@",
		"mailerdaemon@",
		"microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@",
		NULL,
	};

	for (size_t i = 0; i < m->from.count && i < LIMIT_ADDRESSES; i++)
		if (strcasecmp(m->from.list[i].address, "mailer-daemon") == 0)
			return true;
	return from_any(m, names);
}

/* A person may be the postmaster of somewhere, and be a customer too. */
static bool
from_postmaster(const struct message *m)
{
	static const char *const names[] = { "postmaster@", NULL };

	return from_any(m, names);
}

/*
 * Whether the mail is a report of that name. A report among other attachments is one that a person
 * sends on, unless a machine sent the mail.
 */
static bool
is_report(const struct message *m, const char *name)
{
	bool whole = is_multipart_report(m);

	if (whole && strcasestr(sign_value(m, "Content-Type"), name))
		return true;
	for (size_t i = 0; i < m->part_count; i++)
		if (is_report_type(m->parts[i].type, name) && sign_outermost(m, i))
			return i == 0 || whole || sign_machine(m) || automatic_mail_system(m);
	return false;
}

/* What Exchange calls the mail. */
static bool
is_class(const struct message *m, const char *name)
{
	const char *value = sign_value(m, "Content-Class"), *colon = strrchr(value, ':');

	return colon && sign_is(colon + 1, name);
}

static bool
says_bounce(const struct message *m)
{
	return sign_has(m->subject, subjects) || sign_body_has(m, LOOK_AT_BODY, sentences);
}

/*
 * The postmaster's mailbox also has a person behind it: without the marks of a machine, subject and
 * text must both be a bounce's, and the subject must begin with it.
 */
static bool
postmaster_bounce(const struct message *m)
{
	if (!from_postmaster(m))
		return false;
	if (sign_machine(m))
		return true;
	return sign_starts(m->subject, subjects) && sign_body_has(m, LOOK_AT_BODY, sentences);
}

bool
automatic_bounce(const struct message *m, const char **ret_why)
{
	const char *failed = sign_value(m, "X-Failed-Recipients");

	if (is_report(m, "delivery-status"))
		*ret_why = "delivery-status: a report about the delivery of a mail";
	else if (*failed)
		*ret_why = sign_because(m, "X-Failed-Recipients", failed, "");
	else if (message_header(m, "X-MS-Exchange-Message-Is-Ndr"))
		*ret_why = "X-MS-Exchange-Message-Is-Ndr: a non-delivery report";
	else if (is_class(m, "dsn"))
		*ret_why = "Content-Class: a report about the delivery of a mail";
	else if (automatic_mail_system(m) || postmaster_bounce(m))
		*ret_why = "From: the mail system itself";
	else
		return false;
	return true;
}

bool
automatic_bounce_words(const struct message *m, const char **ret_why)
{
	if (!sign_null_return(m) || !says_bounce(m))
		return false;
	*ret_why = "Return-Path: <> and the words of a bounce";
	return true;
}

bool
automatic_receipt(const struct message *m, const char **ret_why)
{
	if (is_report(m, "disposition-notification"))
		*ret_why = "disposition-notification: a read receipt";
	else if (is_class(m, "mdn"))
		*ret_why = "Content-Class: a read receipt";
	else
		return false;
	return true;
}

bool
automatic_report(const struct message *m, const char **ret_why)
{
	if (!is_multipart_report(m))
		return false;
	*ret_why = "multipart/report: a report of a mail system";
	return true;
}
