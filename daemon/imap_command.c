/*
 * imap_command: one command and its answer. Sends with our own words, reads with libetpan's
 * grammar, and turns what went wrong into transport.h's errors and a sentence that names the
 * server, the command and what to do.
 */
#include "imap_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

int
imap_fail(struct imap *i, struct err *err, int code, const char *doing, const char *reason,
	  const char *advice)
{
	if (transport_lost(code))
		i->lost = true;
	return err_set(err, code, "%s:%u: %s: %s%s%s", i->account->host, i->account->port, doing,
		       reason, advice != NULL ? "; " : "", advice != NULL ? advice : "");
}

int
imap_stream_failed(struct imap *i, struct err *err, const char *doing)
{
	struct err cause = { 0 };
	int code = stream_error(i->stream, &cause);

	/* libetpan says "stream" also when its own buffers cannot grow. */
	if (code == 0)
		return imap_fail(i, err, -ENOMEM, doing, "out of memory",
				 "the connection is made again later");
	if (code == -ECANCELED)
		return imap_fail(i, err, code, doing, cause.text, NULL);
	return imap_fail(i, err, code, doing, cause.text, "the connection is made again later");
}

const char *
imap_clean(const char *text, char *out, size_t size)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
	size_t left = strlen(text), len = 0;

	while (left > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate(at, (utf8proc_ssize_t)left, &c);
		bool odd = n <= 0 || c < 0x20 || (c >= 0x7f && c < 0xa0);

		if (n <= 0)
			n = 1;
		if (len + (size_t)n + 1 > size)
			break;
		if (odd)
			out[len++] = ' ';
		else
			memcpy(out + len, at, (size_t)n), len += (size_t)n;
		at += n;
		left -= (size_t)n;
	}
	out[len] = '\0';
	return out;
}

const char *
imap_quote(const char *text, char *out, size_t size)
{
	size_t len = 0;

	out[len++] = '"';
	for (; *text != '\0' && len + 3 < size; text++) {
		if (*text == '"' || *text == '\\')
			out[len++] = '\\';
		out[len++] = *text;
	}
	out[len++] = '"';
	out[len] = '\0';
	return out;
}

bool
imap_code_is(const struct imap *i, const char *code)
{
	const struct mailimap_response_info *info = i->session->imap_response_info;

	if (info == NULL)
		return false;
	if (strcmp(code, "TRYCREATE") == 0)
		return info->rsp_trycreate != 0;
	return info->rsp_atom != NULL && strcasecmp(info->rsp_atom, code) == 0;
}

bool
imap_note_exists(struct imap *i, const char *line)
{
	char *end;
	unsigned long count;

	if (strncmp(line, "* ", 2) != 0 || !isdigit((unsigned char)line[2]))
		return false;
	count = strtoul(line + 2, &end, 10);
	if (strncasecmp(end, " EXISTS", 7) != 0)
		return false;
	if (i->session->imap_selection_info != NULL) {
		i->session->imap_selection_info->sel_exists = (uint32_t)count;
		i->session->imap_selection_info->sel_has_exists = 1;
	}
	return true;
}

int
imap_begin(struct imap *i, struct err *err, const char *doing, uint64_t budget)
{
	if (i->session == NULL || i->lost)
		return imap_fail(i, err, -EPIPE, doing, "not connected", NULL);
	stream_deadline(i->stream, i->deadlines.command, budget);
	if (mailimap_send_current_tag(i->session) != MAILIMAP_NO_ERROR)
		return imap_stream_failed(i, err, doing);
	return 0;
}

int
imap_flush(struct imap *i, struct err *err, const char *doing)
{
	if (mailstream_write(i->session->imap_stream, "\r\n", 2) < 0 ||
	    mailstream_flush(i->session->imap_stream) < 0)
		return imap_stream_failed(i, err, doing);
	return 0;
}

int
imap_continue(struct imap *i, struct err *err, const char *doing)
{
	for (;;) {
		const char *line = mailimap_read_line(i->session);

		if (line == NULL)
			return imap_stream_failed(i, err, doing);
		if (line[0] == '+')
			return 0;
		if (strncmp(line, "* ", 2) != 0 || strncasecmp(line, "* BYE", 5) == 0)
			return 1;
		imap_note_exists(i, line);
	}
}

