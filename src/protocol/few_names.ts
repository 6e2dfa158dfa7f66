/** Names that come from outside: a log can hold a million of them. Room: protocol; this file is pure. */

/** What all names are called for which there was no room. */
export const OTHERS = "others";

/** Remembers the first `most` names; answers with the name itself, or with OTHERS. */
export function keepFew(most: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= most) return OTHERS;
    known.add(name);
    return name;
  };
}
