/*
 * replay_look: puts mail in, looks at what became of it, and plays the server's tricks: deleted
 * folders, new UIDs, mail that somebody else took, failing calls.
 */
#include "replay_internal.h"

#include <errno.h>
#include <string.h>

int
replay_add(struct transport *t, const char *folder, const void *bytes, size_t len,
	   int64_t received_ms, uint32_t *ret_uid)
{
	struct replay *r = replay_of(t);
	struct replay_folder *target;
	int result = -ENOMEM;

	pthread_mutex_lock(&r->lock);
	target = replay_store_make(&r->store, folder);
	if (target != NULL)
		result = replay_folder_add(target, bytes, len, received_ms, "", ret_uid);
	pthread_mutex_unlock(&r->lock);
	return result;
}

int
replay_visit(struct transport *t, const char *folder, replay_visitor *visit, void *context)
{
	struct replay *r = replay_of(t);
	const struct replay_folder *found = replay_store_find(&r->store, folder);
	int result = 0;

	if (found == NULL)
		return -ENOENT;
	for (size_t k = 0; k < found->count && result == 0; k++) {
		const struct replay_mail *mail = &found->mails[k];
		struct replay_message message = { mail->uid, mail->bytes, mail->len,
						  mail->received_ms, mail->flags };

		result = visit(context, &message);
	}
	return result;
}

void
replay_folders(struct transport *t, void (*visit_folder)(void *context, const char *name),
	       void *context)
{
	struct replay *r = replay_of(t);

	for (size_t k = 0; k < r->store.count; k++)
		visit_folder(context, r->store.folders[k]->name);
}

int
replay_renumber(struct transport *t, const char *folder, uint32_t uidvalidity)
{
	struct replay *r = replay_of(t);
	struct replay_folder *found;

	pthread_mutex_lock(&r->lock);
	found = replay_store_find(&r->store, folder);
	for (size_t k = 0; found != NULL && k < found->count; k++)
		found->mails[k].uid = (uint32_t)k + 1;
	if (found != NULL) {
		found->uidvalidity = uidvalidity;
		found->uidnext = (uint32_t)found->count + 1;
	}
	pthread_mutex_unlock(&r->lock);
	return found != NULL ? 0 : -ENOENT;
}

int
replay_delete(struct transport *t, const char *folder)
{
	struct replay *r = replay_of(t);
	struct replay_folder *found;

	pthread_mutex_lock(&r->lock);
	found = replay_store_find(&r->store, folder);
	if (found != NULL) {
		if (r->selected == found)
			r->selected = NULL;
		replay_store_delete(&r->store, found);
	}
	pthread_mutex_unlock(&r->lock);
	return found != NULL ? 0 : -ENOENT;
}

int
replay_take(struct transport *t, const char *folder, uint32_t uid)
{
	struct replay *r = replay_of(t);
	struct replay_folder *found;
	struct replay_mail *mail;

	pthread_mutex_lock(&r->lock);
	found = replay_store_find(&r->store, folder);
	mail = found != NULL ? replay_folder_mail(found, uid) : NULL;
	if (mail != NULL)
		replay_folder_remove(found, mail);
	pthread_mutex_unlock(&r->lock);
	return mail != NULL ? 0 : -ENOENT;
}

void
replay_fail(struct transport *t, const char *operation, int error, bool done)
{
	struct replay *r = replay_of(t);

	pthread_mutex_lock(&r->lock);
	r->fail_error = error;
	r->fail_done = done;
	r->fail_operation[0] = '\0';
	if (operation != NULL)
		strncat(r->fail_operation, operation, sizeof(r->fail_operation) - 1);
	pthread_mutex_unlock(&r->lock);
}
