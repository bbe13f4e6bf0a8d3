/*
 * view_mails: the mails of a case: where each lies, how it is known again, by which rules it was
 * judged. See view.h.
 *
 * Never changes anything, holds no state.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "view.h"
#include "view_internal.h"

#define MAILS_MAX 20000 /* of one case */

bool
view_is_mail(const char *kind)
{
	return strcmp(kind, "mail") == 0 || strcmp(kind, "sent") == 0 ||
	       strcmp(kind, "asked-inside") == 0;
}

struct mails_view {
	struct store_txn *txn;
	struct arena *arena;
	json_t *list;
	json_t *seen; /* set of records: a mail may have gone to another case and come back */
	bool more;
};

static json_t *
mail_json(uint64_t event, const struct message_record *m)
{
	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:I, s:I, s:s, s:I, s:I, s:s, s:s, s:o, s:o}",
			 "record", (json_int_t)m->id, "event", (json_int_t)event, "message_id",
			 text(m->message_id), "from", text(m->from), "folder", text(m->folder),
			 "uidvalidity", (json_int_t)m->uidvalidity, "uid", (json_int_t)m->uid,
			 "digest", text(m->digest), "cut", (json_int_t)m->cut, "size",
			 (json_int_t)m->size, "ruleset", text(m->ruleset_hash), "severity",
			 text(m->severity), "flags", flags_json(m->hits), "undetermined",
			 flags_json(m->undetermined));
}

static int
visit_mail(void *context, const struct event_record *event)
{
	struct mails_view *v = context;
	json_int_t id = json_integer_value(json_object_get(event->data, "record"));
	struct message_record m;
	char record[32];
	json_t *one;
	int r;

	if (!view_is_mail(event->kind) || id <= 0)
		return 0;
	snprintf(record, sizeof(record), "%" JSON_INTEGER_FORMAT, id);
	if (json_object_get(v->seen, record))
		return 0;
	json_object_set_new(v->seen, record, json_true());
	v->more = json_array_size(v->list) >= MAILS_MAX;
	if (v->more)
		return 1;
	r = record_message_get(v->txn, v->arena, (uint64_t)id, &m);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	one = mail_json(event->number, &m);
	record_message_free(&m);
	return one && json_array_append_new(v->list, one) == 0 ? 0 : -ENOMEM;
}

int
view_mails(struct store_txn *txn, uint64_t case_id, json_t **ret)
{
	struct mails_view v = {
		.txn = txn, .arena = arena_new(0), .list = json_array(), .seen = json_object()
	};
	struct case_record c;
	int r = -ENOMEM;

	if (v.arena && v.list && v.seen)
		r = record_case_get(txn, v.arena, case_id, &c);
	if (r == 0)
		r = record_event_each(txn, v.arena, case_id, visit_mail, &v);
	if (r == 0) {
		*ret = json_pack("{s:o, s:s, s:O, s:b}", "case", case_json(case_id), "account",
				 text(c.account), "mails", v.list, "more", v.more);
		r = *ret ? 0 : -ENOMEM;
	}
	json_decref(v.list);
	json_decref(v.seen);
	arena_free(v.arena);
	return r;
}
