/*
 * imap: opens and closes the connection, and logs in; the table of functions.
 *
 * Capabilities are asked again after STARTTLS and after the login: what was said before TLS may
 * come from anybody. The password is in memory only between reading it and the end of the login.
 */
#include "imap_internal.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <gnutls/gnutls.h>

#define CREDENTIALS_MAX 8192 /* user, password and their base64 */

static const struct imap_deadlines built_in = {
	.connect = 30000,
	.command = 60000,
	.done = 10000,
	.noop = 30000,
	.near = 5,
	.alert = 2000,
};

static const struct {
	const char *name;
	unsigned bit;
} capabilities[] = {
	{ "IDLE", CAP_IDLE },           { "MOVE", CAP_MOVE },
	{ "UIDPLUS", CAP_UIDPLUS },     { "SPECIAL-USE", CAP_SPECIAL_USE },
	{ "NAMESPACE", CAP_NAMESPACE }, { "ID", CAP_ID },
	{ "STARTTLS", CAP_STARTTLS },   { "LOGINDISABLED", CAP_LOGINDISABLED },
	{ "SASL-IR", CAP_SASL_IR },     { "X-GM-EXT-1", CAP_GMAIL },
};

static unsigned
capability_bit(const struct mailimap_capability *capability)
{
	if (capability->cap_type == MAILIMAP_CAPABILITY_AUTH_TYPE)
		return strcasecmp(capability->cap_data.cap_auth_type, "PLAIN") == 0 ? CAP_AUTH_PLAIN
										    : 0;
	for (size_t k = 0; k < sizeof(capabilities) / sizeof(capabilities[0]); k++)
		if (strcasecmp(capability->cap_data.cap_name, capabilities[k].name) == 0)
			return capabilities[k].bit;
	return 0;
}

/* Asks; what was known before is forgotten first. */
static int
ask_capabilities(struct imap *i, struct err *err)
{
	struct mailimap_connection_info *info = i->session->imap_connection_info;
	clistiter *at;
	int r;

	i->caps = 0;
	if (info == NULL)
		return imap_fail(i, err, -ENOMEM, "CAPABILITY", "out of memory", NULL);
	if (info->imap_capability != NULL)
		mailimap_capability_data_free(info->imap_capability);
	info->imap_capability = NULL;
	r = imap_command(i, err, IMAP_ANSWER_BYTES, "CAPABILITY", "CAPABILITY");
	if (r < 0)
		return r;
	if (info->imap_capability == NULL)
		return imap_fail(i, err, -EPROTO, "CAPABILITY", "the server named none", NULL);
	for (at = clist_begin(info->imap_capability->cap_list); at != NULL; at = clist_next(at))
		i->caps |= capability_bit(clist_content(at));
	return 0;
}

static int
start_tls(struct imap *i, size_t pending, struct err *err)
{
	struct err cause = { 0 };
	int r;

	if (i->trust == NULL)
		return imap_fail(i, err, -EKEYREJECTED, "starting TLS",
				 "no certificate authorities were loaded", NULL);
	r = stream_start_tls(i->stream, i->trust, i->account->host, pending, i->deadlines.connect,
			     &cause);
	return r < 0 ? imap_fail(i, err, r, "connecting", cause.text, NULL) : 0;
}

/* RFC 3501 section 6.2.1, RFC 8314. */
static int
upgrade(struct imap *i, struct err *err)
{
	int r = ask_capabilities(i, err);

	if (r < 0)
		return r;
	if (!(i->caps & CAP_STARTTLS))
		return imap_fail(i, err, -EKEYREJECTED, "STARTTLS", "the server does not offer it",
				 "use tls: implicit (port 993), or ask the server's operator");
	r = imap_command(i, err, IMAP_ANSWER_BYTES, "STARTTLS", "STARTTLS");
	if (r < 0)
		return transport_lost(r) ? r
					 : imap_fail(i, err, -EKEYREJECTED, "STARTTLS",
						     "the server refused it",
						     "use tls: implicit (port 993), or ask the "
						     "server's operator");
	r = start_tls(i, i->session->imap_stream->read_buffer_len, err);
	memset(&i->guard, 0, sizeof(i->guard));
	return r;
}

static void
wipe_write_buffer(struct imap *i)
{
	mailstream *stream = i->session->imap_stream;

	gnutls_memset(stream->write_buffer, 0, stream->buffer_max_size);
}

