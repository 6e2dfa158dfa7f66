/** A command on a terminal of its own, which `script` makes. */
import { commandOf } from "./run_process.ts";

/** @returns What the terminal shows so far, and an end by Ctrl-C, which gives the exit status. */
export function startOnTerminal(line: readonly string[], place: Parameters<typeof commandOf>[1]) {
  const { path, args, env, cwd } = commandOf([...line], place, { TERM: "xterm" });
  const quoted = [path, ...args].map((word) => `'${word}'`).join(" ");
  const child = new Deno.Command("script", {
    args: ["-qefc", quoted, "/dev/null"],
    cwd,
    clearEnv: true,
    env: { ...env, PATH: Deno.env.get("PATH") ?? "", SHELL: "/bin/sh" },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let shown = "";
  const read = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (shown += text) }),
  );
  return {
    shown: () => shown,
    async interrupt(): Promise<number> {
      const keys = child.stdin.getWriter();
      await keys.write(new TextEncoder().encode("\u0003"));
      const { code } = await child.status;
      // The terminal is gone with its command.
      await keys.close().catch(() => {});
      await read;
      return code;
    },
  };
}
