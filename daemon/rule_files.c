/*
 * rule_files: finding and reading the files of rule directories. See rule_files.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr, strcasestr */
#endif
#include "rule_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "filters/limits.h"
#include "filters/rule.h"
#include "filters/yamldoc.h"

#define FILES_MAX 10000u   /* in one directory */
#define NAME_BYTES_MAX 64u /* of a template */

static void
problem(struct rule_files *l, const char *path, const char *hint, int error)
{
	problems_add(l->problems, PROBLEM_ERROR, path, 0, 0, hint, "cannot be read: %s",
		     strerror(-error));
}

static bool
room_for(struct rule_files *l, void **list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 32;
	void *grown;

	if (count < *room)
		return true;
	grown = arena_grow(l->arena, *list, *room * size, more * size);
	if (!grown)
		return false;
	*list = grown;
	*room = more;
	return true;
}

static int
note_seen(struct rule_files *l, const char *path, const struct stat *st)
{
	void *list = l->seen;

	if (!room_for(l, &list, l->seen_count, &l->seen_room, sizeof(*l->seen)))
		return -ENOMEM;
	l->seen = list;
	l->seen[l->seen_count++] = (struct rule_seen){ path, *st };
	return 0;
}

static bool
is_unchanged(const struct rule_seen *s)
{
	struct stat now;

	return stat(s->path, &now) == 0 && now.st_dev == s->st.st_dev &&
	       now.st_ino == s->st.st_ino && now.st_size == s->st.st_size &&
	       now.st_mtim.tv_sec == s->st.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == s->st.st_mtim.tv_nsec;
}

int
rule_files_unchanged(const struct rule_files *l)
{
	int r = 0;

	for (size_t i = 0; i < l->seen_count; i++) {
		if (is_unchanged(&l->seen[i]))
			continue;
		problems_add(l->problems, PROBLEM_ERROR, l->seen[i].path, 0, 0,
			     "load again when it is finished", "changed while it was being loaded");
		r = -EAGAIN;
	}
	return r;
}

/* -EAGAIN: it changed while it was read. */
static int
read_open_file(struct rule_files *l, const char *path, int fd, struct span *ret)
{
	struct arena *arena = l->arena;
	struct stat st;
	size_t len = 0, size;
	ssize_t got = 0;
	char *text;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
	if (st.st_size > (off_t)LIMIT_RULE_FILE_BYTES)
		return -EFBIG;
	if (note_seen(l, path, &st) < 0)
		return -ENOMEM;
	size = (size_t)st.st_size;
	text = arena_alloc(arena, size + 1);
	if (!text)
		return -ENOMEM;
	while (len <= size && (got = read(fd, text + len, size + 1 - len)) > 0)
		len += (size_t)got;
	if (got < 0)
		return -errno;
	if (len != size)
		return -EAGAIN;
	*ret = (struct span){ text, len };
	return 0;
}

/* Editors end the last line; what was cut off in the middle of being written does not. */
static void
check_end(struct rule_files *l, const char *path, const struct span *text)
{
	if (text->len == 0)
		problems_add(l->problems, PROBLEM_WARNING, path, 0, 0,
			     "take it out, or look whether it is still being written", "is empty");
	else if (text->at[text->len - 1] != '\n')
		problems_add(l->problems, PROBLEM_WARNING, path, 0, 0,
			     "look whether it is complete, and end its last line",
			     "does not end with the end of a line: it may be half written");
}

/* What to do about a file that cannot be read. */
static const char *
reading_hint(int error)
{
	switch (-error) {
	case EFBIG:
		return "split the file: 8 MiB are read of one";
	case ENOENT: /* its name was found in the folder */
		return "it is a link that leads nowhere: mend it, or take it out";
	case ELOOP:
		return "it is a link that leads back to itself: take it out";
	case EACCES:
		return "let the user that runs this read it";
	default:
		return NULL;
	}
}

static bool
read_file(struct rule_files *l, const char *path, struct span *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r = fd < 0 ? -errno : read_open_file(l, path, fd, ret);

	if (fd >= 0)
		close(fd);
	if (r == -EAGAIN)
		problems_add(l->problems, PROBLEM_ERROR, path, 0, 0,
			     "load again when it is finished", "is being written just now");
	else if (r == -ENOTSUP)
		problems_add(l->problems, PROBLEM_ERROR, path, 0, 0, "put a file in its place",
			     "is a pipe or a device and no file");
	else if (r < 0)
		problem(l, path, reading_hint(r), r);
	else
		check_end(l, path, ret);
	return r == 0;
}

