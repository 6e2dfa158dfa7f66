/** From a command line to what it asks for. Room: cli; no authority, pure. */
import { CommanderError } from "commander";
import { neutralise } from "../../render/neutralise.ts";
import { type HelpStyle, UsageError } from "./help_layout.ts";
import type { Invocation } from "./invocation.ts";
import type { KernelFacts } from "./kernel_facts.ts";
import { createProgram } from "./program.ts";

/** What the launcher says of this run. */
export interface Launch {
  /** Hash of the policy that the plan of this run was made with; null where nothing planned it. */
  readonly planHash: string | null;
  /** Whether the kernel holds this process to its plan. */
  readonly kernelSandbox: boolean;
  /** Parts of that sandbox that this kernel does not have. */
  readonly kernelMissing: readonly string[];
  /** Empty files that the launcher made for this run's output, by `dev:ino`. */
  readonly outputMade: readonly string[];
  /** What the daemon's roles run as. */
  readonly roles: "threads" | "processes";
  /** Who must own the administrator's files: the number that root's have here. 0, but in a namespace without it. */
  readonly administrator: number;
  /** For `kato doctor`. */
  readonly kernel: KernelFacts;
}

export type Parsed =
  | {
    readonly parsed: "invocation";
    readonly invocation: Invocation;
    readonly launch: Launch;
  }
  /** Help or the version was asked for: this is it. */
  | { readonly parsed: "text"; readonly text: string }
  /** `message` has no full stop; `command` is the one whose help tells more. */
  | { readonly parsed: "wrong"; readonly message: string; readonly command: string };

/** @param line The arguments, without the program's name. */
export function parseArguments(line: readonly string[], style: HelpStyle): Parsed {
  let invocation: Invocation | null = null;
  let text = "";
  const program = createProgram({
    ...style,
    take: (found) => invocation = found,
    printHelp: (part) => text += part,
  });
  if (line.length === 0) {
    program.outputHelp();
    return { parsed: "text", text };
  }
  try {
    program.parse([...line], { from: "user" });
  } catch (error) {
    if (error instanceof UsageError) {
      return { parsed: "wrong", message: plainMessage(error.message), command: error.command };
    }
    if (!(error instanceof CommanderError)) throw error;
    return { parsed: "text", text };
  }
  if (invocation === null) throw new Error("internal error: a command line that gave nothing");
  return { parsed: "invocation", invocation, launch: launchOf(program.opts<LaunchOptions>()) };
}

/** As the hidden options of program.ts give it. */
interface LaunchOptions extends Pick<Launch, "kernelSandbox" | "kernelMissing" | "roles" | "administrator"> {
  readonly planHash?: string;
  readonly landlockAbi?: number;
  readonly daemonProcess: KernelFacts["processes"];
  readonly daemonUnit?: string;
  readonly daemonMisses: readonly string[];
  readonly outputMade: readonly string[];
  readonly userNamespaces?: "yes" | "no";
}

function launchOf(options: LaunchOptions): Launch {
  const { planHash = null, kernelSandbox, kernelMissing, roles, administrator } = options;
  const { landlockAbi = null, daemonProcess: processes, daemonUnit: unit = null, daemonMisses: misses } =
    options;
  const userNamespaces = options.userNamespaces === undefined ? null : options.userNamespaces === "yes";
  const kernel = { landlockAbi, processes, unit, misses, userNamespaces };
  const { outputMade } = options;
  return { planHash, kernelSandbox, kernelMissing, roles, administrator, kernel, outputMade };
}

/** The parser's message in the form of ours: one line, and no character of it steers the terminal. */
function plainMessage(message: string): string {
  const [first = "", hint] = message.replace(/^error: /, "").split("\n(");
  const mend = hint === undefined ? "" : `. ${hint.replace(/\)$/, "")}`;
  return neutralise(`${first}${mend}`).replaceAll("\n", " ").replace(/[.]$/, "");
}
