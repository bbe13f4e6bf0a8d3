/*
 * imap_folder: folders by name. Knows the server's separator, name space and drafts folder,
 * selects, asks and makes.
 */
#include "imap_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mutf7.h"

#define FOLDERS_BYTES (4u << 20) /* budget of a LIST of many folders */

/* A name that the server gave us may go into a command as a quoted string. */
static bool
usable_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t k = 0; k < len; k++)
		if (name[k] < 0x20 || name[k] > 0x7e)
			return false;
	return len > 0 && len < IMAP_NAME_MAX;
}

static const struct mailimap_namespace_info *
personal_namespace(const struct imap *i)
{
	clistiter *at = clist_begin(i->session->imap_response_info->rsp_extension_list);

	for (; at != NULL; at = clist_next(at)) {
		const struct mailimap_extension_data *data = clist_content(at);
		const struct mailimap_namespace_data *spaces = data->ext_data;

		if (data->ext_extension->ext_id != MAILIMAP_EXTENSION_NAMESPACE || spaces == NULL ||
		    spaces->ns_personal == NULL ||
		    clist_begin(spaces->ns_personal->ns_data_list) == NULL)
			continue;
		return clist_content(clist_begin(spaces->ns_personal->ns_data_list));
	}
	return NULL;
}

static int
learn_namespace(struct imap *i, struct err *err)
{
	const struct mailimap_namespace_info *space;
	int r = imap_command(i, err, IMAP_ANSWER_BYTES, "NAMESPACE", "NAMESPACE");

	if (r < 0)
		return r;
	space = personal_namespace(i);
	if (space == NULL)
		return 0;
	i->delimiter = space->ns_delimiter;
	if (space->ns_prefix != NULL && usable_name(space->ns_prefix))
		snprintf(i->prefix, sizeof(i->prefix), "%s", space->ns_prefix);
	return 0;
}

int
imap_learn_names(struct imap *i, struct err *err)
{
	const struct mailimap_mailbox_list *entry;
	int r;

	i->delimiter = '\0';
	i->prefix[0] = '\0';
	if (i->caps & CAP_NAMESPACE) {
		r = learn_namespace(i, err);
		if (r < 0 && (transport_lost(r) || r == -ENOMEM))
			return r;
	}
	if (i->delimiter != '\0')
		return 0;
	r = imap_command(i, err, IMAP_ANSWER_BYTES, "LIST", "LIST \"\" \"\"");
	if (r < 0)
		return r;
	if (clist_begin(i->session->imap_response_info->rsp_mailbox_list) != NULL) {
		entry = clist_content(
			clist_begin(i->session->imap_response_info->rsp_mailbox_list));
		i->delimiter = entry->mb_delimiter;
	}
	return 0;
}

static bool
has_flag(const struct mailimap_mailbox_list *entry, const char *flag)
{
	clistiter *at;

	if (entry->mb_flag == NULL || entry->mb_flag->mbf_oflags == NULL)
		return false;
	for (at = clist_begin(entry->mb_flag->mbf_oflags); at != NULL; at = clist_next(at)) {
		const struct mailimap_mbx_list_oflag *o = clist_content(at);
		const char *name = o->of_flag_ext;

		if (name == NULL)
			continue;
		if (strcasecmp(name + (name[0] == '\\'), flag) == 0)
			return true;
	}
	return false;
}

/* The folder marked \Drafts (RFC 6154), else "Drafts"; asked once per connection. */
static int
learn_drafts(struct imap *i, struct err *err)
{
	clistiter *at;
	int r;

	r = imap_command(i, err, FOLDERS_BYTES, "LIST", "%s",
			 i->caps & CAP_SPECIAL_USE ? "LIST (SPECIAL-USE) \"\" \"*\""
						   : "LIST \"\" \"%\"");
	if (r < 0)
		return r;
	for (at = clist_begin(i->session->imap_response_info->rsp_mailbox_list); at != NULL;
	     at = clist_next(at)) {
		const struct mailimap_mailbox_list *entry = clist_content(at);

		if (!has_flag(entry, "Drafts") || !usable_name(entry->mb_name))
			continue;
		snprintf(i->drafts, sizeof(i->drafts), "%s", entry->mb_name);
		return 0;
	}
	return imap_name(i, "Drafts", i->drafts, sizeof(i->drafts), err);
}

/* Whether the name stands for itself, without the prefix of the personal name space. */
static bool
is_absolute(const struct imap *i, const char *name)
{
	size_t len = strlen(i->prefix);

	if (len == 0 || strncasecmp(name, i->prefix, len) == 0)
		return true;
	if (strncasecmp(name, "INBOX", 5) != 0)
		return false;
	return name[5] == '\0' || name[5] == i->delimiter;
}

