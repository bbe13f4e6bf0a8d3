/*
 * replay: the transport's rules over folders in memory: open before use, select before list, one
 * planned failure.
 */
#include "replay_internal.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "head.h"

#define DAY_MS INT64_C(86400000)

static bool
planned(const struct replay *r, const char *operation)
{
	return r->fail_error != 0 &&
	       (r->fail_operation[0] == '\0' || strcmp(r->fail_operation, operation) == 0);
}

static int
fail(struct replay *r, const char *operation, int error, struct err *err)
{
	if (transport_lost(error))
		r->open = false;
	return err_set(err, error, "stored mail: %s: %s", operation, strerror(-error));
}

/* Carries out the planned failure. */
static int
fail_planned(struct replay *r, const char *operation, struct err *err)
{
	int error = r->fail_error;

	r->fail_error = 0;
	return fail(r, operation, error, err);
}

/* Takes the lock and checks what every operation needs. On failure the lock is given back. */
static int
begin(struct replay *r, const char *operation, bool selected, struct err *err)
{
	int error = 0;

	pthread_mutex_lock(&r->lock);
	if (r->stopped)
		error = fail(r, operation, -ECANCELED, err);
	else if (planned(r, operation) && !r->fail_done)
		error = fail_planned(r, operation, err);
	else if (!r->open || (selected && r->selected == NULL))
		error = fail(r, operation, -EPIPE, err);
	if (error < 0)
		pthread_mutex_unlock(&r->lock);
	return error;
}

/* Gives the lock back; result is the operation's own. */
static int
end(struct replay *r, const char *operation, int result, struct err *err)
{
	if (result < 0)
		fail(r, operation, result, err);
	else if (planned(r, operation))
		result = fail_planned(r, operation, err);
	pthread_mutex_unlock(&r->lock);
	return result;
}

static void
replay_close(struct transport *t)
{
	struct replay *r = replay_of(t);

	pthread_mutex_lock(&r->lock);
	r->open = false;
	r->selected = NULL;
	pthread_mutex_unlock(&r->lock);
}

static int
replay_open(struct transport *t, struct err *err)
{
	struct replay *r = replay_of(t);
	int result;

	pthread_mutex_lock(&r->lock);
	r->open = true;
	r->selected = NULL;
	pthread_mutex_unlock(&r->lock);
	result = begin(r, "open", false, err);
	if (result == 0)
		result = end(r, "open", 0, err);
	if (result < 0)
		replay_close(t);
	return result;
}

