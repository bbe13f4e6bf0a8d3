/*
 * imap_body: the bytes of messages. Small ones many at a time, big ones in pieces; BODY.PEEK only.
 *
 * The answer's budget is made from the sizes that were listed, so a server can make us hold only a
 * little more than it announced; a big message's buffer grows with what has really come.
 */
#include "imap_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MESSAGES 64
#define BATCH_BYTES (512u << 10)
#define PIECE_BYTES (1u << 20)
#define SLACK_BYTES                                                                                \
	(256u << 10) /* beyond the announced sizes: RFC822.SIZE is a guess on some servers */

struct batch {
	const struct listed *wanted;
	size_t count;
	size_t max_bytes;
	size_t next;    /* where the next answer is expected */
	uint64_t given; /* bit k: wanted[k] was handed over */
	transport_fetched *fetched;
	void *context;
};

static int
hand_over(void *context, const struct imap_row *row)
{
	struct batch *b = context;

	if (!row->has_body)
		return 0;
	for (size_t n = 0; n < b->count; n++) {
		size_t k = (b->next + n) % b->count;
		bool cut = row->body_len > b->max_bytes;

		if (b->wanted[k].uid != row->uid)
			continue;
		if (b->given & UINT64_C(1) << k)
			return 0;
		b->given |= UINT64_C(1) << k;
		b->next = k + 1;
		return b->fetched(b->context, row->uid, row->body,
				  cut ? b->max_bytes : row->body_len, cut);
	}
	return 0;
}

static int
ask_bodies(struct imap *i, const struct batch *b, struct err *err)
{
	char set[BATCH_MESSAGES * 11 + 1];
	uint64_t budget = SLACK_BYTES;
	size_t len = 0;

	for (size_t k = 0; k < b->count; k++) {
		budget += b->wanted[k].size + b->wanted[k].size / 4 + 512;
		len += (size_t)snprintf(set + len, sizeof(set) - len, "%s%u", k > 0 ? "," : "",
					b->wanted[k].uid);
	}
	return imap_command(i, err, budget, "UID FETCH", "UID FETCH %s (UID BODY.PEEK[])", set);
}

/*
 * A NO to a whole batch may only mean that one of its messages was expunged meanwhile (RFC 2180
 * section 4.1): what came with it is taken, the rest is asked for one by one, and only a message
 * that is still there makes it an error.
 */
static int
fetch_batch(struct imap *i, struct batch *b, struct err *err)
{
	int r = ask_bodies(i, b, err), given;

	if (r < 0 && (transport_lost(r) || i->session->imap_response_info == NULL))
		return r;
	given = imap_each_row(i, hand_over, b);
	if (given != 0 || r == 0)
		return given;
	if (b->count == 1) {
		if (b->given != 0)
			return 0;
		given = imap_has_uid(i, b->wanted[0].uid, NULL);
		if (given < 0 && transport_lost(given))
			return given;
		return given == 1 ? r : 0;
	}
	for (size_t k = 0; k < b->count; k++) {
		struct batch one = *b;

		if (b->given & UINT64_C(1) << k)
			continue;
		one.wanted += k;
		one.count = 1;
		one.next = 0;
		one.given = 0;
		r = fetch_batch(i, &one, err);
		if (r != 0)
			return r;
	}
	return 0;
}

struct big {
	uint32_t uid;
	char *bytes;
	size_t len, room;
	size_t piece; /* bytes that the last answer brought */
	bool seen;
};

static int
add_piece(void *context, const struct imap_row *row)
{
	struct big *big = context;

	if (row->uid != big->uid || !row->has_body || big->seen)
		return 0;
	big->seen = true;
	big->piece = row->body_len;
	if (big->room - big->len < row->body_len) {
		size_t room = (big->len + row->body_len) * 2;
		char *bytes = realloc(big->bytes, room);

		if (bytes == NULL)
			return -ENOMEM;
		big->bytes = bytes;
		big->room = room;
	}
	memcpy(big->bytes + big->len, row->body, row->body_len);
	big->len += row->body_len;
	return 0;
}

/* Asks for the piece after what is there. 0, or 1 when the message is gone. */
static int
fetch_piece(struct imap *i, struct big *big, size_t size, struct err *err)
{
	int r = imap_command(i, err, size + SLACK_BYTES, "UID FETCH",
			     "UID FETCH %u (UID BODY.PEEK[]<%zu.%zu>)", big->uid, big->len, size);

	big->seen = false;
	big->piece = 0;
	if (r < 0 && !transport_lost(r))
		return imap_has_uid(i, big->uid, NULL) == 0 ? 1 : r;
	if (r < 0)
		return r;
	r = imap_each_row(i, add_piece, big);
	if (r < 0)
		return imap_fail(i, err, r, "UID FETCH", "out of memory", NULL);
	if (big->piece > size)
		return imap_fail(i, err, -EPROTO, "UID FETCH",
				 "the server sent more than was asked for", NULL);
	/* No answer for a message that had some: it was expunged between two pieces. */
	return big->seen ? 0 : 1;
}

/*
 * One byte more than max_bytes is asked for, so that `cut` is known and not guessed from the listed
 * size.
 */
static int
fetch_big(struct imap *i, const struct listed *wanted, size_t max_bytes, transport_fetched *fetched,
	  void *context, struct err *err)
{
	struct big big = { .uid = wanted->uid };
	bool cut;
	int r;

	for (;;) {
		size_t left = max_bytes + 1 - big.len;
		size_t size = left < PIECE_BYTES ? left : PIECE_BYTES;

		r = fetch_piece(i, &big, size, err);
		if (r != 0)
			break;
		if (big.piece == size && big.len <= max_bytes)
			continue;
		cut = big.len > max_bytes;
		r = fetched(context, big.uid, big.bytes != NULL ? big.bytes : "",
			    cut ? max_bytes : big.len, cut);
		free(big.bytes);
		return r;
	}
	free(big.bytes);
	return r > 0 ? 0 : r;
}

int
imap_fetch(struct transport *t, const struct listed *wanted, size_t count, size_t max_bytes,
	   transport_fetched *fetched, void *context, struct err *err)
{
	struct imap *i = imap_of(t);
	size_t at = 0;
	int r = 0;

	while (at < count && r == 0) {
		struct batch batch = {
			.wanted = wanted + at,
			.max_bytes = max_bytes,
			.fetched = fetched,
			.context = context,
		};
		uint64_t bytes = 0;

		if (wanted[at].size > PIECE_BYTES || wanted[at].size > max_bytes) {
			r = fetch_big(i, &wanted[at++], max_bytes, fetched, context, err);
			continue;
		}
		while (at < count && batch.count < BATCH_MESSAGES &&
		       wanted[at].size <= PIECE_BYTES && wanted[at].size <= max_bytes &&
		       (batch.count == 0 || bytes + wanted[at].size <= BATCH_BYTES)) {
			bytes += wanted[at++].size;
			batch.count++;
		}
		r = fetch_batch(i, &batch, err);
	}
	return r;
}