int
imap_name(struct imap *i, const char *folder, char *out, size_t size, struct err *err)
{
	char native[IMAP_NAME_MAX], encoded[IMAP_NAME_MAX];
	int r;

	if (folder == NULL) {
		r = i->drafts[0] == '\0' ? learn_drafts(i, err) : 0;
		if (r == 0)
			snprintf(out, size, "%s", i->drafts);
		return r;
	}
	if ((size_t)snprintf(native, sizeof(native), "%s", folder) >= sizeof(native))
		return imap_fail(i, err, -EINVAL, folder, "the folder's name is too long",
				 "shorten it");
	for (char *c = native; *c != '\0' && i->delimiter != '\0'; c++)
		if (*c == '/')
			*c = i->delimiter;
	r = mutf7_encode(native, encoded, sizeof(encoded));
	if (r >= 0 && (size_t)snprintf(out, size, "%s%s", is_absolute(i, encoded) ? "" : i->prefix,
				       encoded) >= size)
		r = -ENAMETOOLONG;
	if (r < 0)
		return imap_fail(i, err, -EINVAL, folder,
				 "the folder's name is not UTF-8 or too long", "correct it");
	return 0;
}

static bool
any_keyword(const struct mailimap_selection_info *selection)
{
	clistiter *at;

	/* Without PERMANENTFLAGS all flags can be changed (RFC 3501 section 6.3.1). */
	if (selection->sel_perm_flags == NULL)
		return true;
	for (at = clist_begin(selection->sel_perm_flags); at != NULL; at = clist_next(at)) {
		const struct mailimap_flag_perm *flag = clist_content(at);

		if (flag->fl_type == MAILIMAP_FLAG_PERM_ALL)
			return true;
	}
	return false;
}

static int
ask_status(struct imap *i, const char *name, const char *doing, struct folder_state *ret,
	   struct err *err)
{
	char quoted[IMAP_QUOTED_MAX];
	const struct mailimap_mailbox_data_status *status;
	struct folder_state state = { 0 };
	clistiter *at;
	int r = imap_command(i, err, IMAP_ANSWER_BYTES, doing,
			     "STATUS %s (MESSAGES UIDNEXT UIDVALIDITY)",
			     imap_quote(name, quoted, sizeof(quoted)));

	if (r < 0)
		return r;
	status = i->session->imap_response_info->rsp_status;
	if (status == NULL || status->st_info_list == NULL)
		return imap_fail(i, err, -EPROTO, doing, "the server gave no status", NULL);
	for (at = clist_begin(status->st_info_list); at != NULL; at = clist_next(at)) {
		const struct mailimap_status_info *info = clist_content(at);

		if (info->st_att == MAILIMAP_STATUS_ATT_MESSAGES)
			state.exists = info->st_value;
		else if (info->st_att == MAILIMAP_STATUS_ATT_UIDNEXT)
			state.uidnext = info->st_value;
		else if (info->st_att == MAILIMAP_STATUS_ATT_UIDVALIDITY)
			state.uidvalidity = info->st_value;
	}
	*ret = state;
	return 0;
}

int
imap_open_folder(struct imap *i, const char *name, bool read_only, const char *doing,
		 struct err *err)
{
	char quoted[IMAP_QUOTED_MAX];
	struct mailimap_selection_info *selection = mailimap_selection_info_new();
	struct folder_state state;
	int r;

	if (selection == NULL)
		return imap_fail(i, err, -ENOMEM, doing, "out of memory", NULL);
	if (i->session->imap_selection_info != NULL)
		mailimap_selection_info_free(i->session->imap_selection_info);
	i->session->imap_selection_info = selection;
	i->selected[0] = '\0';
	r = imap_command(i, err, IMAP_ANSWER_BYTES, doing, "%s %s",
			 read_only ? "EXAMINE" : "SELECT",
			 imap_quote(name, quoted, sizeof(quoted)));
	if (r < 0)
		return r;
	if (selection->sel_uidvalidity == 0)
		return imap_fail(i, err, -EPROTO, doing, "the server gives no UIDVALIDITY",
				 "this mailbox cannot be watched");
	if (selection->sel_uidnext == 0) {
		r = ask_status(i, name, doing, &state, err);
		if (r < 0)
			return r;
		selection->sel_uidnext = state.uidnext;
	}
	snprintf(i->selected, sizeof(i->selected), "%s", name);
	i->uidvalidity = selection->sel_uidvalidity;
	i->uidnext = selection->sel_uidnext;
	i->exists = selection->sel_exists;
	return 0;
}