static void
add_rules(struct rule_files *l, const char *path)
{
	struct span text;
	void *list = l->sources;

	if (!read_file(l, path, &text))
		return;
	if (!room_for(l, &list, l->source_count, &l->source_room, sizeof(*l->sources))) {
		problem(l, path, NULL, -ENOMEM);
		return;
	}
	l->sources = list;
	l->sources[l->source_count++] = (struct ruleset_source){
		.name = path,
		.text = text.at,
		.len = text.len,
		.override = l->override,
	};
}

static void
add_template(struct rule_files *l, const char *path, const char *language, const char *file)
{
	struct rule_template fresh = {
		.name = arena_strndup(l->arena, file, strlen(file) - 4),
		.language = arena_strdup(l->arena, language),
		.path = path,
	};
	void *list = l->templates;

	if (!fresh.name || !fresh.language || !read_file(l, path, &fresh.text))
		return;
	if (strlen(fresh.name) > NAME_BYTES_MAX ||
	    fresh.name[strspn(fresh.name, "abcdefghijklmnopqrstuvwxyz0123456789-")]) {
		problems_add(l->problems, PROBLEM_ERROR, path, 0, 0, "rename the file",
			     "a template's name has small letters, digits and '-' only, at most %u",
			     NAME_BYTES_MAX);
		return;
	}
	for (size_t i = 0; i < l->template_count; i++) {
		struct rule_template *t = &l->templates[i];

		if (!strcmp(t->name, fresh.name) && !strcmp(t->language, language)) {
			*t = fresh;
			return;
		}
	}
	if (!room_for(l, &list, l->template_count, &l->template_room, sizeof(*l->templates))) {
		problem(l, path, NULL, -ENOMEM);
		return;
	}
	l->templates = list;
	l->templates[l->template_count++] = fresh;
}

static bool
ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);

	return a > b && !strcmp(name + a - b, end);
}

/*
 * A file that looks as if it were meant to be read, and is not. Others (notes, an editor's copies)
 * may lie there.
 */
static void
warn_unread(struct rule_files *l, const char *path, const char *hint)
{
	problems_add(l->problems, PROBLEM_WARNING, path, 0, 0, hint, "is not read");
}

/* The same for a folder where only files are read. */
static void
warn_folder(struct rule_files *l, const char *path)
{
	problems_add(l->problems, PROBLEM_WARNING, path, 0, 0, "move its files one folder up",
		     "is a folder: nothing in it is read");
}

/* Where rules are looked for, of a file that may be rules under another name. */
static void
note_unread(struct rule_files *l, const char *path, const char *name)
{
	const char *yaml = strcasestr(name, ".yaml"), *yml = strcasestr(name, ".yml");
	size_t len = strlen(name);

	if (yaml && !strcasecmp(yaml, ".yaml.txt"))
		warn_unread(l, path, "take .txt off its name");
	else if (name[len - 1] != '~' && (yaml || yml || ends_with(name, ".txt")))
		problems_add(l->problems, PROBLEM_NOTE, path, 0, 0,
			     "rules lie in files named .yaml, templates in templates/LANGUAGE",
			     "is not read");
}

/* The same for a name that should end in .yaml or .txt and ends in something like it. */
static void
warn_ending(struct rule_files *l, const char *path, const char *name, const char *ending)
{
	static const char *const alike[] = { ".yaml", ".yml", ".txt", ".text", NULL };
	const char *dot = strrchr(name, '.'), *const *a = alike + (ending[1] == 't' ? 2 : 0);
	char hint[160];

	if (!dot || dot == name || (strcasecmp(dot, a[0]) && strcasecmp(dot, a[1]))) {
		if (ending[1] != 't')
			note_unread(l, path, name);
		return;
	}
	snprintf(hint, sizeof(hint), "rename it to %.*s%s",
		 (int)(dot - name > 100 ? 100 : dot - name), name, ending);
	warn_unread(l, path, hint);
}

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * The names in a directory, without hidden ones, sorted (by byte: the locale must not change the
 * hash).
 */
static bool
list_names(struct rule_files *l, const char *path, const char ***ret, size_t *ret_count)
{
	DIR *directory = opendir(path);
	const char **names = NULL;
	struct stat st;
	size_t count = 0, room = 0;
	struct dirent *entry;
	void *list = NULL;

	if (!directory) {
		problem(l, path, "name directories that hold rules", -errno);
		return false;
	}
	while ((entry = readdir(directory)) && count < FILES_MAX) {
		if (entry->d_name[0] == '.')
			continue;
		if (!room_for(l, &list, count, &room, sizeof(*names)))
			break;
		names = list;
		names[count] = arena_strdup(l->arena, entry->d_name);
		if (!names[count])
			break;
		count++;
	}
	if (!entry && (fstat(dirfd(directory), &st) < 0 || note_seen(l, path, &st) < 0))
		problem(l, path, NULL, -ENOMEM);
	closedir(directory);
	if (entry) {
		problem(l, path, "a rule directory holds a few files",
			count == FILES_MAX ? -EFBIG : -ENOMEM);
		return false;
	}
	if (count)
		qsort(names, count, sizeof(*names), compare_names);
	*ret = names;
	*ret_count = count;
	return true;
}

