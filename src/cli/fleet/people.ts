/** The people of this machine, from `/etc/passwd`. Requires read on it. */

export interface Person {
  readonly user: string;
  readonly uid: number;
  /** Absolute and plain; where the home really is, if it is there. */
  readonly home: string;
  /** As the user database names it. */
  readonly named: string;
}

/** Below are accounts of services; the last is nobody's. */
const FIRST = 1000;
const NOBODY = 65_534;

export function readPeople(passwd: string): Person[] {
  return parsePasswd(Deno.readTextFileSync(passwd)).map((person) => ({
    ...person,
    home: realHome(person.home),
  }));
}

/** Lines that are none are left out: they are no person's. */
export function parsePasswd(text: string): Person[] {
  return text.split("\n").flatMap((line) => {
    const [user = "", , uid = "", , , home = ""] = line.split(":");
    const number = Number(uid);
    const isPlain = /^(?:\/[^/\p{Cc}]+)+$/u.test(home) && !/\/\.{1,2}(?:\/|$)/.test(home);
    const isPerson = /^[^\s/\p{Cc}]{1,256}$/u.test(user) && /^\d{1,10}$/.test(uid) && number >= FIRST &&
      number !== NOBODY;
    return isPerson && isPlain ? [{ user, uid: number, home, named: home }] : [];
  });
}

/** The administrator names homes, so links on the way to one are the administrator's. */
function realHome(home: string): string {
  try {
    return Deno.realPathSync(home);
  } catch (error) {
    if (error instanceof Error && "code" in error) return home;
    throw error;
  }
}
