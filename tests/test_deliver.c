/*
 * test_deliver: what is known when handing over a mail goes wrong, against an SMTP server that
 * follows a script.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/deliver.h"

static const char mail[] = "From: triaged@example.com\r\nTo: kim@example.com\r\nSubject: "
			   "note\r\n\r\n.dots stay\r\n..\r\n.\r\nend\r\n";

/*
 * What the server says at each step; NULL: closes the connection instead. "" says nothing and
 * waits.
 */
struct script {
	const char *greeting, *ehlo, *from, *to, *data, *end;
	size_t take; /* closes after this many bytes of the mail, 0: takes it all */
	bool cancel; /* sets cancelled after the mail's end */
};

struct server {
	struct script script;
	int listener;
	pthread_t thread;
	_Atomic int cancelled;
	char commands[1024], text[4096];
};

static bool
say(FILE *out, const char *line)
{
	if (!line)
		return false;
	fputs(line, out);
	fflush(out);
	return true;
}

/* Takes the mail up to the final dot. false when the script says to stop in the middle. */
static bool
take_mail(struct server *s, FILE *in)
{
	char line[2048];
	size_t taken = 0;

	while (fgets(line, sizeof(line), in)) {
		if (!strcmp(line, ".\r\n"))
			return true;
		taken += strlen(line);
		if (s->script.take && taken > s->script.take)
			return false;
		if (strlen(s->text) + strlen(line) < sizeof(s->text))
			strcat(s->text, line + (line[0] == '.'));
	}
	return false;
}

static bool
answer(struct server *s, FILE *in, FILE *out, const char *line)
{
	const struct script *script = &s->script;

	if (strlen(s->commands) + strlen(line) < sizeof(s->commands))
		strcat(s->commands, line);
	if (!strncmp(line, "EHLO", 4))
		return say(out, script->ehlo);
	if (!strncmp(line, "MAIL", 4))
		return say(out, script->from);
	if (!strncmp(line, "RCPT", 4))
		return say(out, script->to);
	if (!strncmp(line, "QUIT", 4))
		return say(out, "221 bye\r\n") && false;
	if (strncmp(line, "DATA", 4))
		return say(out, "502 what?\r\n");
	if (!say(out, script->data))
		return false;
	if (script->data[0] != '3')
		return true;
	if (!take_mail(s, in))
		return false;
	if (script->cancel)
		atomic_store(&s->cancelled, 1);
	return say(out, script->end);
}

static void *
serve(void *context)
{
	struct server *s = context;
	int fd = accept(s->listener, NULL, NULL);
	FILE *in, *out;
	char line[2048];

	if (fd < 0)
		return NULL;
	in = fdopen(fd, "r");
	out = fdopen(dup(fd), "w");
	if (say(out, s->script.greeting))
		while (fgets(line, sizeof(line), in) && answer(s, in, out, line))
			;
	fclose(in);
	fclose(out);
	return NULL;
}

static const struct script good = {
	.greeting = "220 stub\r\n",
	.ehlo = "250 stub\r\n",
	.from = "250 ok\r\n",
	.to = "250 ok\r\n",
	.data = "354 go on\r\n",
	.end = "250 taken\r\n",
};

static void
start(struct server *s, struct script script, struct smtp_config *smtp, char url[64])
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	memset(s, 0, sizeof(*s));
	s->script = script;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(s->listener, 1), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &size), 0);
	snprintf(url, 64, "smtp://127.0.0.1:%u", ntohs(address.sin_port));
	*smtp = (struct smtp_config){ .url = url, .from = "triaged@example.com" };
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static int
deliver_text(struct script script, struct server *s, const char *text, size_t len, struct err *err)
{
	struct smtp_config smtp;
	char url[64];
	int r;

	start(s, script, &smtp, url);
	r = deliver_mail(&smtp, "kim@example.com", text, len, &s->cancelled, err);
	pthread_join(s->thread, NULL);
	close(s->listener);
	return r;
}

static int
deliver(struct script script, struct server *s)
{
	struct err err = { .text = "" };
	int r = deliver_text(script, s, mail, strlen(mail), &err);

	assert_true((r == 0) == (err.text[0] == '\0'));
	return r;
}

static void
a_mail_arrives_whole(void **state)
{
	struct server s;

	(void)state;
	assert_int_equal(deliver(good, &s), 0);
	assert_string_equal(s.text, mail);
	assert_non_null(strstr(s.commands, "MAIL FROM:<triaged@example.com>"));
	assert_non_null(strstr(s.commands, "RCPT TO:<kim@example.com>"));
}

static void
refused_now_is_tried_again(void **state)
{
	struct script script;
	struct server s;

	(void)state;
	script = good, script.greeting = "421 busy\r\n";
	assert_int_equal(deliver(script, &s), -EAGAIN);
	script = good, script.greeting = "554 nobody may\r\n";
	assert_int_equal(deliver(script, &s), -EAGAIN);
	script = good, script.from = "451 later\r\n";
	assert_int_equal(deliver(script, &s), -EAGAIN);
	script = good, script.to = "450 later\r\n";
	assert_int_equal(deliver(script, &s), -EAGAIN);
	script = good, script.data = "451 later\r\n";
	assert_int_equal(deliver(script, &s), -EAGAIN);
	script = good, script.end = "452 full\r\n";
	assert_int_equal(deliver(script, &s), -EAGAIN);
}

