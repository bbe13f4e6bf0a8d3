/*
 * labelled: see labelled.h. What there is to read is found at once; what is wrong with it waits in
 * the list until its turn comes, so that everything is said in order.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf, tdestroy */
#endif
#include "labelled.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source_file.h"

enum place_kind {
	PLACE_ROWS,  /* an NDJSON file */
	PLACE_MAILS, /* a folder named by flag */
	PLACE_WRONG, /* said when its turn comes */
};

struct place {
	enum place_kind kind;
	char *path;
	struct label label;
	size_t group;
	int error; /* PLACE_WRONG: and what, in words */
	char *text;
};

/* A row that was read. */
struct row_id {
	unsigned line;
	char id[];
};

struct labelled {
	struct place *places;
	size_t count, room, next;
	char **groups;
	size_t group_count;

	/* What is being read. */
	const struct place *place;
	struct source_file *rows;
	size_t at;
	unsigned line;
	void *ids; /* tree of struct row_id: those of the rows so far */
	struct source *mails;
};

static struct place *
add_place(struct labelled *l, enum place_kind kind, const char *path)
{
	struct place *place;

	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 32;
		struct place *grown = reallocarray(l->places, room, sizeof(*grown));

		if (!grown)
			return NULL;
		l->places = grown;
		l->room = room;
	}
	place = &l->places[l->count];
	*place = (struct place){ .kind = kind, .path = strdup(path) };
	if (!place->path)
		return NULL;
	l->count++;
	return place;
}

/* 0 or -ENOMEM. */
static int __attribute__((format(printf, 4, 5)))
add_wrong(struct labelled *l, const char *path, int error, const char *fmt, ...)
{
	struct place *place = add_place(l, PLACE_WRONG, path);
	va_list ap;
	int r;

	if (!place)
		return -ENOMEM;
	place->error = error;
	va_start(ap, fmt);
	r = vasprintf(&place->text, fmt, ap);
	va_end(ap);
	if (r < 0)
		place->text = NULL;
	return r < 0 ? -ENOMEM : 0;
}

static int
add_rows(struct labelled *l, const char *path)
{
	struct place *place = add_place(l, PLACE_ROWS, path);

	return place ? 0 : -ENOMEM;
}

static int
add_mails(struct labelled *l, const char *path, const struct label *label)
{
	struct place *place = add_place(l, PLACE_MAILS, path);

	if (!place)
		return -ENOMEM;
	place->label = *label;
	return 0;
}

static bool
ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);

	return a > b && !strcmp(name + a - b, end);
}

static int
name_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* One entry of a folder of labelled mail. */
static int
find_entry(struct labelled *l, const char *path, const char *name)
{
	struct label label;
	struct stat st;
	const char *near;

	if (stat(path, &st) < 0)
		return add_wrong(l, path, -errno, "cannot be read: %s", strerror(errno));
	if (!S_ISDIR(st.st_mode) && (ends_with(name, ".ndjson") || ends_with(name, ".jsonl")))
		return add_rows(l, path);
	if (!S_ISDIR(st.st_mode))
		return add_wrong(l, path, -EINVAL,
				 "is no labelled mail: name files of rows .ndjson, and put mails "
				 "into a folder named by their flag");
	if (label_of_folder(name, &label) == 0)
		return add_mails(l, path, &label);
	near = flag_nearest(name);
	return add_wrong(l, path, -EINVAL, "there is no flag or family of that name%s%s%s",
			 near ? "; did you mean " : ", and \"clean\" is for mails without any",
			 near ? near : "", near ? "?" : "");
}

