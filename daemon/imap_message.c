/*
 * imap_message: changes. Flags, copies, moves and drafts; and the search that tells after a crash
 * whether one of them was done.
 */
#include "imap_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
is_atom(const char *text)
{
	size_t len = strlen(text);

	for (size_t k = 0; k < len; k++)
		if (text[k] <= 0x20 || text[k] > 0x7e || strchr("(){%*\"]", text[k]) != NULL ||
		    (text[k] == '\\' && k > 0))
			return false;
	return len > 0 && len < 200;
}

int
imap_add_flag(struct transport *t, uint32_t uid, const char *flag, struct err *err)
{
	struct imap *i = imap_of(t);

	if (!is_atom(flag))
		return imap_fail(i, err, -EINVAL, flag, "this cannot be a keyword",
				 "use letters, digits and - _ . $ only");
	return imap_command(i, err, IMAP_ANSWER_BYTES, "UID STORE",
			    "UID STORE %u +FLAGS.SILENT (%s)", uid, flag);
}

/* UID of the copy as COPYUID told (RFC 4315 section 3). False when it did not. */
static bool
copied_uid(const struct imap *i, uint32_t *ret_validity, uint32_t *ret_uid)
{
	clistiter *at = clist_begin(i->session->imap_response_info->rsp_extension_list);

	for (; at != NULL; at = clist_next(at)) {
		const struct mailimap_extension_data *data = clist_content(at);
		const struct mailimap_uidplus_resp_code_copy *copy = data->ext_data;
		const struct mailimap_set_item *item;

		if (data->ext_extension->ext_id != MAILIMAP_EXTENSION_UIDPLUS ||
		    data->ext_type != MAILIMAP_UIDPLUS_RESP_CODE_COPY || copy == NULL ||
		    copy->uid_dest_set == NULL || clist_begin(copy->uid_dest_set->set_list) == NULL)
			continue;
		item = clist_content(clist_begin(copy->uid_dest_set->set_list));
		*ret_validity = copy->uid_uidvalidity;
		*ret_uid = item->set_first;
		return true;
	}
	return false;
}

/* UID COPY or UID MOVE; makes the target when it is missing. */
static int
transfer(struct imap *i, const char *verb, uint32_t uid, const char *folder, struct err *err)
{
	char name[IMAP_NAME_MAX], quoted[IMAP_QUOTED_MAX], doing[160];
	int r = imap_name(i, folder, name, sizeof(name), err);

	if (r < 0)
		return r;
	snprintf(doing, sizeof(doing), "%s to %s", verb, folder);
	imap_quote(name, quoted, sizeof(quoted));
	r = imap_command(i, err, IMAP_ANSWER_BYTES, doing, "%s %u %s", verb, uid, quoted);
	if ((r == -ENOENT || r == -EPERM) && imap_folder_missing(i, name)) {
		r = imap_create(i, name, folder, err);
		if (r == 0)
			r = imap_command(i, err, IMAP_ANSWER_BYTES, doing, "%s %u %s", verb, uid,
					 quoted);
	}
	return r;
}

static int
gone(struct imap *i, const char *doing, struct err *err)
{
	return imap_fail(i, err, -ESTALE, doing, "the message is gone",
			 "somebody else moved or deleted it");
}

/* A COPY of a message that is not there is OK for the server; COPYUID or a second look tells. */
static int
copy_one(struct imap *i, uint32_t uid, const char *folder, uint32_t *ret_validity,
	 uint32_t *ret_uid, struct err *err)
{
	int r = transfer(i, "UID COPY", uid, folder, err);

	if (r < 0)
		return r;
	if (copied_uid(i, ret_validity, ret_uid))
		return 0;
	r = imap_has_uid(i, uid, err);
	return r == 0 ? gone(i, "UID COPY", err) : r < 0 ? r : 0;
}

int
imap_copy(struct transport *t, uint32_t uid, const char *folder, struct err *err)
{
	uint32_t validity, copy;

	return copy_one(imap_of(t), uid, folder, &validity, &copy, err);
}

