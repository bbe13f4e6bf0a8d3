/*
 * The IMAP transport against a scripted server: what a server may do wrong before, in and after the
 * login, news that must not be lost around IDLE, answers that promise too much, and the one way
 * each change of a message is made. (The everyday way is tested end to end with a real server.)
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/imap.h"
#include "scripted.h"

#define PASSWORD "s3cret \"quoted\\word"

#define CAPS "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE MOVE UIDPLUS\r\n%T OK done\r\n"
#define OLD "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n%T OK done\r\n"
#define GREETING SEND("* OK ready\r\n"), EXPECT("* CAPABILITY")
#define LOGGED_IN(caps)                                                                            \
	GREETING, SEND(caps), EXPECT("* AUTHENTICATE PLAIN *"), SEND("%T OK welcome\r\n"),         \
		EXPECT("* CAPABILITY"), SEND(caps), EXPECT("* LIST \"\" \"\""),                    \
		SEND("* LIST (\\Noselect) \".\" \"\"\r\n%T OK done\r\n")
#define SELECTED                                                                                   \
	EXPECT("* SELECT \"INBOX\""), SEND("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK "         \
					   "[UIDNEXT 14] x\r\n* OK [PERMANENTFLAGS (\\*)] x\r\n"   \
					   "%T OK [READ-WRITE] done\r\n")
#define LOGOUT EXPECT("* LOGOUT"), SEND("* BYE\r\n%T OK bye\r\n"), CLOSED
#define NOTHING_NEWER                                                                              \
	EXPECT("* UID FETCH 14:[*] (UID)"), SEND("* 3 FETCH (UID 13)\r\n%T OK done\r\n")
#define IDLING NOTHING_NEWER, EXPECT("* IDLE")
#define DONE EXPECT("DONE")

static const struct imap_deadlines patient = {
	.connect = 20000, .command = 20000, .done = 20000, .noop = 20000
};
static const struct imap_deadlines hasty = {
	.connect = 300, .command = 300, .done = 300, .noop = 20
};

static char password_file[64];
static struct stream_trust *trust;
static struct account_config account;

/* What each test works on. */
struct fixture {
	struct scripted *server;
	struct transport *t;
	struct err err;
	struct folder_state folder;
};

static void
start(struct fixture *f, struct scripted *server, enum tls_mode tls,
      const struct imap_deadlines *deadlines)
{
	memset(f, 0, sizeof(*f));
	f->server = server;
	account = (struct account_config){
		.name = "support",
		.host = tls == TLS_NONE ? "127.0.0.1" : "localhost",
		.port = scripted_port(server),
		.tls = tls,
		.user = "agent",
		.password = { .file = password_file },
	};
	assert_int_equal(imap_transport_new(&account, trust, &f->err, &f->t), 0);
	imap_set_deadlines(f->t, deadlines);
}

static void
open_selected(struct fixture *f, struct scripted *server, const struct imap_deadlines *deadlines)
{
	start(f, server, TLS_NONE, deadlines);
	if (f->t->ops->open(f->t, &f->err) != 0 ||
	    f->t->ops->select(f->t, "INBOX", &f->folder, &f->err) != 0)
		fail_msg("%s", f->err.text);
}

static void
finish(struct fixture *f)
{
	assert_null(strstr(f->err.text, PASSWORD));
	f->t->ops->free(f->t);
	scripted_finish(f->server);
}

/* Opening must fail with that error and words. */
static void
refused(struct fixture *f, int error, const char *words)
{
	int r = f->t->ops->open(f->t, &f->err);

	if (r != error || strstr(f->err.text, words) == NULL)
		fail_msg("%d: %s", r, f->err.text);
	finish(f);
}

static void
opens_selects_and_describes(void **state)
{
	static const struct script_step steps[] = { LOGGED_IN(CAPS), SELECTED, LOGOUT };
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.folder.uidvalidity, 7);
	assert_int_equal(f.folder.uidnext, 14);
	assert_int_equal(f.folder.exists, 3);
	assert_true(f.folder.keywords);
	assert_string_equal(f.t->ops->describe(f.t), "IMAP, no TLS, IDLE MOVE UIDPLUS");
	finish(&f);
}

