/*
 * thread_set: a union of mails over sorted uses of Message-IDs. See thread_set.h.
 *
 * Sorting instead of a hash table: foreign ids cannot make it slow.
 */
#include "thread_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "subject.h"

#define NOBODY SIZE_MAX

/* A Message-ID that a mail has, or refers to. */
struct use {
	const char *id;
	size_t mail;
	unsigned rank; /* 0: the mail has it; else the higher, the nearer is what it names */
};

struct member {
	struct thread_mail mail;
	const char *writer; /* customer_of(), lower case */
	size_t up;          /* towards the one that stands for the thread; itself at the top */
	size_t parent;      /* NOBODY when it is not here */
	unsigned rank;      /* of the reference that parent was found by */
	bool twin;          /* others have its Message-ID, too */
	bool placed, waiting;
};

struct thread_set {
	struct arena *arena;
	struct member **members;
	struct thread_mail **order;
	size_t count, room;
	struct use *uses;
	size_t use_count;
};

struct thread_set *
thread_set_new(void)
{
	struct thread_set *set = calloc(1, sizeof(*set));

	if (set)
		set->arena = arena_new(THREAD_SET_BYTES);
	if (set && !set->arena) {
		free(set);
		return NULL;
	}
	return set;
}

void
thread_set_free(struct thread_set *set)
{
	if (!set)
		return;
	free(set->members);
	free(set->order);
	free(set->uses);
	arena_free(set->arena);
	free(set);
}

static bool
copy_text(struct arena *arena, const char *text, const char **ret)
{
	*ret = arena_strdup(arena, text ? text : "");
	return *ret;
}

static bool
copy_addresses(struct arena *arena, const struct addresses *from, struct addresses *ret)
{
	ret->count = from->count < THREAD_SET_ADDRESSES ? from->count : THREAD_SET_ADDRESSES;
	ret->list = arena_calloc(arena, ret->count, sizeof(*ret->list));
	for (size_t i = 0; ret->list && i < ret->count; i++)
		if (!copy_text(arena, from->list[i].name, &ret->list[i].name) ||
		    !copy_text(arena, from->list[i].address, &ret->list[i].address))
			return false;
	return ret->list;
}

static bool
copy_ids(struct arena *arena, const struct message *from, struct message *ret)
{
	ret->reference_count = from->reference_count;
	ret->references = arena_calloc(arena, from->reference_count, sizeof(*ret->references));
	for (size_t i = 0; ret->references && i < from->reference_count; i++)
		if (!copy_text(arena, from->references[i], &ret->references[i]))
			return false;
	return ret->references && copy_text(arena, from->message_id, &ret->message_id) &&
	       copy_text(arena, from->in_reply_to, &ret->in_reply_to);
}

/* NULL when out of memory. */
static const struct message *
copy_message(struct arena *arena, const struct message *from)
{
	struct message *copy = arena_calloc(arena, 1, sizeof(*copy));

	if (!copy)
		return NULL;
	copy->arena = arena;
	copy->date = from->date;
	copy->language = "und";
	copy->automatic = from->automatic;
	copy->automatic_why = copy->date_text = copy->body = copy->hidden = "";
	if (!copy_ids(arena, from, copy) || !copy_text(arena, from->subject, &copy->subject) ||
	    !copy_addresses(arena, &from->from, &copy->from) ||
	    !copy_addresses(arena, &from->sender, &copy->sender) ||
	    !copy_addresses(arena, &from->reply_to, &copy->reply_to))
		return NULL;
	return copy;
}

/* The header that Gmail's export gives every mail. Numbers fit into 63 bits; 0 for anything else.
 */
static uint64_t
gmail_thread(const struct message *message)
{
	const struct header *h = message_header(message, "X-GM-THRID");
	const char *text = h ? h->value : "";
	size_t len = strspn(text, "0123456789");

	return len > 0 && len <= 18 + 1 && !text[len] && strtoull(text, NULL, 10) <= INT64_MAX
		       ? strtoull(text, NULL, 10)
		       : 0;
}

int
thread_set_add(struct thread_set *set, const char *name, const struct message *message)
{
	struct member *m = arena_calloc(set->arena, 1, sizeof(*m));

	if (set->count == set->room) {
		size_t room = set->room ? 2 * set->room : 256;
		struct member **members = realloc(set->members, room * sizeof(*members));

		if (!members)
			return -ENOMEM;
		set->members = members;
		set->room = room;
	}
	if (!m || !copy_text(set->arena, name, &m->mail.name))
		return -ENOMEM;
	m->mail.message = copy_message(set->arena, message);
	m->mail.subject = subject_plain(set->arena, message->subject);
	m->mail.gmail_thread = gmail_thread(message);
	m->writer = address_lower(set->arena, customer_of(message).address);
	if (!m->mail.message || !m->mail.subject || !m->writer)
		return -ENOMEM;
	m->up = set->count;
	m->parent = NOBODY;
	set->members[set->count++] = m;
	return 0;
}

