/** Grants as the permission object of a worker. Pure. */
import type { Grant } from "../protocol/grant.ts";

/** The runtime has no permission to list, so `list` becomes `read`. Only the kernel's sandbox denies the content. */
export const KINDS = { read: ["read", "list"], write: ["write"], env: ["env"], sys: ["sys"] } as const;

/** What `grants` name of these kinds, each once. */
export function valuesOf(grants: readonly Grant[], kinds: readonly string[]): string[] {
  const values = grants.filter(({ grant }) => kinds.includes(grant)).map((grant) =>
    "path" in grant ? grant.path : grant.name
  );
  return [...new Set(values)];
}

/** A permission object with every kind: a worker inherits each kind that the object leaves out. */
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

/** The permissions of a worker with exactly `grants`. A worker may load its own code, and may not read it. */
export function workerPermissions(grants: readonly Grant[]): WorkerPermissions {
  const allowed = (kind: keyof typeof KINDS) => {
    const values = valuesOf(grants, KINDS[kind]);
    return values.length === 0 ? false : values;
  };
  return {
    read: allowed("read"),
    write: allowed("write"),
    env: allowed("env"),
    sys: allowed("sys"),
    net: false,
    run: false,
    ffi: false,
    import: false,
  };
}
