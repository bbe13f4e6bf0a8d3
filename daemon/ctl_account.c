/*
 * ctl_account: `account test`: tries an account's settings from this process, step by step, and
 * says what to mend; `account resume`: lets the running triaged read a parked folder again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <getopt.h>

#include "config.h"
#include "ctl.h"
#include "ctl_ask.h"
#include "imap.h"
#include "report.h"
#include "term.h"

#ifndef CONFIG_FILE
#define CONFIG_FILE "/etc/triaged/triaged.yaml"
#endif

/* A Message-ID that no mail has: looking for it tells whether the folder can be read. */
#define NO_MESSAGE "<account-test@triaged.invalid>"

static void
step(const struct term *term, const char *name, bool good, const char *text)
{
	fputs("  ", term->out);
	term_cell(term, good ? STYLE_GOOD : STYLE_BAD, good ? "ok" : "FAILED", 6);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, name, 14);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, text, 0);
	putc('\n', term->out);
	fflush(term->out);
}

static void
advice(const struct term *term, const char *text)
{
	fprintf(term->out, "          -> %s\n", text);
}

static bool
test_password(const struct term *term, const struct account_config *account)
{
	struct err err = { .text = "" };
	char *secret;
	int r = secret_read(&account->password, &err, &secret);

	if (r < 0) {
		step(term, "password", false, err.text);
		advice(term,
		       account->password.credential
			       ? "systemd gives credentials to the service only; by hand, as root: "
				 "CREDENTIALS_DIRECTORY=/etc/triaged/credentials triagectl account "
				 "test ..."
			       : "run this as the user who may read it, or "
				 "correct password_file or password_command");
		return false;
	}
	secret_free(secret);
	step(term, "password", true,
	     account->password.file      ? account->password.file
	     : account->password.command ? "from password_command"
					 : "from a systemd credential");
	return true;
}

/* Which step of connecting an error belongs to, and what mends it. */
static const struct {
	int error;
	const char *step, *advice;
} connecting[] = {
	{ -EHOSTUNREACH, "name", "check host: in the configuration, and this machine's DNS" },
	{ -EPIPE, "connect", "check host: and port:, and that no firewall is in the way" },
	{ -ETIMEDOUT, "connect", "check host: and port:, and that no firewall is in the way" },
	{ -EKEYREJECTED, "TLS",
	  "check host: against the certificate, ca_file:, and whether tls: should be implicit or "
	  "starttls" },
	{ -EACCES, "login",
	  "check user: and the password; some providers want an app password or IMAP switched on" },
	{ -EPROTO, "IMAP",
	  "check that an IMAP server listens at this port and that tls: is right" },
};

static bool
test_connection(const struct term *term, const struct account_config *account, struct transport *t)
{
	struct err err = { .text = "" };
	const char *name = "connect", *what = "see the sentence above";
	char text[256];
	int r = t->ops->open(t, &err);

	if (r == 0) {
		snprintf(text, sizeof(text), "%s:%u as %s", account->host, account->port,
			 account->user);
		step(term, "login", true, text);
		step(term, "server", true, t->ops->describe(t));
		return true;
	}
	for (size_t i = 0; i < sizeof(connecting) / sizeof(*connecting); i++)
		if (connecting[i].error == r) {
			name = connecting[i].step;
			what = connecting[i].advice;
		}
	step(term, name, false, err.text);
	advice(term, what);
	return false;
}

static bool
test_folder(const struct term *term, struct transport *t, const char *folder)
{
	struct err err = { .text = "" };
	struct folder_state state;
	char text[128], name[64];
	int r = t->ops->select(t, folder, &state, &err);

	snprintf(name, sizeof(name), "%s", folder);
	if (r < 0) {
		step(term, name, false, err.text);
		advice(term, r == -ENOENT
				     ? "correct folders: in the configuration, or make the folder"
				     : "see what the server says");
		return false;
	}
	snprintf(text, sizeof(text), "%u mail%s%s", state.exists, state.exists == 1 ? "" : "s",
		 state.keywords ? "" : "; keywords cannot be set here");
	step(term, name, true, text);
	return true;
}

