/** What the launcher says of a run, as options that go before the person's own command line. Pure. */
import { flag, type Given, list, option, optionOr } from "./command.ts";
import { IDENTITY, type KernelFacts, PATH, PROCESS, UNIT_NAME, WORDS } from "./kernel_facts.ts";
import { COUNT, oneOf, TEXT } from "./kinds.ts";

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

export const LAUNCH_OPTIONS = {
  planHash: option("--plan-hash <hash>", "", TEXT),
  kernelSandbox: flag("--kernel-sandbox", ""),
  kernelMissing: list("--kernel-missing <words>", "", WORDS),
  roles: optionOr("--roles <host>", "", oneOf(["threads", "processes"]), "threads"),
  administrator: optionOr("--administrator <uid>", "", COUNT, 0),
  outputMade: list("--output-made <id>", "", IDENTITY),
  landlockAbi: option("--landlock-abi <n>", "", COUNT),
  processes: list("--daemon-process <facts>", "", PROCESS),
  unit: option("--daemon-unit <name>", "", UNIT_NAME),
  misses: list("--daemon-misses <path>", "", PATH),
  userNamespaces: option("--user-namespaces <usable>", "", oneOf(["yes", "no"])),
};

export function launchOf(given: Given<typeof LAUNCH_OPTIONS>): Launch {
  const { landlockAbi, processes, unit, misses, userNamespaces: usable, ...launch } = given;
  const userNamespaces = usable === null ? null : usable === "yes";
  return { ...launch, kernel: { landlockAbi, processes, unit, misses, userNamespaces } };
}
