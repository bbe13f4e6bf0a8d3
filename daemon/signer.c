/*
 * signer: see signer.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include "signer.h"

#include <string.h>
#include <strings.h>

#define SIGNED_LINES 8        /* of an answer, from its end: where the name stands */
#define BESIDE_NAME_BYTES 60u /* a company, a telephone number */

/*
 * How much of a line stands before the word at its end, "김 민 지" and "KIM MINJI" being the same
 * words as without spaces and in small letters. Its whole length and 1: it ends otherwise.
 */
static size_t
before_word(const char *line, size_t len, const char *word)
{
	size_t at = len;

	for (size_t n = strlen(word); n > 0; n--) {
		if (word[n - 1] == ' ')
			continue;
		while (at > 0 && strchr(" *_", line[at - 1]))
			at--;
		if (at == 0 || strncasecmp(&line[at - 1], &word[n - 1], 1) != 0)
			return len + 1;
		at--;
	}
	return at;
}

/* Whether the line ends with the name: "김민지 드림", "행복상점 김민지", "Lee Seojun". */
static bool
ends_signed(const char *line, size_t len, const char *name)
{
	static const char *const behind[] = { "",          "드림",   "올림",        "배상",
					      "드림.",     "올림.",  "배상.",       "입니다.",
					      "였습니다.", "입니다", "이었습니다.", NULL };

	for (size_t i = 0; behind[i]; i++) {
		size_t rest = before_word(line, len, behind[i]), at;

		if (rest > len)
			continue;
		at = before_word(line, rest, name);
		if (at <= rest && at <= BESIDE_NAME_BYTES &&
		    (at == 0 || strchr(" ,/|-", line[at - 1])))
			return true;
	}
	return false;
}

/* Whether it begins with the name, and is no sentence: "Jane Park, Example Shop",
 * "김민지(02-1234)". */
static bool
begins_signed(const char *line, size_t len, const char *name)
{
	for (size_t at = 0; at < len && at <= BESIDE_NAME_BYTES; at++) {
		if (!strchr(",|/(", line[at]) || before_word(line, at, name) != 0)
			continue;
		return len - at <= BESIDE_NAME_BYTES && !strchr(".?!:,", line[len - 1]);
	}
	return false;
}

/* Whether one of the last lines of a text is signed with a name, or of all when it is short. */
static bool
holds_name(const char *text, size_t len, const char *name)
{
	for (unsigned lines = 0; len > 0 && lines < SIGNED_LINES;) {
		const char *before = memrchr(text, '\n', len);
		const char *line = before ? before + 1 : text;
		const char *end = text + len;

		while (end > line && strchr(" \t\r*_", end[-1]))
			end--;
		while (line < end && strchr(" \t*_-", *line))
			line++;
		if (end > line && (ends_signed(line, (size_t)(end - line), name) ||
				   begins_signed(line, (size_t)(end - line), name)))
			return true;
		lines += end > line;
		len = before ? (size_t)(before - text) : 0;
	}
	return false;
}

int
signer_find(const struct config *config, const struct message *message,
	    const struct agent_config **ret)
{
	const struct agent_config *found = NULL;
	const char *ours, *below;
	size_t ours_len, below_len, maps;
	struct text_map *map;
	int r = message_segments_text(message, SEGMENT_NEW, &ours, &ours_len, &map, &maps);

	*ret = NULL;
	if (r == 0)
		r = message_segments_text(message, SEGMENT_SIGNATURE, &below, &below_len, &map,
					  &maps);
	if (r < 0)
		return r;
	for (size_t i = 0; i < config->agent_count; i++) {
		const struct agent_config *agent = &config->agents[i];

		if (strlen(agent->display) < SIGNER_NAME_MIN ||
		    (!holds_name(ours, ours_len, agent->display) &&
		     !holds_name(below, below_len, agent->display)))
			continue;
		if (found)
			return 0;
		found = agent;
	}
	*ret = found;
	return 0;
}