static size_t
top_of(const struct thread_set *set, size_t i)
{
	struct member **m = set->members;

	for (; m[i]->up != i; i = m[i]->up)
		m[i]->up = m[m[i]->up]->up;
	return i;
}

static void
unite(struct thread_set *set, size_t a, size_t b)
{
	a = top_of(set, a);
	b = top_of(set, b);
	if (a < b)
		set->members[b]->up = a;
	else
		set->members[a]->up = b;
}

static void
add_use(struct thread_set *set, const char *id, size_t mail, unsigned rank)
{
	if (id[0])
		set->uses[set->use_count++] = (struct use){ id, mail, rank };
}

static int
compare_uses(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	if (order != 0)
		return order;
	if ((x->rank == 0) != (y->rank == 0))
		return x->rank == 0 ? -1 : 1;
	return (x->mail > y->mail) - (x->mail < y->mail);
}

/* Every Message-ID with who has it and then who refers to it. */
static int
collect_uses(struct thread_set *set)
{
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++)
		count += 2 + set->members[i]->mail.message->reference_count;
	set->uses = calloc(count ? count : 1, sizeof(*set->uses));
	if (!set->uses)
		return -ENOMEM;
	for (size_t i = 0; i < set->count; i++) {
		const struct message *m = set->members[i]->mail.message;

		add_use(set, m->message_id, i, 0);
		for (size_t k = 0; k < m->reference_count; k++)
			add_use(set, m->references[k], i, (unsigned)k + 1);
		add_use(set, m->in_reply_to, i, (unsigned)m->reference_count + 1);
	}
	qsort(set->uses, set->use_count, sizeof(*set->uses), compare_uses);
	return 0;
}

/* Two deliveries of one mail; a list may have put its name into the subject of one. */
static bool
are_copies(const struct member *a, const struct member *b)
{
	int64_t date = a->mail.message->date;

	return date == b->mail.message->date && a->writer[0] && strcmp(a->writer, b->writer) == 0 &&
	       (date != 0 || strcmp(a->mail.subject, b->mail.subject) == 0);
}

/* The uses of one Message-ID: first those who have it. */
struct group {
	const struct use *uses;
	size_t holders, count;
	size_t kinds[THREAD_SET_TWINS]; /* one mail of each that are copies of each other */
	size_t kind_count;              /* THREAD_SET_TWINS + 1: too many */
};

static void
join_copies(struct thread_set *set, struct group *g)
{
	for (size_t i = 0; i < g->holders && g->kind_count <= THREAD_SET_TWINS; i++) {
		size_t mail = g->uses[i].mail, k = 0;

		while (k < g->kind_count &&
		       !are_copies(set->members[mail], set->members[g->kinds[k]]))
			k++;
		if (k < g->kind_count)
			unite(set, mail, g->kinds[k]);
		else if (g->kind_count++ < THREAD_SET_TWINS)
			g->kinds[k] = mail;
	}
	for (size_t i = 0; i < g->holders; i++)
		set->members[g->uses[i].mail]->twin = g->kind_count > 1;
}

