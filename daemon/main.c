/*
 * main: the daemon's command line: read configuration and rules, open the store, run the engine.
 *
 * Exit status: 0 well; 1 something failed while running (with --once: an account); 2 usage or
 * configuration.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "log.h"
#include "report.h"

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
		fprintf(stderr, "triaged: %zu mistakes; nothing was started\n", problems.errors);
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

static int
check(const struct config *config, struct bundle *bundle)
{
	bool well = try_secret("smtp", "", &config->smtp.password);

	for (size_t i = 0; i < config->account_count; i++)
		well &= try_secret("account", config->accounts[i].name,
				   &config->accounts[i].password);
	for (size_t i = 0; i < config->webhook_count; i++)
		well &= try_secret("webhook", config->webhooks[i].name,
				   &config->webhooks[i].secret);
	printf("%zu accounts, %zu rules, %zu templates, set %.12s%s\n", config->account_count,
	       ruleset_count(bundle->rules), bundle->template_count, bundle->hash,
	       well ? ": well" : "");
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
