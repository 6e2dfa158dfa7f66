// Types of the parts of Deno's standard library that kato uses. The npm package `deno-std` republishes the
// library's code without its types; see docs/dependencies.md.

declare module "@std/path" {
  export function basename(path: string, suffix?: string): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function isAbsolute(path: string): boolean;
  export function join(...paths: string[]): string;
  export function normalize(path: string): string;
  export function relative(from: string, to: string): string;
  export function resolve(...paths: string[]): string;
}

declare module "@std/toml" {
  export function parse(text: string): Record<string, unknown>;
}

/** Tests only. */
declare module "@std/yaml" {
  export function parse(text: string): unknown;
}
