/*
 * ctl_render_customer: a customer's card as text. See ctl_render.h.
 */
#include <string.h>

#include "ctl_render.h"
#include "ctl_render_internal.h"

void
render_minds(const struct term *term, const json_t *page)
{
	const json_t *minds = json_object_get(page, "minds");
	size_t i;
	json_t *one;

	json_array_foreach(minds, i, one)
	{
		bool never = strcmp(string(one, "kind"), "never") == 0;
		char place[24];

		term_cell(term, never ? STYLE_BAD : STYLE_STRONG, never ? "never" : "wish", 10);
		put(term, string(one, "text"));
		term_style(term, STYLE_DIM);
		snprintf(place, sizeof(place), "  (%" JSON_INTEGER_FORMAT ", ",
			 number(one, "number"));
		fputs(place, term->out);
		put(term, string(one, "by"));
		fputs(", ", term->out);
		put_when(term, string(one, "at"));
		fputs(")", term->out);
		term_style(term, STYLE_PLAIN);
		putc('\n', term->out);
	}
	if (json_array_size(minds))
		putc('\n', term->out);
}

static void
conduct_line(const struct term *term, const json_t *customer)
{
	term_cell(term, STYLE_DIM, "conduct", 10);
	put(term, *string(customer, "conduct") ? string(customer, "conduct") : "nothing");
	if (*string(customer, "conduct")) {
		fputs(" until ", term->out);
		put_when(term, string(customer, "conduct_until"));
	}
	putc('\n', term->out);
}

static void
standing_line(const struct term *term, const json_t *customer)
{
	const char *standing = string(customer, "standing");

	term_cell(term, STYLE_DIM, "standing", 10);
	put(term, *standing ? standing : "not decided");
	if (*standing) {
		fputs(", decided by ", term->out);
		put(term, string(customer, "standing_by"));
		fputs(" on ", term->out);
		put_when(term, string(customer, "standing_at"));
		fputs(": ", term->out);
		put(term, string(customer, "standing_reason"));
	}
	putc('\n', term->out);
}

static void
value_line(const struct term *term, const json_t *customer)
{
	if (!*string(customer, "imported"))
		return;
	term_cell(term, STYLE_DIM, "value", 10);
	put(term, *string(customer, "value") ? string(customer, "value") : "not known");
	fputs(*string(customer, "value") ? " " : "", term->out);
	put(term, string(customer, "currency"));
	if (*string(customer, "since")) {
		fputs(", a customer since ", term->out);
		put(term, string(customer, "since"));
	}
	fputs(", imported ", term->out);
	put_when(term, string(customer, "imported"));
	putc('\n', term->out);
	case_line(term, "note", string(customer, "note"));
}

/* What they cost beside what they are worth: counted, never guessed in money. */
static void
cost_line(const struct term *term, const json_t *customer)
{
	const json_t *cost = json_object_get(customer, "cost");
	json_int_t cases = number(cost, "cases"), answers = number(cost, "answers"),
		   acts = number(cost, "acts"), worked = number(cost, "worked_minutes"),
		   steps = (json_int_t)json_array_size(json_object_get(customer, "conduct_log"));

	if (!cost)
		return;
	term_cell(term, STYLE_DIM, "cost", 10);
	fprintf(term->out,
		"%s%" JSON_INTEGER_FORMAT " case%s (%" JSON_INTEGER_FORMAT
		" open), %" JSON_INTEGER_FORMAT " h %02" JSON_INTEGER_FORMAT
		" min of work, open for %" JSON_INTEGER_FORMAT " hour%s, %" JSON_INTEGER_FORMAT
		" answer%s of ours, %" JSON_INTEGER_FORMAT
		" act%s by our people, %" JSON_INTEGER_FORMAT " conduct step%s\n",
		json_is_false(json_object_get(cost, "whole")) ? "at least " : "", cases,
		plural(cases), number(cost, "open"), worked / 60, worked % 60,
		number(cost, "hours_open"), plural(number(cost, "hours_open")), answers,
		plural(answers), acts, plural(acts), steps, plural(steps));
}

static void
lines(const struct term *term, const json_t *list, const char *heading)
{
	size_t i;
	json_t *one;

	if (json_array_size(list))
		put_heading(term, heading);
	json_array_foreach(list, i, one)
	{
		fputs("  ", term->out);
		put(term, json_string_value(one) ? json_string_value(one) : "");
		putc('\n', term->out);
	}
}

static void
past_cases(const struct term *term, const json_t *list)
{
	size_t i;
	json_t *one;

	if (json_array_size(list))
		put_heading(term, "cases");
	json_array_foreach(list, i, one)
	{
		fputs("  ", term->out);
		term_cell(term, STYLE_STRONG, string(one, "case"), 8);
		put_when(term, string(one, "opened"));
		fputs("  ", term->out);
		term_cell(term, STYLE_PLAIN, string(one, "state"), 8);
		term_cell(term, term_severity(string(one, "severity")), string(one, "severity"),
			  10);
		put(term, *string(one, "fault") ? string(one, "fault") : "fault not known");
		if (*string(one, "approved")) {
			fputs(", approved ", term->out);
			put(term, string(one, "approved"));
		}
		putc('\n', term->out);
	}
}

void
render_conduct(const struct term *term, const json_t *customer)
{
	conduct_line(term, customer);
	lines(term, json_object_get(customer, "conduct_log"), "steps");
}

void
render_customer(const struct term *term, const json_t *customer, int64_t now_ms)
{
	json_int_t mails = number(customer, "mails"), cases = number(customer, "cases");

	(void)now_ms;
	render_minds(term, customer);
	case_line(term, "address", string(customer, "address"));
	case_line(term, "name", string(customer, "name"));
	case_line(term, "owner",
		  *string(customer, "owner") ? string(customer, "owner") : "nobody yet");
	term_cell(term, STYLE_DIM, "mails", 10);
	if (mails) {
		fprintf(term->out,
			"%" JSON_INTEGER_FORMAT " in %" JSON_INTEGER_FORMAT " case%s, the last ",
			mails, cases, plural(cases));
		put_when(term, string(customer, "last"));
	} else {
		fputs("none yet", term->out);
	}
	putc('\n', term->out);
	value_line(term, customer);
	cost_line(term, customer);
	standing_line(term, customer);
	conduct_line(term, customer);
	render_approvals(term, customer);
	past_cases(term, json_object_get(customer, "past"));
	lines(term, json_object_get(customer, "conduct_log"), "steps");
	lines(term, json_object_get(customer, "card_log"), "card");
}
