/*
 * test_scan: `triagectl scan` and `text` from arguments to output, with a small rule set of the
 * test's own.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/ctl.h"
#include "golden.h"

#define FROM_LINE "From kim@example.com  Thu Aug 22 12:36:23 2002\n"

static const char rules[] = "pack: test\n"
			    "rules:\n"
			    "  - id: test.sue\n"
			    "    flag: threat.legal\n"
			    "    score: 6\n"
			    "    match: ['i will sue']\n"
			    "    why: says that they will sue\n"
			    "    test: {hit: ['I will sue you'], miss: ['they were sued']}\n"
			    "  - id: test.refund\n"
			    "    flag: demand.refund\n"
			    "    score: 5\n"
			    "    match: ['refund me', '환불해 주세요']\n"
			    "    test: {hit: ['refund me now'], miss: ['the refund came']}\n"
			    "  - id: test.slow\n"
			    "    flag: abuse.insult\n"
			    "    score: 5\n"
			    "    match: ['(?:z+)+[xy]']\n"
			    "    test: {hit: ['zzzy'], miss: ['yes']}\n";

static const char policy[] = "severity:\n"
			     "  - high: threat\n"
			     "  - normal: demand\n"
			     "rules: []\n";

static char root[64];
static int home;
static char *output;

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/test_scan.XXXXXX");
	home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (home < 0 || !mkdtemp(root) || chdir(root) < 0)
		return -1;
	mkdir("rules", 0700);
	mkdir("rules/en", 0700);
	put("rules/en/test.yaml", rules);
	put("rules/policy.yaml", policy);
	put("threat.eml",
	    "From: Ann <ann@example.com>\nSubject: my order\nMessage-ID: <1@example.com>\n"
	    "Date: Mon, 2 Mar 2026 09:12:00 +0900\n\nRefund me today or I will sue you.\nPlease "
	    "refund me.\n\n"
	    "On Sun, 1 Mar 2026, Desk <desk@example.net> wrote:\n> I will sue nobody\n");
	put("korean.eml",
	    "From: =?utf-8?B?7LWc66+87IiY?= <choi@example.com>\nSubject: =?utf-8?B?7ZmY67aI?=\n"
	    "Content-Type: text/plain; charset=utf-8\n\n환불해 주세요.\n");
	put("plain.eml",
	    "From: bob@example.com\nSubject: opening \033[31mhours\n\nWhen do you open?\n");
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	assert_int_equal(fchdir(home), 0);
	close(home);
	free(output);
	output = NULL;
	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
}

/* Runs a command with stdout into `output`; stderr goes nowhere. */
static int
run(int (*command)(int argc, char **argv), const char *first, ...)
{
	char *argv[16] = { (char *)first };
	int argc = 1, saved[2] = { dup(STDOUT_FILENO), dup(STDERR_FILENO) },
	    null = open("/dev/null", O_WRONLY | O_CLOEXEC), status;
	FILE *sink = tmpfile();
	long len;
	va_list ap;

	va_start(ap, first);
	while ((argv[argc] = va_arg(ap, char *)))
		argc++;
	va_end(ap);
	fflush(stdout);
	dup2(fileno(sink), STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	status = command(argc, argv);
	fflush(stdout);
	dup2(saved[0], STDOUT_FILENO);
	dup2(saved[1], STDERR_FILENO);
	close(saved[0]);
	close(saved[1]);
	close(null);
	fseek(sink, 0, SEEK_END);
	len = ftell(sink);
	rewind(sink);
	free(output);
	output = calloc(1, (size_t)len + 1);
	assert_int_equal(fread(output, 1, (size_t)len, sink), len);
	fclose(sink);
	return status;
}

#define scan(...) run(ctl_scan, "scan", "--rules", "rules", __VA_ARGS__, NULL)

static void
check_golden(const char *name)
{
	char path[128];

	assert_int_equal(fchdir(home), 0);
	snprintf(path, sizeof(path), "tests/fixtures/golden/%s", name);
	golden_check(path, output);
}

static void
people_see_words(void **state)
{
	(void)state;
	assert_int_equal(scan("threat.eml", "korean.eml", "plain.eml"), CTL_OK);
	check_golden("scan.txt");
}

static void
explain_shows_the_arithmetic(void **state)
{
	(void)state;
	assert_int_equal(scan("--explain", "threat.eml"), CTL_OK);
	/* The set's hash changes with the loader. */
	char *hash = strstr(output, "rule set  ");

	assert_non_null(hash);
	memset(hash + 10, 'x', 64);
	check_golden("explain.txt");
}

/* Settings and lists have "name: value" lines, too. */
static void
what_is_no_mail_is_asked_about(void **state)
{
	(void)state;
	put("users", "root:x:0:0::/root:/bin/sh\nbin:x:1:1::/bin:/bin/sh\n");
	put("words", "Refund me today.\n");
	put("bare.eml", "Received: from a.example.com\n\nWhen do you open?\n");
	assert_int_equal(scan("users", "words", "bare.eml", "/dev/null"), CTL_OK);
	assert_non_null(strstr(output, "(no headers: is this a mail?)  users\n"));
	assert_non_null(strstr(output, "(no headers: is this a mail?)  words\n"));
	assert_non_null(strstr(output, "(no headers: is this a mail?)  /dev/null\n"));
	assert_non_null(strstr(output, "(no sender)                   (no subject)\n"));
	assert_int_equal(scan("--explain", "users"), CTL_OK);
	assert_non_null(strstr(output, "(no headers: is this a mail?)"));
}

static void
text_shows_what_the_filters_see(void **state)
{
	(void)state;
	assert_int_equal(run(ctl_text, "text", "threat.eml", NULL), CTL_OK);
	check_golden("text.txt");
}

static void
text_gives_one_part(void **state)
{
	(void)state;
	assert_int_equal(run(ctl_text, "text", "--part", "new", "korean.eml", NULL), CTL_OK);
	assert_string_equal(output, "환불해 주세요.\n");
	assert_int_equal(run(ctl_text, "text", "--part", "signature", "korean.eml", NULL), CTL_OK);
	assert_string_equal(output, "");
	assert_int_equal(run(ctl_text, "text", "--part", "old", "korean.eml", NULL), CTL_USAGE);
	assert_int_equal(run(ctl_text, "text", "missing.eml", NULL), CTL_FAILED);
	assert_int_equal(run(ctl_text, "text", NULL), CTL_USAGE);
}

static json_t *
first_line(void)
{
	json_t *line = json_loads(output, JSON_DISABLE_EOF_CHECK, NULL);

	assert_true(json_is_object(line));
	return line;
}

static void
json_has_every_member(void **state)
{
	static const char *const members[] = { "source",  "message_id",   "date",      "from",
					       "subject", "language",     "automatic", "severity",
					       "flags",   "undetermined", "error" };
	const json_t *flag, *evidence;
	json_t *line;

	(void)state;
	assert_int_equal(scan("--json", "threat.eml"), CTL_OK);
	line = first_line();
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		assert_non_null(json_object_get(line, members[i]));
	assert_int_equal(json_object_size(line), sizeof(members) / sizeof(*members));
	assert_string_equal(json_string_value(json_object_get(line, "date")),
			    "2026-03-02T00:12:00Z");
	assert_string_equal(json_string_value(json_object_get(line, "severity")), "high");
	assert_true(json_is_null(json_object_get(line, "error")));
	flag = json_object_get(json_object_get(line, "flags"), "threat.legal");
	assert_string_equal(json_string_value(json_object_get(flag, "verdict")), "hit");
	assert_true(json_number_value(json_object_get(flag, "score")) == 6);
	assert_true(json_number_value(json_object_get(flag, "threshold")) == 5);
	/* What is quoted is not theirs: one piece of evidence. */
	assert_int_equal(json_array_size(json_object_get(flag, "evidence")), 1);
	evidence = json_array_get(json_object_get(flag, "evidence"), 0);
	assert_string_equal(json_string_value(json_object_get(evidence, "at")),
			    "rules/en/test.yaml:3");
	assert_string_equal(json_string_value(json_object_get(evidence, "part")), "body");
	assert_string_equal(json_string_value(json_object_get(evidence, "text")), "I will sue");
	assert_int_equal(json_integer_value(json_object_get(evidence, "offset")), 19);
	assert_int_equal(json_integer_value(json_object_get(evidence, "length")), 10);
	json_decref(line);
}

static void
json_survives_any_bytes(void **state)
{
	json_t *line;

	(void)state;
	put("bad\xff\"\\\nname.eml", "Subject: \"quoted\" \\ \001\377 tab\t\n\nx\n");
	assert_int_equal(scan("--json", "bad\xff\"\\\nname.eml"), CTL_OK);
	line = first_line();
	assert_string_equal(json_string_value(json_object_get(line, "source")),
			    "bad\xef\xbf\xbd\"\\\nname.eml");
	assert_non_null(
		strstr(json_string_value(json_object_get(line, "subject")), "\"quoted\" \\"));
	json_decref(line);
}

static void
an_undecided_rule_is_never_clear(void **state)
{
	char text[20100] = "Subject: x\n\n";
	const json_t *flag;
	json_t *line;

	(void)state;
	for (int i = 0; i < 20; i++)
		strcat(text, "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
			     "zzzzz");
	strcat(text, "q\n");
	put("slow.eml", text);
	assert_int_equal(scan("--json", "slow.eml"), CTL_OK);
	line = first_line();
	flag = json_object_get(json_object_get(line, "flags"), "abuse.insult");
	assert_string_equal(json_string_value(json_object_get(flag, "verdict")), "undetermined");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(line, "undetermined"), 0)),
		"test.slow");
	json_decref(line);
}