static int
mark_deleted(struct imap *i, uint32_t uid, struct err *err)
{
	return imap_command(i, err, IMAP_ANSWER_BYTES, "UID STORE",
			    "UID STORE %u +FLAGS.SILENT (\\Deleted)", uid);
}

/* Removes exactly this message (RFC 4315 section 2.1). */
static int
remove_one(struct imap *i, uint32_t uid, struct err *err)
{
	int r = mark_deleted(i, uid, err);

	if (r < 0)
		return r;
	return imap_command(i, err, IMAP_ANSWER_BYTES, "UID EXPUNGE", "UID EXPUNGE %u", uid);
}

/*
 * A MOVE of a message that is not there is OK as well, and not every server tells the copy's UID or
 * the expunge; so it is looked for beforehand, and once more when the server told neither.
 */
static int
move_one(struct imap *i, uint32_t uid, const char *folder, uint32_t *ret_validity,
	 uint32_t *ret_uid, struct err *err)
{
	clist *expunged;
	int r;

	r = imap_has_uid(i, uid, err);
	if (r == 0)
		return gone(i, "UID MOVE", err);
	if (r < 0)
		return r;
	r = transfer(i, "UID MOVE", uid, folder, err);
	if (r < 0)
		return r;
	expunged = i->session->imap_response_info->rsp_expunged;
	if (copied_uid(i, ret_validity, ret_uid) ||
	    (expunged != NULL && clist_begin(expunged) != NULL))
		return 0;
	r = imap_has_uid(i, uid, err);
	if (r == 1)
		return imap_fail(i, err, -EPERM, "UID MOVE",
				 "the server said OK but did not move it", NULL);
	return r;
}

int
imap_move(struct transport *t, uint32_t uid, const char *folder, bool already_copied,
	  uint32_t *ret_validity, uint32_t *ret_uid, struct err *err)
{
	struct imap *i = imap_of(t);
	uint32_t validity = 0, copy = 0;
	int r;

	if (!already_copied && i->caps & CAP_MOVE) {
		r = move_one(i, uid, folder, &validity, &copy, err);
		if (r < 0)
			return r;
		*ret_validity = validity;
		*ret_uid = copy;
		return 0;
	}
	if (!(i->caps & CAP_UIDPLUS))
		return imap_fail(i, err, -ENOTSUP, "moving a message",
				 "the server has neither MOVE nor UIDPLUS",
				 "use copy in the policy");
	if (!already_copied) {
		r = copy_one(i, uid, folder, &validity, &copy, err);
		if (r < 0)
			return r;
	}
	r = remove_one(i, uid, err);
	if (r < 0)
		return r;
	*ret_validity = validity;
	*ret_uid = copy;
	return 0;
}

static int
append_once(struct imap *i, const char *name, const void *bytes, size_t len, const char *doing,
	    struct err *err)
{
	char quoted[IMAP_QUOTED_MAX], text[IMAP_QUOTED_MAX + 64];
	mailstream *stream = i->session->imap_stream;
	int n, r = imap_begin(i, err, doing, IMAP_ANSWER_BYTES);

	if (r < 0)
		return r;
	n = snprintf(text, sizeof(text), "APPEND %s (\\Draft \\Seen) {%zu}",
		     imap_quote(name, quoted, sizeof(quoted)), len);
	if (mailstream_write(stream, text, (size_t)n) < 0)
		return imap_stream_failed(i, err, doing);
	r = imap_flush(i, err, doing);
	if (r < 0)
		return r;
	r = imap_continue(i, err, doing);
	if (r < 0)
		return r;
	if (r > 0) {
		r = imap_answer(i, err, doing);
		return r < 0 ? r
			     : imap_fail(i, err, -EPROTO, doing,
					 "the server did not want the message", NULL);
	}
	if (mailstream_write(stream, bytes, len) < 0)
		return imap_stream_failed(i, err, doing);
	r = imap_flush(i, err, doing);
	return r < 0 ? r : imap_finish(i, err, doing);
}

