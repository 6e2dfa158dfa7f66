import assert from "node:assert/strict";
import { parse } from "@std/toml";
import fc from "fast-check";
import { addEntry, addList, dropEntry, setText } from "../../src/settings/edit_list.ts";
import { starterPolicy } from "../../src/settings/starter.ts";

const KEY = "destinations.roots";

const ADDED: readonly (readonly [name: string, text: string, expected: string])[] = [
  ["one line", '[destinations]\nroots = ["a"] # mine\n', '[destinations]\nroots = ["a", "~/x"] # mine\n'],
  [
    "one line, comma at its end",
    "[destinations]\nroots = ['a', ]\n",
    "[destinations]\nroots = ['a', \"~/x\", ]\n",
  ],
  ["an empty list", "[destinations]\nroots = []", '[destinations]\nroots = ["~/x"]'],
  [
    "an entry a line",
    '[destinations]\nroots = [\n  "a", # the first\n  "b", # the last\n  # more?\n]\n',
    '[destinations]\nroots = [\n  "a", # the first\n  "b", # the last\n  "~/x",\n  # more?\n]\n',
  ],
  [
    "an entry a line, no comma behind the last",
    '[destinations]\nroots = [\n\t"a",\n\t"b" # the last, ] and "more"\n]\n',
    '[destinations]\nroots = [\n\t"a",\n\t"b", # the last, ] and "more"\n\t"~/x"\n]\n',
  ],
  [
    "two lines, both with brackets",
    '[destinations]\nroots = ["a",\n  "b"]\n',
    '[destinations]\nroots = ["a",\n  "b", "~/x"]\n',
  ],
  ["a dotted key", 'destinations.roots = ["a"]\n', 'destinations.roots = ["a", "~/x"]\n'],
  ["an inline table", 'destinations = { roots = ["a"] }\n', 'destinations = { roots = ["a", "~/x"] }\n'],
  [
    "line ends of DOS",
    '[destinations]\r\nroots = [\r\n "a"\r\n]\r\n',
    '[destinations]\r\nroots = [\r\n "a",\r\n "~/x"\r\n]\r\n',
  ],
  [
    "text that looks like the list",
    'note = """\n[destinations]\nroots = []\n"""\n[destinations]\nroots = ["a"]\n',
    'note = """\n[destinations]\nroots = []\n"""\n[destinations]\nroots = ["a", "~/x"]\n',
  ],
];

for (const [name, text, expected] of ADDED) {
  Deno.test(`addEntry() adds to ${name}, and changes nothing else`, () => {
    assert.equal(addEntry(text, KEY, "~/x", ["unused"]), expected);
    parse(expected);
  });
}

const NEW: readonly (readonly [name: string, text: string, expected: string])[] = [
  ["nothing", "", '[destinations]\nroots = ["d", "~/x"]\n'],
  [
    "other tables",
    "[recording]\ncommands = true",
    '[recording]\ncommands = true\n\n[destinations]\nroots = ["d", "~/x"]\n',
  ],
  [
    "a table without it",
    "[destinations]\nallow_shared = true\n",
    '[destinations]\nroots = ["d", "~/x"]\nallow_shared = true\n',
  ],
  ["a header at the very end", "[destinations]", '[destinations]\nroots = ["d", "~/x"]\n'],
  [
    "a comment that shows it",
    '[destinations]\n# Folders.\n# roots = ["~/.kato/exports"]\n# more\n[recording]\n',
    '[destinations]\n# Folders.\n# roots = ["~/.kato/exports"]\nroots = ["d", "~/x"]\n# more\n[recording]\n',
  ],
  [
    "dotted keys of its table",
    "# hello\ndestinations.max_file_mb = 1\n",
    '# hello\ndestinations.roots = ["d", "~/x"]\ndestinations.max_file_mb = 1\n',
  ],
  [
    "dotted keys of its table, with line ends of DOS",
    "# hello\r\ndestinations.max_file_mb = 1\r\n",
    '# hello\r\ndestinations.roots = ["d", "~/x"]\r\ndestinations.max_file_mb = 1\r\n',
  ],
  [
    "a table with line ends of DOS",
    "[destinations]\r\nmax_file_mb = 1\r\n",
    '[destinations]\r\nroots = ["d", "~/x"]\r\nmax_file_mb = 1\r\n',
  ],
  [
    "an inline table",
    "destinations = { max_file_mb = 1 }\n",
    'destinations = { roots = ["d", "~/x"], max_file_mb = 1 }\n',
  ],
  [
    "a table whose comment was deleted, above one whose comment looks the same",
    "[destinations]\nallow_shared = true\n[providers.codex]\n# roots = []\n",
    '[destinations]\nroots = ["d", "~/x"]\nallow_shared = true\n[providers.codex]\n# roots = []\n',
  ],
  [
    "a table above an indented one",
    "[destinations]\n  [providers.codex]\n  # roots = []\n",
    '[destinations]\nroots = ["d", "~/x"]\n  [providers.codex]\n  # roots = []\n',
  ],
  ["an empty inline table", "destinations = {}\n", 'destinations = { roots = ["d", "~/x"]}\n'],
];

