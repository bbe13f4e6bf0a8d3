/*
 * replay_store: folders and mails in arrays; small and slow where size does not matter.
 */
#include "replay_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void
mail_free(struct replay_mail *mail)
{
	free(mail->bytes);
	free(mail->flags);
}

static void
folder_free(struct replay_folder *folder)
{
	for (size_t k = 0; k < folder->count; k++)
		mail_free(&folder->mails[k]);
	free(folder->mails);
	free(folder->name);
	free(folder);
}

void
replay_store_free(struct replay_store *store)
{
	for (size_t k = 0; k < store->count; k++)
		folder_free(store->folders[k]);
	free(store->folders);
}

struct replay_folder *
replay_store_find(const struct replay_store *store, const char *name)
{
	for (size_t k = 0; k < store->count; k++) {
		const char *have = store->folders[k]->name;

		if (strcmp(have, name) == 0 ||
		    (strcmp(have, "INBOX") == 0 && strcasecmp(name, "INBOX") == 0))
			return store->folders[k];
	}
	return NULL;
}

struct replay_folder *
replay_store_make(struct replay_store *store, const char *name)
{
	struct replay_folder *folder = replay_store_find(store, name);
	struct replay_folder **folders;

	if (folder != NULL)
		return folder;
	folders = reallocarray(store->folders, store->count + 1, sizeof(*folders));
	if (folders == NULL)
		return NULL;
	store->folders = folders;
	folder = calloc(1, sizeof(*folder));
	if (folder == NULL)
		return NULL;
	folder->name = strdup(strcasecmp(name, "INBOX") == 0 ? "INBOX" : name);
	if (folder->name == NULL) {
		free(folder);
		return NULL;
	}
	/* A folder that is made again must not look like the one that was deleted. */
	folder->uidvalidity = ++store->last_validity;
	folder->uidnext = 1;
	store->folders[store->count++] = folder;
	return folder;
}

void
replay_store_delete(struct replay_store *store, struct replay_folder *folder)
{
	size_t k = 0;

	while (k < store->count && store->folders[k] != folder)
		k++;
	memmove(store->folders + k, store->folders + k + 1,
		(store->count - k - 1) * sizeof(*store->folders));
	store->count--;
	folder_free(folder);
}

static int
make_room(struct replay_folder *folder)
{
	size_t room = folder->room != 0 ? folder->room * 2 : 16;
	struct replay_mail *mails;

	if (folder->count < folder->room)
		return 0;
	mails = reallocarray(folder->mails, room, sizeof(*mails));
	if (mails == NULL)
		return -ENOMEM;
	folder->mails = mails;
	folder->room = room;
	return 0;
}

int
replay_folder_add(struct replay_folder *folder, const char *bytes, size_t len, int64_t received_ms,
		  const char *flags, uint32_t *ret_uid)
{
	struct replay_mail mail = { .uid = folder->uidnext,
				    .len = len,
				    .received_ms = received_ms };
	int r = make_room(folder);

	if (r < 0)
		return r;
	mail.bytes = malloc(len + 1);
	mail.flags = strdup(flags);
	if (mail.bytes == NULL || mail.flags == NULL) {
		mail_free(&mail);
		return -ENOMEM;
	}
	memcpy(mail.bytes, bytes, len);
	mail.bytes[len] = '\0';
	folder->mails[folder->count++] = mail;
	folder->uidnext++;
	if (ret_uid != NULL)
		*ret_uid = mail.uid;
	return 0;
}

struct replay_mail *
replay_folder_mail(const struct replay_folder *folder, uint32_t uid)
{
	for (size_t k = 0; k < folder->count; k++)
		if (folder->mails[k].uid == uid)
			return &folder->mails[k];
	return NULL;
}

void
replay_folder_remove(struct replay_folder *folder, struct replay_mail *mail)
{
	size_t k = (size_t)(mail - folder->mails);

	mail_free(mail);
	memmove(mail, mail + 1, (folder->count - k - 1) * sizeof(*mail));
	folder->count--;
}

int
replay_mail_flag(struct replay_mail *mail, const char *flag)
{
	size_t len = strlen(flag), size = strlen(mail->flags) + len + 2;
	const char *at = mail->flags;
	char *flags;

	while (*at != '\0') {
		size_t word = strcspn(at, " ");

		if (word == len && strncasecmp(at, flag, len) == 0)
			return 0;
		at += word + (at[word] == ' ');
	}
	flags = malloc(size);
	if (flags == NULL)
		return -ENOMEM;
	snprintf(flags, size, "%s%s%s", mail->flags, mail->flags[0] != '\0' ? " " : "", flag);
	free(mail->flags);
	mail->flags = flags;
	return 0;
}
