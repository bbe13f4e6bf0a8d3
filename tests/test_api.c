/*
 * test_api: the API over its real socket: routes, errors, bounds, and who may use it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/api.h"
#include "daemon/ctl_client.h"
#include "daemon/record.h"

#define STRANGER 65534

static char folder[64], path[128];
static struct store *store;
static struct api *api;
static _Atomic int stopping;
static pthread_t loop;
static int reload_result;
static bool reload_yes;

static int
hook_status(void *context, json_t **ret, struct err *err)
{
	(void)context, (void)err;
	*ret = json_pack("{s:s}", "version", "test");
	return 0;
}

static int
hook_reload(void *context, bool yes, json_t **ret, struct err *err)
{
	(void)context;
	reload_yes = yes;
	if (reload_result < 0)
		return err_at(err, reload_result, "rules/a.yaml", 3, 5,
			      "the old rules stay: no such flag");
	*ret = json_pack("{s:i}", "rules", 7);
	return 0;
}

static int
hook_resume(void *context, const char *account, const char *name, struct err *err)
{
	(void)context;
	if (strcmp(account, "support"))
		return err_set(err, -ENOENT, "there is no account \"%s\"", account);
	return strcmp(name, "INBOX/가") ? err_set(err, -EINVAL, "folder %s is not parked", name)
					: 0;
}

static const struct api_hooks hooks = { .status = hook_status,
					.reload = hook_reload,
					.resume = hook_resume };

static void *
run_loop(void *context)
{
	struct pollfd fd = { .fd = api_fd(api), .events = POLLIN };
	int64_t timeout = -1;

	(void)context;
	while (!atomic_load(&stopping)) {
		poll(&fd, 1, timeout < 0 || timeout > 20 ? 20 : (int)timeout);
		api_run(api, &timeout);
	}
	return NULL;
}

static void
put_case(void)
{
	struct store_txn *txn;
	const char *people[] = { "choi@example.com" };
	struct case_record c = { .id = 1,
				 .account = "support",
				 .customer = "choi@example.com",
				 .customer_name = "",
				 .subject = "s",
				 .language = "ko",
				 .owner = "",
				 .severity = "high",
				 .stage = "new",
				 .opened_ms = 1000,
				 .waiting_ms = 1000,
				 .last_hash = "",
				 .participants = people,
				 .participant_count = 1 };

	assert_int_equal(store_begin(store, true, &txn), 0);
	assert_int_equal(record_case_put(txn, &c), 0);
	assert_int_equal(store_commit(txn), 0);
}

static int
open_with(const char *group)
{
	const struct api_options options = { .socket = path, .group = group, .listen_fd = -1 };
	struct err err;

	strcpy(folder, "/tmp/test_api.XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	snprintf(path, sizeof(path), "%s/api.sock", folder);
	assert_int_equal(store_open_memory(&store), 0);
	assert_int_equal(api_open(&options, store, &hooks, &err, &api), 0);
	atomic_store(&stopping, 0);
	reload_result = 0;
	return pthread_create(&loop, NULL, run_loop, NULL);
}

static int
setup(void **state)
{
	(void)state;
	return open_with(NULL);
}

static int
teardown(void **state)
{
	(void)state;
	atomic_store(&stopping, 1);
	pthread_join(loop, NULL);
	api_close(api);
	store_close(store);
	assert_int_equal(access(path, F_OK), -1);
	return rmdir(folder);
}

static int
dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/*
 * Sends raw bytes; the status and the JSON body of the answer. 0 when the connection was closed
 * without one.
 */
static unsigned
raw(const char *request, json_t **ret)
{
	static char answer[65536];
	size_t len = 0;
	ssize_t got;
	int fd = dial();
	char *body;
	unsigned status = 0;

	*ret = NULL;
	if (fd < 0)
		return 0;
	if (write(fd, request, strlen(request)) < 0) {
		close(fd);
		return 0;
	}
	while (len < sizeof(answer) - 1 &&
	       (got = read(fd, answer + len, sizeof(answer) - 1 - len)) > 0)
		len += (size_t)got;
	close(fd);
	answer[len] = '\0';
	if (sscanf(answer, "HTTP/1.1 %u", &status) != 1)
		return 0;
	body = strstr(answer, "\r\n\r\n");
	*ret = body ? json_loads(body + 4, 0, NULL) : NULL;
	return status;
}

static unsigned
ask(const char *method, const char *url, json_t **ret)
{
	char request[1024];

	snprintf(request, sizeof(request),
		 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		 method, url);
	return raw(request, ret);
}

