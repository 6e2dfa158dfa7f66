/** The commands as completions and manual pages need them, read off the table of commands. Pure. */
import type { Command, Completion, Parameter } from "../command_line/command.ts";
import { SECTIONS } from "../commands/table.ts";

/** For sed: the id and the rest of a line of `kato sessions`. The words of its header are shorter than an id. */
export const SESSION_LINE = "^[^0-9A-Za-z]+([0-9A-Za-z-]{4,}) +(.*)$";

export interface OptionShape {
  /** `-o`; null for most. */
  readonly short: string | null;
  /** `--output` */
  readonly long: string;
  readonly says: string;
  /** Null where it takes none. */
  readonly value: Completion | null;
  /** `DEST`; "" where it takes none. */
  readonly placeholder: string;
}

export interface ArgumentShape {
  /** `SESSION` */
  readonly name: string;
  readonly says: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly value: Completion;
}

export interface CommandShape {
  /** `policy show`; "" for kato itself. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** A command line; "" for kato itself. */
  readonly example: string;
  readonly options: readonly OptionShape[];
  readonly arguments: readonly ArgumentShape[];
  readonly commands: readonly CommandShape[];
}

const HELP = { short: "-h", long: "--help", value: null, placeholder: "" };

/** kato itself, with all that is below it and that people may see. */
export function readShape(): CommandShape {
  return {
    path: "",
    name: "kato",
    summary: "",
    description: "",
    example: "",
    options: [
      { ...HELP, says: "show this, or the help of a command" },
      { short: "-V", long: "--version", says: "print which kato this is", value: null, placeholder: "" },
    ],
    arguments: [],
    commands: SECTIONS.flatMap(({ entries }) => entries).map((entry) =>
      "takes" in entry ? shapeOf(entry) : {
        ...shapeOf({ ...entry, takes: {} }),
        commands: entry.members.map(shapeOf),
      }
    ),
  };
}

function shapeOf(
  { path, summary, description, example, takes }: Pick<
    Command,
    "path" | "summary" | "description" | "example" | "takes"
  >,
): CommandShape {
  const parameters = Object.values(takes).filter(({ says }) => says !== "");
  return {
    path,
    name: path.slice(path.lastIndexOf(" ") + 1),
    summary,
    description,
    example,
    options: [
      ...parameters.filter(({ place }) => place === "option").map(optionOf),
      { ...HELP, says: "show this" },
    ],
    arguments: parameters.filter(({ place }) => place === "argument").map(argumentOf),
    commands: [],
  };
}

/** Every command of `shape`, itself first, in the order of the help. */
export function listShapes(shape: CommandShape): CommandShape[] {
  return [shape, ...shape.commands.flatMap(listShapes)];
}

function optionOf({ form, says, kind }: Parameter): OptionShape {
  const [, short = null, long = "", placeholder = ""] = /^(?:(-\w), )?(--[a-z-]+)(?: <(\w+)>)?$/.exec(form) ??
    [];
  return { short, long, says, value: kind?.completion ?? null, placeholder: placeholder.toUpperCase() };
}

function argumentOf({ form, says, kind, gathers }: Parameter): ArgumentShape {
  const name = form.replace(/[^\w-]/g, "").toUpperCase();
  const value = kind?.completion ?? { kind: "text" };
  return { name, says, required: form.startsWith("<"), variadic: gathers, value };
}