/* The server's NO as one of our errors. */
static int
refusal(const struct imap *i, const char **ret_advice)
{
	static const struct {
		const char *code;
		int error;
		const char *advice;
	} known[] = {
		{ "TRYCREATE", -ENOENT, "make the folder, or correct its name" },
		{ "NONEXISTENT", -ENOENT, "make the folder, or correct its name" },
		{ "OVERQUOTA", -EDQUOT, "make room in the mailbox" },
		{ "AUTHENTICATIONFAILED", -EACCES, "check user and password" },
		{ "AUTHORIZATIONFAILED", -EACCES, "check user and password" },
		{ "EXPIRED", -EACCES, "renew the password" },
		{ "NOPERM", -EPERM, "ask for the right to do this" },
	};

	for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
		if (imap_code_is(i, known[k].code)) {
			*ret_advice = known[k].advice;
			return known[k].error;
		}
	}
	*ret_advice = "ask the server's operator if this does not go away";
	return -EPERM;
}

/* Whether a "protocol" error of libetpan was an honest BAD for our tag. */
static bool
was_bad(const struct imap *i)
{
	const char *text = i->session->imap_stream_buffer->str;
	char wanted[24];

	snprintf(wanted, sizeof(wanted), "%d BAD", i->session->imap_tag);
	for (;;) {
		const char *next;

		if (strncasecmp(text, wanted, strlen(wanted)) == 0)
			return true;
		next = strchr(text, '\n');
		if (next == NULL)
			return false;
		text = next + 1;
	}
}

static int
server_said(struct imap *i, struct err *err, int code, const char *doing, const char *advice)
{
	char clean[IMAP_TEXT_MAX] = "(nothing)", reason[IMAP_TEXT_MAX + 32];
	const char *text = i->session->imap_response;
	size_t len;

	if (text != NULL)
		imap_clean(text, clean, sizeof(clean));
	/* The sentence goes on behind it. */
	len = strlen(clean);
	if (len > 0 && clean[len - 1] == '.')
		clean[len - 1] = '\0';
	snprintf(reason, sizeof(reason), "the server said: %s", clean);
	return imap_fail(i, err, code, doing, reason, advice);
}

static int
parse_failed(struct imap *i, struct err *err, int r, const char *doing)
{
	switch (r) {
	case MAILIMAP_ERROR_STREAM:
		return imap_stream_failed(i, err, doing);
	case MAILIMAP_ERROR_FATAL:
	case MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION:
		return server_said(i, err, -EPIPE, doing,
				   "it ended the connection, which is made again later");
	case MAILIMAP_ERROR_MEMORY:
		return imap_fail(i, err, -ENOMEM, doing, "out of memory", NULL);
	case MAILIMAP_ERROR_PROTOCOL:
		if (was_bad(i))
			return server_said(i, err, -EPERM, doing,
					   "the server does not understand this command");
		break;
	default:
		break;
	}
	/*
	 * A line that the grammar does not know may be what is left of an answer that the stream
	 * cut short.
	 */
	if (stream_error(i->stream, NULL) < 0)
		return imap_stream_failed(i, err, doing);
	return imap_fail(i, err, -EPROTO, doing, "the server's answer is not IMAP",
			 "check host and port");
}

int
imap_answer(struct imap *i, struct err *err, const char *doing)
{
	struct mailimap_response *response;
	const char *advice;
	int type, code;
	int r = mailimap_parse_response(i->session, &response);

	if (r != MAILIMAP_NO_ERROR)
		return parse_failed(i, err, r, doing);
	type = response->rsp_resp_done->rsp_data.rsp_tagged->rsp_cond_state->rsp_type;
	mailimap_response_free(response);
	if (i->session->imap_response_info == NULL)
		return imap_fail(i, err, -ENOMEM, doing, "out of memory", NULL);
	if (type == MAILIMAP_RESP_COND_STATE_OK)
		return 0;
	code = refusal(i, &advice);
	return server_said(i, err, code, doing, advice);
}

int
imap_finish(struct imap *i, struct err *err, const char *doing)
{
	if (mailimap_read_line(i->session) == NULL)
		return imap_stream_failed(i, err, doing);
	return imap_answer(i, err, doing);
}

int
imap_command(struct imap *i, struct err *err, uint64_t budget, const char *doing, const char *fmt,
	     ...)
{
	char text[IMAP_COMMAND_MAX];
	va_list args;
	int len, r;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text))
		return imap_fail(i, err, -EMSGSIZE, doing, "the command is too long", NULL);
	r = imap_begin(i, err, doing, budget);
	if (r < 0)
		return r;
	if (mailstream_write(i->session->imap_stream, text, (size_t)len) < 0)
		return imap_stream_failed(i, err, doing);
	r = imap_flush(i, err, doing);
	if (r < 0)
		return r;
	return imap_finish(i, err, doing);
}
