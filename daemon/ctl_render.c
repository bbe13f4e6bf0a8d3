/*
 * ctl_render: see ctl_render.h. Members that are missing are left out, so that an older triagectl
 * can read a newer answer.
 */
#include "ctl_render.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const char *
string(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static json_int_t
number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static void
put(const struct term *term, const char *text)
{
	term_text(term, text, strlen(text), false);
}

static void
put_when(const struct term *term, const char *when)
{
	time_t seconds = (time_t)(term_time(when) / 1000);
	char text[32];
	struct tm tm;

	if (seconds == 0 || !localtime_r(&seconds, &tm) ||
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(text, sizeof(text), "%16s", "");
	fputs(text, term->out);
}

static void
put_heading(const struct term *term, const char *text)
{
	putc('\n', term->out);
	term_cell(term, STYLE_STRONG, text, 0);
	putc('\n', term->out);
}

/* The strings of a list with something between them. */
static void
put_list(const struct term *term, const json_t *list, const char *before, const char *after,
	 const char *between)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one)
	{
		fputs(i ? between : "", term->out);
		fputs(before, term->out);
		put(term, json_string_value(one) ? json_string_value(one) : "");
		fputs(after, term->out);
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
		"triaged %s, up %s; %" JSON_INTEGER_FORMAT " rules, set %.12s, loaded %s ago\n",
		string(status, "version"), up, number(rules, "count"), string(rules, "hash"),
		loaded);
	if (!json_is_true(json_object_get(rules, "jit")) && *string(rules, "jit_why"))
		fprintf(term->out, "  patterns are interpreted, not compiled: %s\n",
			string(rules, "jit_why"));
	if (!json_is_true(json_object_get(rules, "gate")) && *string(rules, "gate_why"))
		fprintf(term->out, "  the literal gate is off: %s\n", string(rules, "gate_why"));
	if (*string(rules, "reload_error")) {
		term_style(term, STYLE_BAD);
		fputs("  the last reload was refused: ", term->out);
		put(term, string(rules, "reload_error"));
		term_style(term, STYLE_PLAIN);
		putc('\n', term->out);
	}
}

static void
status_account(const struct term *term, const json_t *account, int64_t now)
{
	const char *state = string(account, "state"), *error = string(account, "error");
	bool good = !*error;
	char age[32];
	size_t i;
	json_t *folder;

	term_age(now - number(account, "since_ms"), age, sizeof(age));
	fputs("  ", term->out);
	term_cell(term, STYLE_STRONG, string(account, "name"), 14);
	fputs("  ", term->out);
	term_cell(term, good ? STYLE_GOOD : STYLE_BAD, state, 14);
	fprintf(term->out,
		"  for %s, %" JSON_INTEGER_FORMAT " judged, %" JSON_INTEGER_FORMAT
		" actions done\n",
		age, number(account, "judged"), number(account, "carried_out"));
	if (good && *string(account, "server")) {
		fputs("                  ", term->out);
		term_cell(term, STYLE_DIM, string(account, "server"), 0);
		putc('\n', term->out);
	}
	if (!good) {
		fputs("                  ", term->out);
		term_cell(term, STYLE_BAD, error, 0);
		if (number(account, "retry_ms") > now)
			fprintf(term->out, " (next try in %" PRId64 " s)",
				((int64_t)number(account, "retry_ms") - now + 999) / 1000);
		putc('\n', term->out);
	}
	json_array_foreach(json_object_get(account, "folders"), i, folder)
	{
		if (!*string(folder, "problem"))
			continue;
		fputs("                  ", term->out);
		put(term, string(folder, "name"));
		fputs(": ", term->out);
		term_cell(term, STYLE_BAD, string(folder, "problem"), 0);
		putc('\n', term->out);
	}
}