static void
order_is_that_of_the_input(void **state)
{
	FILE *f = fopen("box", "w");
	char wanted[32], *at;

	(void)state;
	/*
	 * Mails of very different size, so that workers finish out of order; more than the window
	 * holds.
	 */
	for (int i = 0; i < 2500; i++) {
		fprintf(f, FROM_LINE "Subject: number %d\n\n", i);
		for (int k = 0; k < (i % 97 == 0 ? 3000 : 1); k++)
			fputs("When do you open? I will sue\n", f);
		fputs("\n", f);
	}
	fclose(f);
	assert_int_equal(scan("--json", "--threads", "4", "box"), CTL_OK);
	at = output;
	for (int i = 0; i < 2500; i++) {
		snprintf(wanted, sizeof(wanted), "{\"source\":\"box#%d\"", i + 1);
		assert_memory_equal(at, wanted, strlen(wanted));
		at = strchr(at, '\n');
		assert_non_null(at);
		at++;
	}
	assert_string_equal(at, "");
}

static void
what_cannot_be_read_fails_but_the_rest_is_done(void **state)
{
	(void)state;
	assert_int_equal(scan("--json", "missing.eml", "plain.eml"), CTL_FAILED);
	assert_non_null(strstr(output, "plain.eml"));
}

static void
wrong_usage_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(run(ctl_scan, "scan", NULL), CTL_USAGE);
	assert_int_equal(scan("--json", "--explain", "plain.eml"), CTL_USAGE);
	assert_int_equal(scan("--threads", "0", "plain.eml"), CTL_USAGE);
	assert_int_equal(scan("--colour", "plain.eml"), CTL_USAGE);
	assert_int_equal(run(ctl_scan, "scan", "--rules", "nowhere", "plain.eml", NULL), CTL_USAGE);
	put("rules/en/bad.yaml",
	    "pack: bad\nrules:\n  - id: bad.one\n    flag: no.such\n    match: ['x']\n");
	assert_int_equal(scan("plain.eml"), CTL_USAGE);
	assert_string_equal(output, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(people_see_words),
		TEST(explain_shows_the_arithmetic),
		TEST(what_is_no_mail_is_asked_about),
		TEST(text_shows_what_the_filters_see),
		TEST(text_gives_one_part),
		TEST(json_has_every_member),
		TEST(json_survives_any_bytes),
		TEST(an_undecided_rule_is_never_clear),
		TEST(order_is_that_of_the_input),
		TEST(what_cannot_be_read_fails_but_the_rest_is_done),
		TEST(wrong_usage_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
