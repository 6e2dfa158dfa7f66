/** Small plots of series below one another, as SVG that is readable on a dark and on a light page. Pure. */
import { thinOut } from "./trend.ts";

export interface Plotted {
  readonly title: string;
  readonly values: readonly number[];
  /** A value as people read it. */
  format(value: number): string;
}

const WIDTH = 720;
const HEIGHT = 76;
const [LEFT, RIGHT, TOP, BOTTOM] = [8, 96, 24, 8] as const;
const POINTS = 120;
/** A flat series stays in the middle of its plot: the scale shows at least this share of its values. */
const LEAST_SPAN = 0.5;

const STYLE = `
    text { font: 12px system-ui, sans-serif; fill: #1f2328; }
    .quiet { fill: #59636e; }
    path { fill: none; stroke: #0969da; stroke-width: 1.5; }
    line { stroke: #d1d9e0; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .quiet { fill: #9198a1; }
      path { stroke: #4493f8; }
      line { stroke: #3d444d; }
    }
  `;

/** `label` says for readers of screens what the plots show. */
export function plot(label: string, series: readonly Plotted[]): string {
  const height = series.length * HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${
    escapeText(label)
  }">
  <style>${STYLE}</style>
${series.map((one, index) => plotOne(one, index * HEIGHT)).join("\n")}
</svg>
`;
}

function plotOne({ title, values, format }: Plotted, above: number): string {
  const shown = thinOut(values, POINTS);
  const [low, high] = scaleOf(shown);
  const [right, base] = [WIDTH - RIGHT, above + HEIGHT - BOTTOM];
  const x = (index: number) => LEFT + ((right - LEFT) * index) / Math.max(1, shown.length - 1);
  const y = (value: number) => base - ((base - above - TOP) * (value - low)) / (high - low);
  const path = shown.map((value, index) =>
    `${index === 0 ? "M" : "L"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
  ).join("");
  return [
    `  <text x="${LEFT}" y="${above + 16}">${escapeText(title)}</text>`,
    `  <line x1="${LEFT}" x2="${right}" y1="${base}" y2="${base}" />`,
    `  <path d="${path}" />`,
    `  <text class="quiet" x="${right + 8}" y="${above + TOP + 8}">${escapeText(format(high))}</text>`,
    `  <text class="quiet" x="${right + 8}" y="${base}">${escapeText(format(low))}</text>`,
  ].join("\n");
}

function scaleOf(values: readonly number[]): readonly [low: number, high: number] {
  const [least, most] = [Math.min(...values, Infinity), Math.max(...values, -Infinity)];
  if (least > most) return [0, 1];
  const middle = (least + most) / 2;
  const span = Math.max(most - least, Math.abs(middle) * LEAST_SPAN, Number.MIN_VALUE);
  const low = Math.max(0, middle - span / 2);
  return [low, low + (span || 1)];
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
