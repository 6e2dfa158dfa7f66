/** The launcher answers `kato help` and `kato version` by itself, in the words of the command line's own parser. */
import assert from "node:assert/strict";
import { parseArguments } from "../../src/cli/command_line/parse_arguments.ts";
import { listShapes, readShape } from "../../src/cli/completions/shape.ts";
import { endWrong } from "../../src/cli/command_line/parse_arguments.ts";
import { EXIT } from "../../src/cli/exit_status.ts";
import { asksForJson, errorText } from "../../src/cli/report/report.ts";
import { createRandom, type Random } from "../daemon/stage/random.ts";
import { RUNTIME, versionLine } from "../../src/version.ts";
import { onlyWith, program } from "../needs.ts";
import { COMPILER } from "./build.ts";
import { createStage, type Stage } from "./stage.ts";

/** An installation in which nothing else can answer. */
function createBareStage(): Stage {
  const stage = createStage();
  Deno.removeSync(`${stage.library}/deno`);
  return stage;
}

function textOf(line: readonly string[], colour = false): string {
  const parsed = parseArguments(line, { columns: 80, colour });
  assert.ok(parsed.parsed === "text", line.join(" "));
  return parsed.text;
}

const PATHS = listShapes(readShape()).map(({ path }) => path.split(" ").filter((word) => word !== ""));

