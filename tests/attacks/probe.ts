/** Tries what a role must not be able to do, and tells what came of each. Runs as a worker, and as a process. */

export interface Targets {
  /** Something the role may read, and may write; null where it may not do such a thing at all. */
  readonly mayRead: string | null;
  readonly mayWrite: string | null;
  /** Something nobody gave it. */
  readonly secret: string;
  readonly elsewhere: string;
}

/** What was tried → `done`, or the name of the error that stopped it. */
export type Outcomes = Readonly<Record<string, string>>;

const ATTEMPTS: Readonly<Record<string, (targets: Targets) => unknown>> = {
  "read what it may": ({ mayRead }) => mayRead === null ? undefined : Deno.readTextFileSync(mayRead),
  "write what it may": ({ mayWrite }) =>
    mayWrite === null ? undefined : Deno.writeTextFileSync(mayWrite, "ours"),
  "read what it writes": ({ mayWrite }) => Deno.readTextFileSync(mayWrite ?? "/dev/null/kato"),
  "write what it reads": ({ mayRead }) => Deno.writeTextFileSync(mayRead ?? "/dev/null/kato", "x"),
  "read a secret": ({ secret }) => Deno.readTextFileSync(secret),
  "look at a secret": ({ secret }) => Deno.lstatSync(secret),
  "list the root": () => [...Deno.readDirSync("/")],
  "write elsewhere": ({ elsewhere }) => Deno.writeTextFileSync(elsewhere, "x"),
  "make a link": ({ secret, mayWrite, elsewhere }) =>
    Deno.symlinkSync(secret, mayWrite === null ? elsewhere : `${mayWrite}.link`),
  "remove a secret": ({ secret }) => Deno.removeSync(secret),
  "connect": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  "listen": () => Deno.listen({ port: 0 }),
  "run a program": () => new Deno.Command("/bin/true").outputSync(),
  "read the environment": () => Deno.env.get("KATO_TEST_SECRET"),
  "ask for the host's name": () => Deno.hostname(),
  "load native code": () => Deno.dlopen("libc.so.6", {}),
  "import from the network": () => import("https://127.0.0.1:9/x.js" as string),
  "start a freer worker": () =>
    new Worker("data:application/javascript,0", {
      type: "module",
      deno: { permissions: { read: true, net: true } },
    }),
};

export async function tryEverything(targets: Targets): Promise<Outcomes> {
  const outcomes: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    try {
      await attempt(targets);
      outcomes[name] = "done";
    } catch (error) {
      outcomes[name] = error instanceof Error ? error.name : String(error);
    }
  }
  return outcomes;
}

if (import.meta.main) {
  console.log(JSON.stringify(await tryEverything(JSON.parse(Deno.args[0] ?? "{}"))));
  // What could be opened would keep it alive.
  Deno.exit();
}
