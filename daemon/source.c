/*
 * source: walks stored mail. See source.h.
 *
 * Owns the open folders' name lists and the file that is being split. Only reads. Errors of one
 * input never end the walk.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf */
#endif
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filters/limits.h"
#include "source_file.h"
#include "source_mbox.h"

struct entry {
	char *name;         /* relative to the folder */
	const char *key;    /* what it is sorted by, in name */
	unsigned char type; /* DT_... */
};

struct level {
	char *path;
	struct entry *entries;
	size_t count, room, next;
};

struct source {
	char *const *paths;
	size_t path_count, path_next;
	struct level levels[SOURCE_DEPTH_MAX];
	size_t depth;

	struct source_file *file; /* being split, or NULL */
	char *name;
	size_t at;
	unsigned number; /* mails taken from file */
	bool mbox;
};

static void
level_free(struct level *level)
{
	for (size_t i = 0; i < level->count; i++)
		free(level->entries[i].name);
	free(level->entries);
	free(level->path);
	memset(level, 0, sizeof(*level));
}

static int
level_add(struct level *level, const char *folder, const char *name, unsigned char type)
{
	size_t prefix = strlen(folder), len = strlen(name);
	struct entry *grown, *entry;

	if (level->count == level->room) {
		size_t room = level->room ? level->room * 2 : 64;

		grown = reallocarray(level->entries, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		level->entries = grown;
		level->room = room;
	}
	entry = &level->entries[level->count];
	entry->name = malloc(prefix + len + 1);
	if (!entry->name)
		return -ENOMEM;
	memcpy(entry->name, folder, prefix);
	memcpy(entry->name + prefix, name, len + 1);
	entry->key = entry->name + prefix;
	entry->type = type;
	level->count++;
	return 0;
}

static bool
is_folder(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* A Maildir++ subfolder: ".Name" with a cur of its own. */
static bool
is_subfolder(int at, const char *name)
{
	char cur[NAME_MAX + 8];

	if (name[0] != '.' || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	snprintf(cur, sizeof(cur), "%s/cur", name);
	return is_folder(at, cur);
}

/*
 * Adds what lies in directory fd (taken over) to the level: under `folder` ("cur/", or "" for the
 * folder itself). subfolders_only: of a Maildir's top, where everything else is the server's
 * bookkeeping.
 */
static int
level_list(struct level *level, int fd, const char *folder, bool subfolders_only)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	int r = 0;

	if (!dir) {
		r = -errno;
		close(fd);
		return r;
	}
	while (r == 0 && (errno = 0, d = readdir(dir))) {
		if (subfolders_only ? !is_subfolder(dirfd(dir), d->d_name) : d->d_name[0] == '.')
			continue;
		r = level_add(level, folder, d->d_name, d->d_type);
	}
	if (r == 0 && errno)
		r = -errno;
	closedir(dir);
	return r;
}

static int
by_key(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return strcmp(left->key, right->key);
}

/* Lists directory fd (taken over) as a Maildir or a plain folder. */
static int
level_fill(struct level *level, int fd)
{
	bool maildir = is_folder(fd, "cur") && is_folder(fd, "new");
	static const char *const boxes[] = { "cur/", "new/" };
	int r = 0, box;

	for (size_t i = 0; i < 2 && maildir && r == 0; i++) {
		box = openat(fd, boxes[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = box < 0 ? -errno : level_list(level, box, boxes[i], false);
	}
	if (r < 0) {
		close(fd);
		return r;
	}
	if (maildir) {
		/*
		 * Maildir names begin with the time: the mails of cur and new in delivery order,
		 * then the subfolders.
		 */
		size_t mails = level->count;

		if (mails > 0)
			qsort(level->entries, mails, sizeof(*level->entries), by_key);
		r = level_list(level, fd, "", true);
		if (level->count > mails)
			qsort(level->entries + mails, level->count - mails, sizeof(*level->entries),
			      by_key);
		return r;
	}
	r = level_list(level, fd, "", false);
	if (level->count > 0)
		qsort(level->entries, level->count, sizeof(*level->entries), by_key);
	return r;
}

/* Goes into directory fd (taken over). */
static int
enter(struct source *s, const char *path, int fd, struct err *err)
{
	struct level *level = &s->levels[s->depth];
	int r;

	if (s->depth == SOURCE_DEPTH_MAX) {
		close(fd);
		return err_set(err, -ELOOP,
			       "cannot read %s: more than %d folders deep; name the folder itself",
			       path, SOURCE_DEPTH_MAX);
	}
	memset(level, 0, sizeof(*level));
	level->path = strdup(path);
	if (!level->path) {
		close(fd);
		return err_set(err, -ENOMEM, "cannot read %s: out of memory", path);
	}
	r = level_fill(level, fd);
	/* Even a folder that was listed in part is walked as far as it is known. */
	s->depth++;
	if (r < 0)
		return err_set(err, r, "cannot list folder %s: %s", path, strerror(-r));
	return 0;
}

static int
take_file(struct source *s, const char *path, struct source_file *file)
{
	s->name = strdup(path);
	if (!s->name) {
		source_file_unref(file);
		return -ENOMEM;
	}
	s->file = file;
	s->at = 0;
	s->number = 0;
	s->mbox = mbox_begins(file->bytes, file->len);
	return 0;
}

/*
 * Opens without waiting for the writer of a FIFO; what is read then waits, as standard input does,
 * for a writer that is there. Returns the descriptor or a negative errno.
 */
static int
open_quickly(const char *path, struct stat *ret_st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), flags, r;

	if (fd < 0)
		return -errno;
	flags = fcntl(fd, F_GETFL);
	if (fstat(fd, ret_st) == 0 && flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static int
open_standard(struct stat *ret_st)
{
	int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0), r;

	if (fd >= 0 && fstat(fd, ret_st) == 0)
		return fd;
	r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

/* Takes what fd holds. shown: what it is called to people. */
static int
take_open(struct source *s, const char *path, const char *shown, int fd, const struct stat *st,
	  struct err *err)
{
	struct source_file *file;
	int r = source_file_read(fd, st, &file);

	if (r == 0 && S_ISFIFO(st->st_mode) && file->len == 0 && strcmp(path, "-") != 0) {
		source_file_unref(file);
		return err_set(err, -ENODATA,
			       "cannot read %s: nothing came out of this pipe; start what writes "
			       "into it first",
			       shown);
	}
	if (r == 0 && source_file_holds_rows(file, path)) {
		source_file_unref(file);
		return err_set(err, -EINVAL,
			       "cannot read %s: it is a file of labelled rows, not a mail; "
			       "triagectl rules score and rules tune read it",
			       shown);
	}
	if (r == 0)
		r = take_file(s, path, file);
	if (r == -EFBIG)
		return err_set(err, r, "cannot read %s: more than %lu MiB from a %s", shown,
			       SOURCE_STREAM_MAX >> 20,
			       S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)
				       ? "device; name a file"
				       : "pipe; save it to a file first");
	return r < 0 ? err_set(err, r, "cannot read %s: %s", shown, strerror(-r)) : 0;
}

/* An entry of a folder that is neither mail nor folder: somebody meant it to be one. */
static int
refuse_entry(const char *path, mode_t mode, struct err *err)
{
	return err_set(err, -EINVAL,
		       "cannot read %s: it is %s, not a mail; take it out of the folder", path,
		       S_ISFIFO(mode)   ? "a pipe"
		       : S_ISSOCK(mode) ? "a socket"
					: "a device");
}

/* Opens a path. below: found in a folder, where a pipe would keep the walk waiting. */
static int
open_path(struct source *s, const char *path, bool below, struct err *err)
{
	bool standard = !below && !strcmp(path, "-");
	const char *shown = standard ? "standard input" : path;
	struct stat st;
	int fd = standard ? open_standard(&st) : open_quickly(path, &st), r = 0;

	if (fd < 0)
		return err_set(err, fd, "cannot open %s: %s", shown, strerror(-fd));
	if (S_ISDIR(st.st_mode) && !standard)
		return enter(s, path, fd, err);
	r = below && !S_ISREG(st.st_mode) ? refuse_entry(path, st.st_mode, err)
					  : take_open(s, path, shown, fd, &st, err);
	close(fd);
	return r;
}

/*
 * An entry that is a link, something special, or of a kind that the file system does not tell. A
 * link to a folder is passed over: it could lead into a circle.
 */
static int
open_other(struct source *s, const char *path, struct err *err)
{
	struct stat st;
	bool link;

	if (lstat(path, &st) < 0) /* taken away since the folder was listed */
		return 0;
	link = S_ISLNK(st.st_mode);
	if (link && stat(path, &st) < 0)
		return err_set(err, -errno, "cannot read %s: %s", path,
			       errno == ENOENT ? "the link leads nowhere" : strerror(errno));
	if (link && S_ISDIR(st.st_mode))
		return 0;
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return open_path(s, path, true, err);
	return refuse_entry(path, st.st_mode, err);
}

/* The next entry of the innermost folder, or one folder up. */
static int
next_entry(struct source *s, struct err *err)
{
	struct level *level = &s->levels[s->depth - 1];
	const struct entry *entry;
	char *path;
	int r = 0;

	if (level->next == level->count) {
		level_free(level);
		s->depth--;
		return 0;
	}
	entry = &level->entries[level->next++];
	if (asprintf(&path, "%s%s%s", level->path,
		     level->path[strlen(level->path) - 1] == '/' ? "" : "/", entry->name) < 0)
		return err_set(err, -ENOMEM, "cannot read %s: out of memory", level->path);
	if (entry->type == DT_REG || entry->type == DT_DIR)
		r = open_path(s, path, true, err);
	else
		r = open_other(s, path, err);
	free(path);
	return r;
}

/* The next mail of the open file: 1, 0 at its end, -ENOMEM. */
static int
next_mail(struct source *s, struct source_mail *ret)
{
	struct source_mail mail = { .bytes = s->file->bytes, .len = s->file->len };
	bool single = true;

	if (s->at >= s->file->len && s->number > 0)
		return 0;
	if (s->mbox) {
		s->at += mbox_split(s->file->bytes + s->at, s->file->len - s->at, &mail.bytes,
				    &mail.len);
		single = s->number == 0 && s->at == s->file->len;
		if (mbox_escaped(mail.bytes, mail.len)) {
			mail.unescaped = malloc(mail.len);
			if (!mail.unescaped)
				return -ENOMEM;
			mail.len = mbox_unescape(mail.bytes, mail.len, mail.unescaped);
			mail.bytes = mail.unescaped;
		}
	} else {
		s->at = s->file->len;
	}
	s->number++;
	if (single)
		mail.name = strdup(s->name);
	else if (asprintf(&mail.name, "%s#%u", s->name, s->number) < 0)
		mail.name = NULL;
	if (!mail.name) {
		free(mail.unescaped);
		return -ENOMEM;
	}
	if (mail.len > LIMIT_MESSAGE_BYTES) {
		mail.len = LIMIT_MESSAGE_BYTES;
		mail.cut = true;
	}
	mail.file = s->file;
	atomic_fetch_add(&s->file->references, 1);
	*ret = mail;
	return 1;
}

static void
leave_file(struct source *s)
{
	source_file_unref(s->file);
	free(s->name);
	s->file = NULL;
	s->name = NULL;
}

int
source_next(struct source *s, struct source_mail *ret_mail, struct err *err)
{
	int r = 0;

	while (r == 0) {
		if (s->file) {
			r = next_mail(s, ret_mail);
			if (r < 0)
				err_set(err, r, "cannot read %s: out of memory", s->name);
			if (r <= 0)
				leave_file(s);
		} else if (s->depth > 0) {
			r = next_entry(s, err);
		} else if (s->path_next < s->path_count) {
			r = open_path(s, s->paths[s->path_next++], false, err);
		} else {
			break;
		}
	}
	return r;
}

void
source_mail_free(struct source_mail *mail)
{
	source_file_unref(mail->file);
	free(mail->unescaped);
	free(mail->name);
	memset(mail, 0, sizeof(*mail));
}

int
source_open(char *const *paths, size_t count, struct source **ret_source)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->paths = paths;
	s->path_count = count;
	*ret_source = s;
	return 0;
}

int
source_open_bytes(const char *name, const void *bytes, size_t len, struct source **ret_source)
{
	struct source_file *file = source_file_new((char *)bytes, len);
	struct source *s = file ? calloc(1, sizeof(*s)) : NULL;
	int r;

	if (!s) {
		free(file);
		return -ENOMEM;
	}
	r = take_file(s, name, file);
	if (r < 0) {
		free(s);
		return r;
	}
	*ret_source = s;
	return 0;
}

void
source_close(struct source *s)
{
	if (!s)
		return;
	while (s->depth > 0)
		level_free(&s->levels[--s->depth]);
	leave_file(s);
	free(s);
}