/* AUTHENTICATE PLAIN (RFC 4616), in one go where the server takes it (RFC 4959). */
static int
authenticate_plain(struct imap *i, const char *password, struct err *err)
{
	static const char doing[] = "AUTHENTICATE";
	mailstream *stream = i->session->imap_stream;
	bool at_once = i->caps & CAP_SASL_IR;
	char text[CREDENTIALS_MAX];
	gnutls_datum_t plain = { (unsigned char *)text, 0 }, coded = { NULL, 0 };
	int n, r;

	n = snprintf(text, sizeof(text), "%c%s%c%s", '\0', i->account->user, '\0', password);
	plain.size = (unsigned)n;
	if ((size_t)n >= sizeof(text))
		r = imap_fail(i, err, -EINVAL, doing, "user and password are too long", NULL);
	else if (gnutls_base64_encode2(&plain, &coded) < 0)
		r = imap_fail(i, err, -ENOMEM, doing, "out of memory", NULL);
	else
		r = imap_begin(i, err, doing, IMAP_ANSWER_BYTES);
	gnutls_memset(text, 0, sizeof(text));
	if (r < 0)
		goto out;
	if (mailstream_write(stream, "AUTHENTICATE PLAIN", 18) < 0 ||
	    (at_once && (mailstream_write(stream, " ", 1) < 0 ||
			 mailstream_write(stream, coded.data, coded.size) < 0))) {
		r = imap_stream_failed(i, err, doing);
		goto out;
	}
	r = imap_flush(i, err, doing);
	if (r == 0 && !at_once) {
		r = imap_continue(i, err, doing);
		if (r > 0) {
			r = imap_answer(i, err, doing);
			goto out;
		}
		if (r == 0 && mailstream_write(stream, coded.data, coded.size) < 0)
			r = imap_stream_failed(i, err, doing);
		if (r == 0)
			r = imap_flush(i, err, doing);
	}
	if (r == 0)
		r = imap_finish(i, err, doing);
out:
	if (coded.data != NULL) {
		gnutls_memset(coded.data, 0, coded.size);
		gnutls_free(coded.data);
	}
	wipe_write_buffer(i);
	return r;
}

static int
login(struct imap *i, const char *password, struct err *err)
{
	char text[CREDENTIALS_MAX], user[CREDENTIALS_MAX / 4], word[CREDENTIALS_MAX / 2];
	int r;

	if (strpbrk(i->account->user, "\r\n") != NULL || strpbrk(password, "\r\n") != NULL ||
	    strlen(i->account->user) * 2 + 3 > sizeof(user) ||
	    strlen(password) * 2 + 3 > sizeof(word))
		return imap_fail(i, err, -EINVAL, "LOGIN", "user or password cannot be sent",
				 "choose shorter ones");
	snprintf(text, sizeof(text), "LOGIN %s %s",
		 imap_quote(i->account->user, user, sizeof(user)),
		 imap_quote(password, word, sizeof(word)));
	r = imap_begin(i, err, "LOGIN", IMAP_ANSWER_BYTES);
	if (r == 0 && mailstream_write(i->session->imap_stream, text, strlen(text)) < 0)
		r = imap_stream_failed(i, err, "LOGIN");
	gnutls_memset(text, 0, sizeof(text));
	gnutls_memset(word, 0, sizeof(word));
	if (r == 0)
		r = imap_flush(i, err, "LOGIN");
	if (r == 0)
		r = imap_finish(i, err, "LOGIN");
	wipe_write_buffer(i);
	return r;
}

/*
 * A NO to a login is about the login, unless the server says that it is about the server (RFC
 * 5530).
 */
static int
login_refused(struct imap *i, int r, const char *password, struct err *err)
{
	if (r != -EPERM && r != -EACCES && r != -ENOENT)
		return r;
	if (imap_code_is(i, "UNAVAILABLE") || imap_code_is(i, "SERVERBUG") ||
	    imap_code_is(i, "INUSE") || imap_code_is(i, "LIMIT"))
		r = -EPIPE;
	else
		r = -EACCES;
	/* Servers have been seen that repeat the command in their answer. */
	if (err != NULL && password[0] != '\0' && strstr(err->text, password) != NULL)
		return imap_fail(i, err, r, "login", "the server refused it",
				 "check user and password");
	i->lost = i->lost || transport_lost(r);
	return r;
}

static bool
is_stopped(const void *context)
{
	return stream_stopped(context);
}

static int
log_in(struct imap *i, struct err *err)
{
	struct err cause = { 0 };
	char *password;
	int r = ask_capabilities(i, err);

	if (r < 0)
		return r;
	if (!(i->caps & CAP_AUTH_PLAIN) && i->caps & CAP_LOGINDISABLED)
		return imap_fail(i, err, -EACCES, "login",
				 "the server offers neither PLAIN nor LOGIN",
				 "ask the server's operator for a way to log in with a password");
	r = secret_read_until(&i->account->password, is_stopped, i->stream, &cause, &password);
	if (r < 0) {
		err_set(err, r, "account %s: %s", i->account->name, cause.text);
		/*
		 * Its errno must not be taken for one of the mailbox's: an unreadable password is a
		 * refused login.
		 */
		return r == -ETIMEDOUT || r == -ECANCELED ? r : -EACCES;
	}
	r = i->caps & CAP_AUTH_PLAIN ? authenticate_plain(i, password, err)
				     : login(i, password, err);
	if (r < 0)
		r = login_refused(i, r, password, err);
	secret_free(password);
	return r;
}

