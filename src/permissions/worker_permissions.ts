/** Grants as the permission object of a worker. Pure. */
import type { Grant } from "../protocol/grant.ts";

/** The runtime knows no permission to list: it is `read` there, and only the kernel sandbox keeps content apart. */
export const KINDS = [
  ["read", ["read", "list"]],
  ["write", ["write"]],
  ["env", ["env"]],
  ["sys", ["sys"]],
] as const;

/** What `grants` name of these kinds, each once. */
export function valuesOf(grants: readonly Grant[], kinds: readonly string[]): string[] {
  const values = grants.filter(({ grant }) => kinds.includes(grant)).map((grant) =>
    "path" in grant ? grant.path : grant.name
  );
  return [...new Set(values)];
}

/** A whole permission object: a worker inherits whatever it leaves out. */
export interface WorkerPermissions {
  read: string[] | false;
  write: string[] | false;
  env: string[] | false;
  sys: string[] | false;
  net: false;
  run: false;
  ffi: false;
  import: false;
}

/** Permissions of a worker that may do exactly what `grants` say; its own code it may load, but not read. */
export function workerPermissions(grants: readonly Grant[]): WorkerPermissions {
  const [read, write, env, sys] = KINDS.map(([, of]) => {
    const values = valuesOf(grants, of);
    return values.length === 0 ? false : values;
  });
  return {
    read: read ?? false,
    write: write ?? false,
    env: env ?? false,
    sys: sys ?? false,
    net: false,
    run: false,
    ffi: false,
    import: false,
  };
}
