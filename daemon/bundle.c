/*
 * bundle: finds the files, reads them, and holds what was made of them. Files are taken in the
 * order of their names, so that the same directories give the same hash everywhere.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "draft.h"
#include "filters/limits.h"

#define FILES_MAX 10000u   /* in one directory */
#define NAME_BYTES_MAX 64u /* of a template */

/* A template file; a later directory's replaces an earlier one's. */
struct found {
	const char *name, *language, *path;
	struct span text;
};

struct loader {
	struct arena *arena; /* names and texts while they are read */
	struct problems *problems;
	struct ruleset_source *sources;
	size_t source_count, source_room;
	struct found *templates;
	size_t template_count, template_room;
	const char *policy_path;
	struct span policy;
	bool override;
};

static void
problem(struct loader *l, const char *path, const char *hint, int error)
{
	problems_add(l->problems, PROBLEM_ERROR, path, 0, 0, hint, "cannot be read: %s",
		     strerror(-error));
}

/* -EAGAIN: it changed while it was read. */
static int
read_open_file(struct arena *arena, int fd, struct span *ret)
{
	struct stat st;
	size_t len = 0, size;
	ssize_t got = 0;
	char *text;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > (off_t)LIMIT_RULE_FILE_BYTES)
		return -EFBIG;
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

static bool
read_file(struct loader *l, const char *path, struct span *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r = fd < 0 ? -errno : read_open_file(l->arena, fd, ret);

	if (fd >= 0)
		close(fd);
	if (r == -EAGAIN)
		problems_add(l->problems, PROBLEM_ERROR, path, 0, 0,
			     "load again when it is finished", "is being written just now");
	else if (r < 0)
		problem(l, path, r == -EFBIG ? "split the file: 8 MiB are read of one" : NULL, r);
	return r == 0;
}

static bool
room_for(struct loader *l, void **list, size_t count, size_t *room, size_t size)
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

