/** What a command line may hold, as the launcher needs it to say what is wrong in one without the runtime. Pure. */
import { type Command, InvalidArgumentError, type Option } from "commander";
import { COMMANDS } from "../commands/table.ts";
import type { Kind, Parameter } from "./command.ts";
import { HELP_COLUMNS, pathOf } from "./help_layout.ts";
import { COUNT, FILE, FOLDER, HASH, SESSION, SINCE, SOME, TEXT, UID } from "./kinds.ts";
import { parseArguments } from "./parse_arguments.ts";
import { createProgram } from "./program.ts";

export interface UsageRow {
  /** `policy show`; "" for kato itself. */
  readonly path: string;
  /** Options that take no value, and those that take one. */
  readonly flags: readonly string[];
  readonly valued: readonly ValuedOption[];
  readonly arguments: readonly UsageArgument[];
  /** The commands below it. */
  readonly members: readonly string[];
  /** Options and commands that an error may suggest. */
  readonly options: readonly string[];
  readonly commands: readonly string[];
  /** What is wrong with the command alone, where it need not have an argument; null: nothing. */
  readonly bare: string | null;
}

interface ValuedOption {
  /** `-o`, `--output` */
  readonly names: readonly string[];
  readonly form: string;
  readonly check: ValueCheck;
}

interface UsageArgument {
  readonly name: string;
  readonly required: boolean;
  readonly several: boolean;
  readonly check: ValueCheck;
}

/** How a value is checked, as in src/launcher/values.c. */
export interface ValueCheck {
  readonly by: "ANY" | "UNSURE" | "WORD" | "WORDS" | "NUMBER" | "HEX" | "TIME";
  readonly words: readonly string[];
  /** Of letters or digits. */
  readonly most: number;
  /** What to write instead, where it is wrong, and where it is 0 and may not be. */
  readonly wrong: string | null;
  readonly zero: string | null;
}

/** A row for every command, also for those that people do not see. */
export function usageTable(): UsageRow[] {
  const program = createProgram({
    columns: HELP_COLUMNS,
    colour: false,
    take: () => {},
    printHelp: () => {},
  });
  const rowsOf = (command: Command): UsageRow[] => [rowOf(command), ...command.commands.flatMap(rowsOf)];
  return rowsOf(program);
}

function rowOf(command: Command): UsageRow {
  const path = pathOf(command).slice("kato ".length);
  const takes = Object.values(COMMANDS.find((one) => one.path === path)?.takes ?? {});
  const checkOf = (form: string) => checkOfKind(takes.find((parameter) => parameter.form === form));
  const takesNone = command.options.filter(({ required, optional }) => !required && !optional);
  const takesOne = command.options.filter((option) => !takesNone.includes(option));
  return {
    path,
    flags: takesNone.flatMap(namesOf),
    valued: takesOne.map((option) => ({
      names: namesOf(option),
      form: option.flags,
      check: checkOf(option.flags),
    })),
    arguments: takes.filter(({ place }) => place === "argument").map(({ form, gathers }) => ({
      name: form.replace(/^.|\.{3}|.$/g, ""),
      required: form.startsWith("<"),
      several: gathers,
      check: checkOf(form),
    })),
    members: command.commands.map((member) => member.name()),
    options: visibleOptions(command),
    commands: command.createHelp().visibleCommands(command).map((member) => member.name()),
    bare: takes.some(({ form }) => form.startsWith("<")) ? null : findBareFault(path),
  };
}

function namesOf({ short, long }: Option): string[] {
  return [short, long].filter((name) => typeof name === "string");
}

/** Those that code decides about, and not a list of words. */
const CHECKS: ReadonlyMap<Kind<unknown>, Pick<ValueCheck, "by" | "most">> = new Map<
  Kind<unknown>,
  Pick<ValueCheck, "by" | "most">
>([
  ...[TEXT, FILE, FOLDER, SESSION].map((kind) => [kind, { by: "ANY", most: 0 }] as const),
  [COUNT, { by: "NUMBER", most: 7 }],
  [SOME, { by: "NUMBER", most: 7 }],
  [UID, { by: "NUMBER", most: 10 }],
  [HASH, { by: "HEX", most: 64 }],
  [SINCE, { by: "TIME", most: 6 }],
]);

function checkOfKind(parameter: Parameter | undefined): ValueCheck {
  const kind = parameter?.kind ?? null;
  const words = kind?.completion.kind === "words" ? kind.completion.words : [];
  const several = kind?.completion.kind === "words" && kind.completion.several;
  const known = kind === null ? undefined : CHECKS.get(kind);
  const wrong = kind === null ? null : findFault(kind, "?");
  // Words that only help to type are no bound.
  if (kind === null || (known === undefined && (words.length === 0 || wrong === null))) {
    return { by: "UNSURE", most: 0, words: [], wrong: null, zero: null };
  }
  const zero = findFault(kind, "0");
  return {
    ...(known ?? { by: several ? "WORDS" : "WORD", most: 0 }),
    words,
    wrong,
    zero: zero === wrong ? null : zero,
  };
}

function findFault(kind: Kind<unknown>, text: string): string | null {
  try {
    kind.read(text);
    return null;
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error.message;
    throw error;
  }
}

function findBareFault(path: string): string | null {
  const words = path.split(" ").filter((word) => word !== "");
  const parsed = parseArguments(words, { columns: HELP_COLUMNS, colour: false });
  return parsed.parsed === "wrong" ? parsed.message : null;
}

/** Its own, and those above it. */
function visibleOptions(command: Command | null): string[] {
  if (command === null) return [];
  const own = command.createHelp().visibleOptions(command).flatMap(({ long }) => long ?? []);
  return [...new Set([...own, ...visibleOptions(command.parent)])];
}
