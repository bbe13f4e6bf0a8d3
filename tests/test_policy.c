/*
 * policy: what the shipped policy does with each kind of mail, every condition, and what is said
 * about a bad file.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "daemon/policy.h"
#include "golden.h"

static struct arena *arena;

static struct policy *
parse(const char *text)
{
	struct problems problems = { .count = 0 };
	struct policy *p = NULL;

	if (policy_parse("p.yaml", text, strlen(text), NULL, &problems, &p) < 0)
		fail_msg("%s", golden_problems(arena, &problems));
	problems_free(&problems);
	return p;
}

static struct policy *
shipped(void)
{
	char *text = golden_read("rules/policy.yaml", NULL);
	struct policy *p = parse(text);

	free(text);
	return p;
}

/* A verdict in which these flags hit. "?threat.legal" is undetermined. */
static struct verdict
verdict(const char *names)
{
	struct verdict v = { .ruleset_hash = "" };
	char word[64];
	int used;

	while (sscanf(names, " %63s%n", word, &used) == 1) {
		int flag = flag_by_name(word + (word[0] == '?'));

		assert_true(flag >= 0);
		v.flags[flag].answer = word[0] == '?' ? ANSWER_UNDETERMINED : ANSWER_HIT;
		names += used;
	}
	return v;
}

struct mail {
	const char *language, *account, *conduct;
	enum automatic automatic;
	bool known_case, known_customer, duplicate, incomplete;
};

/* The plan in one line: "severity[ case]: keyword $X, draft y, move z". */
static const char *
plan_text(const struct policy *policy, const char *flags, struct mail mail)
{
	static const char *const kinds[] = { "keyword", "flag",   "copy",    "draft",
					     "move",    "notify", "webhook", "assign" };
	struct verdict v = verdict(flags);
	struct message message = { .language = mail.language ? mail.language : "ko",
				   .automatic = mail.automatic };
	struct case_record known_case = { .id = 1 };
	struct customer_record customer = { .messages = 1 };
	struct policy_input input = {
		.account = mail.account ? mail.account : "support",
		.message = &message,
		.verdict = &v,
		.known_case = mail.known_case ? &known_case : NULL,
		.customer = mail.known_customer ? &customer : NULL,
		.conduct = mail.conduct,
		.duplicate = mail.duplicate,
	};
	struct buf out = { .arena = arena };
	struct plan plan;

	v.incomplete = mail.incomplete;
	assert_int_equal(policy_decide(policy, &input, arena, &plan), 0);
	buf_printf(&out, "%s%s:", severity_name(plan.severity), plan.case_wanted ? " case" : "");
	for (size_t i = 0; i < plan.action_count; i++)
		buf_printf(&out, "%s %s%s%s", i ? "," : "", kinds[plan.actions[i].kind],
			   *plan.actions[i].argument ? " " : "", plan.actions[i].argument);
	return buf_string(&out);
}