static void
add_rules(struct loader *l, const char *path)
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
add_template(struct loader *l, const char *path, const char *language, const char *file)
{
	struct found fresh = {
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
		struct found *t = &l->templates[i];

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
warn_unread(struct loader *l, const char *path, const char *hint)
{
	problems_add(l->problems, PROBLEM_WARNING, path, 0, 0, hint, "is not read");
}

/* The same for a name that should end in .yaml or .txt and ends in something like it. */
static void
warn_ending(struct loader *l, const char *path, const char *name, const char *ending)
{
	static const char *const alike[] = { ".yaml", ".yml", ".txt", ".text", NULL };
	const char *dot = strrchr(name, '.'), *const *a = alike + (ending[1] == 't' ? 2 : 0);
	char hint[160];

	if (!dot || dot == name || (strcasecmp(dot, a[0]) && strcasecmp(dot, a[1])))
		return;
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
list_names(struct loader *l, const char *path, const char ***ret, size_t *ret_count)
{
	DIR *directory = opendir(path);
	const char **names = NULL;
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

/* One language of rules (".yaml") or of templates (".txt"). */
static void
walk_language(struct loader *l, const char *directory, const char *language, bool templates)
{
	const char **names, *ending = templates ? ".txt" : ".yaml";
	size_t count;

	if (!list_names(l, directory, &names, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *path = arena_printf(l->arena, "%s/%s", directory, names[i]);

		if (!path)
			continue;
		if (!ends_with(names[i], ending))
			warn_ending(l, path, names[i], ending);
		else if (templates)
			add_template(l, path, language, names[i]);
		else
			add_rules(l, path);
	}
}

static void
walk_templates(struct loader *l, const char *directory)
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
walk(struct loader *l, const char *directory)
{
	const char **names;
	size_t count;

	if (!list_names(l, directory, &names, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *path = arena_printf(l->arena, "%s/%s", directory, names[i]);

		if (!path)
			continue;
		if (is_directory(path) && !strcmp(names[i], "templates"))
			walk_templates(l, path);
		else if (is_directory(path) && !strncasecmp(names[i], "template", 8))
			warn_unread(l, path, "rename it to templates");
		else if (is_directory(path))
			walk_language(l, path, names[i], false);
		else if (!strcmp(names[i], "policy.yaml"))
			l->policy_path = read_file(l, path, &l->policy) ? path : l->policy_path;
		else if (ends_with(names[i], ".yaml"))
			add_rules(l, path);
		else
			warn_ending(l, path, names[i], ".yaml");
	}
}

/* Names of a list whose entries begin with their name, NULL-terminated. */
static const char *const *
names_of(struct arena *arena, const void *list, size_t size, size_t count)
{
	const char **names = arena_calloc(arena, count + 1, sizeof(*names));

	for (size_t i = 0; names && i < count; i++)
		names[i] = *(const char *const *)((const char *)list + i * size);
	return names;
}

static const char *const *
reachable_agents(struct arena *arena, const struct config *config)
{
	const char **names = arena_calloc(arena, config->agent_count + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; names && i < config->agent_count; i++) {
		if (*config->agents[i].address)
			names[n++] = config->agents[i].name;
	}
	return names;
}

static int
load_policy(struct loader *l, const struct config *config, struct bundle *b)
{
	struct policy_names names = { .templates =
					      names_of(l->arena, l->templates,
						       sizeof(*l->templates), l->template_count) };

	if (!l->policy_path) {
		problems_add(l->problems, PROBLEM_ERROR, NULL, 0, 0,
			     "the shipped rule directory has one; name it first in rules:",
			     "no rule directory holds a policy.yaml");
		return -EINVAL;
	}
	if (config) {
		names.accounts = names_of(l->arena, config->accounts, sizeof(*config->accounts),
					  config->account_count);
		names.agents = names_of(l->arena, config->agents, sizeof(*config->agents),
					config->agent_count);
		names.webhooks = names_of(l->arena, config->webhooks, sizeof(*config->webhooks),
					  config->webhook_count);
		names.reachable = reachable_agents(l->arena, config);
		names.smtp = config->smtp.url != NULL;
	}
	return policy_parse(l->policy_path, l->policy.at, l->policy.len, &names, l->problems,
			    &b->policy);
}

/* A template that cannot be read is left out; its mistakes are in problems. */
static int
load_templates(struct loader *l, struct bundle *b)
{
	b->templates = calloc(l->template_count ? l->template_count : 1, sizeof(*b->templates));
	if (!b->templates)
		return -ENOMEM;
	for (size_t i = 0; i < l->template_count; i++) {
		const struct found *f = &l->templates[i];
		struct bundle_template *t = &b->templates[b->template_count];
		int r = template_parse(f->path, f->text.at, f->text.len, draft_variables,
				       l->problems, &t->template);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		b->template_count++;
		t->name = strdup(f->name);
		t->language = strdup(f->language);
		if (!t->name || !t->language)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Every text with its name and length before it, so that no two sets of files give the same bytes.
 */
static int
make_hash(const struct loader *l, struct bundle *b)
{
	struct buf all = { .arena = l->arena };

	buf_printf(&all, "%s\n%zu\n", ruleset_hash(b->rules), l->policy.len);
	buf_add(&all, l->policy.at, l->policy.len);
	for (size_t i = 0; i < l->template_count; i++) {
		const struct found *f = &l->templates[i];

		buf_printf(&all, "\n%s/%s\n%zu\n", f->language, f->name, f->text.len);
		buf_add(&all, f->text.at, f->text.len);
	}
	if (!buf_string(&all))
		return -ENOMEM;
	record_sha256(all.at, all.len, b->hash);
	return 0;
}

int
bundle_load(const char *const *directories, size_t count, const struct config *config,
	    const struct ruleset_options *options, bool keep_going, struct problems *problems,
	    struct bundle **ret_bundle)
{
	struct loader l = { .arena = arena_new(0), .problems = problems };
	struct bundle *b = calloc(1, sizeof(*b));
	size_t errors = problems->errors;
	int r = -ENOMEM, r2;

	if (!l.arena || !b)
		goto out;
	b->references = 1;
	for (size_t i = 0; i < count; i++) {
		l.override = i > 0;
		walk(&l, directories[i]);
	}
	/* All three, so that every mistake is said in one run. */
	r = ruleset_compile(l.sources, l.source_count, options, problems, &b->rules);
	r2 = load_policy(&l, config, b);
	if (r >= 0)
		r = r2;
	r2 = load_templates(&l, b);
	if (r >= 0)
		r = r2;
	if (r >= 0 && problems->errors > errors && !keep_going)
		r = -EINVAL;
	if (r >= 0)
		r = make_hash(&l, b);
out:
	arena_free(l.arena);
	/*
	 * Compiling takes several times the memory that its result keeps; a daemon that runs for
	 * months gives it back.
	 */
	malloc_trim(0);
	if (r < 0) {
		bundle_unref(b);
		return r;
	}
	*ret_bundle = b;
	return 0;
}

struct bundle *
bundle_ref(struct bundle *bundle)
{
	bundle->references++;
	return bundle;
}

void
bundle_unref(struct bundle *bundle)
{
	if (!bundle || (bundle->references && --bundle->references))
		return;
	ruleset_unref(bundle->rules);
	policy_free(bundle->policy);
	for (size_t i = 0; i < bundle->template_count; i++) {
		free(bundle->templates[i].name);
		free(bundle->templates[i].language);
		template_free(bundle->templates[i].template);
	}
	free(bundle->templates);
	free(bundle);
}

const struct template *
bundle_template(const struct bundle *bundle, const char *name, const char *language,
		const char *fallback)
{
	const struct template *second = NULL, *any = NULL;

	for (size_t i = 0; i < bundle->template_count; i++) {
		const struct bundle_template *t = &bundle->templates[i];

		if (strcmp(t->name, name))
			continue;
		if (!strcmp(t->language, language))
			return t->template;
		if (!strcmp(t->language, fallback))
			second = t->template;
		any = any ? any : t->template;
	}
	return second ? second : any;
}