/* The program's name, where the server tells it (RFC 2971), into the description. */
static int
ask_name(struct imap *i, char *name, size_t size, struct err *err)
{
	clistiter *at, *pair;
	int r;

	snprintf(name, size, "IMAP");
	if (!(i->caps & CAP_ID))
		return 0;
	r = imap_command(i, err, IMAP_ANSWER_BYTES, "ID", "ID (\"name\" \"triaged\")");
	if (r < 0)
		return transport_lost(r) ? r : 0;
	for (at = clist_begin(i->session->imap_response_info->rsp_extension_list); at != NULL;
	     at = clist_next(at)) {
		const struct mailimap_extension_data *data = clist_content(at);
		const struct mailimap_id_params_list *list = data->ext_data;

		if (data->ext_extension->ext_id != MAILIMAP_EXTENSION_ID || list == NULL)
			continue;
		for (pair = clist_begin(list->idpa_list); pair != NULL; pair = clist_next(pair)) {
			const struct mailimap_id_param *param = clist_content(pair);

			if (strcasecmp(param->idpa_name, "name") == 0 && param->idpa_value != NULL)
				imap_clean(param->idpa_value, name, size);
		}
	}
	return 0;
}

static int
describe_server(struct imap *i, struct err *err)
{
	static const unsigned shown = CAP_IDLE | CAP_MOVE | CAP_UIDPLUS | CAP_SPECIAL_USE;
	char name[64];
	size_t len;
	int r = ask_name(i, name, sizeof(name), err);

	if (r < 0)
		return r;
	len = (size_t)snprintf(i->description, sizeof(i->description), "%s, %s,", name,
			       stream_tls_name(i->stream));
	for (size_t k = 0; k < sizeof(capabilities) / sizeof(capabilities[0]); k++)
		if (capabilities[k].bit & shown & i->caps)
			len += (size_t)snprintf(i->description + len, sizeof(i->description) - len,
						" %s", capabilities[k].name);
	if (!(i->caps & shown))
		i->description[len - 1] = '\0';
	return 0;
}

static void
imap_close(struct transport *t)
{
	struct imap *i = imap_of(t);
	mailimap *session = i->session;

	if (session != NULL) {
		int64_t command = i->deadlines.command;

		i->deadlines.command = i->deadlines.done;
		if (!i->lost)
			imap_command(i, NULL, IMAP_ANSWER_BYTES, "LOGOUT", "LOGOUT");
		i->deadlines.command = command;
		/* libetpan would say LOGOUT once more, on a connection that may be gone. */
		mailstream_close(session->imap_stream);
		session->imap_stream = NULL;
		mailimap_free(session);
	}
	i->session = NULL;
	i->selected[0] = '\0';
	stream_close(i->stream);
}

/* The grammar's state over the connected stream. */
static int
new_session(struct imap *i, struct err *err)
{
	mailstream *stream = stream_mailstream(i->stream);
	mailimap *session = mailimap_new(0, NULL);

	if (session != NULL)
		session->imap_connection_info = mailimap_connection_info_new();
	if (stream == NULL || session == NULL || session->imap_connection_info == NULL) {
		if (stream != NULL)
			mailstream_close(stream);
		if (session != NULL)
			mailimap_free(session);
		return imap_fail(i, err, -ENOMEM, "connecting", "out of memory", NULL);
	}
	session->imap_stream = stream;
	i->session = session;
	return 0;
}

/* One line: OK, PREAUTH or BYE (RFC 3501 section 7.1). libetpan's own reader of it leaks a BYE. */
static int
greet(struct imap *i, bool *ret_authenticated, struct err *err)
{
	static const char doing[] = "waiting for the greeting";
	char clean[IMAP_TEXT_MAX], reason[IMAP_TEXT_MAX + 32];
	const char *line;
	int r = new_session(i, err);

	if (r < 0)
		return r;
	stream_deadline(i->stream, i->deadlines.command, IMAP_ANSWER_BYTES);
	line = mailimap_read_line(i->session);
	if (line == NULL)
		return imap_stream_failed(i, err, doing);
	*ret_authenticated = strncasecmp(line, "* PREAUTH", 9) == 0;
	if (*ret_authenticated || strncasecmp(line, "* OK", 4) == 0)
		return 0;
	if (strncasecmp(line, "* BYE", 5) != 0)
		return imap_fail(i, err, -EPROTO, doing, "this is not an IMAP server",
				 "check host and port");
	snprintf(reason, sizeof(reason), "the server does not want us now: %s",
		 imap_clean(line + 5, clean, sizeof(clean)));
	return imap_fail(i, err, -EPIPE, doing, reason, "it is tried again later");
}

