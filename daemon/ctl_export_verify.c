/*
 * ctl_export_verify: `triagectl case verify`: whether an exported folder is still what was written,
 * its chain holds, and each mail is the one that was judged. See ctl_export.h.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_export.h"
#include "ctl_show.h"
#include "record.h"
#include "view.h"

#define LINE_MAX_BYTES (4u << 20)
#define FILES_MAX 30000 /* that a manifest may name */

struct check {
	struct folder folder;
	struct record_chain chain;
	uint64_t erased; /* events */
	json_t *manifest;
	json_t *judged;   /* record number: digest, as the events have it; "" not said */
	unsigned missing; /* mails that were not exported as judged, and it says so */
};

/* What an event says of a mail; an erased one says nothing. */
static void
note_mail(struct check *c, const char *at, size_t len)
{
	json_t *event = json_loadb(at, len, 0, NULL), *data = json_object_get(event, "data");
	char record[32];

	snprintf(record, sizeof(record), "%lld", (long long)export_number(data, "record"));
	if (view_is_mail(export_string(event, "kind")) && export_number(data, "record") > 0)
		json_object_set_new(c->judged, record, json_string(export_string(data, "digest")));
	json_decref(event);
}

static bool
check_chain(struct check *c)
{
	struct record_chain *chain = &c->chain;
	size_t len;
	char *text = folder_read(&c->folder, EXPORT_EVENTS, &len), *end;
	bool well = text != NULL, broken = false;

	record_chain_begin(chain, 0);
	for (char *at = text; well && at < text + len; at = end + 1) {
		end = memchr(at, '\n', (size_t)(text + len - at));
		broken = !end || end - at >= LINE_MAX_BYTES ||
			 !record_chain_take(chain, (struct span){ at, (size_t)(end - at) });
		well = !broken;
		if (well)
			note_mail(c, at, (size_t)(end - at));
	}
	free(text);
	c->erased = chain->erased;
	if (well && chain->number == 1) {
		ctl_complain("%s holds no event", c->folder.name);
		well = false;
	}
	/* The number is that of an event that nobody said is erased, when it is that. */
	if (!record_chain_end(chain) && well)
		broken = true;
	if (broken)
		ctl_complain("%s: the chain breaks at event %llu: it was changed, or something is "
			     "missing before it",
			     c->folder.name, (unsigned long long)chain->number);
	return well && !broken;
}

/* A name that an export may have: no path leads out of the folder. */
static bool
is_name(const char *file)
{
	static const char *const fixed[] = { EXPORT_EVENTS, EXPORT_PAGE, EXPORT_TEXT, EXPORT_HTML };
	const char *p = file;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		if (strcmp(file, fixed[i]) == 0)
			return true;
	if (strncmp(p, EXPORT_MAILS "/", sizeof(EXPORT_MAILS)) != 0)
		return false;
	p += sizeof(EXPORT_MAILS);
	while (isdigit((unsigned char)*p))
		p++;
	return strcmp(p, ".eml") == 0 && strlen(file) < 64;
}

static bool
changed(struct check *c, const char *file)
{
	ctl_complain("%s is not as it was exported", folder_path(&c->folder, file));
	return false;
}

/* One file against the manifest; adds its line to what SHA256SUMS must be. */
static bool
check_file(struct check *c, const json_t *entry, FILE *sums)
{
	const char *file = export_string(entry, "file");
	char hex[65];
	size_t len;

	if (!is_name(file))
		return changed(c, EXPORT_MANIFEST);
	if (!folder_sum(&c->folder, file, hex, &len))
		return false;
	if (strcmp(hex, export_string(entry, "sha256")) != 0 ||
	    export_number(entry, "bytes") != (json_int_t)len)
		return changed(c, file);
	fprintf(sums, "%s  %s\n", hex, file);
	return true;
}

/* Every file, and SHA256SUMS byte by byte. */
static bool
check_files(struct check *c)
{
	const json_t *files = json_object_get(c->manifest, "files");
	char *expected = NULL, *text = NULL, hex[65];
	size_t expected_len = 0, len = 0, i;
	FILE *sums = open_memstream(&expected, &expected_len);
	bool well = sums && json_array_size(files) > 0 && json_array_size(files) <= FILES_MAX;
	json_t *one;

	json_array_foreach(files, i, one)
	{
		if (!well)
			break;
		well = check_file(c, one, sums);
	}
	if (well)
		well = folder_sum(&c->folder, EXPORT_MANIFEST, hex, &len);
	if (sums) {
		fprintf(sums, "%s  %s\n", hex, EXPORT_MANIFEST);
		well = fclose(sums) == 0 && well;
	}
	if (well) {
		text = folder_read(&c->folder, EXPORT_SUMS, &len);
		well = text != NULL;
		/* One of the two was changed; which, nobody can tell. */
		if (well && (len != expected_len || memcmp(text, expected, len) != 0)) {
			ctl_complain("%s and %s do not fit together: one of them is not as it was "
				     "exported",
				     EXPORT_MANIFEST, folder_path(&c->folder, EXPORT_SUMS));
			well = false;
		}
	}
	free(text);
	free(expected);
	return well;
}

