/*
 * event_words: see event_words.h.
 *
 * A sentence is a pattern: {name} stands for a member of the event's data, and what stands in [ ]
 * is only said when all its members are there. {name:noun} is a number of them: "1 mail", "2
 * mails".
 */
#include "event_words.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *kind, *pattern;
} sentences[] = {
	{ "alarm", "look here: {text}[ (superior: {superior})]" },
	{ "approved", "approved {amount}[: {reason}][ (in C{moved_from}, {was_ms})]" },
	{ "answer-due", "our own people are to answer by {due_ms}: {text}" },
	{ "answered",
	  "has the answer to question {promise}, {text}[, late: it was due {late_ms}]" },
	{ "asked", "asked our own people: {text}[, until {due_ms}][ ({promise})]" },
	{ "asked-inside", "asked our own people: {to}[, “{subject}”][, {how}][ (in "
			  "C{moved_from}, {was_ms})]" },
	{ "assigned", "gave it to {owner}[, from {before}][: {reason}]" },
	{ "breach", "late: {what}[, due {due_ms}]" },
	{ "called-off", "called off promise {promise}, {text}[: {reason}]" },
	{ "card", "before anyone answers[: never {never}][; wishes: {wish}]" },
	{ "colleagues", "colleagues from {domain} may join: {allowed}[: {reason}]" },
	{ "cause", "cause: {cause}[, before: {before}][: {reason}]" },
	{ "conduct", "conduct: {step}[ until {until}][: {reason}]" },
	{ "copied", "copied the mail to {to}[ ({rule})]" },
	{ "corrected", "corrected the verdict: {change}[, now {severity}][; moved to {moved_to}]" },
	{ "draft", "laid out a draft[ from {template}][ ({rule})]" },
	{ "draft-stays",
	  "the draft {template} gave {names} when it was laid out, more than is approved now; "
	  "somebody changed it, so it stays in the drafts folder: look at it" },
	{ "draft-asked", "asked for a draft from {template}[: {why}]" },
	{ "due-soon", "due soon: promise {promise}, {text}[, by {due_ms}]" },
	{ "fact", "{fact}: {text}[, until {until}]" },
	{ "failed", "failed: {action}[ {to}][: {note}]" },
	{ "fault", "fault: {fault}[, before: {before}][: {reason}]" },
	{ "flagged", "flagged the mail[ ({rule})]" },
	{ "forgotten", "erased what the record said of people ({cause}): {reason}" },
	{ "held", "on hold until {until}: {reason}" },
	{ "kept", "kept promise {promise}, {text}[, late: it was due {late_ms}]" },
	{ "keyword", "marked the mail {to}[ ({rule})]" },
	{ "left-open", "left it open though {reason}: {why}" },
	{ "left-out", "left out the {action}[ ({rule})]: {why}" },
	{ "left-solved", "left it solved though {reason}: {why}" },
	{ "left-with", "left it with its owner though {reason}: {why}" },
	{ "mail",
	  "wrote “{subject}”[: {flags}][ (passed on by {forwarded_by})][ (in C{moved_from}, "
	  "{was_ms})]" },
	{ "merged", "became a part of C{into}: {reason}" },
	{ "merged-in", "C{from} of {customer} became a part of this case[, {mails:mail}][, "
		       "{promises:open promise}]: {reason}[; stage: {stage}][; as this case has "
		       "its own, left behind: {left}]" },
	{ "moved", "moved the mail to {to}[ ({rule})]" },
	{ "no-answer", "our own people have not answered, due {due_ms}: {text}" },
	{ "noted", "{text}" },
	{ "notified", "told {to}[ ({rule})]" },
	{ "opened", "a case of {customer}[, linked to C{linked}]" },
	{ "overdue", "overdue: promise {promise}, {text}[, due {due_ms}]" },
	{ "promise-moved", "the promise goes on here: {text}, by {due_ms} (promise {promise}, from "
			   "C{moved_from})" },
	{ "promised", "promised: {text}[, by {due_ms}][ (promise {promise})]" },
	{ "released", "the hold is over[: {reason}]" },
	{ "reopened", "open again[: {reason}]" },
	{ "sent", "answered {to}[ with the draft {draft}[, known {like}]][ instead of the draft "
		  "{instead_of}][, "
		  "{how}][ (in C{moved_from}, {was_ms})]" },
	{ "solved", "solved[: {reason}]" },
	{ "split",
	  "a mail with its answers became the new case C{into}[, {mails:mail}]: {reason}[; stays "
	  "here: {stays}]" },
	{ "split-off", "was a part of C{from}[, {mails:mail}]: {reason}[; stays there: {stays}]" },
	{ "stage", "stage: {stage}[, before: {before}][: {reason}]" },
	{ "token-ignored", "did not follow {token} in the subject: {why}" },
	{ "unmasked", "read the abusive words[: {reason}]" },
	{ "worked", "worked on it for {minutes} min[: {reason}]" },
	{ "worked-less", "took {minutes} min of work back[: {reason}]" },
	{ "withdrawn",
	  "took the draft {template} out of the drafts folder again: it gives {names}, "
	  "more than is approved now" },
	{ "withheld", "left out of a draft, as nobody approved {sum}: {text}" },
	{ "webhook", "told the webhook {to}[ ({rule})]" },
};

