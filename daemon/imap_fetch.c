/*
 * imap_fetch: what is in the selected folder. The bytes of its messages are imap_body.c's.
 *
 * Nothing is allocated because the server announced it: answers are bounded by budgets made from
 * what was asked for, and big folders are listed in windows of UIDs.
 */
#include "imap_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libetpan/xgmthrid.h>

#include "clock.h"
#include "head.h"

#define WINDOW_MESSAGES 2000     /* listed by one FETCH */
#define SEARCH_BYTES (64u << 20) /* budget of a SEARCH answer: some 6 million UIDs */
#define LIST_ROW_BYTES 256       /* of one message in a listing */
#define ROW_ITEMS "UID RFC822.SIZE INTERNALDATE"
#define IDENTITY_ROW_BYTES 4096

static int64_t
date_ms(const struct mailimap_date_time *date)
{
	struct tm tm = {
		.tm_year = date->dt_year - 1900,
		.tm_mon = date->dt_month - 1,
		.tm_mday = date->dt_day,
		.tm_hour = date->dt_hour,
		.tm_min = date->dt_min,
		.tm_sec = date->dt_sec,
	};
	int zone = date->dt_zone / 100 * 60 + date->dt_zone % 100;

	return ((int64_t)timegm(&tm) - zone * 60) * 1000;
}

static void
read_item(const struct mailimap_msg_att_static *item, struct imap_row *row)
{
	const struct mailimap_msg_att_body_section *section;

	switch (item->att_type) {
	case MAILIMAP_MSG_ATT_UID:
		row->uid = item->att_data.att_uid;
		break;
	case MAILIMAP_MSG_ATT_RFC822_SIZE:
		row->size = item->att_data.att_rfc822_size;
		row->has_size = true;
		break;
	case MAILIMAP_MSG_ATT_INTERNALDATE:
		if (item->att_data.att_internal_date != NULL)
			row->received_ms =
				clock_server_ms(date_ms(item->att_data.att_internal_date));
		break;
	case MAILIMAP_MSG_ATT_BODY_SECTION:
		section = item->att_data.att_body_section;
		row->has_body = true;
		row->body = section->sec_body_part != NULL ? section->sec_body_part : "";
		row->body_len = section->sec_body_part != NULL ? section->sec_length : 0;
		break;
	default:
		break;
	}
}

/* Gmail's conversations; their numbers fit into 63 bits, what does not is none. */
static void
read_extension(const struct mailimap_extension_data *data, struct imap_row *row)
{
	const uint64_t *thread = data->ext_data;

	if (data->ext_extension == &mailimap_extension_xgmthrid && thread && *thread <= INT64_MAX)
		row->gmail_thread = *thread;
}