int
imap_return(struct imap *i, const char *name, uint32_t uidvalidity, struct err *err)
{
	int r;

	if (name[0] == '\0')
		return 0;
	/*
	 * What came meanwhile was told to nobody: sel_has_exists stays set, so that the next wait()
	 * has the folder listed.
	 */
	r = imap_open_folder(i, name, false, "returning to the folder", err);
	if (r < 0 || i->uidvalidity == uidvalidity)
		return r;
	return imap_fail(i, err, -EPIPE, "returning to the folder", "its UIDVALIDITY has changed",
			 "the connection is made again");
}

bool
imap_folder_missing(struct imap *i, const char *name)
{
	char quoted[IMAP_QUOTED_MAX];

	if (imap_code_is(i, "TRYCREATE") || imap_code_is(i, "NONEXISTENT"))
		return true;
	if (i->session->imap_response_info == NULL ||
	    i->session->imap_response_info->rsp_atom != NULL)
		return false;
	/* Servers older than RFC 5530 do not say why. */
	if (imap_command(i, NULL, IMAP_ANSWER_BYTES, "LIST", "LIST \"\" %s",
			 imap_quote(name, quoted, sizeof(quoted))) < 0)
		return false;
	return clist_begin(i->session->imap_response_info->rsp_mailbox_list) == NULL;
}

int
imap_create(struct imap *i, const char *name, const char *folder, struct err *err)
{
	char quoted[IMAP_QUOTED_MAX], doing[160];
	int r;

	snprintf(doing, sizeof(doing), "CREATE %s", folder != NULL ? folder : name);
	imap_quote(name, quoted, sizeof(quoted));
	r = imap_command(i, err, IMAP_ANSWER_BYTES, doing, "CREATE %s", quoted);
	if (r < 0 && !(r == -EPERM && imap_code_is(i, "ALREADYEXISTS")))
		return r;
	/* Only so that people's mail programs show it. */
	r = imap_command(i, err, IMAP_ANSWER_BYTES, "SUBSCRIBE", "SUBSCRIBE %s", quoted);
	return transport_lost(r) ? r : 0;
}

int
imap_make(struct transport *t, const char *folder, struct err *err)
{
	struct imap *i = imap_of(t);
	char name[IMAP_NAME_MAX];
	int r = imap_name(i, folder, name, sizeof(name), err);

	return r < 0 ? r : imap_create(i, name, folder, err);
}

/* A NO without a reason may mean a missing folder, which callers treat differently. */
static int
explain(struct imap *i, int r, const char *name, const char *doing, struct err *err)
{
	if (r == -EPERM && imap_folder_missing(i, name))
		return imap_fail(i, err, -ENOENT, doing, "there is no such folder",
				 "make it, or correct its name");
	return r;
}

static int
open_folder(struct transport *t, const char *folder, bool read_only, struct folder_state *ret,
	    struct err *err)
{
	struct imap *i = imap_of(t);
	char name[IMAP_NAME_MAX], doing[160];
	int r;

	snprintf(doing, sizeof(doing), "%s %s", read_only ? "EXAMINE" : "SELECT", folder);
	if (i->session == NULL)
		return imap_fail(i, err, -EPIPE, doing, "not connected", NULL);
	r = imap_name(i, folder, name, sizeof(name), err);
	if (r < 0)
		return r;
	r = imap_open_folder(i, name, read_only, doing, err);
	if (r < 0)
		return explain(i, r, name, doing, err);
	*ret = (struct folder_state){
		.uidvalidity = i->uidvalidity,
		.uidnext = i->uidnext,
		.exists = i->exists,
		.keywords = any_keyword(i->session->imap_selection_info),
	};
	/* The caller knows now of what was there; from here on EXISTS is news. */
	i->session->imap_selection_info->sel_has_exists = 0;
	return 0;
}

int
imap_select(struct transport *t, const char *folder, struct folder_state *ret, struct err *err)
{
	return open_folder(t, folder, false, ret, err);
}

int
imap_examine(struct transport *t, const char *folder, struct folder_state *ret, struct err *err)
{
	return open_folder(t, folder, true, ret, err);
}

int
imap_status(struct transport *t, const char *folder, struct folder_state *ret, struct err *err)
{
	struct imap *i = imap_of(t);
	char name[IMAP_NAME_MAX], doing[160];
	int r;

	snprintf(doing, sizeof(doing), "STATUS %s",
		 folder != NULL ? folder : "of the drafts folder");
	if (i->session == NULL)
		return imap_fail(i, err, -EPIPE, doing, "not connected", NULL);
	r = imap_name(i, folder, name, sizeof(name), err);
	if (r < 0)
		return r;
	r = ask_status(i, name, doing, ret, err);
	return r < 0 ? explain(i, r, name, doing, err) : 0;
}