int
imap_append_draft(struct transport *t, const char *folder, const void *bytes, size_t len,
		  struct err *err)
{
	struct imap *i = imap_of(t);
	char name[IMAP_NAME_MAX], doing[160];
	int r;

	snprintf(doing, sizeof(doing), "APPEND to %s",
		 folder != NULL ? folder : "the drafts folder");
	if (i->session == NULL)
		return imap_fail(i, err, -EPIPE, doing, "not connected", NULL);
	r = imap_name(i, folder, name, sizeof(name), err);
	if (r < 0)
		return r;
	r = append_once(i, name, bytes, len, doing, err);
	if ((r == -ENOENT || r == -EPERM) && imap_folder_missing(i, name)) {
		r = imap_create(i, name, folder, err);
		if (r == 0)
			r = append_once(i, name, bytes, len, doing, err);
	}
	return r;
}

/* An empty value would match every message that has the field at all (RFC 3501 section 6.4.4). */
static bool
can_be_searched(const char *text)
{
	if (text[0] == '\0' || strlen(text) >= 1000)
		return false;
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/*
 * SEARCH for what can stand in a quoted string. The header match is a substring's, so <...> keeps
 * it exact.
 */
static int
search_id(struct imap *i, const char *message_id, uint64_t size, uint32_t first, uint32_t **ret,
	  size_t *ret_count, struct err *err)
{
	char quoted[2048], exact[64] = "";
	int r;

	if (size > 0)
		snprintf(exact, sizeof(exact), " LARGER %llu SMALLER %llu",
			 (unsigned long long)size - 1, (unsigned long long)size + 1);
	r = imap_command(i, err, IMAP_ANSWER_BYTES, "UID SEARCH",
			 "UID SEARCH UID %u:* HEADER MESSAGE-ID %s%s", first,
			 imap_quote(message_id, quoted, sizeof(quoted)), exact);
	if (r < 0)
		return r;
	r = imap_found_uids(i, first, ret, ret_count);
	return r < 0 ? imap_fail(i, err, r, "UID SEARCH", "out of memory", NULL) : 0;
}

static int
compare_ids(struct imap *i, const char *message_id, uint64_t size, uint32_t first, uint32_t **ret,
	    size_t *ret_count, struct err *err)
{
	struct identity_listed *rows;
	size_t count, kept = 0;
	uint32_t *uids;
	int r = imap_identify(&i->transport, first, &rows, &count, err);

	if (r < 0)
		return r;
	uids = calloc(count + 1, sizeof(*uids));
	for (size_t k = 0; uids && k < count; k++)
		if (strcmp(rows[k].message_id, message_id) == 0 &&
		    (size == 0 || rows[k].listed.size == size))
			uids[kept++] = rows[k].listed.uid;
	free(rows);
	if (!uids)
		return imap_fail(i, err, -ENOMEM, "UID FETCH", "out of memory", NULL);
	*ret = uids;
	*ret_count = kept;
	return 0;
}

/* UIDs of the open folder, >= first, with that Message-ID and size (0: any). free() them. */
static int
find_ids(struct imap *i, const char *message_id, uint64_t size, uint32_t first, uint32_t **ret,
	 size_t *ret_count, struct err *err)
{
	return can_be_searched(message_id)
		       ? search_id(i, message_id, size, first, ret, ret_count, err)
		       : compare_ids(i, message_id, size, first, ret, ret_count, err);
}

int
imap_search(struct transport *t, const char *message_id, uint32_t **ret, size_t *ret_count,
	    struct err *err)
{
	struct imap *i = imap_of(t);

	if (i->session == NULL || i->selected[0] == '\0')
		return imap_fail(i, err, -EPIPE, "UID SEARCH", "no folder is open", NULL);
	return find_ids(i, message_id, 0, 1, ret, ret_count, err);
}

/* What is looked for in another folder, and what came of it. */
struct errand {
	const char *message_id;
	uint64_t size;
	uint32_t first;
	bool found;
	transport_same *same;
	void *context;
	enum withdrawn withdrawn;
};

typedef int
errand_act(struct imap *i, struct errand *e, struct err *err);

/* Opens the folder for an errand, and the one that was selected before again. A missing one: no
 * errand. */
static int
run_errand(struct imap *i, const char *folder, bool read_only, errand_act *act, struct errand *e,
	   struct err *err)
{
	char name[IMAP_NAME_MAX], before[IMAP_NAME_MAX];
	uint32_t validity = i->uidvalidity;
	const char *doing = read_only ? "EXAMINE" : "SELECT";
	bool missing = false;
	int r, back;

	if (i->session == NULL)
		return imap_fail(i, err, -EPIPE, doing, "not connected", NULL);
	r = imap_name(i, folder, name, sizeof(name), err);
	if (r < 0)
		return r;
	snprintf(before, sizeof(before), "%s", i->selected);
	r = imap_open_folder(i, name, read_only, doing, err);
	if (r == -ENOENT || r == -EPERM)
		missing = imap_folder_missing(i, name);
	else if (r == 0)
		r = act(i, e, err);
	if (r < 0 && transport_lost(r))
		return r;
	back = imap_return(i, before, validity, r < 0 && !missing ? NULL : err);
	if (back < 0)
		return back;
	return r < 0 && !missing ? r : 0;
}

static int
look_for(struct imap *i, struct errand *e, struct err *err)
{
	uint32_t *uids = NULL;
	size_t count = 0;
	int r = find_ids(i, e->message_id, e->size, e->first, &uids, &count, err);

	free(uids);
	e->found = r == 0 && count > 0;
	return r;
}

int
imap_find(struct transport *t, const char *folder, const char *message_id, uint64_t size,
	  uint32_t first, bool *ret_found, struct err *err)
{
	struct errand e = { .message_id = message_id, .size = size, .first = first ? first : 1 };
	int r = run_errand(imap_of(t), folder, true, look_for, &e, err);

	if (r == 0)
		*ret_found = e.found;
	return r;
}

static int
compare(void *context, uint32_t uid, const void *bytes, size_t len, bool cut)
{
	struct errand *e = context;

	(void)uid;
	e->found = !cut && e->same(e->context, bytes, len);
	return 0;
}

/* Removes the messages that are what is meant; others of that Message-ID are somebody's work. */
static int
take_out(struct imap *i, struct errand *e, struct err *err)
{
	uint32_t *uids = NULL;
	size_t count = 0;
	int r = find_ids(i, e->message_id, e->size, 1, &uids, &count, err);

	for (size_t k = 0; r == 0 && k < count; k++) {
		struct listed one = { .uid = uids[k], .size = e->size };

		e->found = false;
		r = imap_fetch(&i->transport, &one, 1, e->size + 1, compare, e, err);
		if (r < 0 || !e->found)
			continue;
		r = i->caps & CAP_UIDPLUS ? remove_one(i, uids[k], err)
					  : mark_deleted(i, uids[k], err);
		e->withdrawn = WITHDRAWN_DONE;
	}
	free(uids);
	if (r < 0 || e->withdrawn == WITHDRAWN_DONE)
		return r;
	e->size = 0;
	r = look_for(i, e, err);
	if (r == 0 && e->found)
		e->withdrawn = WITHDRAWN_CHANGED;
	return r;
}

int
imap_withdraw(struct transport *t, const char *folder, const char *message_id, uint64_t size,
	      transport_same *same, void *context, enum withdrawn *ret, struct err *err)
{
	struct errand e = {
		.message_id = message_id, .size = size, .first = 1, .same = same, .context = context
	};
	int r = run_errand(imap_of(t), folder, false, take_out, &e, err);

	if (r == 0)
		*ret = e.withdrawn;
	return r;
}
