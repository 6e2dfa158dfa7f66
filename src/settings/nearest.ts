/** Finds what a person probably meant. Every start loads it, so it needs nothing. Pure. */

/** The name that the person probably meant; null when none is near. A key in the wrong table is near, too. */
export function nearest(name: string, names: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.min(4, Math.ceil(name.length / 3) + 1);
  for (const candidate of names) {
    const far = Math.min(distance(name, candidate), distance(lastPart(name), lastPart(candidate)) + 1);
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Levenshtein's distance. A text that is longer than any key is near none. @std/text would cost each process 4 MB. */
function distance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
