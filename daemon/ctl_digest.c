/*
 * ctl_digest: today's digest as it is now, without sending it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_ask.h"
#include "digest_page.h"
#include "filters/arena.h"
#include "term.h"

/* Text goes through the terminal's own filter: it holds what strangers wrote. */
static int
print_page(const json_t *digest, const char *language, bool html)
{
	struct arena *arena = arena_new(0);
	struct term term = term_of(stdout);
	const char *text = NULL;
	json_t *page = NULL;

	if (arena && digest_page(arena, digest, language, &page) == 0)
		text = html ? digest_html(arena, page) : digest_text(arena, page);
	if (!text)
		ctl_complain("showing the digest: out of memory");
	else if (html)
		fputs(text, stdout);
	else
		term_text(&term, text, strlen(text), true);
	json_decref(page);
	arena_free(arena);
	return text ? ctl_flush() : CTL_FAILED;
}

static int
show(const struct ask *ask, const json_t *digest)
{
	const char *language = json_string_value(json_object_get(digest, "language"));

	if (ask->json)
		return ctl_print_json(digest);
	if (ask->language)
		language = ask->language;
	return print_page(digest, language ? language : "en", ask->html);
}

static int
check(const struct ask *ask, bool words)
{
	if (words)
		return ctl_usage("digest", "there is nothing to name; --account NAME shows one "
					   "account");
	if (ask->json && ask->html)
		return ctl_usage("digest", "--json and --html exclude each other");
	if (ask->language && strcmp(ask->language, "ko") != 0 && strcmp(ask->language, "en") != 0)
		return ctl_usage("digest", "--language takes ko or en, not \"%s\"", ask->language);
	return CTL_OK;
}

int
ctl_digest(int argc, char **argv)
{
	struct ask ask = { .command = "digest", .takes_json = true, .takes_digest = true };
	char *account = NULL, path[1024];
	json_t *digest;
	int status = ask_parse(&ask, argc, argv);

	if (status == CTL_OK)
		status = check(&ask, optind != argc);
	if (status == CTL_OK) {
		account = client_escape(ask.account ? ask.account : "");
		if (!account || snprintf(path, sizeof(path), "/v1/digest?account=%s", account) >=
					(int)sizeof(path))
			status = ctl_usage("digest", "the account's name is too long");
	}
	if (status == CTL_OK)
		status = ask_call(&ask, "GET", path, &digest);
	if (status == CTL_OK) {
		status = show(&ask, digest);
		json_decref(digest);
	}
	free(account);
	ask_end(&ask);
	return status;
}