/* The mail that a reference to the group's id means, NOBODY when that cannot be told. */
static size_t
meant_by(const struct thread_set *set, const struct group *g, size_t mail)
{
	const char *subject = set->members[mail]->mail.subject;
	size_t found = NOBODY;

	if (g->kind_count == 1)
		return g->kinds[0];
	for (size_t k = 0; k < g->kind_count && g->kind_count <= THREAD_SET_TWINS; k++) {
		if (!subject[0] || strcmp(subject, set->members[g->kinds[k]]->mail.subject) != 0)
			continue;
		if (found != NOBODY)
			return NOBODY;
		found = g->kinds[k];
	}
	return found;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every writer's address, sorted. */
struct writers {
	const char **list;
	size_t count;
};

/* "Message from Kim <kim@example.com>" in In-Reply-To: who wrote, not what. */
static bool
is_writer(const struct writers *writers, const char *id)
{
	char address[512];
	const char *key = address;
	size_t len = strlen(id);

	if (len < 3 || len - 2 >= sizeof(address))
		return false;
	for (size_t i = 0; i < len - 2; i++)
		address[i] =
			(char)(id[i + 1] >= 'A' && id[i + 1] <= 'Z' ? id[i + 1] | 0x20 : id[i + 1]);
	address[len - 2] = '\0';
	return bsearch(&key, writers->list, writers->count, sizeof(*writers->list), compare_texts);
}

static void
link_group(struct thread_set *set, struct group *g, const struct writers *writers)
{
	join_copies(set, g);
	if (g->holders == 0 && is_writer(writers, g->uses[0].id))
		return;
	for (size_t i = g->holders; i < g->count; i++) {
		const struct use *use = &g->uses[i];
		struct member *m = set->members[use->mail];
		size_t meant = g->holders ? meant_by(set, g, use->mail) : g->uses[0].mail;

		if (meant == NOBODY)
			continue;
		unite(set, use->mail, meant);
		if (g->holders && meant != use->mail && use->rank > m->rank) {
			m->parent = meant;
			m->rank = use->rank;
		}
	}
}

static int
link_groups(struct thread_set *set)
{
	struct writers writers = { .list = calloc(set->count + 1, sizeof(*writers.list)) };
	struct group g;

	if (!writers.list)
		return -ENOMEM;
	for (size_t i = 0; i < set->count; i++)
		writers.list[writers.count++] = set->members[i]->writer;
	qsort(writers.list, writers.count, sizeof(*writers.list), compare_texts);
	for (size_t i = 0; i < set->use_count; i += g.count) {
		g = (struct group){ .uses = &set->uses[i] };
		while (i + g.count < set->use_count &&
		       strcmp(g.uses[g.count].id, g.uses[0].id) == 0) {
			g.holders += g.uses[g.count].rank == 0;
			g.count++;
		}
		link_group(set, &g, &writers);
	}
	free(writers.list);
	return 0;
}

/* By date, those without one last, else as they came. */
static int
compare_dates(const void *a, const void *b)
{
	const struct member *x = *(struct member *const *)a, *y = *(struct member *const *)b;
	int64_t dx = x->mail.message->date, dy = y->mail.message->date;

	if ((dx == 0) != (dy == 0))
		return dx == 0 ? 1 : -1;
	if (dx != dy)
		return dx < dy ? -1 : 1;
	return (x->mail.place > y->mail.place) - (x->mail.place < y->mail.place);
}

/* Places a mail behind those it answers, the oldest first. chain has room for all mails. */
static void
place_chain(struct thread_set *set, struct member *m, struct member **chain, size_t *place)
{
	size_t len = 0;

	while (!m->placed && !m->waiting) {
		m->waiting = true;
		chain[len++] = m;
		if (m->parent == NOBODY)
			break;
		m = set->members[m->parent];
	}
	while (len > 0) {
		m = chain[--len];
		m->placed = true;
		m->mail.place = *place;
		set->order[(*place)++] = &m->mail;
	}
}

static int
put_in_order(struct thread_set *set)
{
	struct member **by_date = calloc(set->count + 1, sizeof(*by_date));
	struct member **chain = calloc(set->count + 1, sizeof(*chain));
	size_t place = 0;
	int r = -ENOMEM;

	set->order = calloc(set->count + 1, sizeof(*set->order));
	if (!by_date || !chain || !set->order)
		goto out;
	for (size_t i = 0; i < set->count; i++) {
		by_date[i] = set->members[i];
		by_date[i]->mail.place = i;
	}
	qsort(by_date, set->count, sizeof(*by_date), compare_dates);
	for (size_t i = 0; i < set->count; i++)
		place_chain(set, by_date[i], chain, &place);
	r = 0;
out:
	free(by_date);
	free(chain);
	return r;
}

/* Gives every thread the name of its first mail. */
static int
name_threads(struct thread_set *set)
{
	size_t *first = calloc(set->count + 1, sizeof(*first));

	if (!first)
		return -ENOMEM;
	for (size_t i = 0; i < set->count; i++)
		first[i] = NOBODY;
	for (size_t i = 0; i < set->count; i++) {
		size_t top = top_of(set, i), place = set->members[i]->mail.place;

		if (place < first[top])
			first[top] = place;
	}
	for (size_t i = 0; i < set->count; i++) {
		struct thread_mail *mail = &set->members[i]->mail;
		const struct member *oldest;

		mail->first = first[top_of(set, i)];
		/* A mail is the first member of its struct. */
		oldest = (const struct member *)set->order[mail->first];
		mail->thread = oldest->twin || !oldest->mail.message->message_id[0]
				       ? oldest->mail.name
				       : oldest->mail.message->message_id;
	}
	free(first);
	return 0;
}

int
thread_set_link(struct thread_set *set, struct thread_mail *const **ret_mails, size_t *ret_count)
{
	int r = collect_uses(set);

	if (r == 0)
		r = link_groups(set);
	if (r == 0)
		r = put_in_order(set);
	if (r == 0)
		r = name_threads(set);
	if (r < 0)
		return r;
	*ret_mails = set->order;
	*ret_count = set->count;
	return 0;
}
