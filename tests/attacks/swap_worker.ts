/** An attacker with the person's own rights: swaps a folder for a link to another place, and back, as fast as it can. */
import { STOP, SWAPS } from "./swap_shared.ts";

const own = globalThis as unknown as {
  onmessage: (event: MessageEvent<{ folder: string; outside: string; shared: Int32Array }>) => void;
  postMessage(what: "over"): void;
};

own.onmessage = ({ data: { folder, outside, shared } }) => {
  while (Atomics.load(shared, STOP) === 0) {
    try {
      Deno.renameSync(folder, `${folder}.real`);
      Deno.symlinkSync(outside, folder);
      // Both states last about as long, so that each step of kato's meets either.
      for (let look = 0; look < 20; look += 1) Deno.lstatSync(folder);
      Deno.removeSync(folder);
      Deno.renameSync(`${folder}.real`, folder);
      for (let look = 0; look < 20; look += 1) Deno.lstatSync(folder);
    } catch (error) {
      if (!wasMade(error)) throw error;
      unite(folder);
    }
    Atomics.add(shared, SWAPS, 1);
  }
  own.postMessage("over");
};

/** Both folders become one again, under the name that the victim knows, who may make it once more meanwhile. */
function unite(folder: string): void {
  for (;;) {
    for (const { name } of Deno.readDirSync(folder)) {
      Deno.renameSync(`${folder}/${name}`, `${folder}.real/${name}`);
    }
    try {
      Deno.renameSync(`${folder}.real`, folder);
      return;
    } catch (error) {
      if (!wasMade(error)) throw error;
    }
  }
}

/** The victim made the folder itself while it was away, and perhaps files in it. */
function wasMade(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code === "EEXIST" || code === "ENOTEMPTY";
}
