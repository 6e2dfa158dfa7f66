/** Bounds the names that come from outside: a log can hold a million of them. */

/** The common name of all names beyond the bound. */
export const OTHERS = "others";

/** Remembers the first `most` names. Answers with the name itself, or with OTHERS. */
export function keepFew(most: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= most) return OTHERS;
    known.add(name);
    return name;
  };
}
