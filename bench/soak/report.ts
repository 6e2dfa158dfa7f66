/** The series of a run, each with its bound: the verdict, the table and the plot. Pure. */
import { markdownTable } from "../../tools/markdown_table.ts";
import { megabytes, milliseconds } from "../row.ts";
import { plot } from "./plot.ts";
import type { Holding } from "./sample.ts";
import { type Bound, trendOf } from "./trend.ts";

/** What was measured after each session had got one row. */
export interface Round extends Holding {
  readonly cpuPerRow: number;
  /** The median of the round's rows. Milliseconds. */
  readonly latency: number;
  /** What a fixed piece of work took now, and a flush: other load on the machine lifts them too. Milliseconds. */
  readonly cpuProbe: number;
  readonly flush: number;
}

interface Series {
  readonly title: string;
  readonly bound: Bound;
  /** The value that is shown. */
  of(round: Round): number;
  /** The value that is judged, where it is another one. */
  judged?(round: Round): number;
  format(value: number): string;
}

/**
 * A recording that is over may go on: the database keeps its last ids, its filter of ids and the renderer's state, twenty
 * kilobytes in whole pages. The states of sessions at work grow too, until their filters are full. Bytes for each command.
 */
const STATE_OF_RECORDING = 48_000;

const kilobytes = (bytes: number) => `${(bytes / 1e3).toFixed(0)} kB`;
const number = (count: number) => count.toFixed(0);

function seriesOf(commands: number): readonly Series[] {
  const memory = { share: 0.1, least: 4e6 };
  const cost = { share: 0.3, least: 0 };
  return [
    { title: "memory (PSS)", bound: memory, of: ({ pss }) => pss, format: megabytes },
    {
      title: "memory (RSS, all processes)",
      bound: memory,
      of: ({ resident }) => resident,
      format: megabytes,
    },
    {
      title: "open descriptors",
      bound: { share: 0, least: 2 },
      of: ({ descriptors }) => descriptors,
      format: number,
    },
    { title: "inotify watches", bound: { share: 0, least: 0 }, of: ({ watches }) => watches, format: number },
    {
      title: "database",
      bound: { share: 0, least: commands * STATE_OF_RECORDING },
      of: ({ database }) => database,
      format: kilobytes,
    },
    {
      title: "CPU time a row",
      bound: cost,
      of: ({ cpuPerRow }) => cpuPerRow,
      judged: ({ cpuPerRow, cpuProbe }) => cpuPerRow / cpuProbe,
      format: milliseconds,
    },
    {
      title: "from append to Markdown, median",
      bound: cost,
      of: ({ latency }) => latency,
      judged: ({ latency, flush, cpuProbe }) => latency / (flush + cpuProbe),
      format: milliseconds,
    },
  ];
}

export interface Report {
  readonly table: string;
  readonly plot: { readonly label: string; readonly svg: string };
  readonly count: number;
  readonly failed: number;
}

/** One command was given in each round. */
export function report(rounds: readonly Round[]): Report {
  const series = seriesOf(rounds.length);
  const rows = series.map(({ title, bound, of, judged = of, format }) => {
    const shown = trendOf(rounds.map(of), bound);
    const { isFlat, growth, median, allowed } = trendOf(rounds.map(judged), bound);
    const share = (part: number) => `${((100 * part) / (median || 1)).toFixed(1)} %`;
    const [grew, may] = judged === of ? [format(growth), format(allowed)] : [share(growth), share(allowed)];
    return { isFlat, cells: [title, format(shown.median), grew, may, isFlat ? "yes" : "**no**"] };
  });
  const label = series.map(({ title }) => title).join(", ");
  return {
    table: markdownTable([
      ["what", "median", "growth", "allowed", "flat"],
      ...rows.map(({ cells }) => cells),
    ]),
    plot: {
      label: `Over the run: ${label}`,
      svg: plot(label, series.map(({ title, of, format }) => ({ title, values: rounds.map(of), format }))),
    },
    count: rows.length,
    failed: rows.filter(({ isFlat }) => !isFlat).length,
  };
}