static void
the_password_is_sent_as_plain_or_login(void **state)
{
	/* base64 of NUL "agent" NUL and the password */
	static const struct script_step later[] = {
		GREETING,
		SEND("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n%T OK done\r\n"),
		EXPECT("* AUTHENTICATE PLAIN"),
		SEND("+ \r\n"),
		EXPECT("AGFnZW50AHMzY3JldCAicXVvdGVkXHdvcmQ="),
		SEND("%T NO [AUTHENTICATIONFAILED] no\r\n"),
		LOGOUT,
	};
	static const struct script_step login[] = {
		GREETING,
		SEND("* CAPABILITY IMAP4rev1\r\n%T OK done\r\n"),
		EXPECT("* LOGIN \"agent\" \"s3cret \\\\\"quoted\\\\\\\\word\""),
		SEND("%T NO [AUTHENTICATIONFAILED] no\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(later), TLS_NONE, &patient);
	refused(&f, -EACCES, "AUTHENTICATE");
	start(&f, SCRIPT(login), TLS_NONE, &patient);
	refused(&f, -EACCES, "check user and password");
}

static void
a_wrong_password_is_said_without_the_password(void **state)
{
	static const struct script_step plain[] = {
		GREETING,
		SEND(CAPS),
		EXPECT("* AUTHENTICATE PLAIN *"),
		SEND("%T NO [AUTHENTICATIONFAILED] sorry\033[31m\r\n"),
		LOGOUT,
	};
	static const struct script_step echo[] = {
		GREETING,
		SEND(CAPS),
		EXPECT("* AUTHENTICATE PLAIN *"),
		SEND("%T NO you said s3cret \"quoted\\word\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(plain), TLS_NONE, &patient);
	assert_int_equal(f.t->ops->open(f.t, &f.err), -EACCES);
	assert_non_null(strstr(f.err.text, "127.0.0.1:"));
	assert_non_null(strstr(f.err.text, "sorry [31m"));
	assert_false(transport_lost(-EACCES));
	finish(&f);
	start(&f, SCRIPT(echo), TLS_NONE, &patient);
	refused(&f, -EACCES, "check user and password");
}

static void
a_busy_server_is_no_wrong_password(void **state)
{
	static const struct script_step steps[] = {
		GREETING,
		SEND(CAPS),
		EXPECT("* AUTHENTICATE PLAIN *"),
		SEND("%T NO [UNAVAILABLE] later\r\n"),
		CLOSED,
	};
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(steps), TLS_NONE, &patient);
	refused(&f, -EPIPE, "later");
}

static void
login_is_never_sent_when_disabled(void **state)
{
	static const struct script_step steps[] = {
		GREETING,
		SEND("* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(steps), TLS_NONE, &patient);
	refused(&f, -EACCES, "neither PLAIN nor LOGIN");
}

static void
a_missing_password_names_the_account(void **state)
{
	static const struct script_step steps[] = { GREETING, SEND(CAPS), LOGOUT };
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(steps), TLS_NONE, &patient);
	account.password.file = "/nonexistent/password";
	refused(&f, -EACCES, "support");
}

static void
preauth_before_tls_is_refused(void **state)
{
	static const struct script_step steps[] = { SEND("* PREAUTH come in\r\n"), CLOSED };
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(steps), TLS_STARTTLS, &patient);
	refused(&f, -EKEYREJECTED, "PREAUTH");
	start(&f, SCRIPT(steps), TLS_NONE, &patient);
	refused(&f, -EKEYREJECTED, "PREAUTH");
}

static void
no_starttls_no_login(void **state)
{
	static const struct script_step missing[] = { GREETING, SEND(CAPS), CLOSED };
	static const struct script_step no[] = {
		GREETING,
		SEND("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\n%T OK done\r\n"),
		EXPECT("* STARTTLS"),
		SEND("%T NO not now\r\n"),
		CLOSED,
	};
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(missing), TLS_STARTTLS, &patient);
	refused(&f, -EKEYREJECTED, "STARTTLS");
	start(&f, SCRIPT(no), TLS_STARTTLS, &patient);
	refused(&f, -EKEYREJECTED, "STARTTLS");
}

static void
injected_bytes_after_starttls_are_refused(void **state)
{
	static const struct script_step steps[] = {
		GREETING,
		SEND("* CAPABILITY IMAP4rev1 STARTTLS\r\n%T OK done\r\n"),
		EXPECT("* STARTTLS"),
		SEND("%T OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"),
		CLOSED,
	};
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(steps), TLS_STARTTLS, &patient);
	refused(&f, -EPROTO, "before TLS");
}

static void
capabilities_from_before_tls_are_forgotten(void **state)
{
	static const struct script_step steps[] = {
		GREETING,
		SEND("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN IDLE\r\n%T OK done\r\n"),
		EXPECT("* STARTTLS"),
		SEND("%T OK go\r\n"),
		TLS,
		EXPECT("* CAPABILITY"),
		SEND("* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	scripted_tls(CERTIFICATE_GOOD, NULL);
	start(&f, SCRIPT(steps), TLS_STARTTLS, &patient);
	refused(&f, -EACCES, "neither PLAIN nor LOGIN");
}

static void
a_bad_certificate_gets_no_password(void **state)
{
	static const struct script_step steps[] = { TLS, CLOSED };
	struct fixture f;

	(void)state;
	scripted_tls(CERTIFICATE_SELF_SIGNED, NULL);
	start(&f, SCRIPT(steps), TLS_IMPLICIT, &patient);
	refused(&f, -EKEYREJECTED, "ca_file");
}

static void
implicit_tls_works(void **state)
{
	static const struct script_step steps[] = { TLS, LOGGED_IN(CAPS), LOGOUT };
	struct fixture f;

	(void)state;
	scripted_tls(CERTIFICATE_GOOD, NULL);
	start(&f, SCRIPT(steps), TLS_IMPLICIT, &patient);
	assert_int_equal(f.t->ops->open(f.t, &f.err), 0);
	assert_non_null(strstr(f.t->ops->describe(f.t), "TLS 1."));
	finish(&f);
}

static void
what_is_not_imap_is_said(void **state)
{
	static const struct script_step steps[] = { SEND("HTTP/1.1 400 Bad Request\r\n\r\n"),
						    CLOSED };
	static const struct script_step bye[] = { SEND("* BYE too many connections\r\n"), CLOSED };
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(steps), TLS_NONE, &patient);
	refused(&f, -EPROTO, "not an IMAP server");
	start(&f, SCRIPT(bye), TLS_NONE, &patient);
	refused(&f, -EPIPE, "does not want us");
}

static void
a_silent_server_ends_at_the_deadline(void **state)
{
	static const struct script_step greeting[] = { CLOSED };
	static const struct script_step command[] = { LOGGED_IN(CAPS), SELECTED,
						      EXPECT("* UID STORE 11 *"), CLOSED };
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(greeting), TLS_NONE, &hasty);
	refused(&f, -ETIMEDOUT, "greeting");
	open_selected(&f, SCRIPT(command), &hasty);
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "urgent", &f.err), -ETIMEDOUT);
	assert_non_null(strstr(f.err.text, "UID STORE"));
	assert_true(transport_lost(-ETIMEDOUT));
	/* After that nothing is sent on the connection any more. */
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "urgent", &f.err), -EPIPE);
	finish(&f);
}

/* Collects what fetch() hands over. */
struct taken {
	size_t calls, len;
	uint32_t uids[8];
	bool cut;
	int answer;
	char bytes[64];
};

static int
take(void *context, uint32_t uid, const void *bytes, size_t len, bool cut)
{
	struct taken *taken = context;

	taken->uids[taken->calls++ % 8] = uid;
	taken->len = len;
	taken->cut = cut;
	if (len < sizeof(taken->bytes)) {
		memcpy(taken->bytes, bytes, len);
		taken->bytes[len] = '\0';
	}
	return taken->answer;
}

static void
a_slow_server_is_understood(void **state)
{
	static const struct script_step steps[] = {
		SLOWLY("* OK ready\r\n"),
		EXPECT("* CAPABILITY"),
		SLOWLY(CAPS),
		EXPECT("* AUTHENTICATE PLAIN *"),
		SLOWLY("%T OK welcome\r\n"),
		EXPECT("* CAPABILITY"),
		SLOWLY(CAPS),
		EXPECT("* LIST \"\" \"\""),
		SLOWLY("* LIST (\\Noselect) \"/\" \"\"\r\n%T OK done\r\n"),
		SELECTED,
		EXPECT("* UID FETCH 12:[*] *"),
		SLOWLY("* 2 FETCH (UID 12 RFC822.SIZE 5 INTERNALDATE \"17-Jul-2026 02:44:25 "
		       "+0900\")\r\n%T OK done\r\n"),
		EXPECT("* UID FETCH 12 *"),
		SLOWLY("* 2 FETCH (UID 12 BODY[] {5}\r\nhello)\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct taken taken = { 0 };
	struct listed *rows;
	struct fixture f;
	size_t count;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->list(f.t, 12, &rows, &count, &f.err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].received_ms, INT64_C(1784223865000));
	assert_int_equal(f.t->ops->fetch(f.t, rows, count, 1000, take, &taken, &f.err), 0);
	assert_string_equal(taken.bytes, "hello");
	free(rows);
	finish(&f);
}

static void
listing_is_sorted_and_drops_what_was_not_asked_for(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 12:[*] *"),
		SEND("* 3 FETCH (UID 13 RFC822.SIZE 7 INTERNALDATE \" 1-Jan-2026 00:00:00 "
		     "+0000\")\r\n"
		     "* 1 FETCH (FLAGS (\\Seen))\r\n"
		     "* 1 FETCH (UID 3 RFC822.SIZE 7 INTERNALDATE \" 1-Jan-2026 00:00:00 "
		     "+0000\")\r\n"
		     "* 2 FETCH (UID 12 RFC822.SIZE 5 INTERNALDATE \" 1-Jan-2026 00:00:01 "
		     "-0100\")\r\n"
		     "* 2 FETCH (UID 12 RFC822.SIZE 5 INTERNALDATE \" 1-Jan-2026 00:00:01 "
		     "-0100\")\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct listed *rows;
	struct fixture f;
	size_t count;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->list(f.t, 12, &rows, &count, &f.err), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].uid, 12);
	assert_int_equal(rows[0].size, 5);
	assert_int_equal(rows[0].received_ms, INT64_C(1767229201000));
	assert_int_equal(rows[1].uid, 13);
	free(rows);
	finish(&f);
}

