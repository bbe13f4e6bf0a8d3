/*
 * vigil: what the rule engine found out about itself while it judged, told to people: rules that
 * were put aside, and a literal gate that lost something.
 */
#ifndef DAEMON_VIGIL_H
#define DAEMON_VIGIL_H

#include <jansson.h>

#include "bundle.h"

/* Logs what happened since it was called last for this bundle, each thing once. From any thread. */
void
vigil_look(struct bundle *bundle);

/*
 * The rules of the bundle that were put aside, as a list of {"rule", "at"}; NULL when out of
 * memory. The caller owns the reference.
 */
json_t *
vigil_quarantined(const struct bundle *bundle);

#endif