static void
replay_free(struct transport *t)
{
	struct replay *r = replay_of(t);

	replay_store_free(&r->store);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static int
state_of(const struct replay_folder *folder, struct folder_state *ret)
{
	if (folder == NULL)
		return -ENOENT;
	*ret = (struct folder_state){
		.uidvalidity = folder->uidvalidity,
		.uidnext = folder->uidnext,
		.exists = (uint32_t)folder->count,
		.keywords = true,
	};
	return 0;
}

static int
replay_select(struct transport *t, const char *folder, struct folder_state *ret, struct err *err)
{
	struct replay *r = replay_of(t);
	int result = begin(r, "select", false, err);

	if (result < 0)
		return result;
	r->selected = replay_store_find(&r->store, folder);
	return end(r, "select", state_of(r->selected, ret), err);
}

static int
replay_status(struct transport *t, const char *folder, struct folder_state *ret, struct err *err)
{
	struct replay *r = replay_of(t);
	int result = begin(r, "status", false, err);

	if (result < 0)
		return result;
	return end(r, "status",
		   state_of(replay_store_find(&r->store, folder != NULL ? folder : "Drafts"), ret),
		   err);
}

static struct listed
listed_of(const struct replay_mail *mail)
{
	return (struct listed){ .uid = mail->uid,
				.size = mail->len,
				.received_ms = mail->received_ms };
}

static int
replay_list(struct transport *t, uint32_t first, struct listed **ret, size_t *ret_count,
	    struct err *err)
{
	struct replay *r = replay_of(t);
	struct listed *rows;
	size_t count = 0;
	int result = begin(r, "list", true, err);

	if (result < 0)
		return result;
	rows = calloc(r->selected->count + 1, sizeof(*rows));
	for (size_t k = 0; k < r->selected->count && rows != NULL; k++)
		if (r->selected->mails[k].uid >= first)
			rows[count++] = listed_of(&r->selected->mails[k]);
	result = end(r, "list", rows == NULL ? -ENOMEM : 0, err);
	if (result < 0) {
		free(rows);
		return result;
	}
	*ret = rows;
	*ret_count = count;
	return 0;
}

/* Rows and their strings in one allocation. */
static int
identities_of(const struct replay_folder *folder, uint32_t first, struct identity_listed **ret,
	      size_t *ret_count)
{
	struct identity_listed *rows;
	size_t text = 0, count = 0, len;
	char *at;

	for (size_t k = 0; k < folder->count; k++) {
		const struct replay_mail *mail = &folder->mails[k];

		head_field(mail->bytes, mail->len, "Message-ID", &len);
		text += len + 1;
		head_field(mail->bytes, mail->len, "Date", &len);
		text += len + 1;
	}
	rows = malloc(folder->count * sizeof(*rows) + text + 1);
	if (rows == NULL)
		return -ENOMEM;
	at = (char *)(rows + folder->count);
	for (size_t k = 0; k < folder->count; k++) {
		const struct replay_mail *mail = &folder->mails[k];
		const char *value;

		if (mail->uid < first)
			continue;
		rows[count].listed = listed_of(mail);
		rows[count].message_id = at;
		value = head_field(mail->bytes, mail->len, "Message-ID", &len);
		at += head_unfold(value, len, at) + 1;
		rows[count].date_text = at;
		value = head_field(mail->bytes, mail->len, "Date", &len);
		at += head_unfold(value, len, at) + 1;
		count++;
	}
	*ret = rows;
	*ret_count = count;
	return 0;
}

static int
replay_identify(struct transport *t, uint32_t first, struct identity_listed **ret,
		size_t *ret_count, struct err *err)
{
	struct replay *r = replay_of(t);
	struct identity_listed *rows = NULL;
	size_t count;
	int result = begin(r, "identify", true, err);

	if (result < 0)
		return result;
	result = end(r, "identify", identities_of(r->selected, first, &rows, &count), err);
	if (result < 0) {
		free(rows);
		return result;
	}
	*ret = rows;
	*ret_count = count;
	return 0;
}

static int
replay_since(struct transport *t, int64_t since_ms, uint32_t *ret_uid, struct err *err)
{
	struct replay *r = replay_of(t);
	int64_t day = since_ms - since_ms % DAY_MS;
	uint32_t uid = 0;
	int result = begin(r, "since", true, err);

	if (result < 0)
		return result;
	for (size_t k = 0; k < r->selected->count && uid == 0; k++)
		if (r->selected->mails[k].received_ms >= day)
			uid = r->selected->mails[k].uid;
	result = end(r, "since", 0, err);
	if (result == 0)
		*ret_uid = uid;
	return result;
}

/*
 * The bytes stay where they are while others add mail, so the caller is not called with the lock
 * held.
 */
static int
replay_fetch(struct transport *t, const struct listed *wanted, size_t count, size_t max_bytes,
	     transport_fetched *fetched, void *context, struct err *err)
{
	struct replay *r = replay_of(t);

	for (size_t k = 0; k < count; k++) {
		const struct replay_mail *mail;
		const char *bytes = NULL;
		size_t len = 0;
		int result = begin(r, "fetch", true, err);

		if (result < 0)
			return result;
		mail = replay_folder_mail(r->selected, wanted[k].uid);
		if (mail != NULL) {
			bytes = mail->bytes;
			len = mail->len;
		}
		result = end(r, "fetch", 0, err);
		if (result == 0 && bytes != NULL)
			result = fetched(context, wanted[k].uid, bytes,
					 len > max_bytes ? max_bytes : len, len > max_bytes);
		if (result != 0)
			return result;
	}
	return 0;
}

static int
replay_add_flag(struct transport *t, uint32_t uid, const char *flag, struct err *err)
{
	struct replay *r = replay_of(t);
	struct replay_mail *mail;
	int result = begin(r, "add_flag", true, err);

	if (result < 0)
		return result;
	mail = replay_folder_mail(r->selected, uid);
	return end(r, "add_flag", mail != NULL ? replay_mail_flag(mail, flag) : 0, err);
}

static int
copy_mail(struct replay *r, uint32_t uid, const char *folder, uint32_t *ret_validity,
	  uint32_t *ret_uid)
{
	struct replay_mail *mail = replay_folder_mail(r->selected, uid);
	struct replay_folder *target;
	char *flags;
	int result;

	if (mail == NULL)
		return -ESTALE;
	target = replay_store_make(&r->store, folder);
	flags = strdup(mail->flags);
	if (target == NULL || flags == NULL) {
		free(flags);
		return -ENOMEM;
	}
	result = replay_folder_add(target, mail->bytes, mail->len, mail->received_ms, flags,
				   ret_uid);
	free(flags);
	*ret_validity = target->uidvalidity;
	return result;
}

static int
replay_copy(struct transport *t, uint32_t uid, const char *folder, struct err *err)
{
	struct replay *r = replay_of(t);
	uint32_t validity, copy;
	int result = begin(r, "copy", true, err);

	if (result < 0)
		return result;
	return end(r, "copy", copy_mail(r, uid, folder, &validity, &copy), err);
}

static int
replay_move(struct transport *t, uint32_t uid, const char *folder, bool already_copied,
	    uint32_t *ret_validity, uint32_t *ret_uid, struct err *err)
{
	struct replay *r = replay_of(t);
	uint32_t validity = 0, copy = 0;
	int result = begin(r, "move", true, err);

	if (result < 0)
		return result;
	if (!already_copied)
		result = copy_mail(r, uid, folder, &validity, &copy);
	if (result == 0 && replay_folder_mail(r->selected, uid) != NULL)
		replay_folder_remove(r->selected, replay_folder_mail(r->selected, uid));
	result = end(r, "move", result, err);
	if (result == 0) {
		*ret_validity = validity;
		*ret_uid = copy;
	}
	return result;
}

static int
replay_append_draft(struct transport *t, const char *folder, const void *bytes, size_t len,
		    struct err *err)
{
	struct replay *r = replay_of(t);
	struct replay_folder *target;
	int result = begin(r, "append_draft", false, err);

	if (result < 0)
		return result;
	target = replay_store_make(&r->store, folder != NULL ? folder : "Drafts");
	result = target == NULL ? -ENOMEM
				: replay_folder_add(target, bytes, len, 0, "\\Draft \\Seen", NULL);
	return end(r, "append_draft", result, err);
}

static int
replay_make(struct transport *t, const char *folder, struct err *err)
{
	struct replay *r = replay_of(t);
	int result = begin(r, "make", false, err);

	if (result < 0)
		return result;
	result = replay_store_make(&r->store, folder) == NULL ? -ENOMEM : 0;
	return end(r, "make", result, err);
}

/* The UID of the last message with that Message-ID and size (0: any), from a UID on; 0: none. */
static int
find_id(const struct replay_folder *folder, const char *message_id, uint64_t size, uint32_t first,
	uint32_t *ret_uid)
{
	struct identity_listed *rows;
	size_t count;
	int result;

	*ret_uid = 0;
	if (folder == NULL)
		return 0;
	result = identities_of(folder, first, &rows, &count);
	if (result < 0)
		return result;
	for (size_t k = 0; k < count; k++)
		if (strcmp(rows[k].message_id, message_id) == 0 &&
		    (size == 0 || rows[k].listed.size == size))
			*ret_uid = rows[k].listed.uid;
	free(rows);
	return 0;
}

static int
replay_withdraw(struct transport *t, const char *folder, const char *message_id, uint64_t size,
		transport_same *same, void *context, enum withdrawn *ret, struct err *err)
{
	struct replay *r = replay_of(t);
	struct replay_folder *source;
	struct replay_mail *mail;
	uint32_t uid;
	enum withdrawn done = WITHDRAWN_NONE;
	int result = begin(r, "withdraw", false, err);

	if (result < 0)
		return result;
	source = replay_store_find(&r->store, folder != NULL ? folder : "Drafts");
	(void)size;
	result = find_id(source, message_id, 0, 1, &uid);
	mail = result == 0 && uid > 0 ? replay_folder_mail(source, uid) : NULL;
	if (mail)
		done = same(context, mail->bytes, mail->len) ? WITHDRAWN_DONE : WITHDRAWN_CHANGED;
	if (done == WITHDRAWN_DONE)
		replay_folder_remove(source, mail);
	result = end(r, "withdraw", result, err);
	if (result == 0)
		*ret = done;
	return result;
}

static int
replay_find(struct transport *t, const char *folder, const char *message_id, uint64_t size,
	    uint32_t first, bool *ret_found, struct err *err)
{
	struct replay *r = replay_of(t);
	uint32_t found;
	int result = begin(r, "find", false, err);

	if (result < 0)
		return result;
	result = find_id(replay_store_find(&r->store, folder != NULL ? folder : "Drafts"),
			 message_id, size, first, &found);
	result = end(r, "find", result, err);
	if (result == 0)
		*ret_found = found > 0;
	return result;
}

static int
replay_wait(struct transport *t, uint32_t known_uidnext, int64_t timeout_ms,
	    enum transport_event *ret, struct err *err)
{
	struct replay *r = replay_of(t);
	int result = begin(r, "wait", true, err);
	bool newer;

	(void)timeout_ms;
	if (result < 0)
		return result;
	newer = r->selected->uidnext > known_uidnext;
	result = end(r, "wait", 0, err);
	if (result == 0)
		*ret = newer                               ? TRANSPORT_CHANGED
		       : atomic_exchange(&r->woken, false) ? TRANSPORT_WOKEN
							   : TRANSPORT_TIMEOUT;
	return result;
}

static void
replay_wake(struct transport *t, bool stop)
{
	struct replay *r = replay_of(t);

	if (stop)
		atomic_store(&r->stopped, true);
	atomic_store(&r->woken, true);
}

static const char *
replay_describe(struct transport *t)
{
	(void)t;
	return "stored mail";
}

static const struct transport_ops replay_ops = {
	.free = replay_free,
	.open = replay_open,
	.close = replay_close,
	.select = replay_select,
	.status = replay_status,
	.list = replay_list,
	.identify = replay_identify,
	.since = replay_since,
	.fetch = replay_fetch,
	.add_flag = replay_add_flag,
	.copy = replay_copy,
	.move = replay_move,
	.append_draft = replay_append_draft,
	.make = replay_make,
	.withdraw = replay_withdraw,
	.find = replay_find,
	.wait = replay_wait,
	.wake = replay_wake,
	.describe = replay_describe,
};

struct transport *
replay_new(void)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	if (replay_store_make(&r->store, "INBOX") == NULL) {
		replay_store_free(&r->store);
		free(r);
		return NULL;
	}
	pthread_mutex_init(&r->lock, NULL);
	r->transport.ops = &replay_ops;
	return &r->transport;
}
