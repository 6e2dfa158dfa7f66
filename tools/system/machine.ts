/**
 * A machine: a real systemd as the first process of namespaces of its own, on this kernel. Needs root, and control
 * groups of version 2.
 */
import { isWithin } from "../../tests/machine_speed.ts";
import { run } from "./command.ts";

export interface Machine {
  /** Of its first process, as this machine sees it. */
  readonly pid: number;
  /** Its root file system, as this machine sees it. */
  readonly root: string;
  stop(): Promise<void>;
}

/** For `setpriv`: a command that enters a machine from outside may not set the clock, which is the host's. */
export const NO_CLOCK = ["--bounding-set=-sys_time", "--inh-caps=-sys_time"] as const;

const INIT = new URL("init.sh", import.meta.url).pathname;
const NAMESPACES = ["--mount", "--uts", "--ipc", "--pid", "--cgroup", "--net", "--fork"];

/** Where the control groups are mounted here; null: nowhere. */
export function controlGroups(): string | null {
  const mounts = Deno.readTextFileSync("/proc/mounts").split("\n").map((line) => line.split(" "));
  return mounts.find(([, , type]) => type === "cgroup2")?.[1] ?? null;
}

/** @param locked In a user namespace in which no other can be made, as where `user.max_user_namespaces` is 0. */
export async function boot(root: string, name: string, { locked }: { locked: boolean }): Promise<Machine> {
  const group = `${controlGroups()}/kato-${name}-${Deno.pid}`;
  Deno.mkdirSync(group);
  begun.add(group);
  const init = `exec unshare ${NAMESPACES.join(" ")} bash ${INIT} ${root} ${name} ${locked ? "locked" : ""}`;
  // It waits for a line before it goes on: its control group and the user namespace's numbers are given from outside.
  const child = new Deno.Command(locked ? "unshare" : "bash", {
    args: [...(locked ? ["--user", "bash"] : []), "-c", `read -r _; ${init}`],
    stdin: "piped",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  Deno.writeTextFileSync(`${group}/cgroup.procs`, String(child.pid));
  if (locked) await giveNumbers(child.pid);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("go\n"));
  await writer.close();
  const pid = await firstProcess(child.pid);
  await whenUp(pid);
  return { pid, root, stop: () => end(group) };
}

/** Control groups of the machines that were begun here, whether or not they came up. */
const begun = new Set<string>();

/** Ends every machine of this process. */
export async function stopAll(): Promise<void> {
  await Promise.all([...begun].map(end));
}

/** Kills everything in `group`, and removes it when the kernel has taken leave of the last process. */
async function end(group: string): Promise<void> {
  if (!begun.delete(group)) return;
  Deno.writeTextFileSync(`${group}/cgroup.kill`, "1");
  await until(async () => {
    await run("find", group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";").catch(() => {});
    return !isFolder(group);
  });
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Each number stands for itself, so that the files keep their owners. */
async function giveNumbers(pid: number): Promise<void> {
  await until(() => Deno.readLinkSync(`/proc/${pid}/ns/user`) !== Deno.readLinkSync("/proc/self/ns/user"));
  for (const map of ["uid_map", "gid_map"]) Deno.writeTextFileSync(`/proc/${pid}/${map}`, "0 0 65536");
}

/** The one child of `unshare --fork`. */
async function firstProcess(parent: number): Promise<number> {
  let pid = 0;
  await until(() => {
    pid = Number(Deno.readTextFileSync(`/proc/${parent}/task/${parent}/children`).trim().split(" ")[0]);
    return pid > 0 && Deno.readTextFileSync(`/proc/${pid}/comm`).startsWith("systemd");
  });
  return pid;
}

async function whenUp(pid: number): Promise<void> {
  await until(async () => {
    const command = new Deno.Command("nsenter", {
      args: ["-t", String(pid), "-a", "systemctl", "is-active", "multi-user.target", "user@1000.service"],
      stdout: "null",
      stderr: "null",
    });
    return (await command.output()).success;
  });
}

async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  for (;;) {
    // Read the clock before the look. If this process is held up in between, the look still sees the result.
    const waited = performance.now() - began;
    if (await look()) return;
    if (!isWithin(waited, 60_000)) throw new Error(`a machine did not start or end in ${waited} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