static void
gmail_tells_its_conversations(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN("* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR IDLE X-GM-EXT-1\r\n%T OK "
			  "done\r\n"),
		SELECTED,
		EXPECT("* UID FETCH 12:[*] (UID RFC822.SIZE INTERNALDATE X-GM-THRID)"),
		SEND("* 1 FETCH (X-GM-THRID 1278455344230334865 UID 12 RFC822.SIZE 5 INTERNALDATE "
		     "\" 1-Jan-2026 00:00:01 +0000\")\r\n"
		     "* 2 FETCH (X-GM-THRID 18446744073709551615 UID 13 RFC822.SIZE 5 INTERNALDATE "
		     "\" 1-Jan-2026 00:00:01 +0000\")\r\n"
		     "* 3 FETCH (UID 14 RFC822.SIZE 5 INTERNALDATE \" 1-Jan-2026 00:00:01 "
		     "+0000\")\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct listed *rows;
	struct fixture f;
	size_t count;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->list(f.t, 12, &rows, &count, &f.err), 0);
	assert_int_equal(count, 3);
	assert_int_equal(rows[0].gmail_thread, UINT64_C(1278455344230334865));
	assert_int_equal(rows[1].gmail_thread, 0);
	assert_int_equal(rows[2].gmail_thread, 0);
	assert_int_equal(rows[0].size, 5);
	free(rows);
	finish(&f);
}

static void
a_big_folder_is_listed_in_windows(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		EXPECT("* SELECT *"),
		SEND("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4000000000] x\r\n%T OK "
		     "done\r\n"),
		EXPECT("* UID SEARCH UID 1:[*]"),
		SEND("* SEARCH 3999999999 1 70000\r\n%T OK done\r\n"),
		EXPECT("* UID FETCH 1:3999999999 *"),
		SEND("* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE \" 1-Jan-2026 00:00:01 "
		     "+0000\")\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct listed *rows;
	struct fixture f;
	size_t count;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->list(f.t, 1, &rows, &count, &f.err), 0);
	assert_int_equal(count, 1);
	free(rows);
	finish(&f);
}

static void
identities_come_unfolded(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 1:[*] *"),
		SEND("* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE \" 1-Jan-2026 00:00:01 +0000\" "
		     "BODY[HEADER.FIELDS (MESSAGE-ID DATE)] {61}\r\n"
		     "date: Thu, 1 Jan\r\n 2026 00:00:00 +0000\r\nMessage-ID: <a@b>\r\n\r\n)\r\n"
		     "* 2 FETCH (UID 2 RFC822.SIZE 5 INTERNALDATE \" 1-Jan-2026 00:00:01 +0000\" "
		     "BODY[HEADER.FIELDS (MESSAGE-ID DATE)] {2}\r\n\r\n)\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct identity_listed *rows;
	struct fixture f;
	size_t count;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->identify(f.t, 1, &rows, &count, &f.err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].message_id, "<a@b>");
	assert_string_equal(rows[0].date_text, "Thu, 1 Jan 2026 00:00:00 +0000");
	assert_string_equal(rows[1].message_id, "");
	assert_string_equal(rows[1].date_text, "");
	free(rows);
	finish(&f);
}

static void
since_gives_the_lowest_uid(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID SEARCH SINCE 1-Jan-2026"),
		SEND("* SEARCH 13 11\r\n%T OK done\r\n"),
		EXPECT("* UID SEARCH SINCE 1-Jan-2026"),
		SEND("* SEARCH\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;
	uint32_t uid;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->since(f.t, INT64_C(1767229201000), &uid, &f.err), 0);
	assert_int_equal(uid, 11);
	assert_int_equal(f.t->ops->since(f.t, INT64_C(1767229201000), &uid, &f.err), 0);
	assert_int_equal(uid, 0);
	finish(&f);
}

static void
bodies_come_in_one_command_and_once_each(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11,12,13 (UID BODY.PEEK\\[\\])"),
		SEND("* 1 FETCH (UID 11 BODY[] {3}\r\none)\r\n* 9 FETCH (UID 99 BODY[] "
		     "{3}\r\nbad)\r\n"
		     "* 1 FETCH (UID 11 BODY[] {3}\r\none)\r\n* 3 FETCH (BODY[] {5}\r\nthree UID "
		     "13)\r\n%T OK done\r\n"),
		LOGOUT,
	};
	static const struct listed wanted[] = { { 11, 3, 0, 0 }, { 12, 3, 0, 0 }, { 13, 5, 0, 0 } };
	struct taken taken = { 0 };
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->fetch(f.t, wanted, 3, 1000, take, &taken, &f.err), 0);
	assert_int_equal(taken.calls, 2);
	assert_int_equal(taken.uids[0], 11);
	assert_int_equal(taken.uids[1], 13);
	assert_string_equal(taken.bytes, "three");
	assert_false(taken.cut);
	finish(&f);
}

static void
fetching_stops_when_told(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11,12 *"),
		SEND("* 1 FETCH (UID 11 BODY[] {3}\r\none)\r\n* 2 FETCH (UID 12 BODY[] "
		     "{3}\r\ntwo)\r\n%T OK done\r\n"),
		LOGOUT,
	};
	static const struct listed wanted[] = { { 11, 3, 0, 0 }, { 12, 3, 0, 0 } };
	struct taken taken = { .answer = -ENOSPC };
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->fetch(f.t, wanted, 2, 1000, take, &taken, &f.err), -ENOSPC);
	assert_int_equal(taken.calls, 1);
	finish(&f);
}

static void
a_message_expunged_meanwhile_does_not_stop_the_others(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11,12,13 *"),
		SEND("* 1 FETCH (UID 11 BODY[] {3}\r\none)\r\n%T NO some are gone\r\n"),
		EXPECT("* UID FETCH 12 (UID BODY*"),
		SEND("%T NO gone\r\n"),
		EXPECT("* UID FETCH 12 (UID)"),
		SEND("%T OK done\r\n"),
		EXPECT("* UID FETCH 13 (UID BODY*"),
		SEND("* 3 FETCH (UID 13 BODY[] {5}\r\nthree)\r\n%T OK done\r\n"),
		LOGOUT,
	};
	static const struct listed wanted[] = { { 11, 3, 0, 0 }, { 12, 3, 0, 0 }, { 13, 5, 0, 0 } };
	struct taken taken = { 0 };
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->fetch(f.t, wanted, 3, 1000, take, &taken, &f.err), 0);
	assert_int_equal(taken.calls, 2);
	assert_int_equal(taken.uids[1], 13);
	finish(&f);
}

static void
a_refused_message_that_is_there_is_an_error(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11 (UID BODY*"),
		SEND("%T NO cannot read it\r\n"),
		EXPECT("* UID FETCH 11 (UID)"),
		SEND("* 1 FETCH (UID 11)\r\n%T OK done\r\n"),
		LOGOUT,
	};
	static const struct listed wanted[] = { { 11, 3, 0, 0 } };
	struct taken taken = { 0 };
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->fetch(f.t, wanted, 1, 1000, take, &taken, &f.err), -EPERM);
	assert_non_null(strstr(f.err.text, "cannot read it"));
	assert_int_equal(taken.calls, 0);
	finish(&f);
}