static void
status_attention(const struct term *term, const json_t *attention)
{
	const json_t *parked = json_object_get(attention, "parked"),
		     *troubled = json_object_get(attention, "troubled");
	size_t i;
	json_t *one;

	if (json_array_size(parked) + json_array_size(troubled) == 0) {
		fputs("\nnothing needs a person\n", term->out);
		return;
	}
	put_heading(term, "needs a person");
	json_array_foreach(parked, i, one)
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
	json_array_foreach(troubled, i, one)
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

void
render_status(const struct term *term, const json_t *status)
{
	size_t i;
	json_t *account;

	status_head(term, status);
	put_heading(term, "accounts");
	json_array_foreach(json_object_get(status, "accounts"), i, account)
		status_account(term, account, number(status, "now_ms"));
	status_attention(term, json_object_get(status, "attention"));
}

static void
waiting_text(const json_t *c, int64_t now_ms, char *ret, size_t size)
{
	int64_t since = term_time(string(c, "waiting_since"));

	if (since)
		term_age(now_ms - since, ret, size);
	else
		snprintf(ret, size, "-");
}

static void
queue_case(const struct term *term, const json_t *c, int64_t now_ms)
{
	const json_t *words = json_object_get(c, "words");
	const char *severity = string(c, "severity"), *owner = string(c, "owner");
	char waiting[32];

	waiting_text(c, now_ms, waiting, sizeof(waiting));
	term_cell(term, STYLE_STRONG, string(c, "id"), 6);
	fputs("  ", term->out);
	term_cell(term, term_severity(severity), severity, 8);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, waiting, 8);
	fputs("  ", term->out);
	term_cell(term, *owner ? STYLE_PLAIN : STYLE_DIM, *owner ? owner : "-", 10);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, string(c, "customer"), 24);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, *string(c, "subject") ? string(c, "subject") : "(no subject)",
		  0);
	fputs("\n        ", term->out);
	term_style(term, STYLE_DIM);
	put_list(term, json_object_get(c, "flags"), "", "", " ");
	term_style(term, STYLE_PLAIN);
	if (json_array_size(words)) {
		fputs("  ", term->out);
		put_list(term, words, "“", "”", " ");
	}
	putc('\n', term->out);
}

void
render_queue(const struct term *term, const json_t *queue, int64_t now_ms)
{
	const json_t *cases = json_object_get(queue, "cases");
	size_t i;
	json_t *c;

	if (json_array_size(cases) == 0) {
		fputs("no open cases\n", term->out);
		return;
	}
	term_style(term, STYLE_DIM);
	fprintf(term->out, "%-6s  %-8s  %-8s  %-10s  %-24s  %s\n", "case", "severity", "waiting",
		"owner", "customer", "subject");
	term_style(term, STYLE_PLAIN);
	json_array_foreach(cases, i, c) queue_case(term, c, now_ms);
	if (json_is_true(json_object_get(queue, "more")))
		fputs("... and more; see --limit\n", term->out);
}

static void
case_line(const struct term *term, const char *name, const char *text)
{
	if (!*text)
		return;
	term_cell(term, STYLE_DIM, name, 10);
	put(term, text);
	putc('\n', term->out);
}

static void
case_head(const struct term *term, const json_t *page, int64_t now_ms)
{
	const char *name = string(page, "customer_name");
	char waiting[32];

	term_cell(term, STYLE_STRONG, string(page, "id"), 0);
	fputs("  ", term->out);
	term_cell(term, STYLE_STRONG,
		  *string(page, "subject") ? string(page, "subject") : "(no subject)", 0);
	fputs("\n\n", term->out);
	term_cell(term, STYLE_DIM, "customer", 10);
	put(term, name);
	fputs(*name ? " <" : "", term->out);
	put(term, string(page, "customer"));
	fputs(*name ? ">\n" : "\n", term->out);
	case_line(term, "account", string(page, "account"));
	term_cell(term, STYLE_DIM, "severity", 10);
	term_cell(term, term_severity(string(page, "severity")), string(page, "severity"), 0);
	putc('\n', term->out);
	if (json_array_size(json_object_get(page, "flags"))) {
		term_cell(term, STYLE_DIM, "flags", 10);
		put_list(term, json_object_get(page, "flags"), "", "", ", ");
		putc('\n', term->out);
	}
	case_line(term, "owner", *string(page, "owner") ? string(page, "owner") : "nobody yet");
	waiting_text(page, now_ms, waiting, sizeof(waiting));
	term_cell(term, STYLE_DIM, "state", 10);
	fprintf(term->out, "%s, %s", string(page, "state"), string(page, "stage"));
	if (strcmp(waiting, "-"))
		fprintf(term->out, ", waiting for us for %s", waiting);
	putc('\n', term->out);
	case_line(term, "language", string(page, "language"));
	case_line(term, "linked", string(page, "linked"));
	if (json_is_false(json_object_get(page, "record_sound")))
		term_cell(term, STYLE_BAD,
			  "the record of this case has been changed outside triaged: its hash "
			  "chain is broken\n",
			  0);
}

/*
 * Whether another entry of the flag holds the same words and more, or an earlier one just the same.
 */
static bool
said_elsewhere(const json_t *evidence, size_t index)
{
	const json_t *one = json_array_get(evidence, index);
	size_t i;
	json_t *other;

	json_array_foreach(evidence, i, other)
	{
		bool longer = strlen(string(other, "text")) > strlen(string(one, "text"));

		if (i != index && (longer || i < index) &&
		    !strcmp(string(other, "flag"), string(one, "flag")) &&
		    strstr(string(other, "text"), string(one, "text")))
			return true;
	}
	return false;
}