/* A mail that was exported as judged has the digest of the record, which is that of the chain. */
static bool
check_mail(struct check *c, const json_t *mail)
{
	const char *file = export_string(mail, "file"), *digest = export_string(mail, "digest");
	const char *state = export_string(mail, "state"), *said;
	char record[32], hex[65];
	size_t len, judged;
	char *bytes;

	snprintf(record, sizeof(record), "%lld", (long long)export_number(mail, "record"));
	said = json_string_value(json_object_get(c->judged, record));
	if (!said || (*said && strcmp(said, digest) != 0)) {
		ctl_complain("%s: the mail %s is not the one that the events tell of",
			     folder_path(&c->folder, EXPORT_MANIFEST),
			     export_string(mail, "message_id"));
		return false;
	}
	json_object_set_new(c->judged, record, json_null());
	if (strcmp(state, MAIL_SAME) != 0) {
		c->missing++;
		return true;
	}
	if (!is_name(file))
		return changed(c, EXPORT_MANIFEST);
	bytes = folder_read(&c->folder, file, &len);
	if (!bytes)
		return false;
	judged = (size_t)export_number(mail, "cut");
	record_sha256(bytes, judged > 0 && judged < len ? judged : len, hex);
	free(bytes);
	if (strcmp(hex, digest) == 0)
		return true;
	ctl_complain("%s is not the mail that was judged", folder_path(&c->folder, file));
	return false;
}

static bool
check_mails(struct check *c)
{
	const json_t *mails = json_object_get(c->manifest, "mails");
	bool well = true;
	const char *record;
	json_t *one;
	size_t i;

	json_array_foreach(mails, i, one) well = check_mail(c, one) && well;
	json_object_foreach(c->judged, record, one)
	{
		if (json_is_null(one) || !well)
			continue;
		ctl_complain("%s says nothing of the mail %s that the events tell of",
			     folder_path(&c->folder, EXPORT_MANIFEST), record);
		well = false;
	}
	return well;
}

/* Whether the manifest names that file. */
static bool
is_named(const struct check *c, const char *file)
{
	size_t i;
	json_t *one;

	if (strcmp(file, EXPORT_MANIFEST) == 0 || strcmp(file, EXPORT_SUMS) == 0)
		return true;
	json_array_foreach(json_object_get(c->manifest, "files"), i, one)
	{
		const char *name = export_string(one, "file");

		if (strcmp(name, file) == 0 ||
		    (strcmp(file, EXPORT_MAILS) == 0 &&
		     strncmp(name, EXPORT_MAILS "/", sizeof(EXPORT_MAILS)) == 0))
			return true;
	}
	return false;
}

/* Nothing was put into the folder. */
static bool
check_others(struct check *c, const char *below)
{
	DIR *dir = opendir(*below ? folder_path(&c->folder, below) : c->folder.path);
	struct dirent *entry;
	char name[1024];
	bool well = true;

	if (!dir)
		return *below != '\0';
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(name, sizeof(name), "%s%s%s", below, *below ? "/" : "", entry->d_name);
		if (is_named(c, name))
			continue;
		ctl_complain("%s was not exported", folder_path(&c->folder, name));
		well = false;
	}
	closedir(dir);
	return well;
}

static bool
check_manifest(struct check *c)
{
	const json_t *chain;
	json_error_t where;
	size_t len;
	char *text = folder_read(&c->folder, EXPORT_MANIFEST, &len), name[32];

	if (!text)
		return false;
	c->manifest = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	free(text);
	if (!json_is_object(c->manifest))
		return changed(c, EXPORT_MANIFEST);
	chain = json_object_get(c->manifest, "chain");
	snprintf(name, sizeof(name), "C%llu", (unsigned long long)c->chain.case_id);
	if (export_number(chain, "events") == (json_int_t)c->chain.number - 1 &&
	    strcmp(export_string(chain, "last_hash"), c->chain.previous) == 0 &&
	    strcmp(export_string(c->manifest, "case"), name) == 0)
		return true;
	ctl_complain("%s and %s do not fit together: one of them is not as it was exported",
		     EXPORT_EVENTS, folder_path(&c->folder, EXPORT_MANIFEST));
	return false;
}

static int
tell(const struct check *c)
{
	printf("the record of C%llu is whole: %llu events", (unsigned long long)c->chain.case_id,
	       (unsigned long long)c->chain.number - 1);
	if (c->erased > 0)
		printf(", of which %llu were erased when a customer was forgotten",
		       (unsigned long long)c->erased);
	printf(", %zu mails", json_array_size(json_object_get(c->manifest, "mails")));
	if (c->missing > 0)
		printf(", of which %u are not in it as judged, as it says", c->missing);
	putchar('\n');
	return ctl_flush();
}

int
case_verify(int argc, char **argv)
{
	struct check c = { .manifest = NULL };
	int status = CTL_FAILED;

	if (argc != 3)
		return ctl_usage("case", "say: case verify FOLDER");
	c.folder.path = argv[2];
	c.judged = json_object();
	if (c.judged && check_chain(&c) && check_manifest(&c) && check_files(&c) &&
	    check_mails(&c) && check_others(&c, "") && check_others(&c, EXPORT_MAILS))
		status = tell(&c);
	json_decref(c.manifest);
	json_decref(c.judged);
	return status;
}
