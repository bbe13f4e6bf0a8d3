/*
 * view: what the store holds, as JSON for people and programs: the same for the API, simulate and
 * tests. New references; 0 or a store error.
 */
#ifndef DAEMON_VIEW_H
#define DAEMON_VIEW_H

#include <stdbool.h>
#include <jansson.h>

#include "config.h"
#include "filters/ruleset.h"
#include "record.h"
#include "store.h"

/*
 * {"cases":[{id "C12", account, severity, flags, customer, customer_name, subject, owner, language,
 * stage, messages (how many), waiting_since, promise_due, overdue, hold, answer and solution (null
 * or {clock, due, late}), words [...] }], "more": bool}. Times are RFC 3339 in UTC or null. Abusive
 * words are hidden, see shield.h.
 */
int
view_queue(struct store_txn *txn, const char *account, size_t limit, json_t **ret);

/*
 * One case: the members above without words, and state, opened, updated, linked, merged,
 * participants, record_sound (the events' hash chain holds), mails [...] with evidence, events
 * [...], promises
 * [...], outbox [...], asks_for [...] (what the customer asks for, with where they say so), orders,
 * same_order and same_claim (other cases), cause. Abusive words are hidden unless `all`. -ENOENT.
 */
int
view_case(struct store_txn *txn, uint64_t case_id, bool all, json_t **ret);

/*
 * Adds to a case that is shown who acts for its owner: "acting": {agent, until (their owner's last
 * day away)}, null when the owner is there or nobody owns it.
 */
int
view_acting(const struct config *config, int64_t now_ms, json_t *one);

/* {"events": [...]}: a case's events as they are written, a string each. -ENOENT. */
int
view_events(struct store_txn *txn, uint64_t case_id, json_t **ret);

/*
 * {"parked":[...], "troubled":[...], "more": bool, "waiting":[{id, account, kind, argument, error,
 * rule, attempts, next, case}], "more_waiting": bool}: what a person must look at, and the actions
 * of the configured accounts that failed and are tried again (next: when, null: as soon as
 * possible). At most limit entries each.
 */
int
view_attention(struct store_txn *txn, const struct config *config, size_t limit, json_t **ret);

/*
 * {"rules":[{rule, flag, at, state, judged, hits, undetermined, steps, ns, quarantined, wrong}]}:
 * what each rule did since the set was loaded, and in how many mails people said that it was wrong.
 */
int
view_rules(struct store_txn *txn, const struct ruleset *set, json_t **ret);

/*
 * {"mails":[{message, case, account, hits, missing, wrong, rules:[{rule, flag, score}]}], "more":
 * bool}: mails that people corrected, with the rules that raised their flags; at most limit.
 */
int
view_corrections(struct store_txn *txn, size_t limit, json_t **ret);

/* {"case", "flags", "severity"} */
json_t *
view_flags(const struct case_record *c);

/*
 * What is known of a customer: {address, name, owner, cases, mails, first, last, conduct,
 * conduct_until, conduct_log [...], approvals [...], approved [...] (totals), minds [{number, kind,
 * text, by, at}], standing, standing_by, standing_at, standing_reason, value, currency, since,
 * note, imported, card_log [...], past
 * [{case, state, stage, severity, opened, fault, approved}], cost: {cases, open,
 * worked_minutes, hours_open, answers, acts, whole}}: see triagectl(1) for what is counted.
 * -ENOENT.
 */
int
view_customer(struct store_txn *txn, const char *address, json_t **ret);

/* What a person did: {"case", "said", and of the case: "state", "stage", "owner", "fault", "hold"}.
 */
json_t *
view_steered(const struct case_record *c, const char *said);

/*
 * Whether events of that kind tell of a mail: theirs, our answers as they were sent, and what we
 * asked our own people.
 */
bool
view_is_mail(const char *kind);

/*
 * {"case", "account", "mails": [{record, event, message_id, from, folder, uidvalidity, uid, digest,
 * cut (bytes of it that are digested, 0: all), size, ruleset, severity, flags, undetermined}],
 * "more": bool}: the mails that a case's events tell of, in their order, each once; also those that
 * went to another case when it was split or merged. -ENOENT when there is no such case.
 */
int
view_mails(struct store_txn *txn, uint64_t case_id, json_t **ret);

#endif
