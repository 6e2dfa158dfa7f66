/** What the launcher says of values and arguments is what the command line's own parser says, for every command. */
import assert from "node:assert/strict";
import type { Kind, Parameter } from "../../src/cli/command_line/command.ts";
import { parseArguments } from "../../src/cli/command_line/parse_arguments.ts";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { createRandom } from "../daemon/stage/random.ts";
import { onlyWith } from "../needs.ts";
import { build, COMPILER } from "./build.ts";

type Line = readonly string[];

/** What the launcher says is wrong with each line; "" where it says nothing. */
async function launcherSays(lines: readonly Line[]): Promise<string[]> {
  const child = new Deno.Command(build("usage-check"), { stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  const words = lines.map((line) => [...line, "\u0001"].map((word) => `${word}\0`).join("")).join("");
  const [{ code, stdout }] = await Promise.all([
    child.output(),
    writer.write(new TextEncoder().encode(words)).then(() => writer.close()),
  ]);
  assert.equal(code, 0);
  return new TextDecoder().decode(stdout).split("\n").slice(0, -1);
}

/** In the same form; "" where nothing is wrong. */
function parserSays(line: Line): string {
  const parsed = parseArguments(line, { columns: 80, colour: false });
  if (parsed.parsed !== "wrong") return "";
  return `${parsed.command.slice("kato ".length)}: ${parsed.message}`;
}

/** The launcher adds the full stop only as it prints. */
function assertSame(line: Line, launcher: string): void {
  assert.equal(/[.?]$/.test(launcher) ? launcher : `${launcher}.`, parserSays(line), line.join(" "));
}

function accepts(kind: Kind<unknown>, text: string): boolean {
  try {
    kind.read(text);
    return true;
  } catch {
    return false; // an error of the parser's, whatever it says
  }
}

/** Of a kind: a right value, and wrong ones. */
function valuesOf({ kind }: Parameter): { readonly right: string; readonly wrong: readonly string[] } {
  assert.ok(kind !== null);
  const words = kind.completion.kind === "words" ? kind.completion.words : [];
  const tried = [
    ...words,
    `${words[0]},x`,
    "x",
    "",
    "0",
    "12345678",
    "1",
    "7d",
    "7dd",
    "nonsense",
    "F".repeat(64),
  ];
  return {
    right: tried.find((text) => accepts(kind, text)) ?? assert.fail("nothing is right"),
    // Whether there is such a day, only the runtime says.
    wrong: tried.filter((text) => !accepts(kind, text) && !(accepts(kind, "7d") && /^\d/.test(text))),
  };
}

/** Lines with one fault each: a value or an argument that is missing, too many, or of another kind. */
function faultyLines(): Line[] {
  return COMMANDS.filter(({ isHidden, path }) => isHidden !== true && path !== "help" && path !== "daemon")
    .flatMap(({ path, takes }) => {
      const parameters = Object.values(takes);
      const words = path.split(" ");
      const places = parameters.filter(({ place }) => place === "argument");
      const needed = places.filter(({ form }) => form.startsWith("<")).map((one) => valuesOf(one).right);
      const all = places.map((one) => valuesOf(one).right);
      const isBounded = !places.some(({ gathers }) => gathers);
      const options = parameters.filter(({ place, kind }) => place === "option" && kind !== null);
      return [
        ...needed.map((_, count) => [...words, ...needed.slice(0, count)]),
        words,
        ...(isBounded ? [[...words, ...all, "more"], [...words, ...all, "more", "and more"]] : []),
        ...places.flatMap((one, at) =>
          valuesOf(one).wrong.map((wrong) => [...words, ...all.slice(0, at), wrong, ...all.slice(at + 1)])
        ),
        ...options.flatMap((one) => {
          const names = one.form.replace(/ <.*/, "").split(", ");
          return [
            ...names.map((name) => [...words, ...needed, name]),
            ...valuesOf(one).wrong.flatMap((wrong) => [
              ...names.map((name) => [...words, ...needed, name, wrong]),
              [...words, `${names.at(-1)}=${wrong}`, ...needed],
            ]),
          ];
        }),
      ];
    });
}

Deno.test(
  onlyWith("launcher: says of every command which value or argument is wrong, in kato's own words", COMPILER),
  async () => {
    const plain = faultyLines();
    const lines = [...plain, ...plain.map(([first = "", ...rest]) => [first, ...rest, "--json"])]
      .filter((line) => parserSays(line) !== "");
    assert.ok(lines.length > 400, `${lines.length}`);
    const said = await launcherSays(lines);
    lines.forEach((line, at) => said[at] === "" || assertSame(line, said[at] ?? ""));
    const unanswered = lines.filter((_, at) => said[at] === "").map((line) => line.join(" "));
    // What contradicts something else is code; so is a value that looks like an option.
    assert.deepEqual(unanswered.filter((line) => !line.endsWith(" --json")), []);
  },
);

Deno.test(
  onlyWith(
    "launcher: says nothing of a line that is right, and nothing else than the parser of any",
    COMPILER,
  ),
  async () => {
    const random = createRandom(7);
    const lines = Array.from({ length: 1000 }, () => {
      const { path, takes } = random.pick(COMMANDS);
      const parameters = Object.values(takes);
      const words = Array.from({ length: random.between(0, 5) }, () => {
        const parameter = parameters.length > 0 ? random.pick(parameters) : null;
        const [name = ""] = parameter?.place === "option" ? [parameter.form.replace(/ <.*|, .*/, "")] : [];
        const value = parameter?.kind
          ? random.pick([valuesOf(parameter).right, ...valuesOf(parameter).wrong])
          : "5d8";
        return random.pick([[name, value], [`${name}=${value}`], [value], [name], [
          random.pick([
            "--",
            "-",
            "-h",
            "--help",
            "--version",
            "-V",
            "-x",
            "-5",
            "",
            "--frob",
            "--json",
            "\u00f6",
          ]),
        ]]);
      }).flat();
      return [...path.split(" "), ...words];
    });
    const said = await launcherSays(lines);
    const answered = lines.filter((_, at) => said[at] !== "");
    assert.ok(answered.length > 200, `${answered.length}`);
    lines.forEach((line, at) => said[at] === "" || assertSame(line, said[at] ?? ""));
  },
);