static void
a_big_message_comes_in_pieces_up_to_the_bound(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11 (UID BODY.PEEK\\[\\]<0.9>)"),
		SEND("* 1 FETCH (UID 11 BODY[]<0> {9}\r\n123456789)\r\n%T OK done\r\n"),
		EXPECT("* UID FETCH 12 (UID BODY.PEEK\\[\\]<0.1048576>)"),
		SEND("* 2 FETCH (UID 12 BODY[]<0> {1048576}\r\n"),
		REPEAT("0123456789abcdef", 65536),
		SEND(")\r\n%T OK done\r\n"),
		EXPECT("* UID FETCH 12 (UID BODY.PEEK\\[\\]<1048576.1048576>)"),
		SEND("* 2 FETCH (UID 12 BODY[]<1048576> {4}\r\nlast)\r\n%T OK done\r\n"),
		LOGOUT,
	};
	static const struct listed wanted[] = { { 11, 25000000, 0, 0 }, { 12, 2000000, 0, 0 } };
	struct taken taken = { 0 };
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->fetch(f.t, wanted, 1, 8, take, &taken, &f.err), 0);
	assert_int_equal(taken.len, 8);
	assert_true(taken.cut);
	assert_string_equal(taken.bytes, "12345678");
	assert_int_equal(f.t->ops->fetch(f.t, wanted + 1, 1, 32u << 20, take, &taken, &f.err), 0);
	assert_int_equal(taken.len, 1048580);
	assert_false(taken.cut);
	assert_int_equal(taken.calls, 2);
	finish(&f);
}

static void
a_server_gone_in_a_literal_is_noticed(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11 *"),
		SEND("* 1 FETCH (UID 11 BODY[] {3000}\r\nonly so much"),
		CLOSE,
	};
	static const struct listed wanted[] = { { 11, 3000, 0, 0 } };
	struct taken taken = { 0 };
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->fetch(f.t, wanted, 1, 1u << 20, take, &taken, &f.err), -EPIPE);
	assert_int_equal(taken.calls, 0);
	finish(&f);
}

static void
a_huge_literal_is_refused_before_anything_is_allocated(void **state)
{
	static const struct script_step fetch[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11 *"),
		SEND("* 1 FETCH (UID 11 BODY[] {4294967295}\r\n"),
		REPEAT("0123456789abcdef", 1 << 20),
		CLOSED,
	};
	static const struct script_step greeting[] = {
		GREETING,
		SEND("* LIST () \"/\" {4294967295}\r\n"),
		REPEAT("0123456789abcdef", 1 << 20),
		CLOSED,
	};
	static const struct listed wanted[] = { { 11, 3000, 0, 0 } };
	struct taken taken = { 0 };
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(fetch), &patient);
	assert_int_equal(f.t->ops->fetch(f.t, wanted, 1, 1u << 20, take, &taken, &f.err), -EPROTO);
	assert_non_null(strstr(f.err.text, "announces more"));
	finish(&f);
	start(&f, SCRIPT(greeting), TLS_NONE, &patient);
	refused(&f, -EPROTO, "announces more");
}

static void
an_endless_answer_is_refused(void **state)
{
	static const struct script_step lines[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID STORE *"),
		REPEAT("* 1 FETCH (FLAGS (\\Seen))\r\n", 1 << 20),
		CLOSED,
	};
	static const struct script_step line[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID STORE *"),
		SEND("* OK "),
		REPEAT("0123456789abcdef", 1 << 20),
		CLOSED,
	};
	static const struct script_step nested[] = {
		LOGGED_IN(CAPS),     SELECTED, EXPECT("* UID STORE *"), SEND("* 1 FETCH (BODY "),
		REPEAT("(", 100000), CLOSED,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(lines), &patient);
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "x", &f.err), -EPROTO);
	finish(&f);
	open_selected(&f, SCRIPT(line), &patient);
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "x", &f.err), -EPROTO);
	finish(&f);
	open_selected(&f, SCRIPT(nested), &patient);
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "x", &f.err), -EPROTO);
	assert_non_null(strstr(f.err.text, "nested"));
	finish(&f);
}

/* Waits, and tells what it came to. */
static enum transport_event
waited(struct fixture *f, int64_t timeout_ms)
{
	enum transport_event event;
	int r = f->t->ops->wait(f->t, 14, timeout_ms, &event, &f->err);

	if (r != 0)
		fail_msg("%d: %s", r, f->err.text);
	return event;
}

static void
exists_before_the_plus_is_news(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		IDLING,
		SEND("* 4 EXISTS\r\n"),
		SEND("+ idling\r\n"),
		DONE,
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
}

