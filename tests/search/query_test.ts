/** What a person types for `kato search`, and the expression that the index gets for it. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { QUERY_CHARS, QUERY_WORDS } from "../../src/protocol/search_limits.ts";
import { expressionOf, parseQuery, type Term } from "../../src/search/query.ts";
import { wordsOf } from "../../src/search/words.ts";

const RUNS = Number(Deno.env.get("KATO_RUNS") ?? 200);

const word = (...words: string[]): Term => ({ words, isPrefix: false });
const begin = (...words: string[]): Term => ({ words, isPrefix: true });

const RIGHT: readonly (readonly [typed: readonly string[], terms: readonly Term[]])[] = [
  [["beans"], [word("beans")]],
  [["Beans", "GRÜN"], [word("beans"), word("grun")]],
  [["plant the beans"], [word("plant", "the", "beans")]],
  [['"plant the" beans'], [word("plant", "the"), word("beans")]],
  [['say "two words"'], [word("say"), word("two", "words")]],
  [["pars*"], [begin("pars")]],
  [["read the pars*"], [begin("read", "the", "pars")]],
  [['"read the pars"*'], [begin("read", "the", "pars")]],
  [['"read the pars*"'], [begin("read", "the", "pars")]],
  [["src/main.ts"], [word("src", "main", "ts")]],
  [["foo_bar", "--flag"], [word("foo", "bar"), word("flag")]],
  [["AND", "OR", "NOT", "NEAR"], [word("and"), word("or"), word("not"), word("near")]],
  [["text:beans"], [word("text", "beans")]],
  [["", "beans", " "], [word("beans")]],
  [["日本語"], [word("日本語")]],
];

for (const [typed, terms] of RIGHT) {
  Deno.test(`parseQuery() reads ${JSON.stringify(typed)}`, () => {
    assert.deepEqual(parseQuery(typed), { ok: true, terms });
  });
}

const WRONG: readonly (readonly [typed: readonly string[], message: RegExp])[] = [
  [[], /nothing to search for\. Write one or more words\./],
  [["", " "], /nothing to search for/],
  [['"two words'], /A quote is not closed in "two words\. Write it as '"two words"'\./],
  [["***"], /has no letter and no digit|stands at the end of a word/],
  [["???"], /\?\?\? has no letter and no digit\. kato searches for words\./],
  [["*begin"], /A \* stands at the end of a word: \*begin has it elsewhere\. Write 'begin\*'\./],
  [["a*b"], /elsewhere/],
  [['""'], /no letter and no digit/],
  [["x".repeat(QUERY_CHARS + 1)], /longer than 1024 characters\. Search for a few words of it\./],
  [Array(QUERY_WORDS + 1).fill("a"), /more than 32 words\. Search for fewer of them\./],
];

for (const [typed, message] of WRONG) {
  Deno.test(`parseQuery() says what is wrong with ${JSON.stringify(typed).slice(0, 40)}`, () => {
    const parsed = parseQuery(typed);
    assert.ok(!parsed.ok);
    assert.match(parsed.message, message);
  });
}

Deno.test("expressionOf() asks for every word, for roles and for sessions", () => {
  const terms = [word("plant", "the"), begin("the")];
  assert.equal(expressionOf(terms, [], null), '"plant" AND "the" AND "the" *');
  assert.equal(
    expressionOf([word("a")], ["user", "notice"], [7, 12]),
    '"a" AND ("\ue000u" OR "\ue000n") AND ("\ue0007" OR "\ue00012")',
  );
});

/** An index with one text. */
function indexOf(text: string) {
  const database = new DatabaseSync(":memory:");
  database.exec(
    "CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none, columnsize=0, tokenize=\"unicode61 remove_diacritics 2\")",
  );
  database.prepare("INSERT INTO words (rowid, text) VALUES (1, ?)").run(text);
  const find = database.prepare("SELECT rowid FROM words WHERE words MATCH ?");
  return {
    finds: (expression: string) => find.all(expression).length === 1,
    [Symbol.dispose]: () => database.close(),
  };
}

/** Of scripts that the tokenizer of SQLite knows: its tables are those of Unicode 6.1. */
const letters = fc.constantFrom(
  ..."abzAZ09éÉüßñŁøЖжщΩλא سक日本語한ｱ_-*\"'():^.,;\n\t\\/{}[]+&|!~\ue000\u0301\u200d\u{1f600}",
);
const text = fc.array(letters, { maxLength: 40 }).map((all) => all.join(""));

Deno.test("whatever is typed, parseQuery() gives words or a sentence, and SQLite understands the expression", () => {
  using index = indexOf("nothing");
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (typed) => {
      const parsed = parseQuery(typed);
      if (parsed.ok) index.finds(expressionOf(parsed.terms, ["user"], [1]));
      else assert.match(parsed.message, /\.$/);
    }),
    { numRuns: RUNS * 5 },
  );
});

Deno.test("the words of a text are those that SQLite's tokenizer finds in it", () => {
  fc.assert(
    fc.property(text, (text) => {
      using index = indexOf(text);
      for (const { word, from, to } of wordsOf(text)) {
        assert.ok(index.finds(expressionOf([{ words: [word], isPrefix: false }], [], null)), word);
        assert.ok(to > from);
      }
    }),
    { numRuns: RUNS * 2 },
  );
});