static int
find_in_folder(struct labelled *l, const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_shown, name_order), r = 0;

	if (count < 0)
		return add_wrong(l, folder, -errno, "cannot be read: %s", strerror(errno));
	if (count == 0)
		r = add_wrong(l, folder, -ENOENT, "is empty");
	for (int i = 0; i < count; i++) {
		char *path = NULL;

		if (r == 0 && l->count == LABELLED_PLACES_MAX)
			r = add_wrong(l, folder, -E2BIG,
				      "more than %u files and folders are not read",
				      LABELLED_PLACES_MAX);
		if (r == 0 && l->count < LABELLED_PLACES_MAX)
			r = asprintf(&path, "%s%s%s", folder, ends_with(folder, "/") ? "" : "/",
				     entries[i]->d_name) < 0
				    ? -ENOMEM
				    : find_entry(l, path, entries[i]->d_name);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* The last name of a path, without slashes after it. */
static const char *
last_name(const char *path, char *buffer, size_t size)
{
	size_t end = strlen(path), start;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/';)
		start--;
	snprintf(buffer, size, "%.*s", (int)(end - start), path + start);
	return buffer;
}

/* What one path of the caller's leads to. */
static int
find(struct labelled *l, const char *path)
{
	char name[NAME_MAX + 1];
	struct label label;
	struct stat st;

	if (!strcmp(path, "-"))
		return add_rows(l, path);
	if (stat(path, &st) < 0)
		return add_wrong(l, path, -errno, "cannot be read: %s", strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return add_rows(l, path);
	if (label_of_folder(last_name(path, name, sizeof(name)), &label) == 0)
		return add_mails(l, path, &label);
	return find_in_folder(l, path);
}

static int
add_group(struct labelled *l, const char *path)
{
	char **grown = reallocarray(l->groups, l->group_count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	l->groups = grown;
	grown[l->group_count] = strdup(path);
	return grown[l->group_count++] ? 0 : -ENOMEM;
}

/* Numbers the groups: rows by their file, the folders found through one path together. */
static int
make_groups(struct labelled *l, const char *path, size_t first)
{
	size_t folders = SIZE_MAX;
	int r = 0;

	for (size_t i = first; i < l->count && r == 0; i++) {
		struct place *place = &l->places[i];

		if (place->kind == PLACE_MAILS && folders == SIZE_MAX) {
			folders = l->group_count;
			r = add_group(l, path);
		}
		if (place->kind == PLACE_MAILS) {
			place->group = folders;
		} else if (place->kind == PLACE_ROWS) {
			place->group = l->group_count;
			r = add_group(l, place->path);
		}
	}
	return r;
}

int
labelled_open(char *const *paths, size_t count, struct labelled **ret)
{
	struct labelled *l = calloc(1, sizeof(*l));
	int r = l ? 0 : -ENOMEM;

	for (size_t i = 0; i < count && r == 0; i++) {
		size_t first = l->count;

		r = find(l, paths[i]);
		if (r == 0)
			r = make_groups(l, paths[i], first);
	}
	if (r < 0) {
		labelled_close(l);
		return r;
	}
	*ret = l;
	return 0;
}

/* A byte order mark, which some editors put before the first row. */
static const char bom[] = "\xef\xbb\xbf";

static int
open_rows(struct labelled *l, const char *path)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), r;
	struct stat st;

	if (fd < 0)
		return -errno;
	r = fstat(fd, &st) < 0 ? -errno : source_file_read(fd, &st, &l->rows);
	if (!standard)
		close(fd);
	l->at = r == 0 && l->rows->len >= 3 && !memcmp(l->rows->bytes, bom, 3) ? 3 : 0;
	l->line = 0;
	return r;
}

/* Whether the file begins as a row does: a mail among the paths is one mistake, not one a line. */
static bool
begins_with_row(const struct labelled *l)
{
	size_t at = l->at;

	while (at < l->rows->len && strchr(" \t\r\n", l->rows->bytes[at]))
		at++;
	return at == l->rows->len || l->rows->bytes[at] == '{';
}

static void
end_place(struct labelled *l)
{
	source_file_unref(l->rows);
	source_close(l->mails);
	tdestroy(l->ids, free);
	l->ids = NULL;
	l->rows = NULL;
	l->mails = NULL;
	l->place = NULL;
}

/* Begins the next place. 1 when there is something to read from it, 0 at the end of all. */
static int
begin_place(struct labelled *l, struct err *err)
{
	struct place *place;
	int r;

	if (l->next == l->count)
		return 0;
	place = &l->places[l->next++];
	if (place->kind == PLACE_WRONG)
		return err_at(err, place->error, place->path, 0, 0, "%s", place->text);
	if (place->kind == PLACE_ROWS)
		r = open_rows(l, place->path);
	else
		r = source_open(&place->path, 1, &l->mails);
	if (r < 0)
		return err_at(err, r, place->path, 0, 0, "cannot be read: %s", strerror(-r));
	if (l->rows && !begins_with_row(l)) {
		end_place(l);
		return err_at(err, -EINVAL, place->path, 0, 0,
			      "holds no rows, which begin with '{'; a mail needs a folder named by "
			      "its flag");
	}
	l->place = place;
	return 1;
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r", text[i]))
			return false;
	return true;
}

/* The next line that is not blank; false at the end of the file. */
static bool
next_line(struct labelled *l, const char **ret_text, size_t *ret_len)
{
	while (l->at < l->rows->len) {
		const char *text = l->rows->bytes + l->at;
		const char *end = memchr(text, '\n', l->rows->len - l->at);
		size_t len = end ? (size_t)(end - text) : l->rows->len - l->at;

		l->at += len + (end != NULL);
		l->line++;
		if (is_blank(text, len))
			continue;
		*ret_text = text;
		*ret_len = len;
		return true;
	}
	return false;
}

static int
id_order(const void *a, const void *b)
{
	return strcmp(((const struct row_id *)a)->id, ((const struct row_id *)b)->id);
}

/* Rows of one id are most likely one row, copied. */
static int
check_id(struct labelled *l, const json_t *row, struct err *err)
{
	const char *id = json_string_value(json_object_get(row, "id"));
	size_t len = id ? strlen(id) : 0;
	struct row_id *fresh, **found;

	if (!id)
		return 0;
	fresh = malloc(sizeof(*fresh) + len + 1);
	found = NULL;
	if (fresh) {
		fresh->line = l->line;
		memcpy(fresh->id, id, len + 1);
		found = tsearch(fresh, &l->ids, id_order);
	}
	if (!found) {
		free(fresh);
		return err_set(err, -ENOMEM, "out of memory");
	}
	if (*found == fresh)
		return 0;
	free(fresh);
	return err_set(err, -EINVAL, "the id \"%.60s\" stands here a second time; first in line %u",
		       id, (*found)->line);
}

static int
next_row(struct labelled *l, struct labelled_mail *ret, struct err *err)
{
	const char *path = l->place->path, *text;
	struct labelled_mail mail = { .group = l->place->group };
	json_error_t wrong;
	json_t *row;
	size_t len;
	int r;

	if (!next_line(l, &text, &len))
		return 0;
	if (len > LABELLED_LINE_MAX)
		return err_at(err, -EFBIG, path, l->line, 0, "is longer than %u MiB: left out",
			      LABELLED_LINE_MAX >> 20);
	row = json_loadb(text, len, JSON_REJECT_DUPLICATES, &wrong);
	if (!row)
		return err_at(err, -EINVAL, path, l->line,
			      wrong.line == 1 && wrong.column > 0 ? (unsigned)wrong.column : 0,
			      "is not JSON: %s", wrong.text);
	r = labelled_read_row(row, &mail, err);
	if (r == 0)
		r = check_id(l, row, err);
	json_decref(row);
	if (r == 0 && asprintf(&mail.mail.name, "%s:%u", path, l->line) < 0) {
		mail.mail.name = NULL;
		r = err_set(err, -ENOMEM, "out of memory");
	}
	if (r < 0) {
		struct err why = *err;

		source_mail_free(&mail.mail);
		return err_at(err, r, path, l->line, 0, "%s", why.text);
	}
	*ret = mail;
	return 1;
}

int
labelled_next(struct labelled *l, struct labelled_mail *ret, struct err *err)
{
	struct labelled_mail mail = { 0 };
	int r;

	for (;;) {
		if (!l->place) {
			r = begin_place(l, err);
			if (r <= 0)
				return r;
		}
		if (l->place->kind == PLACE_ROWS) {
			r = next_row(l, ret, err);
		} else {
			mail.label = l->place->label;
			mail.group = l->place->group;
			r = source_next(l->mails, &mail.mail, err);
			if (r > 0)
				*ret = mail;
		}
		if (r != 0)
			return r;
		end_place(l);
	}
}

size_t
labelled_groups(const struct labelled *l)
{
	return l->group_count;
}

const char *
labelled_group(const struct labelled *l, size_t group)
{
	return l->groups[group];
}

void
labelled_close(struct labelled *l)
{
	if (!l)
		return;
	end_place(l);
	for (size_t i = 0; i < l->count; i++) {
		free(l->places[i].path);
		free(l->places[i].text);
	}
	for (size_t i = 0; i < l->group_count; i++)
		free(l->groups[i]);
	free(l->places);
	free(l->groups);
	free(l);
}