static void
exists_in_one_segment_with_the_plus_is_news(void **state)
{
	static const struct script_step before[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		IDLING,
		SEND("* 4 EXISTS\r\n* 1 RECENT\r\n+ idling\r\n"),
		DONE,
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	static const struct script_step after[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		IDLING,
		SEND("+ idling\r\n* 1 RECENT\r\n* 4 EXISTS\r\n"),
		DONE,
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(before), &patient);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
	open_selected(&f, SCRIPT(after), &patient);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
}

static void
exists_in_one_tls_record_with_the_plus_is_news(void **state)
{
	static const struct script_step steps[] = {
		TLS,  LOGGED_IN(CAPS),        SELECTED, IDLING, SEND("+ idling\r\n* 4 EXISTS\r\n"),
		DONE, SEND("%T OK done\r\n"), LOGOUT,
	};
	struct fixture f;

	(void)state;
	scripted_tls(CERTIFICATE_GOOD, NULL);
	start(&f, SCRIPT(steps), TLS_IMPLICIT, &patient);
	assert_int_equal(f.t->ops->open(f.t, &f.err), 0);
	assert_int_equal(f.t->ops->select(f.t, "INBOX", &f.folder, &f.err), 0);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
}

static void
exists_coming_later_is_news(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		IDLING,
		SEND("+ idling\r\n* OK still here\r\n* 2 FETCH (X {14}\r\n* 9 EXISTS\r\n\r\n FLAGS "
		     "())\r\n"),
		BARRIER,
		SLOWLY("* 4 EXISTS\r\n"),
		DONE,
		SEND("* 5 EXISTS\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	scripted_pass(f.server);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
}

static void
exists_in_a_literal_is_no_news(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		IDLING,
		SEND("+ idling\r\n* 2 FETCH (X {14}\r\n* 9 EXISTS\r\n\r\n FLAGS ())\r\n"),
		DONE,
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(waited(&f, 300), TRANSPORT_TIMEOUT);
	finish(&f);
}

static void
exists_with_the_answer_to_done_is_news(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		IDLING,
		SEND("+ idling\r\n"),
		DONE,
		SEND("* 4 EXISTS\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(waited(&f, 20), TRANSPORT_CHANGED);
	finish(&f);
}

static void
exists_in_any_other_answer_is_news_until_the_folder_is_listed(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID STORE *"),
		SEND("* 4 EXISTS\r\n%T OK done\r\n"),
		EXPECT("* UID FETCH 14:[*] (UID RFC*"),
		SEND("* 4 FETCH (UID 14 RFC822.SIZE 5 INTERNALDATE \" 1-Jan-2026 00:00:01 "
		     "+0000\")\r\n%T OK done\r\n"),
		IDLING,
		SEND("+ idling\r\n"),
		DONE,
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	struct listed *rows;
	struct fixture f;
	size_t count;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "urgent", &f.err), 0);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	assert_int_equal(f.t->ops->list(f.t, 14, &rows, &count, &f.err), 0);
	free(rows);
	assert_int_equal(waited(&f, 20), TRANSPORT_TIMEOUT);
	finish(&f);
}

static void
a_newer_uid_before_idle_is_news(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 14:[*] (UID)"),
		SEND("* 4 FETCH (UID 14)\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
}

static void
bye_and_silence_in_idle_are_errors(void **state)
{
	static const struct script_step bye[] = {
		LOGGED_IN(CAPS), SELECTED, IDLING, SEND("+ idling\r\n* BYE timeout\r\n"), CLOSED,
	};
	static const struct script_step silent[] = { LOGGED_IN(CAPS), SELECTED, IDLING,
						     SEND("+ idling\r\n"), CLOSED };
	enum transport_event event;
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(bye), &patient);
	assert_int_equal(f.t->ops->wait(f.t, 14, 20000, &event, &f.err), -EPIPE);
	assert_non_null(strstr(f.err.text, "BYE"));
	finish(&f);
	open_selected(&f, SCRIPT(silent), &hasty);
	assert_int_equal(f.t->ops->wait(f.t, 14, 20, &event, &f.err), -ETIMEDOUT);
	assert_non_null(strstr(f.err.text, "IDLE"));
	finish(&f);
}

static void
without_idle_noop_asks(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(OLD),
		SELECTED,
		NOTHING_NEWER,
		EXPECT("* NOOP"),
		SEND("%T OK done\r\n"),
		EXPECT("* NOOP"),
		SEND("* 4 EXISTS\r\n%T OK done\r\n"),
		LOGOUT,
	};
	static const struct script_step no[] = {
		LOGGED_IN(CAPS),  SELECTED,
		IDLING,           SEND("%T NO not today\r\n"),
		EXPECT("* NOOP"), SEND("* 4 EXISTS\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct imap_deadlines often = patient;
	struct fixture f;

	(void)state;
	often.noop = 20;
	open_selected(&f, SCRIPT(steps), &often);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
	open_selected(&f, SCRIPT(no), &often);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
}

static void
after_news_a_near_server_is_asked_for_a_while(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		IDLING,
		SEND("+ idling\r\n* 4 EXISTS\r\n"),
		DONE,
		SEND("%T OK done\r\n"),
		EXPECT("* UID FETCH 14:[*] (UID RFC*"),
		SEND("%T OK done\r\n"),
		NOTHING_NEWER,
		EXPECT("* NOOP"),
		SEND("%T OK done\r\n"),
		EXPECT("* NOOP"),
		SEND("* 5 EXISTS\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct imap_deadlines alert = patient;
	struct listed *rows;
	struct fixture f;
	size_t count;

	(void)state;
	alert.alert = alert.near = 20000;
	open_selected(&f, SCRIPT(steps), &alert);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	assert_int_equal(f.t->ops->list(f.t, 14, &rows, &count, &f.err), 0);
	assert_int_equal(count, 0);
	free(rows);
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	finish(&f);
}

static void *
wake_at_barrier(void *argument)
{
	struct fixture *f = argument;

	scripted_arrived(f->server);
	f->t->ops->wake(f->t, false);
	scripted_pass(f->server);
	return NULL;
}

static void *
stop_at_barrier(void *argument)
{
	struct fixture *f = argument;

	scripted_arrived(f->server);
	f->t->ops->wake(f->t, true);
	scripted_pass(f->server);
	return NULL;
}

static void
a_wake_up_ends_waiting(void **state)
{
	static const struct script_step idle[] = {
		LOGGED_IN(CAPS),        SELECTED, IDLING, SEND("+ idling\r\n"), BARRIER, DONE,
		SEND("%T OK done\r\n"), LOGOUT,
	};
	static const struct script_step noop[] = {
		LOGGED_IN(OLD),         SELECTED, NOTHING_NEWER, EXPECT("* NOOP"),
		SEND("%T OK done\r\n"), BARRIER,  LOGOUT,
	};
	struct fixture f;
	pthread_t thread;

	(void)state;
	open_selected(&f, SCRIPT(idle), &patient);
	assert_int_equal(pthread_create(&thread, NULL, wake_at_barrier, &f), 0);
	assert_int_equal(waited(&f, 20000), TRANSPORT_WOKEN);
	pthread_join(thread, NULL);
	finish(&f);
	open_selected(&f, SCRIPT(noop), &patient);
	assert_int_equal(pthread_create(&thread, NULL, wake_at_barrier, &f), 0);
	assert_int_equal(waited(&f, 20000), TRANSPORT_WOKEN);
	pthread_join(thread, NULL);
	finish(&f);
}

static void
a_wake_up_does_not_disturb_a_command(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),        SELECTED, EXPECT("* UID STORE *"), BARRIER,
		SEND("%T OK done\r\n"), IDLING,   SEND("+ idling\r\n"),    DONE,
		SEND("%T OK done\r\n"), LOGOUT,
	};
	struct fixture f;
	pthread_t thread;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(pthread_create(&thread, NULL, wake_at_barrier, &f), 0);
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "urgent", &f.err), 0);
	assert_int_equal(waited(&f, 20000), TRANSPORT_WOKEN);
	pthread_join(thread, NULL);
	finish(&f);
}

/* One call of each operation, by number. -ENOSYS past the last. */
static int
call(struct fixture *f, int number)
{
	static const struct listed wanted[] = { { 11, 3, 0, 0 } };
	const struct transport_ops *ops = f->t->ops;
	struct taken taken = { 0 };
	struct folder_state folder;
	struct identity_listed *identities;
	enum transport_event event;
	struct listed *rows;
	uint32_t validity, uid;
	size_t count;
	bool found;

	switch (number) {
	case 0:
		return ops->select(f->t, "INBOX", &folder, &f->err);
	case 1:
		return ops->status(f->t, "INBOX", &folder, &f->err);
	case 2:
		return ops->list(f->t, 1, &rows, &count, &f->err);
	case 3:
		return ops->identify(f->t, 1, &identities, &count, &f->err);
	case 4:
		return ops->since(f->t, 0, &uid, &f->err);
	case 5:
		return ops->fetch(f->t, wanted, 1, 1000, take, &taken, &f->err);
	case 6:
		return ops->add_flag(f->t, 11, "urgent", &f->err);
	case 7:
		return ops->copy(f->t, 11, "A", &f->err);
	case 8:
		return ops->move(f->t, 11, "A", false, &validity, &uid, &f->err);
	case 9:
		return ops->append_draft(f->t, "Drafts", "x\r\n", 3, &f->err);
	case 10:
		return ops->find(f->t, "Drafts", "<a@b>", 0, 1, &found, &f->err);
	case 11:
		return ops->wait(f->t, 14, 20000, &event, &f->err);
	default:
		return -ENOSYS;
	}
}

static void
stop_ends_every_call(void **state)
{
	static const struct script_step steps[] = { LOGGED_IN(CAPS), SELECTED, EXPECT("*"), BARRIER,
						    CLOSED };
	static const struct script_step opening[] = { GREETING, BARRIER, CLOSED };
	struct fixture f;
	pthread_t thread;
	int number, r;

	(void)state;
	for (number = 0, r = -ECANCELED; r == -ECANCELED; number++) {
		open_selected(&f, SCRIPT(steps), &patient);
		assert_int_equal(pthread_create(&thread, NULL, stop_at_barrier, &f), 0);
		r = call(&f, number);
		if (r == -ENOSYS)
			f.t->ops->status(f.t, "INBOX", &f.folder, &f.err);
		pthread_join(thread, NULL);
		assert_int_equal(f.t->ops->select(f.t, "INBOX", &f.folder, &f.err), -EPIPE);
		finish(&f);
	}
	assert_int_equal(number, 13);
	start(&f, SCRIPT(opening), TLS_NONE, &patient);
	assert_int_equal(pthread_create(&thread, NULL, stop_at_barrier, &f), 0);
	assert_int_equal(f.t->ops->open(f.t, &f.err), -ECANCELED);
	pthread_join(thread, NULL);
	finish(&f);
}