/* Expects a status and, when it is an error, a sentence. */
static void
expect(const char *method, const char *url, unsigned status)
{
	json_t *body;

	assert_int_equal(ask(method, url, &body), status);
	assert_true(json_is_object(body));
	if (status >= 400)
		assert_true(strlen(json_string_value(json_object_get(body, "error"))) > 5);
	json_decref(body);
}

static void
status_comes_from_the_engine(void **state)
{
	json_t *body;

	(void)state;
	assert_int_equal(ask("GET", "/v1/status", &body), 200);
	assert_string_equal(json_string_value(json_object_get(body, "version")), "test");
	json_decref(body);
}

static void
queue_and_case_come_from_the_store(void **state)
{
	json_t *body;

	(void)state;
	put_case();
	assert_int_equal(ask("GET", "/v1/queue?limit=5", &body), 200);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(json_object_get(body, "cases"), 0), "id")),
			    "C1");
	json_decref(body);
	assert_int_equal(ask("GET", "/v1/queue?account=other", &body), 200);
	assert_int_equal(json_array_size(json_object_get(body, "cases")), 0);
	json_decref(body);
	assert_int_equal(ask("GET", "/v1/cases/C1", &body), 200);
	assert_string_equal(json_string_value(json_object_get(body, "customer")),
			    "choi@example.com");
	json_decref(body);
}

static void
what_is_not_there_is_said(void **state)
{
	(void)state;
	expect("GET", "/", 404);
	expect("GET", "/v1/status/", 404);
	expect("GET", "/v1/cases/C9", 404);
	expect("GET", "/v1/cases/x", 404);
	expect("GET", "/v1/cases/..%2f..%2fetc", 404);
	expect("POST", "/v1/accounts/support", 404);
	expect("POST", "/v1/accounts//resume?folder=a", 404);
	expect("POST", "/v1/accounts/other/resume?folder=a", 404);
}

static void
wrong_methods_and_arguments_are_said(void **state)
{
	(void)state;
	expect("POST", "/v1/status", 405);
	expect("GET", "/v1/reload", 405);
	expect("DELETE", "/v1/cases/C1", 405);
	expect("GET", "/v1/queue?limit=0", 400);
	expect("GET", "/v1/queue?limit=1001", 400);
	expect("GET", "/v1/queue?limit=5x", 400);
	expect("GET", "/v1/queue?limit=99999999999999999999", 400);
	expect("POST", "/v1/accounts/support/resume", 400);
}

static void
reload_says_what_happened(void **state)
{
	json_t *body;

	(void)state;
	assert_int_equal(ask("POST", "/v1/reload?yes=1", &body), 200);
	assert_int_equal(json_integer_value(json_object_get(body, "rules")), 7);
	assert_true(reload_yes);
	json_decref(body);
	reload_result = -EINVAL;
	assert_int_equal(ask("POST", "/v1/reload", &body), 409);
	assert_false(reload_yes);
	assert_string_equal(json_string_value(json_object_get(body, "error")),
			    "rules/a.yaml:3:5: the old rules stay: no such flag");
	json_decref(body);
}

static void
resume_takes_any_folder_name(void **state)
{
	(void)state;
	expect("POST", "/v1/accounts/support/resume?folder=INBOX%2F%EA%B0%80", 200);
	expect("POST", "/v1/accounts/support/resume?folder=Other", 409);
}

static void
large_requests_are_refused(void **state)
{
	static char request[80000];
	json_t *body;
	unsigned status;

	(void)state;
	assert_int_equal(raw("POST /v1/reload HTTP/1.1\r\nHost: x\r\nConnection: "
			     "close\r\nContent-Length: 70000\r\n\r\n",
			     &body),
			 413);
	json_decref(body);
	/* A header that is larger than a connection's memory. */
	strcpy(request, "GET /v1/status HTTP/1.1\r\nHost: x\r\nX: ");
	memset(request + strlen(request), 'a', 60000);
	strcat(request, "\r\n\r\n");
	status = raw(request, &body);
	assert_true(status == 0 || status >= 400);
	json_decref(body);
	/* Still well. */
	expect("GET", "/v1/status", 200);
}

