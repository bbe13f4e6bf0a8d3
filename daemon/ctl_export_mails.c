/*
 * ctl_export_mails: fetches the mails of a case from the mailbox, where they lie. Read-only:
 * folders are opened with EXAMINE and bodies fetched with BODY.PEEK, so nothing is marked as read.
 *
 * A mail is looked for at the place that the record names, then by its Message-ID in that folder,
 * in the watched ones and in those that the policy moves mail to. It is the same when its bytes, or
 * as many of them as were judged, have the digest of the record.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_export.h"
#include "imap.h"
#include "record.h"
#include "report.h"

#ifndef CONFIG_FILE
#define CONFIG_FILE "/etc/triaged/triaged.yaml"
#endif

#define FOLDERS_MAX 700   /* that are looked through */
#define CANDIDATES_MAX 20 /* mails with the same Message-ID in one folder */
/* Whatever a mail says of its size, it is fetched in pieces, so that no other breaks the answer. */
#define UNKNOWN_SIZE EXPORT_FILE_MAX

struct fetcher {
	struct config *own; /* NULL: it is the caller's */
	const struct account_config *account;
	struct stream_trust *trust;
	struct transport *transport;
	char opened[1024]; /* folder that is open; "" none */
	uint32_t uidvalidity;
	bool lost; /* the connection; nothing more is asked */
	char why[512];
};

void
fetcher_close(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	if (fetcher->transport) {
		fetcher->transport->ops->close(fetcher->transport);
		fetcher->transport->ops->free(fetcher->transport);
	}
	stream_trust_unref(fetcher->trust);
	config_free(fetcher->own);
	free(fetcher);
}

/* The usual configuration, when none was named. */
static const struct config *
usual_config(struct fetcher *fetcher, const char *name)
{
	struct problems problems = { .count = 0 };
	int r = config_load(CONFIG_FILE, &problems, &fetcher->own);

	problems_free(&problems);
	if (r == 0)
		return fetcher->own;
	ctl_complain("the mails of %s are fetched from the mailbox, and " CONFIG_FILE
		     ", which says how, cannot be used; name the configuration with --config FILE, "
		     "or leave the mails out with --no-mails",
		     name);
	return NULL;
}

static int
no_mailbox(const char *name, const struct account_config *account, const struct err *err)
{
	ctl_complain(
		"the mails of %s cannot be fetched: %s; see triagectl account test %s, or leave "
		"the mails out with --no-mails",
		name, err->text, account->name);
	return CTL_FAILED;
}

static int
connect_to(struct fetcher *fetcher, const char *name)
{
	const struct account_config *account = fetcher->account;
	struct err err = { .text = "" };
	int r = 0;

	if (account->tls != TLS_NONE)
		r = stream_trust_new(account->ca_file, &err, &fetcher->trust);
	if (r == 0)
		r = imap_transport_new(account, fetcher->trust, &err, &fetcher->transport);
	if (r == 0)
		r = fetcher->transport->ops->open(fetcher->transport, &err);
	return r < 0 ? no_mailbox(name, account, &err) : CTL_OK;
}

int
fetcher_open(const struct config *config, const char *account, const char *name,
	     struct fetcher **ret)
{
	struct fetcher *fetcher = calloc(1, sizeof(*fetcher));
	int status = CTL_FAILED;

	if (!fetcher) {
		ctl_complain("fetching the mails of %s: out of memory", name);
		return CTL_FAILED;
	}
	if (!config)
		config = usual_config(fetcher, name);
	if (config) {
		fetcher->account = config_account(config, account);
		if (fetcher->account)
			status = connect_to(fetcher, name);
		else
			ctl_complain("%s belongs to the account %s, which is not in %s; name "
				     "another configuration with --config FILE, or leave the mails "
				     "out with --no-mails",
				     name, account, config->path);
	}
	if (status == CTL_OK)
		*ret = fetcher;
	else
		fetcher_close(fetcher);
	return status;
}

/* The bytes of one mail. */
struct bytes {
	char *at;
	size_t len;
	bool cut;
};

static int
take_bytes(void *context, uint32_t uid, const void *bytes, size_t len, bool cut)
{
	struct bytes *b = context;

	(void)uid;
	free(b->at);
	b->at = malloc(len + 1);
	if (!b->at)
		return -ENOMEM;
	memcpy(b->at, bytes, len);
	b->len = len;
	b->cut = cut;
	return 0;
}

