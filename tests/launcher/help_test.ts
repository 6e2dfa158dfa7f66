/** The launcher answers `kato help` and `kato version` by itself, in the words of the command line's own parser. */
import assert from "node:assert/strict";
import { parseArguments } from "../../src/cli/command_line/parse_arguments.ts";
import { listShapes, readShape } from "../../src/cli/completions/shape.ts";
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
  ["policy"],
  ["version", "--json"],
  ["status"],
];

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
    program("script"),
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
