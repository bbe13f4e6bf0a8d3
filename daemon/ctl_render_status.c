/*
 * ctl_render_status: the answer to `triagectl status` as text. See ctl_render.h.
 */
#include <inttypes.h>
#include <stdio.h>

#include "ctl_render.h"
#include "ctl_render_internal.h"

#define NAMED_MAX 3 /* actions named of those that wait for the same reason */

static void
status_quarantined(const struct term *term, const json_t *list)
{
	const json_t *rule;
	size_t i;

	json_array_foreach(list, i, rule)
	{
		term_style(term, STYLE_BAD);
		fputs("  the rule ", term->out);
		put(term, string(rule, "rule"));
		fputs(" (", term->out);
		put(term, string(rule, "at"));
		fputs(") is put aside, it kept taking too many steps: make it simpler or switch it "
		      "off, then reload",
		      term->out);
		term_style(term, STYLE_PLAIN);
		putc('\n', term->out);
	}
}

static void
status_head(const struct term *term, const json_t *status)
{
	const json_t *rules = json_object_get(status, "rules");
	int64_t now = number(status, "now_ms");
	char up[32], loaded[32];

	term_age(now - number(status, "started_ms"), up, sizeof(up));
	term_age(now - number(rules, "loaded_ms"), loaded, sizeof(loaded));
	fprintf(term->out,
		"triaged %s, up %s; %" JSON_INTEGER_FORMAT " rule%s, set %.12s, loaded %s ago\n",
		string(status, "version"), up, number(rules, "count"),
		plural(number(rules, "count")), string(rules, "hash"), loaded);
	if (!json_is_true(json_object_get(rules, "jit")) && *string(rules, "jit_why"))
		fprintf(term->out, "  patterns are interpreted, not compiled: %s\n",
			string(rules, "jit_why"));
	if (!json_is_true(json_object_get(rules, "gate")) && *string(rules, "gate_why"))
		fprintf(term->out, "  the literal gate is off: %s\n", string(rules, "gate_why"));
	status_quarantined(term, json_object_get(rules, "quarantined"));
	if (*string(rules, "reload_error")) {
		term_style(term, STYLE_BAD);
		fputs("  the last reload was refused: ", term->out);
		put(term, string(rules, "reload_error"));
		term_style(term, STYLE_PLAIN);
		putc('\n', term->out);
	}
}

/* Whether time alone will not mend what keeps it from its server, or from the store. */
static bool
needs_person(const json_t *account)
{
	return *string(account, "error") && json_is_true(json_object_get(account, "needs_person"));
}

static void
put_retry(const struct term *term, const json_t *account, int64_t now)
{
	if (number(account, "retry_ms") > now)
		fprintf(term->out, " (next try in %" PRId64 " s)",
			((int64_t)number(account, "retry_ms") - now + 999) / 1000);
}

static void
status_account(const struct term *term, const json_t *account, int64_t now)
{
	const char *state = string(account, "state"), *error = string(account, "error");
	bool good = !*error;
	char age[32];

	term_age(now - number(account, "since_ms"), age, sizeof(age));
	fputs("  ", term->out);
	term_cell(term, STYLE_STRONG, string(account, "name"), 14);
	fputs("  ", term->out);
	term_cell(term, good ? STYLE_GOOD : STYLE_BAD, state, 14);
	fprintf(term->out,
		"  for %s, %" JSON_INTEGER_FORMAT " judged, %" JSON_INTEGER_FORMAT
		" action%s done\n",
		age, number(account, "judged"), number(account, "carried_out"),
		plural(number(account, "carried_out")));
	if (good && *string(account, "server")) {
		fputs("                  ", term->out);
		term_cell(term, STYLE_DIM, string(account, "server"), 0);
		putc('\n', term->out);
	}
	if (!good && !needs_person(account)) {
		fputs("                  ", term->out);
		term_cell(term, STYLE_BAD, error, 0);
		put_retry(term, account, now);
		putc('\n', term->out);
	}
}

/* What keeps an account or one of its folders from being read. Without term they are counted. */
static size_t
account_trouble(const struct term *term, const json_t *account, int64_t now)
{
	size_t i, count = needs_person(account);
	json_t *folder;

	if (term && count) {
		fputs("  account ", term->out);
		put(term, string(account, "name"));
		fprintf(term->out, ", %s: ", string(account, "state"));
		term_cell(term, STYLE_BAD, string(account, "error"), 0);
		put_retry(term, account, now);
		putc('\n', term->out);
	}
	json_array_foreach(json_object_get(account, "folders"), i, folder)
	{
		if (!*string(folder, "problem"))
			continue;
		count++;
		if (!term)
			continue;
		fputs("  folder ", term->out);
		put(term, string(account, "name"));
		putc('/', term->out);
		put(term, string(folder, "name"));
		fputs(": ", term->out);
		term_cell(term, STYLE_BAD, string(folder, "problem"), 0);
		putc('\n', term->out);
	}
	return count;
}

