/*
 * config: what is read from a good file, and what is said about a bad one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/config.h"
#include "filters/limits.h"
#include "golden.h"

static char path[] = "/tmp/triaged-config-XXXXXX";

static int
setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static int
load(const char *text, struct problems *problems, struct config **ret)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	return config_load(path, problems, ret);
}

static struct config *
load_well(const char *text)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;
	char line[1024];
	int r = load(text, &problems, &config);

	if (r < 0)
		fail_msg("%d: %s", r,
			 problems.count ? err_text(&problems.list[0].err, line, sizeof(line))
					: "nothing said");
	assert_int_equal(problems.count, 0);
	problems_free(&problems);
	return config;
}

static const char *
first_problem(const char *text, char *line, size_t size)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;

	assert_int_equal(load(text, &problems, &config), -EINVAL);
	assert_null(config);
	assert_true(problems.errors > 0);
	err_text(&problems.list[0].err, line, size);
	problems_free(&problems);
	return strstr(line, "triaged-config-") + sizeof("triaged-config-XXXXXX:") - 1;
}

#define ACCOUNT                                                                                    \
	"accounts:\n  - {name: a, host: imap.example.com, user: a@example.com, password_command: " \
	"'cat x'"

static void
reads_the_least_with_defaults(void **state)
{
	struct config *c = load_well(ACCOUNT "}\n");
	const struct account_config *a = config_account(c, "a");

	(void)state;
	assert_non_null(a);
	assert_int_equal(c->account_count, 1);
	assert_int_equal(a->port, 993);
	assert_int_equal(a->tls, TLS_IMPLICIT);
	assert_string_equal(a->folders[0], "INBOX");
	assert_int_equal(a->folder_count, 1);
	assert_null(a->drafts);
	assert_int_equal(a->since_ms, 0);
	assert_int_equal(a->poll_seconds, 180);
	assert_string_equal(a->identity_address, "a@example.com");
	assert_string_equal(a->language, "ko");
	assert_string_equal(a->time_zone, "UTC");
	assert_string_equal(a->password.command, "cat x");
	assert_null(a->password.file);
	assert_int_equal(c->message_max_bytes, LIMIT_MESSAGE_BYTES);
	assert_null(c->smtp.url);
	assert_null(c->socket_group);
	assert_string_equal(c->path, path);
	assert_null(config_account(c, "b"));
	config_free(c);
}

static void
reads_everything(void **state)
{
	struct config *c = load_well(
		"state_directory: /srv/state\nsocket: /srv/api.sock\nsocket_group: desk\nrules: "
		"[/usr, /etc]\n"
		"store_max: 64M\nmessage_max: 1024K\n"
		"agents: [{name: jiwon, display: 김지원, address: jiwon@example.com, role: "
		"senior}]\n"
		"colleagues: [Example.com, kim@other.example]\n"
		"webhooks:\n - {name: w, url: 'http://127.0.0.1:8080/x', secret_credential: s}\n"
		"smtp: {url: 'smtp://[::1]:25', from: t@example.com}\n"
		"accounts:\n"
		" - name: b\n   host: localhost\n   tls: none\n   port: 1143\n   user: u\n   "
		"password_file: /nonexistent/x\n"
		"   folders: [INBOX, 고객/문의]\n   drafts: 임시보관함\n   since: 2026-01-02\n   "
		"poll: 30\n"
		"   identity: {name: 예시, address: s@example.com}\n   company: 예시상점\n   "
		"language: en\n   time_zone: UTC\n"
		" - {name: c, host: \"::1\", tls: starttls, user: u@example.com, "
		"password_credential: c}\n");
	const struct account_config *a = config_account(c, "b");

	(void)state;
	assert_string_equal(c->state_directory, "/srv/state");
	assert_string_equal(c->socket, "/srv/api.sock");
	assert_string_equal(c->socket_group, "desk");
	assert_int_equal(c->rule_count, 2);
	assert_string_equal(c->rules[1], "/etc");
	assert_int_equal(c->store_max_bytes, 64u << 20);
	assert_int_equal(c->message_max_bytes, 1u << 20);
	assert_string_equal(config_agent(c, "jiwon")->display, "김지원");
	assert_string_equal(config_agent(c, "jiwon")->role, "senior");
	assert_string_equal(config_webhook(c, "w")->secret.credential, "s");
	assert_false(c->smtp.starttls);
	assert_int_equal(a->port, 1143);
	assert_int_equal(a->tls, TLS_NONE);
	assert_int_equal(a->folder_count, 2);
	assert_string_equal(a->folders[1], "고객/문의");
	assert_string_equal(a->drafts, "임시보관함");
	assert_true(a->since_ms == 1767312000000);
	assert_string_equal(a->company, "예시상점");
	assert_string_equal(a->language, "en");
	assert_int_equal(config_account(c, "c")->port, 143);
	assert_true(config_is_ours(c, a, "Jiwon@example.com"));
	assert_true(config_is_ours(c, a, "t@example.com"));
	assert_false(config_is_ours(c, a, "lee@example.com"));
	assert_true(config_is_colleague(c, a, "lee@example.com"));
	assert_true(config_is_colleague(c, a, "kim@other.example"));
	assert_false(config_is_colleague(c, a, "lee@other.example"));
	assert_false(config_is_colleague(c, a, "x@notexample.com"));
	assert_false(config_is_colleague(c, a, ""));
	config_free(c);
}

static void
ages_are_days_weeks_or_years(void **state)
{
	static const char *const wrong[] = { "3", "3m", "0d", "-1d", "3yd", "d", "101y", "1.5y" };
	struct config *c = load_well("retention: {solved: 3y, messages: 2w}\n" ACCOUNT "}\n");
	char text[256], line[512];

	(void)state;
	assert_true(c->retention.solved_ms == INT64_C(3) * 365 * 24 * 60 * 60 * 1000);
	assert_true(c->retention.messages_ms == INT64_C(14) * 24 * 60 * 60 * 1000);
	config_free(c);
	c = load_well(ACCOUNT "}\n");
	assert_true(c->retention.solved_ms == 0 && c->retention.messages_ms == 0);
	config_free(c);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		snprintf(text, sizeof(text), "retention: {solved: '%s'}\n" ACCOUNT "}\n", wrong[i]);
		assert_non_null(strstr(first_problem(text, line, sizeof(line)),
				       "must be a number of days, weeks or years"));
	}
}

static int64_t
limit(const struct config *c, const char *agent, const char *currency)
{
	const struct amount *sum = authority_in(&config_agent(c, agent)->authority, currency);

	return sum ? sum->units : 0;
}

static void
authority_comes_with_the_role_unless_an_agent_has_one(void **state)
{
	static const char agents[] =
		"agents:\n"
		"  - {name: kim}\n"
		"  - {name: lee, role: senior}\n"
		"  - {name: park, role: senior, authority: ₩70000}\n"
		"  - {name: choi, role: lead, authority: []}\n"
		"authority: {senior: ['₩50,000', '$40'], lead: '₩200,000'}\n" ACCOUNT "}\n";
	struct config *c = load_well(agents);
	char line[512];

	(void)state;
	assert_int_equal(limit(c, "kim", "KRW"), 0);
	assert_int_equal(limit(c, "lee", "KRW"), 50000);
	assert_int_equal(limit(c, "lee", "USD"), 4000);
	assert_int_equal(limit(c, "park", "KRW"), 70000);
	assert_int_equal(limit(c, "park", "USD"), 0);
	assert_int_equal(limit(c, "choi", "KRW"), 0);
	config_free(c);
	assert_non_null(
		strstr(first_problem("authority: {boss: '₩1'}\n" ACCOUNT "}\n", line, sizeof(line)),
		       "boss"));
	assert_non_null(strstr(first_problem("authority: {lead: ['₩1', '₩2']}\n" ACCOUNT "}\n",
					     line, sizeof(line)),
			       "lead has two sums in KRW"));
	assert_non_null(
		strstr(first_problem("authority: {lead: much}\n" ACCOUNT "}\n", line, sizeof(line)),
		       "\"much\" is no sum of money"));
}

static void
says_every_mistake_at_once(void **state)
{
	struct problems problems = { .count = 0 };
	struct arena *arena = arena_new(0);
	struct config *config = NULL;
	const char *said;

	(void)state;
	assert_int_equal(config_load("tests/fixtures/config/bad.yaml", &problems, &config),
			 -EINVAL);
	said = golden_problems(arena, &problems);
	golden_check("tests/fixtures/config/bad.golden", said);
	assert_null(strstr(said, "hunter2"));
	assert_null(strstr(said, "in the open"));
	problems_free(&problems);
	arena_free(arena);
}

static void
tells_the_place(void **state)
{
	char line[1024];

	(void)state;
	assert_string_equal(first_problem("accounts: {a\n  b]\n", line, sizeof(line)),
			    "2:4: is not YAML here: did not find expected ',' or '}' (while "
			    "parsing a flow mapping, which began in line 1)");
	assert_string_equal(first_problem("a: 1\nb: &x 2\n", line, sizeof(line)),
			    "2:4: anchors (&name) are not read");
	assert_string_equal(first_problem("[]", line, sizeof(line)),
			    "1:1: the configuration must be a map of keys and values");
	assert_string_equal(first_problem("", line, sizeof(line)),
			    "1:1: the configuration must be a map of keys and values");
	assert_string_equal(first_problem("{}", line, sizeof(line)),
			    "1:1: accounts names no mailbox to watch");
	assert_string_equal(first_problem(ACCOUNT ", 이름: x}\n", line, sizeof(line)),
			    "2:87: an account has no key \"이름\"");
	assert_string_equal(first_problem(ACCOUNT "}\naccounts: []\n", line, sizeof(line)),
			    "3:1: key \"accounts\" stands here a second time (first in line 1)");
}

static void
folders_mean_something(void **state)
{
	struct config *config = load_well("agents: [{name: kim}]\n" ACCOUNT
					  ", folders: [A], sent: S, solved: D, not_a_threat: N, "
					  "mine: {K: kim}}\n");
	const struct account_config *a = &config->accounts[0];

	(void)state;
	assert_int_equal(a->folder_count, 5);
	assert_null(config_folder_role(a, "A"));
	assert_null(config_folder_role(a, ""));
	assert_int_equal(config_folder_role(a, "S")->role, FOLDER_SENT);
	assert_int_equal(config_folder_role(a, "D")->role, FOLDER_SOLVED);
	assert_int_equal(config_folder_role(a, "N")->role, FOLDER_HARMLESS);
	assert_int_equal(config_folder_role(a, "K")->role, FOLDER_MINE);
	assert_string_equal(config_folder_role(a, "K")->agent, "kim");
	config_free(config);
}

static void
refuses_what_cannot_go_together(void **state)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;
	char line[1024], *large = malloc((1u << 20) + 2);

	(void)state;
	assert_non_null(strstr(first_problem(ACCOUNT ", drafts: inbox}\n", line, sizeof(line)),
			       "drafts names a folder that is watched"));
	assert_non_null(
		strstr(first_problem(ACCOUNT ", folders: [A, B], drafts: B}\n", line, sizeof(line)),
		       "drafts names a folder that is watched"));
	config_free(load_well(ACCOUNT ", folders: [A, B], drafts: b}\n"));
	assert_non_null(strstr(first_problem(ACCOUNT ", sent: inbox}\n", line, sizeof(line)),
			       "\"inbox\" is watched for something else already"));
	assert_non_null(strstr(first_problem(ACCOUNT ", sent: S, solved: S}\n", line, sizeof(line)),
			       "\"S\" is watched for something else already"));
	assert_non_null(strstr(first_problem(ACCOUNT ", mine: S}\n", line, sizeof(line)),
			       "mine is not a map of folders and agents"));
	assert_non_null(strstr(first_problem(ACCOUNT ", mine: {S: kim}}\n", line, sizeof(line)),
			       "there is no agent \"kim\""));
	assert_non_null(strstr(first_problem(ACCOUNT ", sent: S, drafts: S}\n", line, sizeof(line)),
			       "drafts names a folder that is watched"));
	assert_string_equal(
		first_problem(ACCOUNT "}\nrules: [/usr, /etc, /usr/]\n", line, sizeof(line)),
		"3:8: rules names the directory \"/usr/\" twice");
	config_free(load_well("\xef\xbb\xbf" ACCOUNT "}\n"));
	memset(large, '#', (1u << 20) + 1);
	large[(1u << 20) + 1] = '\0';
	assert_int_equal(load(large, &problems, &config), -EFBIG);
	assert_non_null(strstr(problems.list[0].err.text, "larger than the 1 MiB"));
	problems_free(&problems);
	free(large);
}

static void
refuses_no_tls_but_to_this_machine(void **state)
{
	static const char *const hosts[] = { "imap.example.com", "10.0.0.1",
					     "127.0.0.1.example.com", "128.0.0.1" };
	static const char *const local[] = { "localhost", "127.0.0.1", "127.1.2.3", "\"::1\"" };
	char text[300], line[1024];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(text, sizeof(text),
			 "accounts:\n - {name: a, user: a@example.com, password_command: x, tls: "
			 "none, host: %s}\n",
			 hosts[i]);
		assert_non_null(strstr(first_problem(text, line, sizeof(line)), "without TLS"));
		snprintf(text, sizeof(text),
			 "accounts:\n - {name: a, user: a@example.com, password_command: x, tls: "
			 "none, host: %s}\n",
			 local[i]);
		config_free(load_well(text));
	}
}

static void
warns_of_a_password_for_everybody(void **state)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;
	char text[300];

	(void)state;
	snprintf(text, sizeof(text),
		 "accounts:\n - {name: a, user: a@example.com, host: imap.example.com, "
		 "password_file: %s}\n",
		 path);
	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(load(text, &problems, &config), 0);
	assert_int_equal(problems.warnings, 1);
	config_free(config);
	assert_int_equal(chmod(path, 0600), 0);
	config_free(load_well(text));
	problems_free(&problems);
}

static void
tells_of_a_file_that_cannot_be_read(void **state)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;

	(void)state;
	assert_int_equal(config_load("/nonexistent/triaged.yaml", &problems, &config), -ENOENT);
	assert_int_equal(config_load("/", &problems, &config), -EISDIR);
	assert_int_equal(problems.errors, 2);
	problems_free(&problems);
}

static void
the_example_is_good(void **state)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;

	(void)state;
	assert_int_equal(config_load("daemon/triaged.yaml.example", &problems, &config), 0);
	assert_int_equal(problems.count, 0);
	assert_string_equal(config->accounts[0].company, "Example Shop");
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_least_with_defaults),
		cmocka_unit_test(reads_everything),
		cmocka_unit_test(ages_are_days_weeks_or_years),
		cmocka_unit_test(authority_comes_with_the_role_unless_an_agent_has_one),
		cmocka_unit_test(says_every_mistake_at_once),
		cmocka_unit_test(tells_the_place),
		cmocka_unit_test(folders_mean_something),
		cmocka_unit_test(refuses_what_cannot_go_together),
		cmocka_unit_test(refuses_no_tls_but_to_this_machine),
		cmocka_unit_test(warns_of_a_password_for_everybody),
		cmocka_unit_test(tells_of_a_file_that_cannot_be_read),
		cmocka_unit_test(the_example_is_good),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