static void
the_shipped_policy(void **state)
{
	static const struct {
		const char *flags;
		struct mail mail;
		const char *plan;
	} cases[] = {
		{ "", { .language = "ko" }, "none:" },
		{ "", { .known_case = true }, "none case:" },
		{ "signal.churn",
		  { .language = "ko" },
		  "low case: keyword $TriageComplaint, draft acknowledge" },
		{ "signal.repeat demand.refund",
		  { .language = "ko" },
		  "normal case: keyword $TriageDemand, draft repeat, move Triage/Demands" },
		{ "signal.repeat",
		  { .language = "en" },
		  "low case: draft repeat, keyword $TriageComplaint" },
		{ "abuse.profanity",
		  { .language = "en" },
		  "normal case: keyword $TriageAbuse, draft acknowledge, move Triage/Abuse" },
		{ "demand.refund",
		  { .language = "ko" },
		  "normal case: keyword $TriageDemand, draft refund, move Triage/Demands" },
		{ "demand.superior demand.ultimatum demand.refund",
		  { .language = "ko" },
		  "normal case: keyword $TriageDemand, draft ultimatum, move Triage/Demands" },
		{ "demand.compensation demand.refund",
		  { .language = "en" },
		  "normal case: keyword $TriageDemand, draft compensation, move Triage/Demands" },
		{ "abuse.profanity demand.refund",
		  { .language = "ko" },
		  "normal case: keyword $TriageAbuse, keyword $TriageDemand, draft refund, move "
		  "Triage/Abuse" },
		{ "abuse.insult",
		  { .language = "ko" },
		  "normal case: keyword $TriageAbuse, draft abuse, move Triage/Abuse" },
		{ "abuse.sexual",
		  { .language = "ko" },
		  "high case: keyword $TriageAbuse, draft abuse, move Triage/Abuse" },
		{ "threat.legal",
		  { .language = "ko" },
		  "high case: keyword $TriageThreat, draft legal, move Triage/Threats" },
		{ "threat.publicity demand.refund extortion",
		  { .language = "ko" },
		  "high case: keyword $TriageThreat, draft publicity, keyword $TriageDemand, move "
		  "Triage/Threats" },
		{ "threat.regulator demand.compensation extortion",
		  { .language = "ko" },
		  "high case: keyword $TriageThreat, draft extortion, keyword $TriageDemand, move "
		  "Triage/Threats" },
		{ "threat.menace threat.publicity",
		  { .language = "ko" },
		  "high case: keyword $TriageThreat, draft publicity, move Triage/Threats" },
		{ "threat.violence abuse.insult demand.refund",
		  { .language = "ko" },
		  "critical case: flag, keyword $TriageUrgent, notify a lead, draft violence, move "
		  "Triage/Urgent" },
		{ "signal.selfharm threat.violence",
		  { .language = "ko" },
		  "critical case: flag, keyword $TriageUrgent, keyword $TriageReadFirst, notify a "
		  "lead, draft self-harm, move Triage/Urgent" },
		{ "?threat.legal",
		  { .language = "ko" },
		  "high case: keyword $TriageCheck, move Triage/Check" },
		{ "?demand.refund",
		  { .language = "ko" },
		  "none: keyword $TriageCheck, move Triage/Check" },
		{ "", { .incomplete = true }, "none: keyword $TriageCheck, move Triage/Check" },
		{ "abuse.insult ?threat.legal",
		  { .language = "ko" },
		  "high case: keyword $TriageCheck, move Triage/Check" },
		{ "threat.violence ?threat.legal",
		  { .incomplete = true },
		  "critical case: flag, keyword $TriageUrgent, notify a lead, draft violence, move "
		  "Triage/Urgent" },
		/* Who is on the ladder. */
		{ "abuse.insult",
		  { .conduct = "warning", .known_customer = true },
		  "normal case: keyword $TriageAbuse, draft abuse, move Triage/Abuse" },
		{ "abuse.insult demand.refund",
		  { .conduct = "restricted", .known_customer = true },
		  "normal case: assign whoever is senior (least-loaded), keyword $TriageAbuse, "
		  "draft conduct-restriction, move Triage/Senior" },
		{ "abuse.insult",
		  { .conduct = "restricted", .known_customer = true, .known_case = true },
		  "normal case: assign whoever is senior (least-loaded), keyword $TriageAbuse, "
		  "move Triage/Senior" },
		{ "abuse.insult threat.legal",
		  { .conduct = "restricted", .known_customer = true, .known_case = true },
		  "high case: assign whoever is senior (least-loaded), keyword $TriageAbuse, "
		  "keyword $TriageThreat, draft abuse, move Triage/Senior" },
		{ "demand.refund",
		  { .conduct = "restricted", .known_customer = true },
		  "normal case: keyword $TriageDemand, draft refund, move Triage/Demands" },
		{ "threat.legal abuse.insult demand.refund",
		  { .conduct = "parted", .known_customer = true },
		  "high case: keyword $TriageParted, draft parting, move Triage/Parted" },
		{ "threat.legal",
		  { .conduct = "parted", .known_customer = true, .known_case = true },
		  "high case: keyword $TriageParted, move Triage/Parted" },
		{ "", { .conduct = "parted", .known_customer = true }, "none:" },
		{ "threat.violence",
		  { .conduct = "parted", .known_customer = true },
		  "critical case: flag, keyword $TriageUrgent, notify a lead, draft violence, "
		  "move Triage/Urgent" },
		{ "threat.violence", { .automatic = AUTOMATIC_BOUNCE }, "critical:" },
		{ "threat.legal",
		  { .duplicate = true },
		  "high: keyword $TriageThreat, move Triage/Threats" },
	};
	struct policy *p = shipped();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(plan_text(p, cases[i].flags, cases[i].mail), cases[i].plan);
		arena_reset(arena);
	}
	for (int i = 0; i < FLAG_COUNT; i++)
		assert_true(policy_thresholds(p)[i] == THRESHOLD_DEFAULT);
	policy_free(p);
}

