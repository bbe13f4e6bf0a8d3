/*
 * ctl_render_join: why a mail belongs to its case, in words.
 */
#include <string.h>

#include "ctl_render.h"

const char *
render_join(const char *joined)
{
	static const char *const words[][2] = {
		{ "new", "opened the case" },
		{ "token", "answers our mail" },
		{ "in-reply-to", "answers a mail of the case" },
		{ "references", "refers to a mail of the case" },
		{ "subject-token", "has the case's token in its subject" },
		{ "gmail-thread", "Gmail has it in the case's conversation" },
		{ "subject", "answer with the same subject, from the same customer" },
	};
	size_t len = strcspn(joined, ",");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i][0]) == len && !strncmp(words[i][0], joined, len))
			return words[i][1];
	return "";
}

bool
render_join_colleague(const char *joined)
{
	return strchr(joined, ',') != NULL;
}
