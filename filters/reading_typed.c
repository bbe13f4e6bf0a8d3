/*
 * reading_typed: Korean typed with the keyboard left in Latin: 환불 comes out as ghksqnf. See
 * reading_word.h.
 *
 * The keys are those of KS X 5002 (dubeolsik). Nearly no English word makes whole syllables; those
 * that do are told by how unlike English the sequence of letters is.
 */
#include "reading_word.h"

#include "fold_char.h"

/* Per letter, out of 10: 94 % of typed Korean is above, 0.1 % of the words in English mail. */
#define UNLIKE_ENGLISH 38

/*
 * How rare a letter is behind another in English words: minus the binary logarithm of its share, 0
 * to 9. Rows: the letter before, first the beginning of the word; columns: a to z, then the end.
 */
static const char rarity[27][28] = {
	"332344444564354373234549789", "943476464952429492325567564", "247729982792782992463899595",
	"295929923934992983533999594", "377518572794773894384779691", "464245576983426572247565682",
	"289922991992992993542999494", "389929433993644993474989690", "268817982995662894543969493",
	"453435499973413584237498946", "199929993999991898891999996", "368716851963644695275969492",
	"276516792962673798454699293", "137917992997462298494999693", "373325173857854787325689782",
	"554465475953313492333446674", "288828932993882392443989694", "799999996997999999990999995",
	"255416572955552694344679592", "484938933965564479324969690", "375917931995773893344969472",
	"444445494972326492239797876", "299909991998993998795799795", "158527832964732794377989693",
	"383928842997884288824675592", "465647674985445495356968980", "289909961984773899886889533",
};

#define FIRST_VOWEL 0x314f

/* The Hangul letter of a key, 0 for what is no letter. Capitals are typed with shift. */
static uint16_t
key(char c)
{
	static const uint16_t keys[256] = {
		['q'] = 0x3142, ['w'] = 0x3148, ['e'] = 0x3137, ['r'] = 0x3131, ['t'] = 0x3145,
		['y'] = 0x315b, ['u'] = 0x3155, ['i'] = 0x3151, ['o'] = 0x3150, ['p'] = 0x3154,
		['a'] = 0x3141, ['s'] = 0x3134, ['d'] = 0x3147, ['f'] = 0x3139, ['g'] = 0x314e,
		['h'] = 0x3157, ['j'] = 0x3153, ['k'] = 0x314f, ['l'] = 0x3163, ['z'] = 0x314b,
		['x'] = 0x314c, ['c'] = 0x314a, ['v'] = 0x314d, ['b'] = 0x3160, ['n'] = 0x315c,
		['m'] = 0x3161, ['Q'] = 0x3143, ['W'] = 0x3149, ['E'] = 0x3138, ['R'] = 0x3132,
		['T'] = 0x3146, ['O'] = 0x3152, ['P'] = 0x3156,
	};

	return keys[(unsigned char)c];
}

static bool
is_vowel_key(char c)
{
	return key(c) >= FIRST_VOWEL;
}

/* The vowel, or the final, that the first two keys make together, 0 when they make none. */
static int32_t
vowel_pair(const char *keys, size_t len)
{
	return len < 2 ? 0 : jamo_vowel_pair(key(keys[0]), key(keys[1]));
}

static int32_t
final_pair(const char *keys, size_t len)
{
	return len < 2 ? 0 : jamo_final_pair(key(keys[0]), key(keys[1]));
}

/* Keys of the syllable at the start of keys, 0 when there is no whole one. */
static size_t
syllable_keys(const char *keys, size_t len)
{
	size_t n, finals = 0;

	if (len < 2 || key(keys[0]) == 0 || is_vowel_key(keys[0]) || !is_vowel_key(keys[1]))
		return 0;
	n = vowel_pair(keys + 1, len - 1) ? 3 : 2;
	while (n + finals < len && finals < 4 && key(keys[n + finals]) != 0 &&
	       !is_vowel_key(keys[n + finals]))
		finals++;
	/* The consonant before a vowel begins the next syllable. */
	if (n + finals < len && finals > 0)
		finals--;
	if (finals > 2 || (finals == 2 && !final_pair(keys + n, len - n)) ||
	    (finals == 1 && (keys[n] == 'E' || keys[n] == 'Q' || keys[n] == 'W')))
		return 0;
	return n + finals;
}

/* How unlike English a word is, out of ten times its letters and their edges. */
static unsigned
unlike_english(const char *letters, size_t len)
{
	unsigned before = 0, sum = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned letter = (unsigned)(letters[i] | 0x20) - 'a';

		sum += (unsigned)(rarity[before][letter] - '0');
		before = letter + 1;
	}
	sum += (unsigned)(rarity[before][26] - '0');
	return sum * 10 / (unsigned)(len + 1);
}

enum typed
word_typed(const char *letters, size_t len)
{
	size_t i = 0, n, syllables = 0;

	for (; i < len; i += n, syllables++) {
		n = syllable_keys(letters + i, len - i);
		if (n == 0)
			return TYPED_NOT;
	}
	if (syllables < 2 || unlike_english(letters, len) < UNLIKE_ENGLISH)
		return TYPED_POSSIBLY;
	return TYPED_KOREAN;
}

/* The Hangul letters of the keys of one syllable. Returns how many (2 or 3). */
static size_t
syllable_jamo(const char *keys, size_t len, int32_t jamo[3])
{
	int32_t both = vowel_pair(keys + 1, len - 1);
	size_t n = both ? 3 : 2;

	jamo[0] = key(keys[0]);
	jamo[1] = both ? both : key(keys[1]);
	if (n == len)
		return 2;
	both = final_pair(keys + n, len - n);
	jamo[2] = both ? both : key(keys[n]);
	return 3;
}

size_t
word_retype(const char *letters, size_t len, size_t at, struct cell *cells)
{
	size_t count = 0, n;

	for (size_t i = 0; i < len; i += n) {
		int32_t jamo[3];
		size_t jamo_count;
		struct cell *c = &cells[count++];

		n = syllable_keys(letters + i, len - i);
		jamo_count = syllable_jamo(letters + i, n, jamo);
		*c = (struct cell){ (uint32_t)(at + i), (uint32_t)(at + i + n), letters[i], { 0 } };
		/* Takes all of them but ㅋ at the end, which may be laughter. */
		jamo_join(jamo, jamo_count, false, &c->as[0]);
		c->as[1] = c->as[0];
	}
	return count;
}
