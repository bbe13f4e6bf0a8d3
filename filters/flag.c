/*
 * flag: names and families of the flags. See flag.h.
 */
#include "flag.h"

#include <stddef.h>
#include <string.h>

/* Longer than any name by more than a typing mistake. */
#define NAME_MAX_LEN 40

static const char *const names[FLAG_COUNT] = {
	[FLAG_THREAT_VIOLENCE] = "threat.violence",
	[FLAG_THREAT_LEGAL] = "threat.legal",
	[FLAG_THREAT_REGULATOR] = "threat.regulator",
	[FLAG_THREAT_PUBLICITY] = "threat.publicity",
	[FLAG_THREAT_MENACE] = "threat.menace",
	[FLAG_ABUSE_PROFANITY] = "abuse.profanity",
	[FLAG_ABUSE_INSULT] = "abuse.insult",
	[FLAG_ABUSE_HATE] = "abuse.hate",
	[FLAG_ABUSE_SEXUAL] = "abuse.sexual",
	[FLAG_DEMAND_REFUND] = "demand.refund",
	[FLAG_DEMAND_COMPENSATION] = "demand.compensation",
	[FLAG_DEMAND_SUPERIOR] = "demand.superior",
	[FLAG_DEMAND_ULTIMATUM] = "demand.ultimatum",
	[FLAG_SIGNAL_REPEAT] = "signal.repeat",
	[FLAG_SIGNAL_CHURN] = "signal.churn",
	[FLAG_SIGNAL_EVIDENCE] = "signal.evidence",
	[FLAG_SIGNAL_SELFHARM] = "signal.selfharm",
	[FLAG_EXTORTION] = "extortion",
};

static const char *const families[] = { "threat", "abuse", "demand", "signal" };

const char *
flag_name(enum flag flag)
{
	return (unsigned)flag < FLAG_COUNT ? names[flag] : NULL;
}

int
flag_by_name(const char *name)
{
	for (int i = 0; i < FLAG_COUNT; i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

flag_set
flag_set_by_name(const char *name)
{
	size_t len = strlen(name);
	int flag = flag_by_name(name);
	flag_set set = 0;

	if (flag >= 0)
		return (flag_set)1 << flag;
	if (len == 0)
		return 0;
	for (int i = 0; i < FLAG_COUNT; i++)
		if (!strncmp(name, names[i], len) && names[i][len] == '.')
			set |= (flag_set)1 << i;
	return set;
}

/*
 * Letters to put in, take out or change, and neighbours to swap, to get from a to b. Both within
 * NAME_MAX_LEN.
 */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_LEN + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= b_len; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b_len];
}

static void
consider(const char *name, size_t len, const char *candidate, size_t *best, const char **nearest)
{
	size_t d = distance(name, len, candidate, strlen(candidate));

	if (d < *best) {
		*best = d;
		*nearest = candidate;
	}
}

const char *
flag_nearest(const char *name)
{
	size_t len = strlen(name);
	size_t best = len / 3 + 1; /* about one letter in three may be wrong */
	const char *nearest = NULL, *tail;

	if (len == 0 || len > NAME_MAX_LEN)
		return NULL;
	if (best < 3)
		best = len < 4 ? 2 : 3;
	for (int i = 0; i < FLAG_COUNT; i++)
		consider(name, len, names[i], &best, &nearest);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		consider(name, len, families[i], &best, &nearest);
	/* "legal" alone is nearer to what was meant than its letters tell. */
	for (int i = 0; i < FLAG_COUNT && !nearest; i++) {
		tail = strchr(names[i], '.');
		if (tail && !strcmp(tail + 1, name))
			nearest = names[i];
	}
	return nearest;
}
