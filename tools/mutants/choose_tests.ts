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

/** @param only The files and folders whose tests are run, all of them `near`; empty: the finder chooses. */
export async function createTestFinder(root: string, only: readonly string[]): Promise<TestFinder> {
  const places = only.length === 0 ? ["tests"] : only.map((place) => place.replace(/\/$/, ""));
  const found = await Promise.all(places.map((place) => walkFiles(root, place)));
  const tests = found.flat().filter((path) => path.endsWith("_test.ts"));
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
      const isNear = (test: string) => only.length > 0 || isIn(test, [room, ...TESTED_BY[room] ?? []]);
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
