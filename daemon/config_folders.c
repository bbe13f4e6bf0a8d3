/*
 * config_folders: the folders of an account: where mail comes in, where drafts go, and those that
 * mean something of their own.
 */
#include <string.h>
#include <strings.h>

#include "config_read.h"

#define FOLDERS_MAX 500u /* of one account */

/* INBOX is the one name whose letters may be large or small (RFC 3501, 5.1). */
static bool
same_folder(const char *a, const char *b)
{
	return !strcmp(a, b) || (!strcasecmp(a, "INBOX") && !strcasecmp(b, "INBOX"));
}

static bool
is_watched(const struct account_config *a, const char *folder)
{
	for (size_t i = 0; i < a->folder_count; i++)
		if (same_folder(a->folders[i], folder))
			return true;
	return false;
}

/* Watches a folder that means something of its own. The lists have room (see read_roles). */
static void
add_role(const struct yamldoc *doc, const struct yamlnode *node, struct account_config *a,
	 const struct folder_role_config *role)
{
	if (is_watched(a, role->folder)) {
		yamldoc_error(doc, node, "name it once; it is watched by itself",
			      "\"%.100s\" is watched for something else already", role->folder);
		return;
	}
	a->folders[a->folder_count++] = role->folder;
	a->roles[a->role_count++] = *role;
}

static void
read_role(const struct yamldoc *doc, const struct yamlnode *node, const char *key,
	  enum folder_role role, struct account_config *a)
{
	struct folder_role_config fresh = { .role = role, .agent = "" };

	if (config_read_string(doc, node, key, &fresh.folder))
		add_role(doc, yamldoc_get(node, key), a, &fresh);
}

/* mine: {FOLDER: AGENT}: each agent has a folder of their own. */
static void
read_mine(const struct yamldoc *doc, const struct yamlnode *mine, const struct config *config,
	  struct account_config *a)
{
	if (mine && mine->kind != YAMLNODE_MAP)
		yamldoc_error(doc, mine, "write mine: {Triage/Kim: kim}",
			      "mine is not a map of folders and agents");
	for (const struct yamlnode *n = mine && mine->kind == YAMLNODE_MAP ? mine->first : NULL; n;
	     n = n->next) {
		struct folder_role_config fresh = { .role = FOLDER_MINE, .folder = n->key->text };

		if (!yamldoc_string(doc, n, "an agent", &fresh.agent))
			continue;
		if (!config_agent(config, fresh.agent))
			yamldoc_error(doc, n, "agents are named under agents:",
				      "there is no agent \"%.60s\"", fresh.agent);
		else
			add_role(doc, n, a, &fresh);
	}
}

static void
read_roles(const struct yamldoc *doc, const struct yamlnode *node, const struct config *config,
	   struct account_config *a)
{
	const struct yamlnode *mine = yamldoc_get(node, "mine");
	size_t room = 3 + (mine && mine->kind == YAMLNODE_MAP ? mine->count : 0);
	const char **folders;

	if (room > FOLDERS_MAX) {
		yamldoc_error(doc, mine, NULL, "mine names more than %u folders", FOLDERS_MAX);
		return;
	}
	folders = arena_calloc(doc->arena, a->folder_count + room, sizeof(*folders));
	a->roles = arena_calloc(doc->arena, room, sizeof(*a->roles));
	if (!folders || !a->roles) {
		yamldoc_error(doc, node, NULL, "folders cannot be kept: out of memory");
		return;
	}
	memcpy(folders, a->folders, a->folder_count * sizeof(*folders));
	a->folders = folders;
	read_role(doc, node, "sent", FOLDER_SENT, a);
	read_role(doc, node, "solved", FOLDER_SOLVED, a);
	read_role(doc, node, "not_a_threat", FOLDER_HARMLESS, a);
	read_mine(doc, mine, config, a);
}

void
config_read_folders(const struct yamldoc *doc, const struct yamlnode *node,
		    const struct config *config, struct account_config *a)
{
	const struct yamlnode *folders = yamldoc_get(node, "folders");
	static const char *inbox[] = { "INBOX", NULL };

	a->folders = inbox;
	a->folder_count = 1;
	if (folders && folders->count > FOLDERS_MAX)
		yamldoc_error(doc, folders, NULL, "folders names more than %u", FOLDERS_MAX);
	else if (folders)
		yamldoc_strings(doc, folders, "folders", &a->folders, &a->folder_count);
	for (size_t i = 0; i < a->folder_count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (same_folder(a->folders[i], a->folders[k]))
				yamldoc_error(doc, folders, "keep one of them",
					      "folder \"%.100s\" stands here twice", a->folders[i]);
		}
	}
	read_roles(doc, node, config, a);
	if (config_read_string(doc, node, "drafts", &a->drafts) && is_watched(a, a->drafts))
		yamldoc_error(doc, yamldoc_get(node, "drafts"),
			      "name another folder, or take this one out of folders (by default "
			      "INBOX)",
			      "drafts names a folder that is watched, \"%.100s\": drafts would "
			      "be judged like mail",
			      a->drafts);
}

const struct folder_role_config *
config_folder_role(const struct account_config *account, const char *folder)
{
	for (size_t i = 0; i < account->role_count; i++)
		if (strcmp(account->roles[i].folder, folder) == 0)
			return &account->roles[i];
	return NULL;
}