static void
the_connection_can_be_made_again(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS), SELECTED, EXPECT("* STATUS *"), CLOSE, ACCEPT, LOGGED_IN(OLD),
		SELECTED,        LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->status(f.t, "INBOX", &f.folder, &f.err), -EPIPE);
	f.t->ops->close(f.t);
	assert_int_equal(f.t->ops->select(f.t, "INBOX", &f.folder, &f.err), -EPIPE);
	assert_int_equal(f.t->ops->open(f.t, &f.err), 0);
	assert_int_equal(f.t->ops->select(f.t, "INBOX", &f.folder, &f.err), 0);
	assert_string_equal(f.t->ops->describe(f.t), "IMAP, no TLS");
	finish(&f);
}

static void
a_missing_folder_is_told_apart_from_a_refusal(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		EXPECT("* SELECT \"A.B\""),
		SEND("%T NO [NONEXISTENT] no such\r\n"),
		EXPECT("* SELECT \"C\""),
		SEND("%T NO whatever\r\n"),
		EXPECT("* LIST \"\" \"C\""),
		SEND("%T OK done\r\n"),
		EXPECT("* SELECT \"D\""),
		SEND("%T NO whatever\r\n"),
		EXPECT("* LIST \"\" \"D\""),
		SEND("* LIST () \".\" D\r\n%T OK done\r\n"),
		EXPECT("* STATUS \"E\" *"),
		SEND("%T NO [NOPERM] keep out\r\n"),
		EXPECT("* STATUS \"&vPi7OA-.&svXHpQ-\" *"),
		SEND("* STATUS \"&vPi7OA-.&svXHpQ-\" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3)\r\n%T OK "
		     "done\r\n"),
		LOGOUT,
	};
	struct folder_state folder;
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(steps), TLS_NONE, &patient);
	assert_int_equal(f.t->ops->open(f.t, &f.err), 0);
	assert_int_equal(f.t->ops->select(f.t, "A/B", &folder, &f.err), -ENOENT);
	assert_non_null(strstr(f.err.text, "SELECT A/B"));
	assert_int_equal(f.t->ops->select(f.t, "C", &folder, &f.err), -ENOENT);
	assert_int_equal(f.t->ops->select(f.t, "D", &folder, &f.err), -EPERM);
	assert_int_equal(f.t->ops->status(f.t, "E", &folder, &f.err), -EPERM);
	assert_int_equal(f.t->ops->status(f.t, "본문/답장", &folder, &f.err), 0);
	assert_int_equal(folder.uidnext, 2);
	finish(&f);
}

static void
folders_live_in_the_personal_name_space(void **state)
{
	static const struct script_step steps[] = {
		GREETING,
		SEND(OLD),
		EXPECT("* AUTHENTICATE PLAIN *"),
		SEND("%T OK done\r\n"),
		EXPECT("* CAPABILITY"),
		SEND("* CAPABILITY IMAP4rev1 NAMESPACE\r\n%T OK done\r\n"),
		EXPECT("* NAMESPACE"),
		SEND("* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n%T OK done\r\n"),
		EXPECT("* STATUS \"INBOX.A.B\" *"),
		SEND("%T NO [NONEXISTENT] no\r\n"),
		EXPECT("* STATUS \"INBOX.A\" *"),
		SEND("%T NO [NONEXISTENT] no\r\n"),
		EXPECT("* STATUS \"inbox\" *"),
		SEND("%T NO [NONEXISTENT] no\r\n"),
		LOGOUT,
	};
	struct folder_state folder;
	struct fixture f;

	(void)state;
	start(&f, SCRIPT(steps), TLS_NONE, &patient);
	assert_int_equal(f.t->ops->open(f.t, &f.err), 0);
	assert_int_equal(f.t->ops->status(f.t, "A/B", &folder, &f.err), -ENOENT);
	assert_int_equal(f.t->ops->status(f.t, "INBOX/A", &folder, &f.err), -ENOENT);
	assert_int_equal(f.t->ops->status(f.t, "inbox", &folder, &f.err), -ENOENT);
	finish(&f);
}

static void
a_move_makes_its_target_and_tells_the_new_uid(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11 (UID)"),
		SEND("* 1 FETCH (UID 11)\r\n%T OK done\r\n"),
		EXPECT("* UID MOVE 11 \"Triage.Threat\""),
		SEND("%T NO [TRYCREATE] no such\r\n"),
		EXPECT("* CREATE \"Triage.Threat\""),
		SEND("%T OK done\r\n"),
		EXPECT("* SUBSCRIBE \"Triage.Threat\""),
		SEND("%T OK done\r\n"),
		EXPECT("* UID MOVE 11 \"Triage.Threat\""),
		SEND("* OK [COPYUID 99 11 5] moved\r\n* 1 EXPUNGE\r\n%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;
	uint32_t validity, uid;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->move(f.t, 11, "Triage/Threat", false, &validity, &uid, &f.err),
			 0);
	assert_int_equal(validity, 99);
	assert_int_equal(uid, 5);
	finish(&f);
}

static void
a_gone_message_is_not_moved_or_copied(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID FETCH 11 (UID)"),
		SEND("%T OK done\r\n"),
		EXPECT("* UID COPY 11 *"),
		SEND("%T OK nothing to do\r\n"),
		EXPECT("* UID FETCH 11 (UID)"),
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;
	uint32_t validity, uid;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->move(f.t, 11, "A", false, &validity, &uid, &f.err), -ESTALE);
	assert_int_equal(f.t->ops->copy(f.t, 11, "A", &f.err), -ESTALE);
	assert_false(transport_lost(-ESTALE));
	finish(&f);
}

#define UIDPLUS_ONLY "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS\r\n%T OK done\r\n"

static void
without_move_only_the_copied_uid_is_expunged(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(UIDPLUS_ONLY),
		SELECTED,
		EXPECT("* UID COPY 11 \"A\""),
		SEND("%T OK [COPYUID 99 11 5] done\r\n"),
		EXPECT("* UID STORE 11 +FLAGS.SILENT (\\\\Deleted)"),
		SEND("%T OK done\r\n"),
		EXPECT("* UID EXPUNGE 11"),
		SEND("* 1 EXPUNGE\r\n%T OK done\r\n"),
		/* the rest of a move that broke after its copy */
		EXPECT("* UID STORE 12 +FLAGS.SILENT (\\\\Deleted)"),
		SEND("%T OK done\r\n"),
		EXPECT("* UID EXPUNGE 12"),
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	static const struct script_step neither[] = { LOGGED_IN(OLD), SELECTED, LOGOUT };
	struct fixture f;
	uint32_t validity, uid;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->move(f.t, 11, "A", false, &validity, &uid, &f.err), 0);
	assert_int_equal(uid, 5);
	assert_int_equal(f.t->ops->move(f.t, 12, "A", true, &validity, &uid, &f.err), 0);
	assert_int_equal(uid, 0);
	finish(&f);
	open_selected(&f, SCRIPT(neither), &patient);
	assert_int_equal(f.t->ops->move(f.t, 11, "A", false, &validity, &uid, &f.err), -ENOTSUP);
	finish(&f);
}

