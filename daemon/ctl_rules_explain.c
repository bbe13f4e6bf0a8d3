/*
 * ctl_rules_explain: `triagectl rules explain`: the whole arithmetic for a mail: its text with the
 * hits marked, every rule that hit or nearly hit and what kept it from it, scores and thresholds,
 * what was not looked at, and which lines of the policy then apply.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "ctl.h"
#include "ctl_rules.h"
#include "ctl_rules_explain.h"
#include "ctl_rules_load.h"
#include "ctl_scan_print.h"
#include "source.h"

#define ARENA_BYTES (256u << 20)
#define NAMES_SHOWN 8u

const char *
explained_action(enum action_kind kind)
{
	static const char *const names[] = {
		[ACTION_KEYWORD] = "keyword", [ACTION_FLAG] = "flag",
		[ACTION_COPY] = "copy",       [ACTION_DRAFT] = "draft",
		[ACTION_MOVE] = "move",       [ACTION_NOTIFY] = "notify",
		[ACTION_WEBHOOK] = "webhook", [ACTION_ASSIGN] = "assign",
	};

	return names[kind];
}

static void
heading(const struct term *term, const char *text)
{
	putc('\n', term->out);
	term_cell(term, STYLE_STRONG, text, 0);
	fputs(":\n", term->out);
}

static void
put_quoted(const struct term *term, const char *text)
{
	fputs("“", term->out);
	term_text(term, text, strlen(text), false);
	fputs("”", term->out);
}

static void
put_near(const struct term *term, const struct near *n)
{
	fprintf(term->out, "  %s%s, would give %+g to %s  %s  (%s:%u)\n      ", n->rule,
		n->shadow ? " (shadow)" : "", n->score, flag_name(n->flag), view_name(n->view),
		n->file, n->line);
	fprintf(term->out, "%s at %zu: ", n->part, n->offset);
	put_quoted(term, n->text);
	fputs("\n      ", term->out);
	if (n->kind == NEAR_UNLESS) {
		fputs("saved by unless, which matches ", term->out);
		put_quoted(term, n->by);
	} else {
		fputs("what all asks for is not near it", term->out);
	}
	if (strcmp(n->pattern_file, n->file) == 0)
		fprintf(term->out, ": line %u, ", n->pattern_line);
	else
		fprintf(term->out, ": %s:%u, ", n->pattern_file, n->pattern_line);
	term_text(term, n->pattern, strlen(n->pattern), false);
	putc('\n', term->out);
}

static void
put_shadow(const struct term *term, const struct evidence *e)
{
	fprintf(term->out, "  %s  %s  (%s:%u)\n      %s at %zu: ", e->rule, view_name(e->view),
		e->file, e->line, e->part, e->offset);
	put_quoted(term, e->text);
	putc('\n', term->out);
}

/* "12  meant for another language: ko.a, ko.b and 10 more" */
static void
put_skipped(const struct term *term, const struct explanation *why, enum skip_kind kind)
{
	static const char *const texts[] = {
		[SKIP_LANGUAGE] = "meant for mails in another language",
		[SKIP_EXPIRED] = "past their last day",
		[SKIP_HEADER] = "the mail's header is not what they ask for",
		[SKIP_OFF] = "switched off",
		[SKIP_QUARANTINED] = "put aside: they kept taking too many steps",
		[SKIP_STEPS] = "not decided: they take more steps than a mail may",
		[SKIP_GATE] = "none of the words that they need is in the mail",
	};
	size_t shown = 0, most = kind == SKIP_GATE ? 0 : NAMES_SHOWN;

	if (why->skipped_by[kind] == 0)
		return;
	fprintf(term->out, "  %5zu  %s", why->skipped_by[kind], texts[kind]);
	for (size_t i = 0; i < why->skipped_count && shown < most; i++)
		if (why->skipped[i].kind == kind)
			fprintf(term->out, "%s%s", shown++ ? ", " : ": ", why->skipped[i].rule);
	if (shown > 0 && why->skipped_by[kind] > shown)
		fprintf(term->out, " and %zu more", why->skipped_by[kind] - shown);
	putc('\n', term->out);
}

