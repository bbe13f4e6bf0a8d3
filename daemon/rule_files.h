/*
 * rule_files: the files of the rule directories, found and read: rule packs, the policy,
 * the playbook, reply templates. Does not look at what is in them.
 *
 * A directory holds any of <language>/NAME.yaml (rule packs), *.yaml rule files at its top,
 * policy.yaml, playbook.yaml, and templates/<language>/NAME.txt. Files are taken in the order of
 * their names, so that the same directories give the same set everywhere. A later directory's
 * template, policy or playbook replaces an earlier one's; rule files of directories after the first
 * are overrides. A file in place of a directory stands for one that holds nothing else.
 */
#ifndef DAEMON_RULE_FILES_H
#define DAEMON_RULE_FILES_H

#include <sys/stat.h>

#include "filters/arena.h"
#include "filters/message.h"
#include "filters/err.h"
#include "filters/ruleset.h"

struct rule_template {
	const char *name, *language, *path;
	struct span text;
};

/* A file or folder as it was when it was read. */
struct rule_seen {
	const char *path;
	struct stat st;
};

/* Fill in arena and problems, leave the rest zero. Everything lives in the arena. */
struct rule_files {
	struct arena *arena;
	struct problems *problems;
	struct ruleset_source *sources;
	size_t source_count, source_room;
	struct rule_template *templates;
	size_t template_count, template_room;
	const char *policy_path; /* NULL: no directory has one */
	struct span policy;
	const char *playbook_path; /* the same */
	struct span playbook;
	struct rule_seen *seen;
	size_t seen_count, seen_room;
	bool override;
};

/* Reads all directories. What cannot be read is a problem each. */
void
rule_files_read(struct rule_files *files, const char *const *directories, size_t count);

/*
 * Loading takes a while: whoever saves a file or unpacks a folder meanwhile is not done yet, and
 * what was read may be half of it. Returns 0, or -EAGAIN with a problem for each file or folder
 * that is not as it was when it was read.
 */
int
rule_files_unchanged(const struct rule_files *files);

#endif
