/** Standard output and error as commands see them. Requires nothing but the streams themselves. */
import type { Output } from "../context.ts";

const encoder = new TextEncoder();

/** Where the terminal does not say. */
const COLUMNS = 80;

type Environment = Readonly<Record<string, string>>;

export function openOutput(stream: typeof Deno.stdout, environment: Environment): Output {
  const isTerminal = stream.isTerminal();
  return {
    write(text) {
      const bytes = encoder.encode(text);
      for (let written = 0; written < bytes.length;) written += stream.writeSync(bytes.subarray(written));
    },
    isTerminal,
    columns: isTerminal ? columnsOf(environment) : COLUMNS,
    colour: wantsColour(isTerminal, environment),
  };
}

/** As https://no-color.org and https://force-color.org say. A variable that is set but empty does not count. */
export function wantsColour(isTerminal: boolean, environment: Environment): boolean {
  const isSet = (name: string) => (environment[name] ?? "") !== "";
  if (isSet("NO_COLOR")) return false;
  if (isSet("FORCE_COLOR")) return environment["FORCE_COLOR"] !== "0";
  return isTerminal && environment["TERM"] !== "dumb";
}

function columnsOf(environment: Environment): number {
  const said = Number(environment["COLUMNS"]);
  if (Number.isInteger(said) && said >= 20) return said;
  return consoleSize()?.columns ?? COLUMNS;
}

/** The terminal's size; null where it does not say. */
export function consoleSize(): { readonly columns: number; readonly rows: number } | null {
  try {
    const { columns, rows } = Deno.consoleSize();
    return columns > 0 && rows > 0 ? { columns, rows } : null;
  } catch {
    // Some serial lines and recorders of terminals have none.
    return null;
  }
}
