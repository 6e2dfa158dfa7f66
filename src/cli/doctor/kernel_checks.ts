/**
 * Checks how the kernel confines this run and the daemon's processes, as the launcher saw it: the daemon's own word does
 * not count.
 */
import type { Status } from "../../protocol/status.ts";
import type { Launch } from "../command_line/launch.ts";
import type { KernelFacts, ProcessFacts } from "../command_line/kernel_facts.ts";
import { plain } from "../terminal/style.ts";
import { type Check, note, ok, problem } from "./check.ts";

/** Parts of the sandbox that a kernel may lack: what stays open without the part, and how to get it. */
const PARTS: Readonly<Record<string, readonly [open: string, mend: string]>> = {
  "landlock": [
    "the kernel bounds no path: the runtime's permissions and the path policy are all that does",
    "boot a kernel from 5.13 on with landlock among the modules of its lsm= parameter",
  ],
  "landlock-abi-2": ["files cannot be moved between granted folders", "use Linux 5.19 or newer"],
  "landlock-abi-3": ["truncating is refused by the system-call filter alone", "use Linux 6.2 or newer"],
  "landlock-abi-4": ["TCP is refused by the system-call filter alone", "use Linux 6.7 or newer"],
  "landlock-abi-5": [
    "controls of devices are refused only as far as the system-call filter knows them",
    "use Linux 6.10 or newer",
  ],
  "landlock-abi-6": [
    "abstract sockets and signals to others are refused by the system-call filter alone",
    "use Linux 6.12 or newer",
  ],
  "seccomp": ["no system call is refused", "use a kernel that was built with CONFIG_SECCOMP_FILTER"],
};

const NO_CAPABILITIES = "0000000000000000";

export function checkKernel({ kernelSandbox, kernelMissing, kernel }: Launch): Check[] {
  const name = "kernel sandbox";
  if (!kernelSandbox && kernelMissing.length === 0) {
    return [note(
      name,
      "off: this command was not started by the installed launcher",
      "run the installed kato; 'deno task build' makes one in dist",
    )];
  }
  const abi = kernel.landlockAbi === null || kernel.landlockAbi === 0
    ? ""
    : `, Landlock ABI ${kernel.landlockAbi}`;
  const state = kernelSandbox
    ? ok(name, `the launcher says that the kernel holds this process to its plan${abi}`)
    : note(name, "off: the kernel does not have all that it takes");
  return [state, ...kernelMissing.map(describeMissing)];
}

function describeMissing(part: string): Check {
  const [open, mend] = PARTS[part] ?? ["kato does not know what stays open", null];
  return note("kernel sandbox", `without ${plain(part)}, ${open}`, mend);
}

/** How the kernel confines the daemon's processes. It shows nobody their Landlock rules. */
export function checkProcesses(status: Status, { processes }: KernelFacts, kernelSandbox: boolean): Check[] {
  if (processes.length === 0) {
    return kernelSandbox
      ? [note("daemon", "the kernel does not say which process holds the daemon's lock")]
      : [note("daemon", "only the installed kato sees how the kernel confines its processes")];
  }
  const own = processes.find(({ role }) => role === "orchestrator");
  const checks: Check[] = processes.map(checkProcess);
  if (own !== undefined && own.pid !== status.pid) {
    const message = `status.json says pid ${status.pid}, and the lock is held by ${own.pid}`;
    checks.push(note("daemon", message, "run the command again; if it says so again, restart the daemon"));
  }
  if (status.host === "processes" && !processes.some(({ role }) => role === "monitor")) {
    const mend = "stop that process, and start the daemon with 'systemctl --user start kato'";
    checks.push(problem("daemon", "its roles are processes, and no monitor is their parent", mend));
  }
  return checks;
}

function checkProcess({ role, pid, noNewPrivs, seccomp, capEff }: ProcessFacts): Check {
  const name = `${role} ${pid}`;
  const missing = [
    noNewPrivs ? null : "it could gain privileges (NoNewPrivs 0)",
    seccomp === "filter" ? null : `its system calls are not filtered (Seccomp ${seccomp})`,
    capEff === NO_CAPABILITIES ? null : `it has capabilities (CapEff ${capEff})`,
  ].filter((fault) => fault !== null);
  if (missing.length === 0) return ok(name, "NoNewPrivs 1, Seccomp filter, CapEff 0");
  return problem(
    name,
    missing.join("; "),
    "stop the daemon, and start the installed kato: 'systemctl --user restart kato'",
  );
}
