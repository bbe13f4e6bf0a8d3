/*
 * main: the daemon's command line: read configuration and rules, open the store, run the engine.
 *
 * Exit status: 0 well; 1 something failed while running (with --once: an account); 2 usage or
 * configuration.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api_peer.h"
#include "clock.h"
#include "engine.h"
#include "log.h"
#include "report.h"
#include "stream.h"

static const char usage_text[] =
	"usage: triaged [--config FILE] [--check] [--once]\n"
	"\n"
	"Watches the support mailboxes named in FILE (default " CONFIG_FILE
	"), judges what customers write,\n"
	"keeps complaints as cases and lays reply drafts into Drafts. See triaged(8) and "
	"triaged.yaml(5).\n"
	"\n"
	"  --config FILE  read another configuration\n"
	"  --check        check configuration, rules, policy and templates, and stop\n"
	"  --once         deal with what is waiting now, and stop\n"
	"  --version      print the version\n";

enum exit_status { EXIT_WELL = 0, EXIT_FAILED = 1, EXIT_CONFIG = 2 };

static int
load(const char *path, struct config **config, struct bundle **bundle)
{
	struct problems problems = { 0 };
	int r = config_load(path, &problems, config), r2 = -EINVAL;

	if (r == 0)
		r2 = bundle_load((*config)->rules, (*config)->rule_count, *config,
				 &engine_ruleset_options, false, &problems, bundle);
	report_problems(stderr, &problems, PROBLEM_WARNING);
	if (r < 0 && problems.errors == 0)
		fprintf(stderr, "triaged: reading %s: %s; name another file with --config\n", path,
			strerror(-r));
	else if (r < 0 || r2 < 0)
		fprintf(stderr, "triaged: %zu mistake%s; nothing was started\n", problems.errors,
			problems.errors == 1 ? "" : "s");
	problems_free(&problems);
	if (r == 0 && r2 < 0)
		config_free(*config);
	return r < 0 ? r : r2;
}

static int
run(const struct config *config, struct bundle *bundle, bool once)
{
	struct err err = { 0 };
	struct store *store;
	int r = store_open_lmdb(config->state_directory, config->store_max_bytes, &err, &store);

	if (r < 0) {
		bundle_unref(bundle);
		log_line(LOG_ERR, NULL, "%s", err.text);
		return EXIT_FAILED;
	}
	r = engine_run(config, bundle, store, once, &err);
	if (r < 0)
		log_line(LOG_ERR, NULL, "%s", err.text);
	store_close(store);
	return r == 0 ? EXIT_WELL : EXIT_FAILED;
}

/* Whether a password or key can be read; says so when not. One that is not configured is well. */
static bool
try_secret(const char *what, const char *name, const struct secret_source *source)
{
	struct err err = { 0 };
	char *secret;

	if (!source->file && !source->command && !source->credential)
		return true;
	if (secret_read(source, &err, &secret) < 0) {
		fprintf(stderr, "%s%s%s: %s\n", what, *name ? " " : "", name, err.text);
		return false;
	}
	secret_free(secret);
	return true;
}

/* Whether a file of certificate authorities (NULL: the system's) holds any. */
static bool
try_authorities(const char *what, const char *name, const char *ca_file)
{
	struct err err = { 0 };
	struct stream_trust *trust;

	if (stream_trust_new(ca_file, &err, &trust) < 0) {
		fprintf(stderr, "%s%s%s: %s\n", what, *name ? " " : "", name, err.text);
		return false;
	}
	stream_trust_unref(trust);
	return true;
}

/* The folder that holds a path; "/" of "/x". */
static void
folder_of(const char *path, char *out, size_t size)
{
	char *slash;

	snprintf(out, size, "%s", path);
	slash = strrchr(out, '/');
	if (slash)
		slash[slash == out] = '\0';
}

/* Only what surely fails: what may not be looked at is left to the user who runs the daemon. */
static bool
surely_no_folder(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR;
	return !S_ISDIR(st.st_mode);
}

