/*
 * ctl_render_asked: what a customer asks for and was given, as text. See ctl_render_internal.h.
 */
#include "ctl_render_internal.h"

/* "asks for  ₩50,000 (body: “5만 원”)" */
static void
asked_line(const struct term *term, const json_t *one)
{
	term_cell(term, STYLE_DIM, "asks for", 10);
	put(term, string(one, "label"));
	fputs(" (", term->out);
	put(term, string(one, "part"));
	fputs(": “", term->out);
	put(term, string(one, "text"));
	fputs("”)\n", term->out);
}

/* "see also  C3 (open), kim@example.com: order A-1234 too" */
static void
related_line(const struct term *term, const json_t *one, const char *what)
{
	term_cell(term, STYLE_DIM, "see also", 10);
	put(term, string(one, "case"));
	fprintf(term->out, " (%s), ", string(one, "state"));
	put(term, string(one, "customer"));
	fprintf(term->out, ": %s ", what);
	put(term, string(one, "same"));
	fputs(" too\n", term->out);
}

void
render_asked(const struct term *term, const json_t *page)
{
	const json_t *orders = json_object_get(page, "orders");
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(page, "asks_for"), i, one) asked_line(term, one);
	if (json_array_size(orders) > 0)
		term_cell(term, STYLE_DIM, "orders", 10);
	json_array_foreach(orders, i, one)
	{
		fputs(i ? ", " : "", term->out);
		put(term, json_string_value(one) ? json_string_value(one) : "");
	}
	if (json_array_size(orders) > 0)
		putc('\n', term->out);
	json_array_foreach(json_object_get(page, "same_order"), i, one)
		related_line(term, one, "names order");
	json_array_foreach(json_object_get(page, "same_claim"), i, one)
		related_line(term, one, "asked for");
	if (*string(page, "cause")) {
		term_cell(term, STYLE_DIM, "cause", 10);
		put(term, string(page, "cause"));
		putc('\n', term->out);
	}
}

static void
approval_line(const struct term *term, const json_t *one)
{
	fputs("  ", term->out);
	put_when(term, string(one, "at"));
	fputs("  ", term->out);
	put(term, string(one, "amount"));
	fputs(*string(one, "case") ? " in " : "", term->out);
	put(term, string(one, "case"));
	fputs(" by ", term->out);
	put(term, string(one, "by"));
	fputs(": ", term->out);
	put(term, string(one, "reason"));
	fputs(json_is_true(json_object_get(one, "replaced")) ? " (replaced later)\n" : "\n",
	      term->out);
}

void
render_approvals(const struct term *term, const json_t *customer)
{
	const json_t *list = json_object_get(customer, "approvals");
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(customer, "approved"), i, one)
	{
		term_cell(term, STYLE_DIM, "approved", 10);
		put(term, string(one, "year"));
		fputs(" in 12 months, ", term->out);
		put(term, string(one, "ever"));
		fputs(" ever\n", term->out);
	}
	if (json_array_size(list) > 0)
		put_heading(term, "approvals");
	json_array_foreach(list, i, one) approval_line(term, one);
}