void
render_evidence(const struct term *term, const json_t *evidence, const char *indent, bool rules)
{
	size_t i;
	json_t *one;

	json_array_foreach(evidence, i, one)
	{
		const char *text = string(one, "text") + strspn(string(one, "text"), " \t\r\n");
		size_t len = strlen(text);

		if (said_elsewhere(evidence, i))
			continue;
		while (len > 0 && strchr(" \t\r\n", text[len - 1]))
			len--;
		fputs(indent, term->out);
		term_cell(term, STYLE_STRONG, string(one, "flag"), 20);
		if (len > 0) {
			fputs("  “", term->out);
			term_text(term, text, len, false);
			fputs("”", term->out);
		}
		if (rules) {
			fputs("  ", term->out);
			term_cell(term, STYLE_DIM, string(one, "rule"), 0);
		}
		putc('\n', term->out);
	}
}

static void
case_mail(const struct term *term, const json_t *mail)
{
	fputs("  ", term->out);
	put_when(term, *string(mail, "received") ? string(mail, "received") : string(mail, "date"));
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN,
		  json_is_true(json_object_get(mail, "outgoing")) ? "(we wrote)"
								  : string(mail, "from"),
		  24);
	fputs("  ", term->out);
	put(term, *string(mail, "subject") ? string(mail, "subject") : "(no subject)");
	fputs("  ", term->out);
	term_style(term, STYLE_DIM);
	put(term, string(mail, "folder"));
	fprintf(term->out, " UID %" JSON_INTEGER_FORMAT, number(mail, "uid"));
	term_style(term, STYLE_PLAIN);
	putc('\n', term->out);
	render_evidence(term, json_object_get(mail, "evidence"), "      ", true);
	if (json_is_true(json_object_get(mail, "incomplete")))
		fputs("      could not be judged whole: please read it\n", term->out);
}

static void
case_action(const struct term *term, const json_t *entry)
{
	const char *state = string(entry, "state"), *error = string(entry, "error");
	bool bad = !strcmp(state, "failed") || !strcmp(state, "unknown");

	fputs("  ", term->out);
	term_cell(term, bad ? STYLE_BAD : STYLE_PLAIN, state, 8);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, string(entry, "kind"), 8);
	fputs("  ", term->out);
	put(term, string(entry, "argument"));
	if (*string(entry, "rule")) {
		fputs(*string(entry, "argument") ? "  " : "", term->out);
		term_style(term, STYLE_DIM);
		fputs("by policy rule ", term->out);
		put(term, string(entry, "rule"));
		term_style(term, STYLE_PLAIN);
	}
	putc('\n', term->out);
	/* What went wrong before it was done in the end concerns nobody any more. */
	if (*error && strcmp(state, "done")) {
		fputs("            ", term->out);
		put(term, error);
		putc('\n', term->out);
	}
}

/* What an event says, in words; numbers and hashes that only programs need are left out. */
static void
case_event(const struct term *term, const json_t *event)
{
	static const char *const left_out[] = { "ruleset", "hash", "message_id" };
	json_t *data = json_object_get(event, "data"), *value;
	const char *name;
	bool first = true;

	fputs("  ", term->out);
	put_when(term, string(event, "at"));
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, string(event, "actor"), 10);
	fputs("  ", term->out);
	term_cell(term, STYLE_PLAIN, string(event, "kind"), 10);
	json_object_foreach(data, name, value)
	{
		const char *text = json_string_value(value);
		bool shown = text && *text;

		/* "moved" says it already. */
		if (shown && !strcmp(name, "action"))
			shown = strncmp(string(event, "kind"), text, strlen(text)) != 0;
		for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
			shown = shown && strcmp(name, left_out[i]) != 0;
		if (!shown)
			continue;
		fputs(first ? "  " : ", ", term->out);
		put(term, name);
		fputs(": ", term->out);
		put(term, json_string_value(value));
		first = false;
	}
	putc('\n', term->out);
}

static void
case_section(const struct term *term, const json_t *list, const char *heading,
	     void (*print)(const struct term *term, const json_t *one))
{
	size_t i;
	json_t *one;

	if (json_array_size(list) == 0)
		return;
	put_heading(term, heading);
	json_array_foreach(list, i, one) print(term, one);
}

void
render_case(const struct term *term, const json_t *page, int64_t now_ms)
{
	case_head(term, page, now_ms);
	case_section(term, json_object_get(page, "mails"), "mails", case_mail);
	case_section(term, json_object_get(page, "outbox"), "actions", case_action);
	case_section(term, json_object_get(page, "events"), "history", case_event);
}
