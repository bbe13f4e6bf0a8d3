/*
 * To whom a case goes: in turn, by load, past those who are away; and who acts for them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "daemon/absence.h"
#include "daemon/route.h"

/* 2026-12-24 12:00 UTC */
#define NOON INT64_C(1798113600000)
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static struct store *store;
static struct store_txn *txn;
static struct arena *arena;
static struct agent_away holidays = { 20261224, 20261231, "lee" };
static struct agent_config agents[] = {
	{ .name = "kim", .address = "", .role = "agent", .superior = "" },
	{ .name = "lee", .address = "", .role = "agent", .superior = "" },
	{ .name = "mina", .address = "m@example.com", .role = "lead", .superior = "" },
};
static struct config config = { .agents = agents, .agent_count = 3 };
static const struct account_config account = { .name = "shop" };

static struct route
route_at(int64_t now_ms)
{
	return (struct route){
		.txn = txn, .arena = arena, .config = &config, .account = &account, .now_ms = now_ms
	};
}

static const char *
chosen(const struct choice *choice, const char *list, int64_t now_ms)
{
	struct route r = route_at(now_ms);
	const char *agent;

	assert_int_equal(route_choose(&r, choice, list, &agent), 0);
	return agent;
}

static void
put(uint64_t id, const char *owner, enum case_state state)
{
	struct case_record c = { .id = id, .account = "shop", .owner = owner, .state = state };

	assert_int_equal(record_case_put(txn, &c), 0);
}

static uint64_t
open_of(const char *name)
{
	struct agent_record a;

	assert_int_equal(record_agent_get(txn, arena, name, &a), 0);
	return a.open;
}

static int
setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		agents[i].away = NULL;
		agents[i].away_count = 0;
		agents[i].zone = NULL;
	}
	arena = arena_new(0);
	return !arena || store_open_memory(&store) < 0 || store_begin(store, true, &txn) < 0 ? -1
											     : 0;
}

static int
teardown(void **state)
{
	(void)state;
	store_abort(txn);
	store_close(store);
	arena_free(arena);
	return 0;
}

static void
turns_go_round_each_list_by_itself(void **state)
{
	static const char *names[] = { "lee", "kim", "mina", NULL },
			  *two[] = { "kim", "mina", NULL };
	struct choice all = { .among = names, .role = "" }, some = { .among = two, .role = "" };

	(void)state;
	assert_string_equal(chosen(&all, "a", NOON), "lee");
	assert_string_equal(chosen(&all, "a", NOON), "kim");
	assert_string_equal(chosen(&all, "b", NOON), "lee");
	assert_string_equal(chosen(&all, "a", NOON), "mina");
	assert_string_equal(chosen(&all, "a", NOON), "lee");
	/* The list was changed: whoever was given one last is not on it any more. */
	assert_string_equal(chosen(&some, "a", NOON), "kim");
}

static void
absent_agents_lose_no_more_than_their_turn(void **state)
{
	static const char *names[] = { "kim", "lee", NULL };
	struct choice all = { .among = names, .role = "" };

	(void)state;
	agents[0].away = &holidays;
	agents[0].away_count = 1;
	assert_string_equal(chosen(&all, "a", NOON), "lee");
	assert_string_equal(chosen(&all, "a", NOON), "lee");
	assert_string_equal(chosen(&all, "a", NOON + 8 * DAY_MS), "kim");
	/* When all are away one of them is chosen all the same. */
	agents[1].away = &holidays;
	agents[1].away_count = 1;
	assert_string_equal(chosen(&all, "a", NOON), "lee");
	assert_string_equal(chosen(&all, "a", NOON), "kim");
}

static void
open_cases_are_counted_as_they_come_and_go(void **state)
{
	(void)state;
	put(1, "kim", CASE_OPEN);
	put(1, "kim", CASE_OPEN);
	put(2, "kim", CASE_OPEN);
	put(3, "", CASE_OPEN);
	assert_int_equal(open_of("kim"), 2);
	put(2, "lee", CASE_OPEN);
	assert_int_equal(open_of("kim"), 1);
	assert_int_equal(open_of("lee"), 1);
	put(2, "lee", CASE_SOLVED);
	assert_int_equal(open_of("lee"), 0);
	put(2, "kim", CASE_SOLVED);
	assert_int_equal(open_of("kim"), 1);
	put(2, "kim", CASE_OPEN);
	assert_int_equal(open_of("kim"), 2);
	assert_int_equal(open_of("nobody"), 0);
}

