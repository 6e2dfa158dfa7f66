/** Finds the tests that load a source file. */
import { walkFiles } from "./walk_files.ts";

/** Folders of tests that start processes by the dozen, build, or need a machine: too slow to run once a mutant. */
const SLOW = ["attacks", "booted", "build", "daemon", "fleet", "hosts", "launcher", "systemd"];

/** The folders that test a room besides the folder of its name. */
const TESTED_BY: Readonly<Record<string, readonly string[]>> = {
  audit: ["disk"],
  parser: ["hosts"],
  writer: ["hosts", "daemon"],
  hosts: ["daemon"],
};

export interface TestFinder {
  /** `near`: those in the folder that is named like the file's room; they kill most. */
  testsOf(file: string): { readonly near: readonly string[]; readonly others: readonly string[] };
}

export async function createTestFinder(root: string): Promise<TestFinder> {
  const tests = (await walkFiles(root, "tests")).filter((path) => path.endsWith("_test.ts"));
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(entry, tests.map((path) => `import "file://${root}/${path}";\n`).join(""));
  const args = ["info", "--json", "--config", `${root}/deno.json`, entry];
  const command = new Deno.Command(Deno.execPath(), { args, cwd: root });
  const { stdout, success } = await command.output();
  await Deno.remove(entry);
  if (!success) throw new Error("deno info failed");
  const loads = readGraph(JSON.parse(new TextDecoder().decode(stdout)));
  const reached = new Map(tests.map((test) => [test, reach(loads, `file://${root}/${test}`)]));
  return {
    testsOf(file) {
      const room = file.split("/")[1] ?? "";
      const all = tests.filter((test) => reached.get(test)?.has(`file://${root}/${file}`));
      const isIn = (test: string, folders: readonly string[]) =>
        folders.some((folder) => test.startsWith(`tests/${folder}/`));
      const isNear = (test: string) => isIn(test, [room, ...TESTED_BY[room] ?? []]);
      return { near: all.filter(isNear), others: all.filter((test) => !isNear(test) && !isIn(test, SLOW)) };
    },
  };
}

type Graph = ReadonlyMap<string, readonly string[]>;

interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier?: string } }[];
}

function readGraph({ modules }: { readonly modules: readonly ModuleInfo[] }): Graph {
  return new Map(modules.map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.flatMap(({ code }) => code?.specifier ?? []),
  ]));
}

function reach(graph: Graph, from: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const left = [from];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    left.push(...graph.get(next) ?? []);
  }
  return reached;
}