int
imap_each_row(struct imap *i, imap_row_visitor *visit, void *context)
{
	clist *list = i->session->imap_response_info->rsp_fetch_list;
	clistiter *at, *item;
	int r = 0;

	/* Taken out, so that the bytes of the messages do not stay until the next command. */
	i->session->imap_response_info->rsp_fetch_list = NULL;
	if (list == NULL)
		return 0;
	for (at = clist_begin(list); at != NULL && r == 0; at = clist_next(at)) {
		const struct mailimap_msg_att *message = clist_content(at);
		struct imap_row row = { 0 };

		for (item = clist_begin(message->att_list); item != NULL; item = clist_next(item)) {
			const struct mailimap_msg_att_item *att = clist_content(item);

			if (att->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
				read_item(att->att_data.att_static, &row);
			else if (att->att_type == MAILIMAP_MSG_ATT_ITEM_EXTENSION)
				read_extension(att->att_data.att_extension_data, &row);
		}
		/* FETCH without UID is news about flags that nobody asked for. */
		if (row.uid != 0)
			r = visit(context, &row);
	}
	mailimap_fetch_list_free(list);
	return r;
}

static int
compare_uids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int
imap_found_uids(struct imap *i, uint32_t first, uint32_t **ret, size_t *ret_count)
{
	clist *found = i->session->imap_response_info->rsp_search_result;
	size_t count = found != NULL ? (size_t)clist_count(found) : 0, kept = 0;
	uint32_t *uids = calloc(count + 1, sizeof(*uids));

	if (uids == NULL)
		return -ENOMEM;
	for (clistiter *at = found != NULL ? clist_begin(found) : NULL; at != NULL;
	     at = clist_next(at))
		if (*(uint32_t *)clist_content(at) >= first)
			uids[kept++] = *(uint32_t *)clist_content(at);
	if (found != NULL)
		mailimap_search_result_free(found);
	i->session->imap_response_info->rsp_search_result = NULL;
	qsort(uids, kept, sizeof(*uids), compare_uids);
	*ret = uids;
	*ret_count = kept;
	return 0;
}

/* Asks for a stretch of UIDs; last 0 means to the end. */
static int
scan_window(struct imap *i, uint32_t first, uint32_t last, size_t expected, const char *items,
	    size_t row_bytes, imap_row_visitor *visit, void *context, struct err *err)
{
	uint64_t budget = IMAP_ANSWER_BYTES + ((uint64_t)expected + WINDOW_MESSAGES) * row_bytes;
	char end[16] = "*";
	int r;

	if (last != 0)
		snprintf(end, sizeof(end), "%u", last);
	r = imap_command(i, err, budget, "UID FETCH", "UID FETCH %u:%s (%s)", first, end, items);
	if (r < 0)
		return r;
	r = imap_each_row(i, visit, context);
	return r < 0 ? imap_fail(i, err, r, "UID FETCH", "out of memory", NULL) : r;
}

/* At most so many messages can have a UID >= first, by what SELECT told and what came since. */
static uint64_t
bound_on_messages(const struct imap *i, uint32_t first)
{
	uint32_t now = i->session->imap_selection_info->sel_exists;
	uint64_t new = now > i->exists ? now - i->exists : 0;

	return new + (i->uidnext > first ? i->uidnext - first : 0);
}

/*
 * Visits every message with UID >= first; in one FETCH when they must be few, else in windows of
 * known UIDs.
 */
static int
scan(struct imap *i, uint32_t first, const char *items, size_t row_bytes, imap_row_visitor *visit,
     void *context, struct err *err)
{
	uint32_t *uids;
	size_t count, at;
	int r = 0;

	if (i->selected[0] == '\0')
		return imap_fail(i, err, -EPIPE, "UID FETCH", "no folder is selected", NULL);
	/* Told by this answer, or else news: see imap_wait(). */
	i->session->imap_selection_info->sel_has_exists = 0;
	if (bound_on_messages(i, first) <= WINDOW_MESSAGES)
		return scan_window(i, first, 0, 0, items, row_bytes, visit, context, err);
	r = imap_command(i, err, SEARCH_BYTES, "UID SEARCH", "UID SEARCH UID %u:*", first);
	if (r < 0)
		return r;
	r = imap_found_uids(i, first, &uids, &count);
	if (r < 0)
		return imap_fail(i, err, r, "UID SEARCH", "out of memory", NULL);
	for (at = 0; at < count && r == 0; at += WINDOW_MESSAGES) {
		size_t end = count - at > WINDOW_MESSAGES ? at + WINDOW_MESSAGES : count;

		r = scan_window(i, uids[at], uids[end - 1], end - at, items, row_bytes, visit,
				context, err);
	}
	free(uids);
	return r;
}

struct listing {
	uint32_t first;
	struct listed *rows;
	size_t count, room;
};

static int
add_listed(void *context, const struct imap_row *row)
{
	struct listing *listing = context;

	/* "n:*" always shows the last message, even below n (RFC 3501 section 9, seq-range). */
	if (row->uid < listing->first || !row->has_size)
		return 0;
	if (listing->count == listing->room) {
		size_t room = listing->room != 0 ? listing->room * 2 : 64;
		struct listed *rows = reallocarray(listing->rows, room, sizeof(*rows));

		if (rows == NULL)
			return -ENOMEM;
		listing->rows = rows;
		listing->room = room;
	}
	listing->rows[listing->count++] =
		(struct listed){ row->uid, row->size, row->received_ms, row->gmail_thread };
	return 0;
}

static int
compare_listed(const void *a, const void *b)
{
	return compare_uids(&((const struct listed *)a)->uid, &((const struct listed *)b)->uid);
}

int
imap_list(struct transport *t, uint32_t first, struct listed **ret, size_t *ret_count,
	  struct err *err)
{
	struct imap *i = imap_of(t);
	struct listing listing = { .first = first };
	size_t kept = 0;
	int r;

	r = i->session == NULL
		    ? imap_fail(i, err, -EPIPE, "UID FETCH", "not connected", NULL)
		    : scan(i, first, i->caps & CAP_GMAIL ? ROW_ITEMS " X-GM-THRID" : ROW_ITEMS,
			   LIST_ROW_BYTES, add_listed, &listing, err);
	if (r < 0) {
		free(listing.rows);
		return r;
	}
	if (listing.count > 0)
		qsort(listing.rows, listing.count, sizeof(*listing.rows), compare_listed);
	for (size_t k = 0; k < listing.count; k++)
		if (kept == 0 || listing.rows[kept - 1].uid != listing.rows[k].uid)
			listing.rows[kept++] = listing.rows[k];
	*ret = listing.rows;
	*ret_count = kept;
	return 0;
}

struct identities {
	struct listing listing;
	size_t *at; /* where in text each message's two strings begin */
	char *text;
	size_t len, room, at_room;
};

/* Appends the value of the first field of that name, unfolded, or "". */
static int
add_field(struct identities *all, const struct imap_row *row, const char *name)
{
	size_t len;
	const char *value = head_field(row->body, row->body_len, name, &len);

	if (all->room - all->len < len + 1) {
		size_t room = (all->len + len + 1) * 2;
		char *text = realloc(all->text, room);

		if (text == NULL)
			return -ENOMEM;
		all->text = text;
		all->room = room;
	}
	all->len += head_unfold(value, len, all->text + all->len) + 1;
	return 0;
}

static int
add_identity(void *context, const struct imap_row *row)
{
	struct identities *all = context;
	size_t before = all->listing.count;
	int r;

	if (!row->has_body)
		return 0;
	r = add_listed(&all->listing, row);
	if (r < 0 || all->listing.count == before)
		return r;
	if (all->at_room < all->listing.room) {
		size_t *at = reallocarray(all->at, all->listing.room, sizeof(*at));

		if (at == NULL)
			return -ENOMEM;
		all->at = at;
		all->at_room = all->listing.room;
	}
	all->at[before] = all->len;
	r = add_field(all, row, "Message-ID");
	return r < 0 ? r : add_field(all, row, "Date");
}

static int
compare_identities(const void *a, const void *b)
{
	return compare_listed(&((const struct identity_listed *)a)->listed,
			      &((const struct identity_listed *)b)->listed);
}

/* Everything in one allocation: the rows, then the strings they point to. */
static int
pack_identities(const struct identities *all, struct identity_listed **ret)
{
	size_t count = all->listing.count;
	struct identity_listed *rows = malloc(count * sizeof(*rows) + all->len + 1);
	char *text;

	if (rows == NULL)
		return -ENOMEM;
	text = (char *)(rows + count);
	if (all->len > 0)
		memcpy(text, all->text, all->len);
	for (size_t k = 0; k < count; k++) {
		rows[k].listed = all->listing.rows[k];
		rows[k].message_id = text + all->at[k];
		rows[k].date_text = rows[k].message_id + strlen(rows[k].message_id) + 1;
	}
	qsort(rows, count, sizeof(*rows), compare_identities);
	*ret = rows;
	return 0;
}

int
imap_identify(struct transport *t, uint32_t first, struct identity_listed **ret, size_t *ret_count,
	      struct err *err)
{
	struct imap *i = imap_of(t);
	struct identities all = { .listing = { .first = first } };
	int r;

	r = i->session == NULL ? imap_fail(i, err, -EPIPE, "UID FETCH", "not connected", NULL)
			       : scan(i, first,
				      "UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS "
				      "(MESSAGE-ID DATE)]",
				      IDENTITY_ROW_BYTES, add_identity, &all, err);
	if (r == 0) {
		r = pack_identities(&all, ret);
		if (r < 0)
			imap_fail(i, err, r, "UID FETCH", "out of memory", NULL);
		else
			*ret_count = all.listing.count;
	}
	free(all.listing.rows);
	free(all.at);
	free(all.text);
	return r;
}

int
imap_since(struct transport *t, int64_t since_ms, uint32_t *ret_uid, struct err *err)
{
	static const char month[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	struct imap *i = imap_of(t);
	time_t seconds = (time_t)(since_ms / 1000);
	struct tm tm;
	uint32_t *uids;
	size_t count;
	int r;

	gmtime_r(&seconds, &tm);
	r = imap_command(i, err, SEARCH_BYTES, "UID SEARCH SINCE", "UID SEARCH SINCE %d-%s-%d",
			 tm.tm_mday, month[tm.tm_mon], tm.tm_year + 1900);
	if (r < 0)
		return r;
	r = imap_found_uids(i, 1, &uids, &count);
	if (r < 0)
		return imap_fail(i, err, r, "UID SEARCH SINCE", "out of memory", NULL);
	*ret_uid = count > 0 ? uids[0] : 0;
	free(uids);
	return 0;
}

static int
note_uid(void *context, const struct imap_row *row)
{
	uint32_t *uid = context;

	if (row->uid == uid[0])
		uid[1] = 1;
	return 0;
}

int
imap_has_uid(struct imap *i, uint32_t uid, struct err *err)
{
	uint32_t wanted[2] = { uid, 0 };
	int r = imap_command(i, err, IMAP_ANSWER_BYTES, "UID FETCH", "UID FETCH %u (UID)", uid);

	if (r < 0)
		return r;
	imap_each_row(i, note_uid, wanted);
	return (int)wanted[1];
}