for (const [name, text, expected] of NEW) {
  Deno.test(`addEntry() makes the list in ${name}`, () => {
    assert.equal(addEntry(text, KEY, "~/x", ["d"]), expected);
    assert.deepEqual((parse(expected)["destinations"] as Record<string, unknown>)["roots"], ["d", "~/x"]);
  });
}

Deno.test("addEntry() keeps every line of the file that `kato init` writes", () => {
  const before = starterPolicy().split("\n");
  const after = addEntry(starterPolicy(), KEY, '~/a "b" \\c', ["~/.kato/exports"]).split("\n");
  const added = after.filter((line) => !before.includes(line));
  assert.deepEqual(added, ['roots = ["~/.kato/exports", "~/a \\"b\\" \\\\c"]']);
  assert.deepEqual(after.filter((line) => !added.includes(line)), before);
});

Deno.test("addEntry() puts the list into its table, whichever line of the starter file was deleted", () => {
  const lines = starterPolicy().split("\n");
  for (const [index, deleted] of lines.entries()) {
    const text = addEntry(lines.toSpliced(index, 1).join("\n"), KEY, "~/x", ["d"]);
    const { destinations, ...others } = parse(text) as Record<string, Record<string, unknown>>;
    assert.deepEqual(destinations, { roots: ["d", "~/x"] }, deleted);
    assert.ok(Object.values(others).every((table) => !("roots" in table)), deleted);
  }
});

const DROPPED: readonly (readonly [name: string, index: number, list: string, expected: string])[] = [
  ["the first", 0, '["a", "b"]', '["b"]'],
  ["the last", 1, '["a", "b"]', '["a"]'],
  ["the last, comma behind it", 1, '["a", "b", ]', '["a", ]'],
  ["the one between", 1, '["a", "b", "c"]', '["a", "c"]'],
  ["the only one", 0, '["a"]', "[]"],
  [
    "a line with its comment",
    1,
    '[\n  "a", # first\n  "b", # second\n  "c",\n]',
    '[\n  "a", # first\n  "c",\n]',
  ],
  ["a line at the margin", 1, '[\n"a",\n"b",\n"c",\n]', '[\n"a",\n"c",\n]'],
  ["the first line at the margin", 0, '[\n"a",\n"b",\n]', '[\n"b",\n]'],
  ["the last line, no comma behind it", 1, '[\n  "a", # first\n  "b" # second\n]', '[\n  "a", # first\n]'],
  ["one beside the bracket", 0, '["a", # first\n  "b"]', '[# first\n  "b"]'],
];

for (const [name, index, list, expected] of DROPPED) {
  Deno.test(`dropEntry() takes out ${name}`, () => {
    const [head, tail] = ["[destinations]\nroots = ", " # end\nmax_file_mb = 1\n"];
    const text = dropEntry(head + list + tail, KEY, index);
    assert.equal(text, head + expected + tail);
    parse(text);
  });
}

const TEXT_KEY = "destinations.default_root";