static bool
test_drafts(const struct term *term, const struct account_config *account, struct transport *t)
{
	const char *name = account->drafts ? account->drafts : "the server's drafts folder";
	struct err err = { .text = "" };
	char text[256];
	bool found;
	int r = t->ops->find(t, account->drafts, NO_MESSAGE, 0, 1, &found, &err);

	if (r == 0 || r == -ENOENT) {
		snprintf(text, sizeof(text), "%s%s", name,
			 r ? " is not there yet and is made with the first draft" : "");
		step(term, "drafts", true, text);
		return true;
	}
	step(term, "drafts", false, err.text);
	advice(term, "set drafts: to a folder that this user may write to");
	return false;
}

static int
test_server(const struct term *term, const struct account_config *account)
{
	struct stream_trust *trust = NULL;
	struct transport *t = NULL;
	struct err err = { .text = "" };
	bool good = false;
	int r = 0;

	if (account->tls != TLS_NONE) {
		r = stream_trust_new(account->ca_file, &err, &trust);
		if (r < 0) {
			step(term, "ca_file", false, err.text);
			advice(term, "correct ca_file:, or install the package ca-certificates");
			return CTL_FAILED;
		}
	}
	r = imap_transport_new(account, trust, &err, &t);
	if (r < 0)
		step(term, "connect", false, err.text);
	else
		good = test_connection(term, account, t);
	if (good) {
		for (size_t i = 0; i < account->folder_count; i++)
			good = test_folder(term, t, account->folders[i]) && good;
		good = test_drafts(term, account, t) && good;
	}
	if (t) {
		t->ops->close(t);
		t->ops->free(t);
	}
	stream_trust_unref(trust);
	return good ? CTL_OK : CTL_FAILED;
}

static int
test_account(const char *name, const char *path)
{
	struct problems problems = { .count = 0 };
	struct config *config = NULL;
	const struct account_config *account;
	struct term term = term_of(stdout);
	int r = config_load(path, &problems, &config), status;

	report_problems(stderr, &problems, PROBLEM_WARNING);
	if (r < 0 && problems.errors == 0)
		ctl_complain("cannot read the configuration %s: %s; another file is named with "
			     "--config FILE",
			     path, strerror(-r));
	problems_free(&problems);
	if (r < 0)
		return CTL_USAGE;
	account = config_account(config, name);
	if (!account) {
		ctl_complain("there is no account \"%s\" in %s", name, path);
		config_free(config);
		return CTL_USAGE;
	}
	printf("account %s\n", name);
	step(&term, "configuration", true, path);
	status = test_password(&term, account) ? test_server(&term, account) : CTL_FAILED;
	config_free(config);
	r = ctl_flush();
	return status != CTL_OK ? status : r;
}

static int
resume(const struct ask *ask, const char *name, const char *folder)
{
	char *account = client_escape(name), *escaped = client_escape(folder), path[4096];
	int status = CTL_FAILED;
	json_t *value;

	if (account && escaped &&
	    snprintf(path, sizeof(path), "/v1/accounts/%s/resume?folder=%s", account, escaped) <
		    (int)sizeof(path))
		status = ask_call(ask, "POST", path, &value);
	else
		ctl_complain("cannot ask for that folder: its name is too long");
	if (status == CTL_OK) {
		printf("%s %s is read again, from now on\n", name, folder);
		json_decref(value);
		status = ctl_flush();
	}
	free(account);
	free(escaped);
	return status;
}

int
ctl_account(int argc, char **argv)
{
	struct ask ask = { .command = "account" };
	static const struct option longs[] = { { "config", required_argument, NULL, 'c' }, { 0 } };
	const char *path = CONFIG_FILE;
	int status, c;

	if (argc > 1 && !strcmp(argv[1], "test")) {
		argv[1] = argv[0];
		optind = 0;
		while ((c = getopt_long(argc - 1, argv + 1, "", longs, NULL)) != -1) {
			if (c != 'c')
				return ctl_usage("account", "the arguments are not understood");
			path = optarg;
		}
		if (argc - 1 - optind != 1)
			return ctl_usage("account", "say: account test NAME [--config FILE]");
		return test_account(argv[1 + optind], path);
	}
	status = ask_parse(&ask, argc, argv);
	if (status == CTL_OK && (argc - optind != 3 || strcmp(argv[optind], "resume")))
		status = ctl_usage("account",
				   "say: account test NAME, or account resume NAME FOLDER");
	if (status == CTL_OK)
		status = resume(&ask, argv[optind + 1], argv[optind + 2]);
	ask_end(&ask);
	return status;
}
