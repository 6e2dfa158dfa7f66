import assert from "node:assert/strict";
import { readToml } from "../../src/settings/toml.ts";

Deno.test("readToml() knows the line of every key and table", () => {
  const read = readToml(
    [
      "enforce = [",
      '  "a", # ] not the end',
      "  'b',",
      "]",
      "[destinations]",
      'roots = ["~/x"]',
      '  "max\\u005ffile_mb" = 1',
      "[ providers . 'claude-code' ]",
      "enabled = true",
      'note = """',
      "[not_a_table]",
      'key = "no key" """',
      "after = { inner = 1, deep.er = [ { x = 1 } ] }",
      "last = 1979-05-27",
    ].join("\r\n"),
  );
  assert.ok(read.ok);
  assert.deepEqual(Object.fromEntries(read.lines), {
    "enforce": 1,
    "destinations": 5,
    "destinations.roots": 6,
    "destinations.max_file_mb": 7,
    "providers.claude-code": 8,
    "providers.claude-code.enabled": 9,
    "providers.claude-code.note": 10,
    "providers.claude-code.after": 13,
    "providers.claude-code.after.inner": 13,
    "providers.claude-code.after.deep.er": 13,
    "providers.claude-code.after.deep.er[0].x": 13,
    "providers.claude-code.last": 14,
  });
});

for (const [name, blank] of [["spaces", "  "], ["a tab", "\t"]] as const) {
  Deno.test(`readToml() takes ${name} in each place that may be blank`, () => {
    // `_` is such a place, `~` one in which a line may end, too.
    const text = "_[_d_._e_]_\n_a_._b_=_[~1_,~2_,~]_\n_'c'_=_{_x_=_1_,_y_._z_=_2_}_\n_[[_l_._m_]]_\n";
    for (const end of [blank, "\n", "\r\n", " # why\n"]) {
      const read = readToml(text.replaceAll("_", blank).replaceAll("~", end));
      assert.ok(read.ok, JSON.stringify([end, read]));
      assert.deepEqual([...read.lines.keys()], [
        "d.e",
        "d.e.a.b",
        "d.e.c",
        "d.e.c.x",
        "d.e.c.y.z",
        "l.m",
        "l.m[0]",
      ]);
      assert.deepEqual(JSON.parse(JSON.stringify(read.value)), {
        d: { e: { a: { b: [1, 2] }, c: { x: 1, y: { z: 2 } } } },
        l: { m: [{}] },
      });
    }
  });
}

Deno.test("readToml() says the line of what is not TOML, or not plain", async (t) => {
  const cases: [name: string, text: string, line: number, message: RegExp][] = [
    ["unclosed table", "a = 1\n[b\n", 2, /is not TOML/],
    ["bad escape", 'a = 1\nb = "\\q"\n', 2, /is not TOML/],
    ["the same key twice", "[d]\nallow = false\nallow = true\n", 3, /sets d\.allow twice/],
    ["the same key twice, once dotted", "d.allow = false\n[d]\nallow = true\n", 3, /sets d\.allow twice/],
    ["the same key twice, once in quotes", 'allow = false\n"allow" = true\n', 2, /sets allow twice/],
    ["a list that does not end", "a = 1\nb = [1,", 2, /ends inside a value/],
    ["an inline table that does not end", "a = 1\nb = { c = 1", 2, /ends inside a value/],
    ["deep nesting", "a = 1\nb = " + "[".repeat(100_000), 2, /more than 8 deep/],
    [
      "a table below its list",
      "[[d.l]]\na = 1\n[d]\nb = 1\n",
      3,
      /has \[d\] below \[\[d\.l\]\]; move it above/,
    ],
    ["the same key twice in an entry", "[[l]]\na = 1\n[[l]]\na = 1\na = 2\n", 5, /sets l\[1\]\.a twice/],
    [
      "a table that a dotted key made",
      "d.allow = false\n[e]\n[d]\nx = 1\n",
      3,
      /has d\.allow above \[d\]; move it below \[d\]/,
    ],
    ["a table that a dotted key made in a table", "[a]\nb.c = 1\n[a.b]\n", 3, /has a\.b\.c above \[a\.b\]/],
    [
      "the same table twice",
      "[d]\na = 1\n[d]\nb = 1\n",
      3,
      /has \[d\] a second time; write its keys below the one in line 1$/,
    ],
  ];
  for (const [name, text, line, message] of cases) {
    await t.step(name, () => {
      const read = readToml(text);
      assert.ok(!read.ok);
      assert.equal(read.line, line);
      assert.match(read.message, message);
    });
  }
});

Deno.test("readToml() keeps what would be a prototype apart", () => {
  const read = readToml('[__proto__]\nx = 1\n["a.b"]\ny = 1\n');
  assert.ok(read.ok);
  assert.deepEqual([...read.lines.keys()], ["__proto__", "__proto__.x", '"a.b"', '"a.b".y']);
  assert.equal(({} as Record<string, unknown>).x, undefined);
});

Deno.test("readToml() reads long values without a deep stack", () => {
  const text = `long = """${'x "" \\\\'.repeat(30_000)}"""\nlist = [${"[1],".repeat(10_000)}]\n`;
  const read = readToml(text);
  assert.ok(read.ok);
  assert.equal(read.lines.get("list"), 2);
});
