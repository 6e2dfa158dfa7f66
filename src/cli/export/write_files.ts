/**
 * Writes each session to a file of its own. Sessions go in groups: the decisions of a group share a record's flush, and
 * while its files are flushed the next group is read. WRITES the decided destinations and the audit log.
 */
import { isSystemError, reasonOf } from "../../disk/entry_at.ts";
import { flushFoldersOf } from "../../disk/flush_folder.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { plain, showSize, tilde } from "../terminal/style.ts";
import { factsOf } from "./account.ts";
import type { ChosenSource } from "./choose_sources.ts";
import { openDecided, type Output, type OutputContext } from "./decide_output.ts";
import { type ImageFiles, keepImageFiles } from "./image_files.ts";
import type { Renderer } from "../../render/renderer.ts";
import type { OutputFile } from "./output_buffers.ts";
import { type Endings, gatherEndings, INTERRUPTED, type Run, whyFailed } from "./run.ts";
import { writeSession } from "./write_session.ts";

/** Files of a group. Those of two groups are open at the same time. */
const TOGETHER = 16;

/** Only Markdown has its images beside it: no other format loads its code. */
async function keepImages(keep: ImageFiles["keep"]): Promise<Renderer> {
  return (await import("../../render/markdown.ts")).markdownWithImages(keep);
}

interface Ended {
  readonly source: ChosenSource;
  readonly end: Outcome | Unflushed;
}

/** A file that the disk has, but may lose. */
interface Unflushed {
  readonly made: readonly string[];
  readonly flushed: Promise<number>;
  /** Prints that it is written. `folders`: a failure to flush the folders of the group. */
  tell(folders: Error | null): Promise<Outcome>;
}

/** @param note Gets what the index says of a written session. */
export async function writeFiles(
  sources: readonly ChosenSource[],
  destinationOf: (source: ChosenSource) => string,
  output: OutputContext,
  run: Run,
  note: (source: ChosenSource, facts: string) => void,
): Promise<Outcome> {
  const endings = gatherEndings(sources.length, run);
  const waiting = new Set<OutputFile>();
  let settling = Promise.resolve();
  let group: Ended[] = [];
  try {
    for (let next = 0; next < sources.length;) {
      const signal = run.interruption();
      const [first] = sources.slice(next);
      if (signal !== null && first !== undefined) {
        await settling;
        endings.add(first, fail(signal, INTERRUPTED));
        break;
      }
      const opened = await openDecided(
        sources.slice(next, next + TOGETHER).map((source) => ({
          destination: destinationOf(source),
          about: { provider: source.provider.id, session: source.session },
        })),
        output,
      );
      for (const one of opened) if ("file" in one) waiting.add(one.file);
      for (const one of opened) {
        const source = sources[next];
        if (source === undefined) throw new Error("internal error: a file without a session");
        next += 1;
        if ("file" in one) waiting.delete(one.file);
        group.push({ source, end: await writeOne(source, one, output, run, note) });
      }
      await settling;
      settling = settle(group, endings);
      settling.catch(() => {
        // Whoever waits for it hears of it.
      });
      group = [];
    }
  } finally {
    // Where something threw: what was not begun must not stay, and what was written is told of.
    for (const file of waiting) await file.abandon();
    await settling;
    await settle(group, endings);
  }
  return endings.outcome();
}

/** Flushes the files of a group, then their folders, and tells of each in order. */
async function settle(group: readonly Ended[], endings: Endings): Promise<void> {
  const written = group.flatMap(({ end }) => "flushed" in end ? [end] : []);
  await Promise.allSettled(written.map(({ flushed }) => flushed));
  const failure = flushFolders(written.flatMap(({ made }) => made));
  for (const { source, end } of group) {
    endings.add(source, "flushed" in end ? await end.tell(failure) : end);
  }
}

function flushFolders(made: readonly string[]): Error | null {
  try {
    flushFoldersOf(made);
    return null;
  } catch (error) {
    if (isSystemError(error)) return error;
    throw error;
  }
}

async function writeOne(
  source: ChosenSource,
  output: Output,
  context: OutputContext,
  run: Run,
  note: (source: ChosenSource, facts: string) => void,
): Promise<Outcome | Unflushed> {
  if (!("file" in output)) return fail(output.denied ? "denied" : "failed", output.message);
  const { file, path } = output;
  const about = { provider: source.provider.id, session: source.session };
  const images = run.images === "files" ? keepImageFiles(path, about, context) : null;
  const shown = tilde(path, run.context.home);
  const signal = run.interruption();
  if (signal !== null) {
    await file.abandon();
    return fail(signal, INTERRUPTED);
  }
  try {
    const session = await writeSession({
      ...run,
      ...(images === null ? {} : { renderer: await keepImages(images.keep) }),
      source,
      write: file.write,
      progress: (bytes) => run.progress.show(() => `${showSize(bytes)}  ${shown}`, bytes, source.size),
    });
    const written = { ...session, troubles: new Map([...session.troubles, ...images?.refusals() ?? []]) };
    const why = whyFailed(written, source, run);
    if (why !== null) {
      run.progress.clear();
      run.account.noted(source, written);
      images?.remove();
      const left = await abandon(file, shown);
      return fail(run.interruption() ?? "failed", `${why} ${left}`);
    }
    await file.handOver();
    const flushed = file.flush();
    flushed.catch(() => {
      // `tell` hears of it.
    });
    return {
      made: [...file.made, ...images?.made() ?? []],
      flushed,
      async tell(folders) {
        run.progress.clear();
        try {
          const size = await flushed;
          if (folders !== null) throw folders;
          run.account.wrote(source, path, size, written);
          note(source, factsOf(written, size));
          return DONE;
        } catch (error) {
          return cannotWrite(shown, error);
        }
      },
    };
  } catch (error) {
    run.progress.clear();
    await file.close();
    return cannotWrite(shown, error);
  }
}

export function cannotWrite(shown: string, error: unknown): Outcome {
  if (!isSystemError(error) || error instanceof Deno.errors.BrokenPipe) throw error;
  return fail(
    "failed",
    `Cannot write ${shown}: ${plain(reasonOf(error))}. What was written so far is in it.`,
  );
}

/** Gives the file up; a sentence that says what is left of it. */
async function abandon(file: OutputFile, shown: string): Promise<string> {
  switch (await file.abandon()) {
    case "removed":
      return "The unfinished file was removed.";
    case "part":
      return `${shown} holds what was written so far.`;
    case "as-it-was":
      return `${shown} is as it was.`;
  }
}