const SET: readonly (readonly [name: string, text: string, expected: string])[] = [
  ["nothing", "", '[destinations]\ndefault_root = "~/x"\n'],
  ["a value", '[destinations]\ndefault_root = "a" # mine\n', '[destinations]\ndefault_root = "~/x" # mine\n'],
  ["a literal value", "destinations.default_root = 'a'", 'destinations.default_root = "~/x"'],
  [
    "a table without it",
    '[destinations]\nroots = ["a"]\n\n[recording]\n',
    '[destinations]\ndefault_root = "~/x"\nroots = ["a"]\n\n[recording]\n',
  ],
  [
    "it as a comment",
    '[destinations]\n# Where to.\n# default_root = "a"\n# more = 1\n',
    '[destinations]\n# Where to.\n# default_root = "a"\ndefault_root = "~/x"\n# more = 1\n',
  ],
  [
    "an inline table",
    "destinations = { roots = ['a'] }\n",
    "destinations = { default_root = \"~/x\", roots = ['a'] }\n",
  ],
];

for (const [name, text, expected] of SET) {
  Deno.test(`setText() sets a text where there is ${name}`, () => {
    const set = setText(text, TEXT_KEY, "~/x");
    assert.equal(set, expected);
    assert.equal(setText(set, TEXT_KEY, "~/x"), expected, "once is enough");
  });
}

Deno.test("setText() changes a starter file so that it says that, and nothing else", () => {
  const { destinations } = parse(setText(starterPolicy(), TEXT_KEY, "~/x")) as { destinations: unknown };
  assert.deepEqual(destinations, { default_root: "~/x" });
});

Deno.test("addList() writes a list as the whole value", () =>
  assert.equal(addList("", KEY, ["a", "b"]), '[destinations]\nroots = ["a", "b"]\n'));

/** A policy file as a person may lay it out, and the roots that it sets; null where it sets none. */
const laidOut = fc.record({
  head: fc.constantFrom("", "# mine\n", "\n\n", '[recording]\ncommands = true # "[destinations]"\n'),
  entries: fc.option(
    fc.array(fc.constantFrom("~/a", "~/b c", "/srv/d#e", "/srv/]f", "/srv/g,h"), { maxLength: 4 }),
  ),
  quote: fc.constantFrom('"', "'"),
  gap: fc.constantFrom("", " ", "\n", "\n  ", ' # a [comment, with "everything"]\n\t'),
  after: fc.constantFrom("", " ", "\n", ' # so [far], "it" goes\n'),
  comma: fc.boolean(),
  end: fc.constantFrom("", "\n", " # end\n", "\nmax_file_mb = 3\n", "\n[sandbox]\n"),
  lineEnd: fc.constantFrom("\n", "\r\n"),
  header: fc.constantFrom(
    "[destinations]\n",
    "[ destinations ] # here\n",
    "[destinations]\nallow_shared = true\n",
  ),
}).map(({ head, entries, quote, gap, after, comma, end, lineEnd, header }) => {
  const texts = (entries ?? []).map((entry) => `${quote}${entry}${quote}`);
  const list = texts.map((text, index) => {
    const isLast = index === texts.length - 1;
    return `${gap}${text}${isLast && !comma ? "" : ","}`;
  }).join(after);
  const value = entries === null ? "" : `roots = [${list}${gap}]${end === "" ? "\n" : end}`;
  return { text: `${head}${header}${value}`.replaceAll("\n", lineEnd), entries };
});

type Tables = Record<string, Record<string, unknown>>;

Deno.test("addEntry() and dropEntry() change the list and nothing else, however the file is laid out", () => {
  fc.assert(
    fc.property(laidOut, ({ text, entries }) => {
      const before = parse(text) as Tables;
      const added = addEntry(text, KEY, "~/new one", ["~/default"]);
      const expected = [...entries ?? ["~/default"], "~/new one"];
      const { destinations, ...others } = parse(added) as Tables;
      assert.deepEqual(destinations, { ...before["destinations"], roots: expected });
      assert.deepEqual(
        others,
        Object.fromEntries(Object.entries(before).filter(([name]) => name !== "destinations")),
      );
      for (const comment of text.match(/(?:^|\s)#.*/gm) ?? []) {
        assert.ok(added.includes(comment.trimEnd()), comment);
      }
      for (let index = 0; index < expected.length; index++) {
        const rest = parse(dropEntry(added, KEY, index)) as Tables;
        assert.deepEqual(
          rest["destinations"]?.["roots"],
          expected.toSpliced(index, 1),
          `${index} of ${added}`,
        );
      }
    }),
    { numRuns: 2_000 },
  );
});
