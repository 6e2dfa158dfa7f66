/** The links by which systemd knows that kato is to run for a person. Pure: names only. */

export interface Enabling {
  readonly home: string;
  readonly uid: number;
  /** Of the account. */
  readonly name: string;
}

/** Below it are accounts of services, for which `systemctl --global enable kato` starts nothing. */
const FIRST_PERSON = 1000;

export interface EnablingLinks {
  /** Of the system's own manager. */
  readonly system: string;
  /** Of a person's manager: by the person, or for everybody. */
  readonly user: readonly string[];
  /** A link to /dev/null here keeps the person's manager from starting it. */
  readonly mask: string;
}

export function enablingLinks({ home, uid, name }: Enabling, root = ""): EnablingLinks {
  const own = `${home}/.config/systemd/user`;
  const everybody = uid < FIRST_PERSON ? [] : [`${root}/etc/systemd/user`, `${root}/usr/lib/systemd/user`];
  return {
    system: `${root}/etc/systemd/system/multi-user.target.wants/kato@${name}.service`,
    user: [own, ...everybody].map((folder) => `${folder}/default.target.wants/kato.service`),
    mask: `${own}/kato.service`,
  };
}
