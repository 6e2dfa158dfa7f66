/**
 * How a command is described. From its description come the parser of command lines, the plan of what a run may
 * touch, help, completions and the manual page. Pure; it loads no code of a command.
 */
import type { PlanRequest } from "../../permissions/plan.ts";
import type { Context } from "../context.ts";
import type { Outcome } from "../outcome.ts";

/** What a shell offers where a value is typed. */
export type Completion =
  /** `several`: with commas between them. */
  | { readonly kind: "words"; readonly words: readonly string[]; readonly several: boolean }
  | { readonly kind: "file" | "folder" }
  /** The beginning of a session's id, as `kato sessions` prints them. */
  | { readonly kind: "session" }
  /** Nothing that could be guessed. */
  | { readonly kind: "text" };

/** The values that a parameter takes. */
export interface Kind<Value> {
  /** Throws commander's InvalidArgumentError with a sentence that says what to write. */
  readonly read: (text: string) => Value;
  readonly completion: Completion;
}

/** An argument or an option. */
export interface Parameter<Value = unknown> {
  readonly place: "argument" | "option";
  /** As commander writes it: `<session>`, `[copy...]`, `-o, --output <dest>`. */
  readonly form: string;
  /** Not a sentence: the help shows it beside the form. Empty where only the launcher or systemd writes it. */
  readonly says: string;
  /** null: an option without a value. */
  readonly kind: Kind<unknown> | null;
  /** Whether it may be given several times, each time with values to add. */
  readonly gathers: boolean;
  /** Its value where it is not given. */
  readonly absent: Value;
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** The values of `Takes` in one command line. */
export type Given<Takes extends Parameters> = {
  readonly [Name in keyof Takes]: Takes[Name] extends Parameter<infer Value> ? Value : never;
};

/** Where a command line is typed. Both are absolute and normalised. */
export interface Place {
  readonly cwd: string;
  readonly home: string;
}

export interface Command<Takes extends Parameters = Parameters> {
  /** `policy show` */
  readonly path: string;
  /** For lists of commands: what it does, as an order. */
  readonly summary: string;
  /** For its own help: sentences. */
  readonly description: string;
  /** A command line that works when it is copied; "" where `isHidden`. */
  readonly example: string;
  /** No person types it, so no help shows it. */
  readonly isHidden?: boolean;
  /** Arguments in their order, and options. */
  readonly takes: Takes;
  /** What is wrong with values that are right one by one; without a full stop. */
  contradiction?(given: Given<Takes>): string | null;
  /** The profile that it runs under, and the paths that it names. */
  plan(given: Given<Takes>, place: Place): PlanRequest;
  /** Loads its code, and does it. */
  run(given: Given<Takes>, context: Context): Promise<Outcome>;
}

/** Commands below one name. */
export interface Family extends Pick<Command, "summary" | "description" | "example"> {
  readonly path: string;
  readonly members: readonly Command[];
}

/** Has the types of the values inferred from `takes`. */
export function command<Takes extends Parameters>(described: Command<Takes>): Command {
  // `plan` and `run` get exactly the values that program.ts reads by `takes`.
  return described;
}

/** An argument as help shows it: `SESSION`, `[DEST]`, `[COPY…]`. */
export function placeholderOf({ form }: Pick<Parameter, "form">): string {
  return form.replace(/[<>]/g, "").replace("...", "…").toUpperCase();
}

/** An argument that must be given. */
export function required<Value>(name: string, says: string, kind: Kind<Value>): Parameter<Value> {
  // The parser refuses a line without it, so that this value is never seen.
  return { ...argument(`<${name}>`, says, kind), absent: undefined as Value };
}

export function optional<Value>(name: string, says: string, kind: Kind<Value>): Parameter<Value | null> {
  return { ...argument(`[${name}]`, says, kind), absent: null };
}

/** Any number of arguments. */
export function several<Value>(name: string, says: string, kind: Kind<Value>): Parameter<readonly Value[]> {
  return { ...argument(`[${name}...]`, says, kind), gathers: true, absent: [] };
}

function argument(form: string, says: string, kind: Kind<unknown>) {
  return { place: "argument", form, says, kind, gathers: false } as const;
}

export function flag(form: string, says: string): Parameter<boolean> {
  return { place: "option", form, says, kind: null, gathers: false, absent: false };
}

/** One of two options that say yes and no: `--redact`, `--no-redact`. Null: neither is given. */
export function choice(form: string, says: string): Parameter<boolean | null> {
  return { place: "option", form, says, kind: null, gathers: false, absent: null };
}

export function option<Value>(form: string, says: string, kind: Kind<Value>): Parameter<Value | null> {
  return optionOr(form, says, kind, null);
}

export function optionOr<Value, const Absent>(
  form: string,
  says: string,
  kind: Kind<Value>,
  absent: Absent,
): Parameter<Value | Absent> {
  return { place: "option", form, says, kind, gathers: false, absent };
}

/** An option that may be given several times, with several values each time. */
export function list<Value>(
  form: string,
  says: string,
  kind: Kind<readonly Value[]>,
): Parameter<readonly Value[]> {
  return { place: "option", form, says, kind, gathers: true, absent: [] };
}
