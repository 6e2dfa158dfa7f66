/** The search: how fast its index is made, beside an export of the same sessions, how big it is, and how long a search takes. */
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { unpackBlock } from "../src/search/block.ts";
import { findPassages, sessionsOf } from "../src/search/find.ts";
import { parseQuery } from "../src/search/query.ts";
import { placesOf } from "../src/settings/places.ts";
import { clientOf } from "./client.ts";
import type { ManyPlan } from "./export.ts";
import { generateWork } from "./generate.ts";
import { median, type Run, runChild } from "./measure.ts";
import { megabytes, milliseconds, percent, type Row, size } from "./row.ts";

/** The goals of docs/search.md. */
const BUILD = 0.5;
const SHARE = 1 / 3;
const SEARCH_MS = 60;

/** Of the generated texts: frequent, side by side, at the beginning of words, not there. */
const QUERIES = ["the", "return value", "test*", "zzzz"];
const SEARCHES = 15;

export async function measureSearch(folder: string, { sessions, bytes, runs }: ManyPlan): Promise<Row[]> {
  const home = join(folder, "search");
  const client = clientOf("claude-code");
  const total = await generateWork(client, client.root(home), sessions, bytes);
  const { config, policyFile, indexFile } = placesOf(home);
  await Deno.mkdir(config, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(policyFile, "[search]\nenabled = true\n", { mode: 0o600 });
  const run = (...args: readonly string[]) =>
    runChild({ script: "src/kato.ts", command: "export", args, mode: "jit", home });
  const built: Run[] = [];
  const exported: Run[] = [];
  for (let turn = 0; turn < runs; turn += 1) {
    built.push(await run("search", "--rebuild"));
    const output = join(home, "out");
    exported.push(await run("export", "--all", "--output", output));
    await Deno.remove(output, { recursive: true });
  }
  const what = `${sessions} sessions of claude-code, ${size(total)}, real work`;
  const rows = [
    compare(what, built, exported),
    measureSize(what, indexFile),
    ...measureQueries(what, indexFile),
  ];
  await Deno.remove(home, { recursive: true });
  return rows;
}

function compare(what: string, built: readonly Run[], exported: readonly Run[]): Row {
  const [cpu, exportCpu] = [built, exported].map((runs) => median(runs.map(({ cpuMs }) => cpuMs)));
  const share = (exportCpu ?? 0) / (cpu ?? 1);
  const peak = Math.max(...built.map(({ peakBytes }) => peakBytes));
  return {
    what: `search --rebuild, ${what}`,
    goal: `≥ ${percent(BUILD)} of an export, by CPU time`,
    result: `${percent(share)}, ${megabytes(peak)}`,
    context: `CPU ${milliseconds(cpu ?? 0)}; export --all, md: CPU ${milliseconds(exportCpu ?? 0)}`,
    reached: share >= BUILD,
  };
}

function measureSize(what: string, indexFile: string): Row {
  using database = new DatabaseSync(indexFile, { readOnly: true });
  const encoder = new TextEncoder();
  let text = 0;
  for (const { data } of database.prepare("SELECT data FROM texts").iterate()) {
    for (const passage of unpackBlock(data as Uint8Array)) text += encoder.encode(passage.text).length;
  }
  const index = Deno.statSync(indexFile).size;
  return {
    what: `index of a search, ${what}`,
    goal: "≤ a third of the text",
    result: percent(index / text),
    context: `${megabytes(index)} for ${megabytes(text)} of text`,
    reached: index / text <= SHARE,
  };
}

/** Without the start of a program. */
function measureQueries(what: string, indexFile: string): Row[] {
  return QUERIES.map((typed) => {
    const query = parseQuery([typed]);
    if (!query.ok) throw new Error(query.message);
    const wanted = { terms: query.terms, roles: [], isIn: () => true, since: -Infinity, limit: 20 };
    let hits = 0;
    const times = Array.from({ length: SEARCHES }, () => {
      const began = performance.now();
      using database = new DatabaseSync(indexFile, { readOnly: true });
      hits = findPassages(database, sessionsOf(database), wanted).hits.length;
      return performance.now() - began;
    });
    const middle = median(times);
    return {
      what: `search for ${JSON.stringify(typed)}, ${what}`,
      goal: `< ${milliseconds(SEARCH_MS)}`,
      result: milliseconds(middle),
      context: `${hits} hits, ${SEARCHES} runs: ${milliseconds(Math.min(...times))} to ${
        milliseconds(Math.max(...times))
      }`,
      reached: middle < SEARCH_MS,
    };
  });
}