Deno.test(onlyWith("launcher: answers the help of every command, without a runtime", COMPILER), async () => {
  using stage = createBareStage();
  assert.ok(PATHS.length > 20);
  for (const path of PATHS) {
    const text = textOf([...path, "--help"]);
    for (const line of [["help", ...path], [...path, "--help"], [...path, "-h"]]) {
      assert.deepEqual(await stage.run(line), { code: 0, out: text, err: "" }, line.join(" "));
    }
    const coloured = await stage.run(["help", ...path], { env: { FORCE_COLOR: "1" } });
    assert.equal(coloured.out, textOf([...path, "--help"], true));
  }
  assert.equal((await stage.run([])).out, textOf([]));
  const plain = await stage.run(["help"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
  assert.equal(plain.out, textOf(["help"]));
});

Deno.test(
  onlyWith("launcher: answers the version, without a runtime and without a home", COMPILER),
  async () => {
    using stage = createBareStage();
    for (const word of ["version", "--version", "-V"]) {
      const ran = await stage.run([word], { env: { HOME: "" } });
      assert.deepEqual(ran, { code: 0, out: `${versionLine(RUNTIME)}\n`, err: "" });
    }
  },
);

/** Lines that need the parser: the launcher must not answer them. */
const OTHERS: readonly (readonly string[])[] = [
  ["help", "exprot"],
  ["help", "plan"],
  ["help", "policy show"],
  ["help", "policy", "show", "more"],
  ["help", ""],
  ["exprot", "--help"],
  ["export", "--all", "--help"],
  ["--help", "status"],
  ["version", "--json"],
  ["status"],
  // Wrong, or perhaps wrong, and not in a way that the launcher is certain of.
  ["exprot", "--all"],
  ["exprot", "-h"],
  ["Exprot"],
  ["exp\u00f6rt"],
  ["x".repeat(41)],
  ["policy", "--json"],
  ["--frob"],
  ["--json"],
  ["export", "5d8", "--all"],
  ["export", "-x"],
  ["export", "--al", "-h"],
  ["export", "--output", "--al"],
  ["export", "--al=1"],
  ["export", "--", "--al"],
  ["export", "--Al"],
  ["show", "5d8", "--since", "2026-13-45"],
  ["show", "5d8", "--last", "-5"],
  ["show", "--last", "x", "--version"],
  ["show", "5d8", "m\u00f6re"],
  ["audit", "tail", "-n5x"],
  ["completions", 'b"sh'],
  ["daemon", "--frob"],
];

/** A line that is wrong, as kato itself says it. */
function wrongOf(
  line: readonly string[],
): { readonly code: number; readonly out: string; readonly err: string } {
  const parsed = parseArguments(line, { columns: 80, colour: false });
  assert.ok(parsed.parsed === "wrong", line.join(" "));
  const outcome = endWrong(parsed);
  const message = "message" in outcome ? outcome.message ?? "" : "";
  return asksForJson(line)
    ? { code: EXIT.usage, out: errorText("usage", message), err: "" }
    : { code: EXIT.usage, out: "", err: `kato: ${message}\n` };
}

/** `word` with one or two letters added, taken away, changed or exchanged. */
function mistype(word: string, random: Random): string {
  const letters = [...word];
  for (let change = random.between(0, 2); change >= 0; change -= 1) {
    const at = random.between(0, letters.length);
    const letter = random.pick([..."aeiost-z"]);
    switch (random.between(0, 4)) {
      case 0:
        letters.splice(at, 0, letter);
        break;
      case 1:
        letters.splice(at, 1);
        break;
      case 2:
        letters[at] = letter;
        break;
      default:
        letters.splice(at, 2, ...letters.slice(at, at + 2).reverse());
    }
  }
  return letters.join("");
}

/** Values and arguments: usage_test.ts has all of them. */
const WRONG_VALUES: readonly (readonly string[])[] = [
  ["export"],
  ["export", "5d8", "--format", "pdf"],
  ["export", "--al", "--output", "x.md"],
  ["export", "--no-redact", "--al"],
  ["show", "--last", "x"],
  ["show", "5d8", "--last"],
  ["sessions", "--since=nonsense"],
  ["status", "now"],
  ["completions", "tcsh"],
];

/** Words that are no command, commands that are missing, options that a command does not have. */
function wrongLines(): string[][] {
  const random = createRandom(1);
  const shapes = listShapes(readShape());
  const lines: string[][] = [
    ...WRONG_VALUES.map((line) => [...line]),
    ["x"],
    ["a".repeat(40)],
    ["exprot", "now"],
    ["init", "--json"],
    [
      "audit",
      "tail",
      "--frob",
    ],
  ];
  for (const { path, commands, options } of shapes) {
    const words = path.split(" ").filter((word) => word !== "");
    const names = commands.map(({ name }) => name);
    if (commands.length > 0 && path !== "") lines.push(words);
    for (const name of [...names, ...names]) {
      const wrong = mistype(name, random);
      if (/^[a-z]/.test(wrong) && !names.includes(wrong) && wrong !== "plan") lines.push([...words, wrong]);
    }
    if (commands.length > 0 || path === "daemon") continue;
    for (const { long } of options) {
      const wrong = `--${mistype(long.slice(2), random)}`;
      if (/^--[a-z]/.test(wrong) && !options.some((option) => option.long === wrong)) {
        lines.push([...words, "5d8", wrong], [...words, wrong, "more"]);
      }
    }
  }
  return [...lines, ...lines.map((line) => [...line, "--json"])].filter((line) => parsesWrong(line));
}

/** Some of these lines are right, such as one letter less of a word that is a command, too. */
function parsesWrong(line: readonly string[]): boolean {
  return parseArguments(line, { columns: 80, colour: false }).parsed === "wrong";
}

Deno.test(
  onlyWith("launcher: says what is wrong in a line in kato's own words, without a runtime", COMPILER),
  async () => {
    using stage = createBareStage();
    const lines = wrongLines();
    assert.ok(lines.length > 200, `${lines.length}`);
    const unanswered: string[] = [];
    for (const line of lines) {
      const ran = await stage.run(line, { env: { HOME: "" } });
      if (ran.code === EXIT.usage) assert.deepEqual(ran, wrongOf(line), line.join(" "));
      else unanswered.push(line.join(" "));
    }
    // Only --json where a command does not take it, and nothing else, may be left to the runtime.
    assert.deepEqual(unanswered.filter((line) => !line.endsWith("--json")), []);
  },
);

Deno.test(onlyWith("launcher: leaves every other line to the runtime", COMPILER), async () => {
  using stage = createBareStage();
  for (const line of OTHERS) {
    const { code, err } = await stage.run(line);
    assert.deepEqual([code, /lib\/kato\/deno is missing/.test(err)], [78, true], line.join(" "));
  }
});

Deno.test(
  onlyWith(
    "launcher: a terminal that is narrow is left to the runtime, a wide one gets colour",
    COMPILER,
    program("script", "bsdutils"),
  ),
  async () => {
    using stage = createBareStage();
    const inTerminal = async (columns: number) => {
      const { stdout } = await new Deno.Command("script", {
        args: ["--quiet", "--command", `stty cols ${columns}; ${stage.root}/bin/kato help`, "/dev/null"],
        env: { TERM: "xterm", HOME: stage.home, COLUMNS: "", NO_COLOR: "", FORCE_COLOR: "" },
        stdin: "null",
      }).output();
      return new TextDecoder().decode(stdout).replaceAll("\r", "");
    };
    assert.equal(await inTerminal(80), textOf(["help"], true));
    assert.equal(await inTerminal(200), textOf(["help"], true));
    assert.ok(!(await inTerminal(79)).includes("Usage"));
  },
);