static void
mail_trouble(const struct term *term, const json_t *attention)
{
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(attention, "parked"), i, one)
	{
		fputs("  mail ", term->out);
		put(term, string(one, "account"));
		putc('/', term->out);
		put(term, string(one, "folder"));
		fprintf(term->out, " UID %" JSON_INTEGER_FORMAT ": ", number(one, "uid"));
		put(term, string(one, "reason"));
		if (*string(one, "subject")) {
			fputs(" (“", term->out);
			put(term, string(one, "subject"));
			fputs("”)", term->out);
		}
		putc('\n', term->out);
	}
	json_array_foreach(json_object_get(attention, "troubled"), i, one)
	{
		fprintf(term->out, "  %s ", string(one, "kind"));
		put(term, string(one, "argument"));
		fputs(*string(one, "case") ? " of " : "", term->out);
		fprintf(term->out, "%s, %s: ", string(one, "case"), string(one, "state"));
		put(term, string(one, "error"));
		putc('\n', term->out);
	}
	if (json_is_true(json_object_get(attention, "more")))
		fputs("  ... and more\n", term->out);
}

/* The actions from index on that failed for the same reason. */
static void
waiting_group(const struct term *term, const json_t *waiting, size_t index, bool more)
{
	const char *error = string(json_array_get(waiting, index), "error"), *next = "";
	size_t count = 0, i;
	json_int_t tries = 0;
	json_t *one;

	json_array_foreach(waiting, i, one)
	{
		const char *when = string(one, "next");

		if (strcmp(string(one, "error"), error) != 0)
			continue;
		count++;
		if (number(one, "attempts") > tries)
			tries = number(one, "attempts");
		if (*when && (!*next || strcmp(when, next) < 0))
			next = when;
	}
	fprintf(term->out, "  %s%zu action%s waiting: ", more ? "at least " : "", count,
		count == 1 ? " is" : "s are");
	term_cell(term, STYLE_BAD, error, 0);
	fputs("\n      ", term->out);
	for (i = index, count = 0; i < json_array_size(waiting); i++) {
		one = json_array_get(waiting, i);
		if (strcmp(string(one, "error"), error) != 0)
			continue;
		if (++count > NAMED_MAX)
			continue;
		fprintf(term->out, "%s%s ", count > 1 ? ", " : "", string(one, "kind"));
		put(term, string(one, "argument"));
		fprintf(term->out, "%s%s", *string(one, "case") ? " of " : "", string(one, "case"));
	}
	if (count > NAMED_MAX)
		fprintf(term->out, " and %zu more", count - NAMED_MAX);
	fprintf(term->out, "; tried %" JSON_INTEGER_FORMAT " time%s", tries, plural(tries));
	if (*next) {
		fputs(", again at ", term->out);
		put_when(term, next);
	}
	putc('\n', term->out);
}

static void
status_waiting(const struct term *term, const json_t *attention)
{
	const json_t *waiting = json_object_get(attention, "waiting");
	bool more = json_is_true(json_object_get(attention, "more_waiting"));

	if (json_array_size(waiting) == 0)
		return;
	put_heading(term, "tried again");
	for (size_t i = 0; i < json_array_size(waiting); i++) {
		const char *error = string(json_array_get(waiting, i), "error");
		size_t first = 0;

		while (strcmp(string(json_array_get(waiting, first), "error"), error) != 0)
			first++;
		if (first == i)
			waiting_group(term, waiting, i, more);
	}
}

static void
status_attention(const struct term *term, const json_t *status)
{
	const json_t *attention = json_object_get(status, "attention"),
		     *accounts = json_object_get(status, "accounts");
	size_t i, count = json_array_size(json_object_get(attention, "parked")) +
			  json_array_size(json_object_get(attention, "troubled"));
	bool well = json_array_size(json_object_get(attention, "waiting")) == 0;
	json_t *account;

	json_array_foreach(accounts, i, account)
	{
		count += account_trouble(NULL, account, 0);
		well = well && !*string(account, "error");
	}
	if (count > 0) {
		put_heading(term, "needs a person");
		json_array_foreach(accounts, i, account)
			account_trouble(term, account, number(status, "now_ms"));
		mail_trouble(term, attention);
	} else if (well) {
		fputs("\nnothing needs a person\n", term->out);
	}
	status_waiting(term, attention);
}

void
render_status(const struct term *term, const json_t *status)
{
	size_t i;
	json_t *account;

	status_head(term, status);
	put_heading(term, "accounts");
	json_array_foreach(json_object_get(status, "accounts"), i, account)
		status_account(term, account, number(status, "now_ms"));
	status_attention(term, status);
}