/* A folder whose name is no language: no mail gets its templates, every mail its rules. */
static void
warn_language(struct rule_files *l, const char *path, const char *name, bool templates)
{
	char choice[100], hint[200];

	for (size_t i = 0; rule_languages[i]; i++)
		if (!strcmp(name, rule_languages[i]))
			return;
	snprintf(hint, sizeof(hint), "%s%s",
		 yamldoc_choice(name, rule_languages, choice, sizeof(choice)),
		 templates ? "" : "; rules for every language lie at the top of their folder");
	problems_add(l->problems, PROBLEM_WARNING, path, 0, 0, hint,
		     templates ? "is not the name of a language: no mail is answered from it"
			       : "is not the name of a language: its rules are judged in every "
				 "mail");
}

/* One language of rules (".yaml") or of templates (".txt"). */
static void
walk_language(struct rule_files *l, const char *directory, const char *language, bool templates)
{
	const char **names, *ending = templates ? ".txt" : ".yaml";
	size_t count, read = 0;

	if (!list_names(l, directory, &names, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *path = arena_printf(l->arena, "%s/%s", directory, names[i]);

		if (!path)
			continue;
		if (is_directory(path)) {
			warn_folder(l, path);
			continue;
		}
		if (!ends_with(names[i], ending)) {
			warn_ending(l, path, names[i], ending);
			continue;
		}
		read++;
		if (templates)
			add_template(l, path, language, names[i]);
		else
			add_rules(l, path);
	}
	if (read > 0)
		warn_language(l, directory, language, templates);
}

static void
walk_templates(struct rule_files *l, const char *directory)
{
	const char **names;
	size_t count;

	if (!list_names(l, directory, &names, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *path = arena_printf(l->arena, "%s/%s", directory, names[i]);

		if (path && is_directory(path))
			walk_language(l, path, names[i], true);
		else if (path && ends_with(names[i], ".txt"))
			warn_unread(l, path, "put it into a folder of its language, like en or ko");
	}
}

static void
walk(struct rule_files *l, const char *directory)
{
	const char **names;
	size_t count;

	if (!list_names(l, directory, &names, &count))
		return;
	if (ends_with(directory, ".yaml"))
		problems_add(l->problems, PROBLEM_WARNING, directory, 0, 0,
			     "name a file, or a folder without .yaml", "is a folder and no file");
	for (size_t i = 0; i < count; i++) {
		const char *path = arena_printf(l->arena, "%s/%s", directory, names[i]);

		if (!path)
			continue;
		if (is_directory(path) && !strcmp(names[i], "templates"))
			walk_templates(l, path);
		else if (is_directory(path) && ends_with(names[i], ".yaml"))
			warn_folder(l, path);
		else if (is_directory(path) && !strncasecmp(names[i], "template", 8))
			warn_unread(l, path, "rename it to templates");
		else if (is_directory(path))
			walk_language(l, path, names[i], false);
		else if (!strcmp(names[i], "policy.yaml"))
			l->policy_path = read_file(l, path, &l->policy) ? path : l->policy_path;
		else if (!strcmp(names[i], "playbook.yaml"))
			l->playbook_path =
				read_file(l, path, &l->playbook) ? path : l->playbook_path;
		else if (ends_with(names[i], ".yaml"))
			add_rules(l, path);
		else
			warn_ending(l, path, names[i], ".yaml");
	}
}

/* A file that was named by itself stands for a folder with nothing else in it. */
static void
take_file(struct rule_files *l, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *folder = "", *up;

	if (slash) {
		up = memrchr(path, '/', (size_t)(slash - path));
		folder = arena_strndup(l->arena, up ? up + 1 : path,
				       (size_t)(slash - (up ? up + 1 : path)));
	}
	if (!strcmp(name, "policy.yaml"))
		l->policy_path = read_file(l, path, &l->policy) ? path : l->policy_path;
	else if (!strcmp(name, "playbook.yaml"))
		l->playbook_path = read_file(l, path, &l->playbook) ? path : l->playbook_path;
	else if (ends_with(name, ".txt") && folder)
		add_template(l, path, folder, name);
	else
		add_rules(l, path);
}

void
rule_files_read(struct rule_files *l, const char *const *directories, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		l->override = i > 0;
		if (is_file(directories[i]))
			take_file(l, directories[i]);
		else
			walk(l, directories[i]);
	}
}