/* An error that ends it all is remembered; every other one only concerns this mail. */
static int
note_error(struct fetcher *fetcher, int r, const struct err *err)
{
	if (r < 0 && r != -ENOENT)
		snprintf(fetcher->why, sizeof(fetcher->why), "%s", err->text);
	if (r < 0)
		fetcher->opened[0] = '\0';
	fetcher->lost |= r < 0 && transport_lost(r);
	return r;
}

static int
open_folder(struct fetcher *fetcher, const char *folder)
{
	struct folder_state state;
	struct err err = { .text = "" };
	int r;

	if (strcmp(fetcher->opened, folder) == 0)
		return 0;
	r = fetcher->transport->ops->examine(fetcher->transport, folder, &state, &err);
	if (r < 0)
		return note_error(fetcher, r, &err);
	snprintf(fetcher->opened, sizeof(fetcher->opened), "%s", folder);
	fetcher->uidvalidity = state.uidvalidity;
	return 0;
}

/* A mail of the open folder; none when it is not there. */
static int
fetch(struct fetcher *fetcher, uint32_t uid, struct bytes *ret)
{
	const struct listed wanted = { .uid = uid, .size = UNKNOWN_SIZE };
	struct err err = { .text = "" };
	int r = fetcher->transport->ops->fetch(fetcher->transport, &wanted, 1, EXPORT_FILE_MAX - 1,
					       take_bytes, ret, &err);

	return note_error(fetcher, r, &err);
}

/* Whether these are the bytes that were judged. */
static bool
is_judged(const json_t *mail, const struct bytes *b)
{
	size_t judged = (size_t)export_number(mail, "cut");
	char hex[65];

	if (judged == 0 || judged > b->len)
		judged = b->len;
	record_sha256(b->at, judged, hex);
	return strcmp(hex, export_string(mail, "digest")) == 0;
}

/* What is known of one mail while it is looked for. */
struct hunt {
	json_t *mail;
	struct bytes found; /* the best so far */
	bool same;
	char folder[1024];
	uint32_t uid;
};

/* Looks at one mail of the open folder; one that only has the name is kept until a better comes. */
static int
try_mail(struct fetcher *fetcher, struct hunt *h, uint32_t uid)
{
	struct bytes b = { .at = NULL };
	int r = fetch(fetcher, uid, &b);
	bool same;

	if (r < 0 || !b.at) {
		free(b.at);
		return r;
	}
	same = is_judged(h->mail, &b);
	if (h->found.at && !same) {
		free(b.at);
		return 0;
	}
	free(h->found.at);
	h->found = b;
	h->same = same;
	h->uid = uid;
	snprintf(h->folder, sizeof(h->folder), "%s", fetcher->opened);
	return 0;
}

static int
try_place(struct fetcher *fetcher, struct hunt *h)
{
	const char *folder = export_string(h->mail, "folder");
	json_int_t uid = export_number(h->mail, "uid");
	int r;

	if (!*folder || uid <= 0)
		return 0;
	r = open_folder(fetcher, folder);
	if (r < 0 || export_number(h->mail, "uidvalidity") != (json_int_t)fetcher->uidvalidity)
		return r;
	return try_mail(fetcher, h, (uint32_t)uid);
}

static int
try_folder(struct fetcher *fetcher, struct hunt *h, const char *folder)
{
	struct err err = { .text = "" };
	uint32_t *uids = NULL;
	size_t count = 0;
	int r = open_folder(fetcher, folder);

	if (r == 0)
		r = note_error(fetcher,
			       fetcher->transport->ops->search(fetcher->transport,
							       export_string(h->mail, "message_id"),
							       &uids, &count, &err),
			       &err);
	for (size_t i = 0; r == 0 && i < count && i < CANDIDATES_MAX && !h->same; i++)
		r = try_mail(fetcher, h, uids[i]);
	free(uids);
	return r;
}

