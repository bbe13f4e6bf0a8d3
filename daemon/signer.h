/*
 * signer: who of us wrote a mail, by the name under it. No state.
 */
#ifndef DAEMON_SIGNER_H
#define DAEMON_SIGNER_H

#include "config.h"
#include "filters/message.h"

#define SIGNER_NAME_MIN 4 /* bytes of a display name: shorter ones stand in other words */

/*
 * Where several write from one address their mail programs do not say who did, but the end of the
 * answer does ("김민지 드림", "행복상점 김 민 지", "LEE SEOJUN | Support"): the agent whose display
 * name is there, into ret; NULL when it is nobody's, or several agents'. 0 or -ENOMEM.
 */
int
signer_find(const struct config *config, const struct message *message,
	    const struct agent_config **ret);

#endif