static bool
try_state_directory(const char *path)
{
	char parent[PATH_MAX];
	struct stat st;

	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return true;
		fprintf(stderr,
			"state_directory %s is no directory: name a directory that triaged's user "
			"may write to\n",
			path);
		return false;
	}
	folder_of(path, parent, sizeof(parent));
	if (!surely_no_folder(parent))
		return true;
	fprintf(stderr, "state_directory %s cannot be made: %s is no directory; make it first\n",
		path, parent);
	return false;
}

/* systemd makes the folder of the default socket when it starts the service. */
static bool
try_socket(const struct config *config)
{
	char folder[PATH_MAX];
	struct err err = { 0 };
	struct stat st;
	gid_t group;
	bool well = true;

	folder_of(config->socket, folder, sizeof(folder));
	if (strcmp(folder, "/run/triaged") != 0 && surely_no_folder(folder)) {
		fprintf(stderr,
			"socket %s cannot be made: %s is no directory; make it, or choose another "
			"path\n",
			config->socket, folder);
		well = false;
	} else if (lstat(config->socket, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		fprintf(stderr,
			"socket %s cannot be made: %s is there; remove it, or choose another "
			"path\n",
			config->socket,
			S_ISDIR(st.st_mode) ? "a directory" : "another kind of file");
		well = false;
	}
	if (peer_group(config->socket_group, &err, &group) < 0) {
		fprintf(stderr, "%s\n", err.text);
		well = false;
	}
	return well;
}

static bool
try_account(const struct account_config *a)
{
	bool well = try_secret("account", a->name, &a->password);

	if (a->tls != TLS_NONE)
		well &= try_authorities("account", a->name, a->ca_file);
	if (a->since_ms > clock_now_ms(&clock_system)) {
		fprintf(stderr,
			"account %s: since is a day that is still to come; name a day that has "
			"begun, or take the line out to begin with the mail that comes from now "
			"on\n",
			a->name);
		well = false;
	}
	return well;
}

/* What would keep the daemon from starting or working, without changing anything. */
static bool
try_all(const struct config *config)
{
	bool well = try_secret("smtp", "", &config->smtp.password);

	well &= try_state_directory(config->state_directory);
	well &= try_socket(config);
	if (config->smtp.ca_file)
		well &= try_authorities("smtp", "", config->smtp.ca_file);
	for (size_t i = 0; i < config->account_count; i++)
		well &= try_account(&config->accounts[i]);
	for (size_t i = 0; i < config->webhook_count; i++) {
		const struct webhook_config *w = &config->webhooks[i];

		well &= try_secret("webhook", w->name, &w->secret);
		if (w->ca_file)
			well &= try_authorities("webhook", w->name, w->ca_file);
	}
	return well;
}

static int
check(const struct config *config, struct bundle *bundle)
{
	bool well = try_all(config);

	printf("%zu account%s, %zu rules, %zu templates, set %.12s%s\n", config->account_count,
	       config->account_count == 1 ? "" : "s", ruleset_count(bundle->rules),
	       bundle->template_count, bundle->hash, well ? ": well" : "");
	bundle_unref(bundle);
	return well ? EXIT_WELL : EXIT_CONFIG;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' }, { "check", no_argument, NULL, 'k' },
		{ "once", no_argument, NULL, 'o' },         { "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },         { 0 },
	};
	const char *path = CONFIG_FILE;
	bool once = false, only_check = false;
	struct config *config;
	struct bundle *bundle;
	int option, status;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'k':
			only_check = true;
			break;
		case 'o':
			once = true;
			break;
		case 'v':
			puts("triaged " TRIAGED_VERSION);
			return EXIT_WELL;
		case 'h':
			fputs(usage_text, stdout);
			return EXIT_WELL;
		default:
			fputs(usage_text, stderr);
			return EXIT_CONFIG;
		}
	if (optind < argc) {
		fprintf(stderr, "triaged: '%s' is not understood\n%s", argv[optind], usage_text);
		return EXIT_CONFIG;
	}
	if (load(path, &config, &bundle) < 0)
		return EXIT_CONFIG;
	status = only_check ? check(config, bundle) : run(config, bundle, once);
	config_free(config);
	return status;
}
