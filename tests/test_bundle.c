/*
 * bundle: the shipped directory, overrides on top of it, and directories with mistakes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/bundle.h"
#include "daemon/draft.h"
#include "daemon/rule_files.h"
#include "golden.h"

static char directory[] = "/tmp/triaged-bundle-XXXXXX";
static struct arena *arena;
static const struct ruleset_options options = { .skip_samples = true };

#define POLICY "severity: [{low: signal}]\nrules: [{name: a, do: [draft: hello]}]\n"
#define RULE                                                                                       \
	"pack: t\nrules:\n - {id: t.a, flag: signal.churn, score: 5, match: ['leaving'], why: x,"  \
	" test: {hit: ['I am leaving'], miss: ['hello']}}\n"

static const char *
path_of(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name);
}

static void
put(const char *name, const char *text)
{
	FILE *f;

	for (const char *p = name; (p = strchr(p, '/')); p++)
		mkdir(arena_printf(arena, "%s/%.*s", directory, (int)(p - name), name), 0700);
	f = fopen(path_of(name), "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
load(const char *const *directories, size_t count, bool keep_going, struct problems *problems,
     struct bundle **ret)
{
	return bundle_load(directories, count, NULL, &options, keep_going, problems, ret);
}

static struct bundle *
load_well(const char *first, const char *second)
{
	const char *const directories[] = { first, second };
	struct problems problems = { .count = 0 };
	struct bundle *b = NULL;

	if (load(directories, second ? 2 : 1, false, &problems, &b) < 0 || problems.errors)
		fail_msg("%s", golden_problems(arena, &problems));
	problems_free(&problems);
	return b;
}

static const char *
body_of(const struct template *t)
{
	json_t *none = json_object();
	const char *subject, *body;

	assert_non_null(t);
	assert_int_equal(template_render(t, none, arena, &subject, &body), 0);
	json_decref(none);
	return body;
}

static void
the_shipped_directory(void **state)
{
	struct bundle *b = load_well("rules", NULL);

	(void)state;
	assert_int_equal(b->template_count, 62);
	assert_int_equal(strlen(b->hash), 64);
	assert_non_null(bundle_template(b, "refund", "ko", "en"));
	assert_ptr_equal(bundle_template(b, "refund", "und", "en"),
			 bundle_template(b, "refund", "en", "ko"));
	assert_ptr_equal(bundle_template(b, "refund", "fr", "de"),
			 bundle_template(b, "refund", "en", "ko"));
	assert_null(bundle_template(b, "nothing", "ko", "en"));
	assert_ptr_equal(bundle_ref(b), b);
	bundle_unref(b);
	bundle_unref(b);
	bundle_unref(NULL);
}

static void
overrides(void **state)
{
	struct bundle *a, *b, *c;

	(void)state;
	put("base/policy.yaml", POLICY);
	put("base/en/t.yaml", RULE);
	put("base/templates/en/hello.txt", "\nbase\n");
	put("base/.hidden.yaml", "oops: [");
	put("base/en/note.txt", "not read");
	put("over/templates/en/hello.txt", "\nours\n");
	put("over/templates/ko/hello.txt", "\n안녕\n");
	a = load_well(path_of("base"), NULL);
	assert_string_equal(body_of(bundle_template(a, "hello", "en", "en")), "base\n");
	b = load_well(path_of("base"), path_of("over"));
	assert_string_equal(body_of(bundle_template(b, "hello", "en", "en")), "ours\n");
	assert_string_equal(body_of(bundle_template(b, "hello", "ko", "en")), "안녕\n");
	assert_string_not_equal(a->hash, b->hash);
	assert_int_equal(policy_thresholds(b->policy)[FLAG_SIGNAL_CHURN], 5);
	put("over/policy.yaml", "thresholds: {signal: 9}\n" POLICY);
	c = load_well(path_of("base"), path_of("over"));
	assert_int_equal(policy_thresholds(c->policy)[FLAG_SIGNAL_CHURN], 9);
	assert_string_not_equal(c->hash, b->hash);
	bundle_unref(c);
	c = load_well(path_of("base"), NULL);
	assert_string_equal(c->hash, a->hash);
	bundle_unref(a);
	bundle_unref(b);
	bundle_unref(c);
}

static void
mistakes(void **state)
{
	const char *bad = path_of("bad"), *empty = path_of("empty"), *missing = path_of("missing");
	struct problems problems = { .count = 0 };
	struct bundle *b = NULL;
	const char *said;

	(void)state;
	put("bad/policy.yaml", POLICY);
	put("bad/en/t.yaml", RULE);
	put("bad/templates/en/hello.txt", "\nhello\n");
	put("bad/templates/en/broken.txt", "\n{{custmer.name}}\n");
	put("bad/templates/en/Bad Name.txt", "\nx\n");
	put("bad/templates/ko/gift.txt", "\n감사의 뜻으로\n쿠폰 5천 원을 드립니다.\n");
	put("bad/templates/en/internal-ask.txt", "\nMay we give them $50?\n");
	assert_int_equal(load(&bad, 1, false, &problems, &b), -EINVAL);
	assert_null(b);
	said = golden_problems(arena, &problems);
	assert_non_null(strstr(said, "broken.txt:2:1: there is no variable \"custmer.name\""));
	assert_non_null(strstr(said, "Bad Name.txt: a template's name"));
	assert_non_null(strstr(said, "gift.txt:3:4: the template names a sum of money: "
				     "\"5천 원\""));
	assert_null(strstr(said, "internal-ask.txt"));
	problems_free(&problems);
	assert_int_equal(load(&bad, 1, true, &problems, &b), 0);
	assert_int_equal(problems.errors, 3);
	assert_non_null(bundle_template(b, "hello", "en", "en"));
	assert_null(bundle_template(b, "broken", "en", "en"));
	bundle_unref(b);
	b = NULL;
	problems_free(&problems);
	put("bad/policy.yaml",
	    "severity: [{low: signal}]\nrules: [{name: a, do: [draft: nothing]}]\n");
	assert_int_equal(load(&bad, 1, true, &problems, &b), -EINVAL);
	problems_free(&problems);
	mkdir(empty, 0700);
	assert_int_equal(load(&empty, 1, true, &problems, &b), -EINVAL);
	assert_non_null(
		strstr(golden_problems(arena, &problems), "no rule directory holds a policy.yaml"));
	problems_free(&problems);
	assert_int_equal(load(&missing, 1, false, &problems, &b), -EINVAL);
	assert_non_null(strstr(golden_problems(arena, &problems),
			       "missing: cannot be read: No such file or directory"));
	problems_free(&problems);
	assert_null(b);
}

static void
names_files_that_are_not_read(void **state)
{
	static const char *const unread[][2] = {
		{ "near/x.yml", "rename it to x.yaml" },
		{ "near/en/y.YAML", "rename it to y.yaml" },
		{ "near/templates/en/Legal.TXT", "rename it to Legal.txt" },
		{ "near/templates/lone.txt", "put it into a folder of its language" },
		{ "near/Templates/en/a.txt", "rename it to templates" },
	};
	static const char *const quiet[] = { "near/README.md", "near/notes.txt", "near/en/t.yaml~",
					     "near/en/t.yaml.bak" };
	const char *near = path_of("near"), *said;
	struct problems problems = { .count = 0 };
	struct bundle *b = NULL;

	(void)state;
	put("near/policy.yaml", POLICY);
	put("near/en/t.yaml", RULE);
	put("near/templates/en/hello.txt", "\nhello\n");
	for (size_t i = 0; i < 5; i++)
		put(unread[i][0], "x\n");
	for (size_t i = 0; i < 4; i++)
		put(quiet[i], "x\n");
	assert_int_equal(load(&near, 1, false, &problems, &b), 0);
	said = golden_problems(arena, &problems);
	assert_int_equal(problems.warnings, 5);
	for (size_t i = 0; i < 5; i++)
		assert_non_null(strstr(said, unread[i][1]));
	bundle_unref(b);
	problems_free(&problems);
}

/* Somebody saves while it is loaded: what was read may be half of it. */
static void
files_that_change_meanwhile_are_noticed(void **state)
{
	const char *busy = path_of("busy"), *said;
	struct problems problems = { .count = 0 };
	struct rule_files files = { .arena = arena, .problems = &problems };

	(void)state;
	put("busy/policy.yaml", POLICY);
	put("busy/en/t.yaml", RULE);
	put("busy/en/u.yaml", "rules: []\n");
	rule_files_read(&files, &busy, 1);
	assert_int_equal(files.source_count, 2);
	assert_int_equal(rule_files_unchanged(&files), 0);
	put("busy/en/t.yaml", RULE "\n");
	put("busy/en/v.yaml", "rules: []\n");
	assert_int_equal(rule_files_unchanged(&files), -EAGAIN);
	said = golden_problems(arena, &problems);
	assert_non_null(strstr(said, "busy/en/t.yaml: changed while it was being loaded"));
	assert_non_null(strstr(said, "busy/en: changed while it was being loaded"));
	assert_null(strstr(said, "u.yaml"));
	problems_free(&problems);
}

static void
a_file_cut_off_in_a_line_is_named(void **state)
{
	const char *cut = path_of("cut");
	struct problems problems = { .count = 0 };
	struct bundle *b = NULL;

	(void)state;
	put("cut/policy.yaml", POLICY);
	put("cut/templates/en/hello.txt", "\nhello\n");
	put("cut/en/t.yaml", "rules: []\n# the res");
	assert_int_equal(load(&cut, 1, false, &problems, &b), 0);
	assert_int_equal(problems.warnings, 1);
	assert_non_null(strstr(golden_problems(arena, &problems), "it may be half written"));
	bundle_unref(b);
	problems_free(&problems);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(0);
	return arena && mkdtemp(directory) ? 0 : -1;
}

static int
teardown(void **state)
{
	char command[100];

	(void)state;
	arena_free(arena);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_directory),
		cmocka_unit_test(overrides),
		cmocka_unit_test(files_that_change_meanwhile_are_noticed),
		cmocka_unit_test(a_file_cut_off_in_a_line_is_named),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(names_files_that_are_not_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