#define SPECIAL "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR SPECIAL-USE\r\n%T OK done\r\n"

static void
a_draft_goes_to_the_special_folder(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(SPECIAL),
		SELECTED,
		EXPECT("* LIST (SPECIAL-USE) \"\" \"[*]\""),
		SEND("* LIST (\\HasNoChildren \\Sent) \".\" Sent\r\n* LIST (\\Drafts) \".\" \"Mes "
		     "brouillons\"\r\n%T OK done\r\n"),
		EXPECT("* APPEND \"Mes brouillons\" (\\\\Draft \\\\Seen) {9}"),
		SEND("* 4 EXISTS\r\n+ go\r\n"),
		LITERAL,
		SEND("%T OK [APPENDUID 1 2] done\r\n"),
		/* asked once only */
		EXPECT("* APPEND \"Mes brouillons\" *"),
		SEND("+ go\r\n"),
		LITERAL,
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->append_draft(f.t, NULL, "A: b\r\n\r\nc", 9, &f.err), 0);
	assert_int_equal(waited(&f, 20), TRANSPORT_CHANGED);
	assert_int_equal(f.t->ops->append_draft(f.t, NULL, "A: b\r\n\r\nc", 9, &f.err), 0);
	finish(&f);
}

static void
a_missing_drafts_folder_is_made(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(OLD),
		SELECTED,
		EXPECT("* LIST \"\" \"%\""),
		SEND("* LIST () \".\" INBOX\r\n%T OK done\r\n"),
		EXPECT("* APPEND \"Drafts\" *"),
		SEND("%T NO [TRYCREATE] no such\r\n"),
		EXPECT("* CREATE \"Drafts\""),
		SEND("%T OK done\r\n"),
		EXPECT("* SUBSCRIBE *"),
		SEND("%T NO never mind\r\n"),
		EXPECT("* APPEND \"Drafts\" *"),
		SEND("+ go\r\n"),
		LITERAL,
		SEND("%T OK done\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->append_draft(f.t, NULL, "x", 1, &f.err), 0);
	finish(&f);
}

static void
a_full_mailbox_is_said(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(OLD),
		SELECTED,
		EXPECT("* APPEND \"D\" *"),
		SEND("%T NO [OVERQUOTA] full\r\n"),
		EXPECT("* APPEND \"D\" *"),
		SEND("+ go\r\n"),
		LITERAL,
		SEND("%T NO [OVERQUOTA] full\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->append_draft(f.t, "D", "x", 1, &f.err), -EDQUOT);
	assert_int_equal(f.t->ops->append_draft(f.t, "D", "x", 1, &f.err), -EDQUOT);
	assert_non_null(strstr(f.err.text, "make room"));
	assert_false(transport_lost(-EDQUOT));
	finish(&f);
}

#define EXAMINED(answer) EXPECT("* EXAMINE \"D\""), SEND(answer)
#define OPENED "* 1 EXISTS\r\n* OK [UIDVALIDITY 3] x\r\n* OK [UIDNEXT 9] x\r\n%T OK done\r\n"
#define AGAIN "* 4 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 15] x\r\n%T OK done\r\n"
#define OTHER "* 4 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n* OK [UIDNEXT 15] x\r\n%T OK done\r\n"

static bool
is_ours(void *context, const void *bytes, size_t len)
{
	return len == strlen(context) && memcmp(bytes, context, len) == 0;
}

#define BODY(uid, text)                                                                            \
	EXPECT("* UID FETCH " uid " *BODY.PEEK*"),                                                 \
		SEND("* 1 FETCH (UID " uid " BODY[]<0> \"" text "\")\r\n%T OK done\r\n")

static void
a_draft_is_taken_out_again(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* SELECT \"D\""),
		SEND(OPENED),
		EXPECT("* UID SEARCH UID 1:[*] HEADER MESSAGE-ID \"<a@b>\" LARGER 5 SMALLER 7"),
		SEND("* SEARCH 7 8\r\n%T OK done\r\n"),
		/* somebody saved it again with other words: that one stays */
		BODY("7", "10 won"),
		BODY("8", "30 won"),
		EXPECT("* UID STORE 8 +FLAGS.SILENT (\\\\Deleted)"),
		SEND("%T OK done\r\n"),
		EXPECT("* UID EXPUNGE 8"),
		SEND("* 1 EXPUNGE\r\n%T OK done\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		EXPECT("* SELECT \"D\""),
		SEND(OPENED),
		EXPECT("* UID SEARCH *"),
		SEND("* SEARCH 7\r\n%T OK done\r\n"),
		BODY("7", "10 won"),
		EXPECT("* UID SEARCH UID 1:[*] HEADER MESSAGE-ID \"<a@b>\""),
		SEND("* SEARCH 7 9\r\n%T OK done\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		/* the folder is missing */
		EXPECT("* SELECT \"D\""),
		SEND("%T NO [NONEXISTENT] no\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		LOGOUT,
	};
	static const struct script_step bare[] = {
		LOGGED_IN(OLD),
		SELECTED,
		EXPECT("* SELECT \"D\""),
		SEND(OPENED),
		EXPECT("* UID SEARCH *"),
		SEND("* SEARCH 8\r\n%T OK done\r\n"),
		BODY("8", "30 won"),
		/* without UIDPLUS nothing is expunged */
		EXPECT("* UID STORE 8 +FLAGS.SILENT (\\\\Deleted)"),
		SEND("%T OK done\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		LOGOUT,
	};
	static const enum withdrawn expected[] = { WITHDRAWN_DONE, WITHDRAWN_CHANGED,
						   WITHDRAWN_NONE };
	char ours[] = "30 won";
	struct fixture f;
	enum withdrawn got;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	for (size_t i = 0; i < 3; i++) {
		if (f.t->ops->withdraw(f.t, "D", "<a@b>", 6, is_ours, ours, &got, &f.err) < 0)
			fail_msg("%zu: %s", i, f.err.text);
		assert_int_equal(got, expected[i]);
	}
	finish(&f);
	open_selected(&f, SCRIPT(bare), &patient);
	assert_int_equal(f.t->ops->withdraw(f.t, "D", "<a@b>", 6, is_ours, ours, &got, &f.err), 0);
	assert_int_equal(got, WITHDRAWN_DONE);
	finish(&f);
}

static void
finding_comes_back_to_the_selected_folder(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXAMINED(OPENED),
		EXPECT("* UID SEARCH UID 5:[*] HEADER MESSAGE-ID \"<a\\\\\"@b>\" LARGER 99 SMALLER "
		       "101"),
		SEND("* SEARCH 8\r\n%T OK done\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		/* a message below first does not count */
		EXAMINED(OPENED),
		EXPECT("* UID SEARCH *"),
		SEND("* SEARCH 4\r\n%T OK done\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		/* the folder is missing: not found */
		EXAMINED("%T NO [NONEXISTENT] no\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		/* the selected folder is another one now: its UIDs mean nothing any more */
		EXAMINED(OPENED),
		EXPECT("* UID SEARCH *"),
		SEND("* SEARCH\r\n%T OK done\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(OTHER),
		CLOSED,
	};
	struct fixture f;
	bool found = false;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->find(f.t, "D", "<a\"@b>", 100, 5, &found, &f.err), 0);
	assert_true(found);
	/* What came meanwhile was announced to nobody. */
	assert_int_equal(waited(&f, 20000), TRANSPORT_CHANGED);
	assert_int_equal(f.t->ops->find(f.t, "D", "<a@b>", 0, 5, &found, &f.err), 0);
	assert_false(found);
	assert_int_equal(f.t->ops->find(f.t, "D", "<a@b>", 0, 5, &found, &f.err), 0);
	assert_false(found);
	assert_int_equal(f.t->ops->find(f.t, "D", "<a@b>", 0, 5, &found, &f.err), -EPIPE);
	finish(&f);
}

static void
odd_message_ids_are_compared_not_sent(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXAMINED(OPENED),
		EXPECT("* UID FETCH 1:[*] (UID RFC822.SIZE *"),
		SEND("* 1 FETCH (UID 8 RFC822.SIZE 100 INTERNALDATE \" 1-Jan-2026 00:00:01 +0000\" "
		     "BODY[HEADER.FIELDS (MESSAGE-ID DATE)] {23}\r\nMessage-ID: "
		     "<\xea\xb0\x80@b>\r\n\r\n)\r\n%T OK done\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		/* none at all: SEARCH for "" would find any other message */
		EXAMINED(OPENED),
		EXPECT("* UID FETCH 1:[*] (UID RFC822.SIZE *"),
		SEND("* 1 FETCH (UID 8 RFC822.SIZE 100 INTERNALDATE \" 1-Jan-2026 00:00:01 +0000\" "
		     "BODY[HEADER.FIELDS (MESSAGE-ID DATE)] {2}\r\n\r\n)\r\n%T OK done\r\n"),
		EXPECT("* SELECT \"INBOX\""),
		SEND(AGAIN),
		LOGOUT,
	};
	struct fixture f;
	bool found = false;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->find(f.t, "D", "<\xea\xb0\x80@b>", 100, 1, &found, &f.err), 0);
	assert_true(found);
	found = false;
	assert_int_equal(f.t->ops->find(f.t, "D", "", 100, 1, &found, &f.err), 0);
	assert_true(found);
	finish(&f);
}

static void
what_cannot_be_a_command_is_not_sent(void **state)
{
	static const struct script_step steps[] = {
		LOGGED_IN(CAPS),
		SELECTED,
		EXPECT("* UID STORE 11 +FLAGS.SILENT (\\\\Flagged)"),
		SEND("%T BAD what?\r\n"),
		LOGOUT,
	};
	struct fixture f;

	(void)state;
	open_selected(&f, SCRIPT(steps), &patient);
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "x) LOGOUT\r\n", &f.err), -EINVAL);
	assert_int_equal(f.t->ops->copy(f.t, 11, "a\r\nb", &f.err), -EINVAL);
	/* BAD is an answer: the connection is still good. */
	assert_int_equal(f.t->ops->add_flag(f.t, 11, "\\Flagged", &f.err), -EPERM);
	finish(&f);
}

static int
prepare(void **state)
{
	struct err err;
	int fd;

	(void)state;
	scripted_certificates();
	snprintf(password_file, sizeof(password_file), "%s/password-XXXXXX",
		 getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(password_file);
	if (fd < 0 || write(fd, PASSWORD "\n", strlen(PASSWORD) + 1) < 0)
		return -1;
	close(fd);
	return stream_trust_new(scripted_ca_file(), &err, &trust);
}

static int
clean_up(void **state)
{
	(void)state;
	stream_trust_unref(trust);
	unlink(password_file);
	scripted_certificates_free();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_selects_and_describes),
		cmocka_unit_test(the_password_is_sent_as_plain_or_login),
		cmocka_unit_test(a_wrong_password_is_said_without_the_password),
		cmocka_unit_test(a_busy_server_is_no_wrong_password),
		cmocka_unit_test(login_is_never_sent_when_disabled),
		cmocka_unit_test(a_missing_password_names_the_account),
		cmocka_unit_test(preauth_before_tls_is_refused),
		cmocka_unit_test(no_starttls_no_login),
		cmocka_unit_test(injected_bytes_after_starttls_are_refused),
		cmocka_unit_test(capabilities_from_before_tls_are_forgotten),
		cmocka_unit_test(a_bad_certificate_gets_no_password),
		cmocka_unit_test(implicit_tls_works),
		cmocka_unit_test(what_is_not_imap_is_said),
		cmocka_unit_test(a_silent_server_ends_at_the_deadline),
		cmocka_unit_test(a_slow_server_is_understood),
		cmocka_unit_test(listing_is_sorted_and_drops_what_was_not_asked_for),
		cmocka_unit_test(gmail_tells_its_conversations),
		cmocka_unit_test(a_big_folder_is_listed_in_windows),
		cmocka_unit_test(identities_come_unfolded),
		cmocka_unit_test(since_gives_the_lowest_uid),
		cmocka_unit_test(bodies_come_in_one_command_and_once_each),
		cmocka_unit_test(fetching_stops_when_told),
		cmocka_unit_test(a_message_expunged_meanwhile_does_not_stop_the_others),
		cmocka_unit_test(a_refused_message_that_is_there_is_an_error),
		cmocka_unit_test(a_big_message_comes_in_pieces_up_to_the_bound),
		cmocka_unit_test(a_server_gone_in_a_literal_is_noticed),
		cmocka_unit_test(a_huge_literal_is_refused_before_anything_is_allocated),
		cmocka_unit_test(an_endless_answer_is_refused),
		cmocka_unit_test(exists_before_the_plus_is_news),
		cmocka_unit_test(exists_in_one_segment_with_the_plus_is_news),
		cmocka_unit_test(exists_in_one_tls_record_with_the_plus_is_news),
		cmocka_unit_test(exists_coming_later_is_news),
		cmocka_unit_test(exists_in_a_literal_is_no_news),
		cmocka_unit_test(exists_with_the_answer_to_done_is_news),
		cmocka_unit_test(exists_in_any_other_answer_is_news_until_the_folder_is_listed),
		cmocka_unit_test(a_newer_uid_before_idle_is_news),
		cmocka_unit_test(bye_and_silence_in_idle_are_errors),
		cmocka_unit_test(without_idle_noop_asks),
		cmocka_unit_test(after_news_a_near_server_is_asked_for_a_while),
		cmocka_unit_test(a_wake_up_ends_waiting),
		cmocka_unit_test(a_wake_up_does_not_disturb_a_command),
		cmocka_unit_test(stop_ends_every_call),
		cmocka_unit_test(the_connection_can_be_made_again),
		cmocka_unit_test(a_missing_folder_is_told_apart_from_a_refusal),
		cmocka_unit_test(folders_live_in_the_personal_name_space),
		cmocka_unit_test(a_move_makes_its_target_and_tells_the_new_uid),
		cmocka_unit_test(a_gone_message_is_not_moved_or_copied),
		cmocka_unit_test(without_move_only_the_copied_uid_is_expunged),
		cmocka_unit_test(a_draft_goes_to_the_special_folder),
		cmocka_unit_test(a_missing_drafts_folder_is_made),
		cmocka_unit_test(a_full_mailbox_is_said),
		cmocka_unit_test(a_draft_is_taken_out_again),
		cmocka_unit_test(finding_comes_back_to_the_selected_folder),
		cmocka_unit_test(odd_message_ids_are_compared_not_sent),
		cmocka_unit_test(what_cannot_be_a_command_is_not_sent),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