static void
the_least_loaded_then_who_was_given_one_longest_ago(void **state)
{
	static const char *names[] = { "kim", "lee", NULL };
	struct choice all = { .among = names, .role = "", .by = CHOICE_LEAST_LOADED };

	(void)state;
	assert_string_equal(chosen(&all, "a", NOON), "kim");
	put(1, "kim", CASE_OPEN);
	assert_string_equal(chosen(&all, "a", NOON), "lee");
	put(2, "lee", CASE_OPEN);
	assert_string_equal(chosen(&all, "a", NOON), "kim");
	/* Opened again it is no new case of theirs. */
	put(1, "kim", CASE_SOLVED);
	put(1, "kim", CASE_OPEN);
	assert_string_equal(chosen(&all, "a", NOON), "kim");
	agents[0].away = &holidays;
	agents[0].away_count = 1;
	assert_string_equal(chosen(&all, "a", NOON), "lee");
}

static void
a_role_is_whoever_has_it(void **state)
{
	struct choice senior = { .role = "senior" }, agent = { .role = "agent" };

	(void)state;
	assert_string_equal(chosen(&senior, "s", NOON), "mina");
	assert_string_equal(chosen(&agent, "x", NOON), "kim");
	assert_string_equal(chosen(&agent, "x", NOON), "lee");
	agents[2].role = "agent";
	assert_null(chosen(&senior, "s", NOON));
	agents[2].role = "lead";
}

static void
days_away_are_whole_days_of_the_zone(void **state)
{
	const struct zone *seoul;

	(void)state;
	assert_int_equal(zone_load(arena, "Asia/Seoul", &seoul), 0);
	agents[0].away = &holidays;
	agents[0].away_count = 1;
	assert_null(absence_of(&agents[0], NULL, NOON - DAY_MS / 2 - 1000));
	assert_non_null(absence_of(&agents[0], NULL, NOON - DAY_MS / 2));
	assert_non_null(absence_of(&agents[0], NULL, NOON + 7 * DAY_MS + DAY_MS / 2 - 1000));
	assert_null(absence_of(&agents[0], NULL, NOON + 7 * DAY_MS + DAY_MS / 2));
	/* The day begins nine hours earlier there. */
	assert_non_null(absence_of(&agents[0], seoul, NOON - DAY_MS / 2 - 1000));
	agents[0].zone = seoul;
	assert_null(absence_of(&agents[0], NULL, NOON + 7 * DAY_MS + DAY_MS / 4));
	assert_string_equal(absence_day(arena, 20270101), "2027-01-01");
}

static void
deputies_act_down_the_chain_and_never_for_ever(void **state)
{
	struct agent_away back = { 20261201, 20261231, "kim" }, none = { 20261201, 20261231, "" };
	const struct agent_away *away;

	(void)state;
	assert_string_equal(absence_acts(&config, &agents[0], NULL, NOON, &away)->name, "kim");
	assert_null(away);
	agents[0].away = &holidays;
	agents[0].away_count = 1;
	assert_string_equal(absence_acts(&config, &agents[0], NULL, NOON, &away)->name, "lee");
	assert_int_equal(away->until, 20261231);
	agents[1].away = &back;
	agents[1].away_count = 1;
	assert_string_equal(absence_acts(&config, &agents[0], NULL, NOON, &away)->name, "mina");
	agents[2].away = &none;
	agents[2].away_count = 1;
	assert_string_equal(absence_acts(&config, &agents[0], NULL, NOON, NULL)->name, "kim");
	assert_null(absence_role(&config, "lead", NULL, NOON, false));
	agents[2].away_count = 0;
	assert_string_equal(absence_role(&config, "senior", NULL, NOON, true)->name, "mina");
	assert_null(absence_role(&config, "agent", NULL, NOON, false));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(turns_go_round_each_list_by_itself),
		TEST(absent_agents_lose_no_more_than_their_turn),
		TEST(open_cases_are_counted_as_they_come_and_go),
		TEST(the_least_loaded_then_who_was_given_one_longest_ago),
		TEST(a_role_is_whoever_has_it),
		TEST(days_away_are_whole_days_of_the_zone),
		TEST(deputies_act_down_the_chain_and_never_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