static void
put_policy(const struct term *term, const struct explained *x)
{
	size_t line = 0;

	heading(term, "policy");
	if (x->severity.line > 0)
		fprintf(term->out, "  %s:%u  severity %s: %s\n", x->policy_file, x->severity.line,
			severity_name(x->severity.severity), x->severity.condition);
	if (x->severity.undetermined)
		fputs("  severity high: a threat could not be decided\n", term->out);
	for (size_t i = 0; i < x->plan.fit_count; i++) {
		const struct policy_fit *fit = &x->plan.fits[i];
		bool any = false;

		fprintf(term->out, "  %s:%u  %s:", x->policy_file, fit->line, fit->name);
		for (size_t k = 0; k < x->plan.action_count; k++) {
			const struct action *a = &x->plan.actions[k];

			if (strcmp(a->rule, fit->name) != 0)
				continue;
			fprintf(term->out, "%s %s%s%s", any ? "," : "", explained_action(a->kind),
				*a->argument ? " " : "", a->argument);
			any = true;
		}
		fprintf(term->out, "%s%s\n", any ? "" : " nothing more", fit->stop ? "; stop" : "");
		line++;
	}
	if (line == 0)
		fputs("  no rule of the policy fits\n", term->out);
}

static void
print_text(const struct explained *x)
{
	const struct term term = term_of(stdout);
	const struct explanation *why = &x->why;
	const struct scanned mail = { .source = x->source,
				      .message = x->message,
				      .verdict = why->verdict,
				      .severity = severity_name(x->severity.severity),
				      .error = x->error };

	scan_print_head(&term, &mail);
	scan_print_text(&term, x->message, why->verdict);
	for (int f = 0; f < FLAG_COUNT; f++)
		if (why->verdict->flags[f].answer != ANSWER_CLEAR ||
		    why->verdict->flags[f].evidence_count > 0)
			scan_print_flag(&term, (enum flag)f, &why->verdict->flags[f]);
	if (why->near_count > 0)
		heading(&term, "nearly");
	for (size_t i = 0; i < why->near_count; i++)
		put_near(&term, &why->near[i]);
	if (why->shadow_count > 0)
		heading(&term, "in shadow, raising nothing");
	for (size_t i = 0; i < why->shadow_count; i++)
		put_shadow(&term, &why->shadow[i]);
	asked_flag_print(&term, x);
	heading(&term, "rules");
	fprintf(term.out, "  %5zu  looked at the text\n", why->judged);
	for (int k = 0; k < SKIP_KINDS; k++)
		put_skipped(&term, why, (enum skip_kind)k);
	put_policy(&term, x);
}

struct options {
	struct rules_set rules;
	struct asked_flag asked;
	const char *account;
	bool json;
};

/* One mail from its bytes to stdout. 0 or negative errno. */
static int
explain_mail(const struct bundle *bundle, struct judge *judge, struct arena *arena,
	     const struct source_mail *mail, const struct options *o)
{
	struct explained x = { .source = mail->name,
			       .policy_file = policy_file(bundle->policy),
			       .rule_count = ruleset_count(bundle->rules) };
	struct policy_input input = { .account = o->account };
	struct message *message;
	char notes[256], error[320];
	json_t *object;
	int r;

	r = message_read(arena, mail->bytes, mail->len, mail->cut, &message);
	if (r == 0)
		r = judge_explain(judge, bundle->rules, message, policy_thresholds(bundle->policy),
				  &x.why);
	if (r < 0)
		return r;
	x.message = input.message = message;
	input.verdict = x.why.verdict;
	if (message->notes & NOTES_UNDETERMINED) {
		snprintf(error, sizeof(error), "read in part: %s",
			 message_notes_text(message->notes & NOTES_UNDETERMINED, notes,
					    sizeof(notes)));
		x.error = error;
	}
	policy_severity_reason(bundle->policy, x.why.verdict, &x.severity);
	r = policy_decide(bundle->policy, &input, arena, &x.plan);
	if (r == 0)
		r = asked_flag_explain(&o->asked, &x);
	if (r < 0)
		return r;
	if (!o->json) {
		print_text(&x);
		return 0;
	}
	object = explained_json(&x);
	if (!object)
		return -ENOMEM;
	ctl_print_json(object);
	json_decref(object);
	return 0;
}

