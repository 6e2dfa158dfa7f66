/**
 * What the parser of command lines takes from Node's modules, for installations: to load those modules would cost each
 * start of the runtime more than all of the rest. The parser uses them besides for commands that are programs of their
 * own, and for settings that `src/cli/command_line` replaces; kato has neither. Pure.
 */
type Hear = (...values: readonly unknown[]) => void;

export class EventEmitter {
  readonly #heard = new Map<string, Hear[]>();

  on(name: string, hear: Hear): this {
    this.#heard.set(name, [...this.#heard.get(name) ?? [], hear]);
    return this;
  }

  emit(name: string, ...values: readonly unknown[]): boolean {
    const heard = this.#heard.get(name) ?? [];
    for (const hear of heard) hear(...values);
    return heard.length > 0;
  }

  listenerCount(name: string): number {
    return this.#heard.get(name)?.length ?? 0;
  }
}

/** Help has colours and nothing else that steers a terminal. */
export function stripVTControlCharacters(text: string): string {
  // deno-lint-ignore no-control-regex -- a colour begins with one
  return text.replace(/\u001b\[\d+m/g, "");
}

/** In the place of a whole module: `child_process`, `fs`, `path`, `process`. */
const nothing = {};
// The parser imports them so.
export default nothing;