/* Looks by Message-ID wherever the mail may have gone. */
static void
try_everywhere(struct fetcher *fetcher, struct hunt *h, const json_t *more)
{
	const struct account_config *account = fetcher->account;
	size_t looked_at = 0, i;
	json_t *one;

	if (!*export_string(h->mail, "message_id"))
		return;
	if (*export_string(h->mail, "folder"))
		try_folder(fetcher, h, export_string(h->mail, "folder"));
	for (i = 0; i < account->folder_count && !h->same && !fetcher->lost; i++)
		try_folder(fetcher, h, account->folders[i]);
	json_array_foreach(more, i, one)
	{
		if (h->same || fetcher->lost || ++looked_at > FOLDERS_MAX)
			break;
		try_folder(fetcher, h, json_string_value(one) ? json_string_value(one) : "");
	}
}

static bool
write_mail(struct folder *f, struct hunt *h, size_t number)
{
	char name[64], hex[65];
	FILE *out;

	snprintf(name, sizeof(name), EXPORT_MAILS "/%04zu.eml", number);
	out = folder_make(f, name);
	if (!out || !folder_done(f, out, fwrite(h->found.at, 1, h->found.len, out) == h->found.len))
		return false;
	record_sha256(h->found.at, h->found.len, hex);
	json_object_set_new(h->mail, "file", json_string(name));
	json_object_set_new(h->mail, "sha256", json_string(hex));
	json_object_set_new(h->mail, "bytes", json_integer((json_int_t)h->found.len));
	if (strcmp(h->folder, export_string(h->mail, "folder")) != 0 ||
	    (json_int_t)h->uid != export_number(h->mail, "uid"))
		json_object_set_new(
			h->mail, "found",
			json_pack("{s:s, s:I}", "folder", h->folder, "uid", (json_int_t)h->uid));
	return true;
}

static void
say_missing(const json_t *mail)
{
	ctl_complain("the mail %s, which was in %s with UID %lld: %s%s%s",
		     *export_string(mail, "message_id") ? export_string(mail, "message_id")
							: "without a Message-ID",
		     export_string(mail, "folder"), (long long)export_number(mail, "uid"),
		     export_string(mail, "state"), *export_string(mail, "why") ? ": " : "",
		     export_string(mail, "why"));
}

/* One mail: its state, and whether that is how it should be. */
static bool
fetch_one(struct fetcher *fetcher, struct folder *f, json_t *mail, const json_t *folders,
	  size_t number)
{
	struct hunt h = { .mail = mail };
	const char *state = MAIL_GONE;

	fetcher->why[0] = fetcher->lost ? fetcher->why[0] : '\0';
	if (!fetcher->lost)
		try_place(fetcher, &h);
	if (!h.same && !fetcher->lost)
		try_everywhere(fetcher, &h, folders);
	if (h.found.at && h.found.cut)
		snprintf(fetcher->why, sizeof(fetcher->why), "it is larger than %u MiB",
			 EXPORT_FILE_MAX >> 20);
	if (h.found.at && !h.found.cut && write_mail(f, &h, number))
		state = h.same ? MAIL_SAME : MAIL_DIFFERS;
	else if (h.found.at || fetcher->lost || fetcher->why[0])
		state = MAIL_UNREAD;
	json_object_set_new(mail, "state", json_string(state));
	if (strcmp(state, MAIL_UNREAD) == 0)
		json_object_set_new(mail, "why", json_string(fetcher->why));
	free(h.found.at);
	return strcmp(state, MAIL_SAME) == 0;
}

size_t
fetcher_fetch(struct fetcher *fetcher, struct folder *f, const json_t *answer)
{
	const json_t *mails = json_object_get(answer, "mails"),
		     *folders = json_object_get(answer, "folders");
	size_t missing = 0, i;
	json_t *mail;

	if (fetcher && json_array_size(mails) > 0 &&
	    mkdir(folder_path(f, EXPORT_MAILS), 0700) < 0) {
		ctl_complain("cannot make the folder %s: %s", f->name, strerror(errno));
		return json_array_size(mails);
	}
	json_array_foreach(mails, i, mail)
	{
		if (!fetcher) {
			json_object_set_new(mail, "state", json_string(MAIL_LEFT_OUT));
		} else if (!fetch_one(fetcher, f, mail, folders, i + 1)) {
			say_missing(mail);
			missing++;
		}
	}
	/* Of a case whose mails are all gone. */
	if (fetcher)
		rmdir(folder_path(f, EXPORT_MAILS));
	return missing;
}