/* A mistyped name would only make rules of the policy not fit. */
static void
check_account(const struct bundle *bundle, const char *account)
{
	const char *known;

	if (*account && !policy_knows_account(bundle->policy, account, &known))
		ctl_complain("no rule of %s names the account \"%s\"; it names \"%s\"",
			     policy_file(bundle->policy), account, known);
}

static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "rules", required_argument, NULL, 'r' },
		{ "account", required_argument, NULL, 'a' },
		{ "flag", required_argument, NULL, 'f' },
		{ 0 },
	};
	int c, status = CTL_OK;

	o->account = "";
	optind = 0;
	while (status == CTL_OK && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'j':
			o->json = true;
			break;
		case 'r':
			status = rules_set_add(&o->rules, "rules explain", optarg);
			break;
		case 'a':
			o->account = optarg;
			break;
		case 'f':
			status = asked_flag_take(&o->asked, optarg);
			break;
		default:
			status = ctl_usage("rules explain", "the arguments are not understood");
		}
	}
	if (status != CTL_OK)
		return status;
	if (optind == argc)
		return ctl_usage("rules explain", "name a mail, or - for standard input");
	return CTL_OK;
}

/* All mails of the paths. CTL_OK, or CTL_FAILED when one could not be explained. */
static int
explain_all(const struct bundle *bundle, struct source *source, const struct options *o,
	    char *const *paths, size_t path_count)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct judge *judge = judge_new();
	struct source_mail mail = { 0 };
	int status = CTL_OK, r = arena && judge ? 1 : -ENOMEM, one;
	char names[512];
	bool first = true;
	struct err err;

	if (judge)
		judge_set_day(judge, clock_day(&clock_system));
	while (arena && judge && (r = source_next(source, &mail, &err)) != 0) {
		if (r < 0) {
			ctl_complain("%s", err.text);
			status = CTL_FAILED;
			continue;
		}
		if (!first && !o->json)
			puts("");
		first = false;
		arena_reset(arena);
		one = explain_mail(bundle, judge, arena, &mail, o);
		if (one < 0) {
			ctl_complain("cannot explain %s: %s", mail.name, strerror(-one));
			status = CTL_FAILED;
		}
		source_mail_free(&mail);
	}
	if (r < 0) {
		ctl_complain("cannot explain mail: out of memory");
		status = CTL_FAILED;
	} else if (first && status == CTL_OK) {
		ctl_complain("there is no mail in %s", ctl_names((const char *const *)paths,
								 path_count, names, sizeof(names)));
		status = CTL_FAILED;
	}
	judge_free(judge);
	arena_free(arena);
	return status;
}

/* CTL_OK, or another with a sentence. */
static int
load(struct options *o, struct bundle **ret_bundle)
{
	const struct ruleset_watch watch = { .loaded = asked_flag_loaded, .context = &o->asked };

	o->asked.arena = arena_new(0);
	if (!o->asked.arena) {
		ctl_complain("cannot explain mail: out of memory");
		return CTL_FAILED;
	}
	return ctl_bundle_watched(o->rules.paths, o->rules.count, o->asked.name ? &watch : NULL,
				  ret_bundle);
}

int
rules_explain(int argc, char **argv)
{
	struct options options = { .json = false };
	struct bundle *bundle = NULL;
	struct source *source = NULL;
	int status = parse(argc, argv, &options), r;

	if (status == CTL_OK)
		status = load(&options, &bundle);
	if (status != CTL_OK) {
		arena_free(options.asked.arena);
		return status;
	}
	check_account(bundle, options.account);
	r = source_open(argv + optind, (size_t)(argc - optind), &source);
	if (r < 0) {
		ctl_complain("cannot explain mail: %s", strerror(-r));
		status = CTL_FAILED;
	} else {
		status = explain_all(bundle, source, &options, argv + optind,
				     (size_t)(argc - optind));
	}
	source_close(source);
	bundle_unref(bundle);
	arena_free(options.asked.arena);
	r = ctl_flush();
	return status != CTL_OK ? status : r;
}