/* A time as the reader's clock shows it. */
static void
put_time(struct buf *out, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;
	char text[32] = "";

	if (localtime_r(&seconds, &local))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local);
	buf_printf(out, "%s", text);
}

/* A member in words; false when it says nothing. */
static bool
put_member(struct buf *out, const json_t *data, const char *name, size_t all)
{
	const char *noun = memchr(name, ':', all);
	size_t len = noun ? (size_t)(noun - name) : all, i, said = 0;
	json_t *value = json_object_getn(data, name, len), *one;
	const char *text = json_string_value(value);

	if (json_is_integer(value) && noun)
		buf_printf(out, "%" JSON_INTEGER_FORMAT " %.*s%s", json_integer_value(value),
			   (int)(all - len - 1), noun + 1,
			   json_integer_value(value) == 1 ? "" : "s");
	else if (json_is_integer(value) && len > 3 && strncmp(name + len - 3, "_ms", 3) == 0)
		put_time(out, json_integer_value(value));
	else if (json_is_integer(value))
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (text)
		buf_add(out, text, strlen(text));
	json_array_foreach(value, i, one) if (json_is_string(one))
		buf_printf(out, "%s%s", said++ ? ", " : "", json_string_value(one));
	return said > 0 || json_integer_value(value) != 0 || (text && *text);
}

/* Fills in a pattern up to its end or ']'; *ret_whole: every member was there. */
static const char *
fill(struct buf *out, const json_t *data, const char *pattern, bool *ret_whole)
{
	*ret_whole = true;
	while (*pattern && *pattern != ']') {
		const char *end = strchr(pattern, '}');
		bool whole;

		if (*pattern == '{' && end) {
			*ret_whole &=
				put_member(out, data, pattern + 1, (size_t)(end - pattern - 1));
			pattern = end + 1;
		} else if (*pattern == '[') {
			size_t before = out->len;

			pattern = fill(out, data, pattern + 1, &whole);
			pattern += *pattern == ']';
			if (!whole)
				out->len = before;
		} else {
			buf_add(out, pattern++, 1);
		}
	}
	return pattern;
}

/* "kind: name: text, name: text" */
static void
fill_unknown(struct buf *out, const char *kind, const json_t *data)
{
	const char *name, *between = ": ";
	json_t *value;

	buf_printf(out, "%s", kind);
	json_object_foreach((json_t *)data, name, value)
	{
		if (!json_is_string(value) || !*json_string_value(value))
			continue;
		buf_printf(out, "%s%s: %s", between, name, json_string_value(value));
		between = ", ";
	}
}

const char *
event_words(struct arena *arena, const json_t *event)
{
	const char *kind = json_string_value(json_object_get(event, "kind"));
	const json_t *data = json_object_get(event, "data");
	struct buf out = { .arena = arena };
	bool whole = false;

	kind = kind ? kind : "";
	if (json_is_true(json_object_get(event, "erased")))
		return arena_printf(arena, "%s (erased)", kind);
	for (size_t i = 0; i < sizeof(sentences) / sizeof(*sentences); i++)
		if (strcmp(sentences[i].kind, kind) == 0)
			fill(&out, data, sentences[i].pattern, &whole);
	/* An older or newer program may have left something out. */
	if (!whole) {
		out.len = 0;
		fill_unknown(&out, kind, data);
	}
	return buf_string(&out);
}