#define RULES "severity: [{low: signal}]\nrules:\n"

static void
conditions(void **state)
{
	static const struct {
		const char *condition, *flags;
		struct mail fits, not ;
	} cases[] = {
		{ "conduct: warning", "", { .conduct = "warning" }, { .conduct = "restricted" } },
		{ "conduct: warning+", "", { .conduct = "parted" }, { .conduct = "notice" } },
		{ "conduct: [none, parted]", "", { 0 }, { .conduct = "notice" } },
		{ "conduct: none", "", { .conduct = "" }, { .conduct = "notice" } },
		{ "language: en", "", { .language = "en" }, { .language = "ko" } },
		{ "language: [en, und]", "", { .language = "und" }, { .language = "ko" } },
		{ "account: [a, b]", "", { .account = "b" }, { .account = "c" } },
		{ "automatic: false",
		  "",
		  { .automatic = AUTOMATIC_NO },
		  { .automatic = AUTOMATIC_OWN } },
		{ "automatic: true",
		  "",
		  { .automatic = AUTOMATIC_LIST },
		  { .automatic = AUTOMATIC_NO } },
		{ "automatic: [bounce, reply]",
		  "",
		  { .automatic = AUTOMATIC_REPLY },
		  { .automatic = AUTOMATIC_LIST } },
		{ "customer: known", "", { .known_customer = true }, { .known_customer = false } },
		{ "customer: first-time",
		  "",
		  { .known_customer = false },
		  { .known_customer = true } },
		{ "case: known", "", { .known_case = true }, { .known_case = false } },
		{ "case: new", "", { .known_case = false }, { .known_case = true } },
		{ "duplicate: true", "", { .duplicate = true }, { .duplicate = false } },
		{ "undetermined: true", "", { .incomplete = true }, { .incomplete = false } },
		{ "undetermined: false", "", { .incomplete = false }, { .incomplete = true } },
		{ "{flags: signal, customer: known}",
		  "signal.churn",
		  { .known_customer = true },
		  { .known_customer = false } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *format = cases[i].condition[0] == '{'
					     ? RULES " - {name: r, if: %s, do: [flag]}\n"
					     : RULES " - {name: r, if: {%s}, do: [flag]}\n";
		struct policy *p = parse(arena_printf(arena, format, cases[i].condition));

		assert_non_null(strstr(plan_text(p, cases[i].flags, cases[i].fits), " flag"));
		assert_null(strstr(plan_text(p, cases[i].flags, cases[i].not ), " flag"));
		policy_free(p);
	}
}

static void
flags_and_severity(void **state)
{
	struct policy *p =
		parse("thresholds: {threat: 7, threat.legal: 4.5}\n"
		      "severity:\n - critical: threat.violence and not abuse\n - high: threat\n - "
		      "low: abuse\n"
		      "rules:\n - {name: a, if: {severity: high+}, do: [keyword: $High]}\n"
		      " - {name: b, if: {severity: [low, none]}, do: [keyword: $Low]}\n"
		      " - {name: c, if: {flags: not threat}, do: [keyword: $Not]}\n");

	(void)state;
	assert_true(policy_thresholds(p)[FLAG_THREAT_LEGAL] == 4.5);
	assert_true(policy_thresholds(p)[FLAG_THREAT_MENACE] == 7);
	assert_string_equal(plan_text(p, "threat.violence", (struct mail){ 0 }),
			    "critical case: keyword $High");
	assert_string_equal(plan_text(p, "threat.violence abuse.hate", (struct mail){ 0 }),
			    "high case: keyword $High");
	assert_string_equal(plan_text(p, "abuse.hate", (struct mail){ 0 }),
			    "low case: keyword $Low, keyword $Not");
	/* An undetermined threat is no hit, and its mail is high all the same. */
	assert_string_equal(plan_text(p, "?threat.menace", (struct mail){ 0 }),
			    "high case: keyword $High, keyword $Not");
	assert_string_equal(plan_text(p, "?abuse.hate", (struct mail){ 0 }),
			    "none: keyword $Low, keyword $Not");
	policy_free(p);
}

static void
actions(void **state)
{
	struct policy *p =
		parse(RULES " - {name: a, do: [move: A, draft: x, assign: jiwon, keyword: $K]}\n"
			    " - {name: b, do: [move: B, draft: y, assign: minho, keyword: $K, "
			    "flag, copy: C, notify: n, webhook: w]}\n"
			    " - {name: c, if: {flags: signal}, do: [copy: D], stop: true}\n"
			    " - {name: d, do: [copy: E]}\n");

	(void)state;
	assert_string_equal(plan_text(p, "", (struct mail){ 0 }),
			    "none case: draft x, assign jiwon, keyword $K, flag, copy C, notify n, "
			    "webhook w, copy E, move A");
	assert_string_equal(plan_text(p, "signal.churn", (struct mail){ 0 }),
			    "low case: draft x, assign jiwon, keyword $K, flag, copy C, notify n, "
			    "webhook w, copy D, move A");
	assert_string_equal(plan_text(p, "", (struct mail){ .automatic = AUTOMATIC_REPLY }),
			    "none: keyword $K, flag, copy C, notify n, webhook w, copy E, move A");
	assert_string_equal(plan_text(p, "", (struct mail){ .duplicate = true }),
			    "none: keyword $K, flag, copy C, copy E, move A");
	policy_free(p);
}

static void
says_every_mistake_at_once(void **state)
{
	static const char *const agents[] = { "jiwon", "minho", NULL }, *const reachable[] = {
		"jiwon", NULL
	};
	static const char *const accounts[] = { "support", NULL }, *const templates[] = { "refund",
											  NULL };
	static const char *const none[] = { NULL };
	struct policy_names names = {
		.accounts = accounts,
		.agents = agents,
		.reachable = reachable,
		.templates = templates,
		.webhooks = none,
		.smtp = true,
	};
	struct problems problems = { .count = 0 };
	struct policy *p = NULL;
	size_t len;
	char *text = golden_read("tests/fixtures/policy/bad.yaml", &len);

	(void)state;
	assert_int_equal(policy_parse("bad.yaml", text, len, &names, &problems, &p), -EINVAL);
	assert_null(p);
	golden_check("tests/fixtures/policy/bad.golden", golden_problems(arena, &problems));
	problems_free(&problems);
	free(text);
}

static void
notify_needs_a_mail_server(void **state)
{
	static const char *const agents[] = { "jiwon", NULL };
	struct policy_names names = { .agents = agents, .reachable = agents };
	static const char text[] = RULES " - {name: a, do: [notify: jiwon]}\n";
	struct problems problems = { .count = 0 };
	struct policy *p = NULL;

	(void)state;
	assert_int_equal(policy_parse("p", text, strlen(text), &names, &problems, &p), -EINVAL);
	assert_string_equal(problems.list[0].err.text,
			    "nobody can be notified without a mail server");
	problems_free(&problems);
	names.smtp = true;
	assert_int_equal(policy_parse("p", text, strlen(text), &names, &problems, &p), 0);
	policy_free(p);
}

static void
severity_names(void **state)
{
	(void)state;
	for (int i = 0; i <= SEVERITY_CRITICAL; i++)
		assert_int_equal(severity_by_name(severity_name((enum severity)i)), i);
	assert_int_equal(severity_by_name("urgent"), -1);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_policy),
		cmocka_unit_test(conditions),
		cmocka_unit_test(flags_and_severity),
		cmocka_unit_test(actions),
		cmocka_unit_test(says_every_mistake_at_once),
		cmocka_unit_test(notify_needs_a_mail_server),
		cmocka_unit_test(severity_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