static int
connect_stream(struct imap *i, struct err *err)
{
	struct err cause = { 0 };
	int r = stream_connect(i->stream, i->account->host, i->account->port, i->deadlines.connect,
			       &cause);

	if (r < 0) {
		i->lost = true;
		return err_set(err, r, "%s", cause.text);
	}
	if (i->account->tls == TLS_NONE && !stream_loopback(i->stream))
		return imap_fail(i, err, -EKEYREJECTED, "connecting",
				 "tls: none is only for this machine itself",
				 "use tls: implicit or starttls");
	return i->account->tls == TLS_IMPLICIT ? start_tls(i, 0, err) : 0;
}

static int
open_steps(struct imap *i, struct err *err)
{
	bool authenticated = false;
	int r = connect_stream(i, err);

	if (r < 0)
		return r;
	r = greet(i, &authenticated, err);
	if (r < 0)
		return r;
	/* RFC 9051 section 11.1: a PREAUTH would keep us from starting TLS. */
	if (authenticated && i->account->tls != TLS_IMPLICIT)
		return imap_fail(
			i, err, -EKEYREJECTED, "connecting", "the server says PREAUTH before TLS",
			"somebody may be tampering with the connection; use tls: implicit");
	if (i->account->tls == TLS_STARTTLS) {
		r = upgrade(i, err);
		if (r < 0)
			return r;
	}
	r = authenticated ? 0 : log_in(i, err);
	if (r < 0)
		return r;
	i->session->imap_state = MAILIMAP_STATE_AUTHENTICATED;
	r = ask_capabilities(i, err);
	if (r == 0)
		r = describe_server(i, err);
	return r < 0 ? r : imap_learn_names(i, err);
}

static int
imap_open(struct transport *t, struct err *err)
{
	struct imap *i = imap_of(t);
	int r;

	imap_close(t);
	i->lost = false;
	i->caps = 0;
	i->drafts[0] = '\0';
	memset(&i->guard, 0, sizeof(i->guard));
	r = open_steps(i, err);
	if (r < 0)
		imap_close(t);
	return r;
}

static void
imap_free(struct transport *t)
{
	struct imap *i = imap_of(t);

	imap_close(t);
	stream_free(i->stream);
	stream_trust_unref(i->trust);
	free(i);
}

static void
imap_wake(struct transport *t, bool stop)
{
	stream_wake(imap_of(t)->stream, stop);
}

static const char *
imap_describe(struct transport *t)
{
	return imap_of(t)->description;
}

static const struct transport_ops imap_ops = {
	.free = imap_free,
	.open = imap_open,
	.close = imap_close,
	.select = imap_select,
	.examine = imap_examine,
	.status = imap_status,
	.list = imap_list,
	.identify = imap_identify,
	.since = imap_since,
	.fetch = imap_fetch,
	.add_flag = imap_add_flag,
	.copy = imap_copy,
	.move = imap_move,
	.append_draft = imap_append_draft,
	.withdraw = imap_withdraw,
	.make = imap_make,
	.find = imap_find,
	.search = imap_search,
	.wait = imap_wait,
	.wake = imap_wake,
	.describe = imap_describe,
};

static int
guard_bytes(void *context, const char *bytes, size_t len, uint64_t left, const char **ret_text)
{
	return imap_guard_feed(context, bytes, len, left, ret_text);
}

void
imap_set_deadlines(struct transport *t, const struct imap_deadlines *deadlines)
{
	imap_of(t)->deadlines = *deadlines;
}

int
imap_transport_new(const struct account_config *account, struct stream_trust *trust,
		   struct err *err, struct transport **ret)
{
	struct imap *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return err_set(err, -ENOMEM, "account %s: out of memory", account->name);
	i->stream = stream_new();
	if (i->stream == NULL) {
		free(i);
		return err_set(err, -EMFILE,
			       "account %s: no file descriptor left; raise LimitNOFILE",
			       account->name);
	}
	i->transport.ops = &imap_ops;
	i->account = account;
	i->trust = trust != NULL ? stream_trust_ref(trust) : NULL;
	i->deadlines = built_in;
	stream_watch(i->stream, guard_bytes, &i->guard);
	*ret = &i->transport;
	return 0;
}