static void
connections_that_say_nothing_do_not_stop_others(void **state)
{
	int idle[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		assert_true((idle[i] = dial()) >= 0);
	expect("GET", "/v1/status", 200);
	for (int i = 0; i < 8; i++)
		close(idle[i]);
}

/* Asks for the status as another user with these groups; returns the HTTP status. */
static unsigned
ask_as(uid_t user, gid_t group, const gid_t *groups, size_t count)
{
	int status;
	json_t *body;
	pid_t child = fork();

	if (child == 0) {
		unsigned answer;

		if (setgroups(count, groups) < 0 || setgid(group) < 0 || setuid(user) < 0)
			_exit(255);
		answer = ask("GET", "/v1/status", &body);
		_exit(answer == 200 ? 200 : answer == 403 ? 203 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 203 ? 403 : (unsigned)WEXITSTATUS(status);
}

static int
setup_group(void **state)
{
	(void)state;
	return open_with("daemon");
}

static void
only_members_may(void **state)
{
	const struct group *group = getgrnam("daemon");
	gid_t supplementary[3] = { 60001, 60002, 0 };
	struct stat st;

	(void)state;
	if (geteuid() != 0 || !group)
		skip();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(st.st_gid, group->gr_gid);
	supplementary[2] = group->gr_gid;
	assert_int_equal(ask_as(STRANGER, group->gr_gid, NULL, 0), 200);
	assert_int_equal(ask_as(STRANGER, STRANGER, supplementary, 3), 200);
	/* The file's mode keeps others out; should it be opened, the credentials still do. */
	assert_int_equal(ask_as(STRANGER, STRANGER, NULL, 0), 0);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(ask_as(STRANGER, STRANGER, supplementary, 2), 403);
}

static void
without_a_group_nobody_else_may(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(ask_as(STRANGER, STRANGER, NULL, 0), 403);
}

static void
a_second_listener_is_refused(void **state)
{
	const struct api_options options = { .socket = path, .listen_fd = -1 };
	struct api *other;
	struct err err;

	(void)state;
	assert_int_equal(api_open(&options, store, &hooks, &err, &other), -EADDRINUSE);
	expect("GET", "/v1/status", 200);
}

static void
an_old_socket_file_is_replaced(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char other[160];
	const struct api_options options = { .socket = other, .listen_fd = -1 };
	struct api *second;
	struct err err;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	snprintf(other, sizeof(other), "%s/old.sock", folder);
	strcpy(address.sun_path, other);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	assert_int_equal(api_open(&options, store, &hooks, &err, &second), 0);
	api_close(second);
	assert_int_equal(access(other, F_OK), -1);
}

static void
another_file_is_left_alone(void **state)
{
	char other[160];
	const struct api_options options = { .socket = other, .listen_fd = -1 };
	struct api *second;
	struct err err;
	FILE *f;

	(void)state;
	snprintf(other, sizeof(other), "%s/precious", folder);
	f = fopen(other, "w");
	fclose(f);
	assert_int_equal(api_open(&options, store, &hooks, &err, &second), -EADDRINUSE);
	assert_int_equal(unlink(other), 0);
}

static void
what_cannot_be_opened_is_said(void **state)
{
	struct api_options options = { .socket = "/nonexistent/api.sock", .listen_fd = -1 };
	struct api *other;
	struct err err;

	(void)state;
	assert_int_equal(api_open(&options, store, &hooks, &err, &other), -ENOENT);
	options.group = "no-such-group";
	assert_int_equal(api_open(&options, store, &hooks, &err, &other), -ENOENT);
	assert_non_null(strstr(err.text, "no-such-group"));
}

static void
triagectl_gets_answers_and_refusals(void **state)
{
	json_t *body;
	struct err err;
	long status;
	char *name;

	(void)state;
	assert_int_equal(client_call(path, "GET", "/v1/status", &status, &body, &err), 0);
	assert_int_equal(status, 200);
	json_decref(body);
	assert_int_equal(client_call(path, "POST", "/v1/reload", &status, &body, &err), 0);
	assert_int_equal(status, 200);
	json_decref(body);
	assert_int_equal(client_call(path, "GET", "/v1/cases/C7", &status, &body, &err), 0);
	assert_int_equal(status, 404);
	json_decref(body);
	assert_int_equal(
		client_call("/nonexistent/api.sock", "GET", "/v1/status", &status, &body, &err),
		-ECONNREFUSED);
	assert_non_null(strstr(err.text, "is it running"));
	name = client_escape("a/b 가&?");
	assert_string_equal(name, "a%2Fb%20%EA%B0%80%26%3F");
	free(name);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(status_comes_from_the_engine),
		TEST(queue_and_case_come_from_the_store),
		TEST(what_is_not_there_is_said),
		TEST(wrong_methods_and_arguments_are_said),
		TEST(reload_says_what_happened),
		TEST(resume_takes_any_folder_name),
		TEST(large_requests_are_refused),
		TEST(connections_that_say_nothing_do_not_stop_others),
		cmocka_unit_test_setup_teardown(only_members_may, setup_group, teardown),
		TEST(without_a_group_nobody_else_may),
		TEST(a_second_listener_is_refused),
		TEST(an_old_socket_file_is_replaced),
		TEST(another_file_is_left_alone),
		TEST(what_cannot_be_opened_is_said),
		TEST(triagectl_gets_answers_and_refusals),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
