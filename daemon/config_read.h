/*
 * config_read: one section of triaged.yaml after the other, into struct config. Inside of config
 * only.
 */
#ifndef DAEMON_CONFIG_READ_H
#define DAEMON_CONFIG_READ_H

#include "config.h"
#include "filters/yamldoc.h"

/*
 * Each reads one section (node may be NULL: the section is missing), reports every mistake, and
 * fills in what is sound. -ENOMEM is reported as a problem like any other.
 */
void
config_read_accounts(const struct yamldoc *doc, const struct yamlnode *node, struct config *config);

void
config_read_agents(const struct yamldoc *doc, const struct yamlnode *node, struct config *config);

/*
 * What an agent's entry says of who stands in for them: superior, away, time_zone. Names are
 * checked by config_check_deputies(), once all agents are known.
 */
void
config_read_deputies(const struct yamldoc *doc, const struct yamlnode *entry,
		     struct agent_config *a);

/* node: the list of agents. */
void
config_check_deputies(const struct yamldoc *doc, const struct yamlnode *node,
		      const struct config *config);

/* What each role may approve; before the agents. */
void
config_read_authority(const struct yamldoc *doc, const struct yamlnode *node,
		      struct config *config);

/* What an agent of that role may approve. */
void
config_read_agent_authority(const struct yamldoc *doc, const struct yamlnode *entry,
			    const struct config *config, size_t role, struct agent_config *a);

void
config_read_webhooks(const struct yamldoc *doc, const struct yamlnode *node, struct config *config);

void
config_read_smtp(const struct yamldoc *doc, const struct yamlnode *node, struct config *config);

/* The folders of an account; config's agents are read already. */
void
config_read_folders(const struct yamldoc *doc, const struct yamlnode *node,
		    const struct config *config, struct account_config *account);

/* After accounts and smtp. */
void
config_read_digest(const struct yamldoc *doc, const struct yamlnode *node, struct config *config);

void
config_read_clocks(const struct yamldoc *doc, const struct yamlnode *node, struct config *config);

/* The hours and holidays of an account's section. Never NULL. */
const struct calendar *
config_read_calendar(const struct yamldoc *doc, const struct yamlnode *section);
void
config_read_retention(const struct yamldoc *doc, const struct yamlnode *node,
		      struct config *config);

/*
 * The secret of a section: exactly one of PREFIX_file, PREFIX_command, PREFIX_credential. A secret
 * written into the section itself is refused, without repeating it. required: none is a mistake,
 * too.
 */
void
config_read_secret(const struct yamldoc *doc, const struct yamlnode *section, const char *prefix,
		   bool required, struct secret_source *ret);

/* A file that must be there when the configuration is loaded (a CA). */
void
config_read_ca(const struct yamldoc *doc, const struct yamlnode *section, const char **ret);

/* A string of a section when it is there; what names it in sentences. */
bool
config_read_string(const struct yamldoc *doc, const struct yamlnode *section, const char *key,
		   const char **ret);

/* A host that can only be this machine: localhost, 127.0.0.0/8, ::1. */
bool
config_loopback(const char *host, size_t len);

#endif