static void
refused_for_good(void **state)
{
	struct script script;
	struct server s;

	(void)state;
	script = good, script.from = "550 no\r\n";
	assert_int_equal(deliver(script, &s), -EPERM);
	script = good, script.to = "550 unknown\r\n";
	assert_int_equal(deliver(script, &s), -EPERM);
	script = good, script.end = "554 no\r\n";
	assert_int_equal(deliver(script, &s), -EPERM);
}

static void
lost_before_the_end_is_tried_again(void **state)
{
	static char big[8 << 20];
	struct script script;
	struct server s;
	struct err err;

	(void)state;
	script = good, script.greeting = NULL;
	assert_int_equal(deliver(script, &s), -EAGAIN);
	script = good, script.to = NULL;
	assert_int_equal(deliver(script, &s), -EAGAIN);
	/* Far more than socket buffers hold: the end has not been sent when the connection goes. */
	for (size_t i = 0; i < sizeof(big); i += 64)
		memcpy(big + i,
		       "01234567890123456789012345678901234567890123456789012345678901\r\n", 64);
	script = good, script.take = 1000;
	assert_int_equal(deliver_text(script, &s, big, sizeof(big), &err), -EAGAIN);
}

static void
lost_after_the_end_is_unknown(void **state)
{
	struct script script = good;
	struct server s;

	(void)state;
	script.end = NULL;
	assert_int_equal(deliver(script, &s), -EIO);
	assert_string_equal(s.text, mail);
}

static void
cancelled_after_the_end_is_unknown(void **state)
{
	struct script script = good;
	struct server s;

	(void)state;
	script.end = "";
	script.cancel = true;
	assert_int_equal(deliver(script, &s), -EIO);
}

static void
cancelled_before_is_tried_again(void **state)
{
	struct smtp_config smtp;
	struct script script = good;
	struct server s;
	struct err err;
	char url[64];

	(void)state;
	script.greeting = "";
	start(&s, script, &smtp, url);
	atomic_store(&s.cancelled, 1);
	assert_int_equal(
		deliver_mail(&smtp, "kim@example.com", mail, strlen(mail), &s.cancelled, &err),
		-EAGAIN);
	shutdown(s.listener, SHUT_RDWR);
	pthread_join(s.thread, NULL);
	close(s.listener);
}

static void
required_tls_that_is_not_offered_sends_nothing(void **state)
{
	struct smtp_config smtp;
	struct server s;
	struct err err;
	char url[64];

	(void)state;
	start(&s, good, &smtp, url);
	smtp.starttls = true;
	assert_int_equal(deliver_mail(&smtp, "kim@example.com", mail, strlen(mail), NULL, &err),
			 -EAGAIN);
	pthread_join(s.thread, NULL);
	close(s.listener);
	assert_null(strstr(s.commands, "MAIL"));
	assert_string_equal(s.text, "");
}

static void
nobody_listens(void **state)
{
	struct smtp_config smtp;
	struct server s;
	struct err err;
	char url[64];

	(void)state;
	start(&s, good, &smtp, url);
	shutdown(s.listener, SHUT_RDWR);
	pthread_join(s.thread, NULL);
	close(s.listener);
	assert_int_equal(deliver_mail(&smtp, "kim@example.com", mail, strlen(mail), NULL, &err),
			 -EAGAIN);
}

static void
addresses_cannot_carry_commands(void **state)
{
	static const char *const bad[] = { "a@example.com>\r\nRCPT TO:<b@example.com",
					   "a b@example.com", "nobody", "", "@example.com" };
	const struct smtp_config smtp = { .url = "smtp://127.0.0.1:1",
					  .from = "triaged@example.com" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(deliver_mail(&smtp, bad[i], mail, strlen(mail), NULL, &err),
				 -EPERM);
}

static void
other_protocols_are_refused(void **state)
{
	const struct smtp_config smtp = { .url = "file:///dev/null",
					  .from = "triaged@example.com" };
	struct err err;

	(void)state;
	assert_int_equal(deliver_mail(&smtp, "kim@example.com", mail, strlen(mail), NULL, &err),
			 -EAGAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_arrives_whole),
		cmocka_unit_test(refused_now_is_tried_again),
		cmocka_unit_test(refused_for_good),
		cmocka_unit_test(lost_before_the_end_is_tried_again),
		cmocka_unit_test(lost_after_the_end_is_unknown),
		cmocka_unit_test(cancelled_after_the_end_is_unknown),
		cmocka_unit_test(cancelled_before_is_tried_again),
		cmocka_unit_test(required_tls_that_is_not_offered_sends_nothing),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(addresses_cannot_carry_commands),
		cmocka_unit_test(other_protocols_are_refused),
	};

	/* The server's writes into a closed connection. */
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
