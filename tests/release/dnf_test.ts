/** dnf takes kato from a release's repository by its key, and nothing that somebody put in its place. */
import assert from "node:assert/strict";
import { must, onDebian, otherKey, test, trial } from "./trial.ts";

const SERVED = `${trial.root}/srv/kato-rpm`;
const KEY = "/etc/pki/rpm-gpg/RPM-GPG-KEY-kato";
const REPOSITORY = `[kato]
name=kato
baseurl=file:///srv/kato-rpm
gpgcheck=1
repo_gpgcheck=1
gpgkey=file://${KEY}
`;
// Debian's rpm has no folder of its own for them: it keeps them in root's home.
const RECORDS = '"$(rpm --eval %_dbpath)" /var/cache/dnf /var/lib/dnf';
const TAKE = "dnf install -y kato && kato version";
const INDEX = "rm -rf repodata && createrepo_c --quiet .";
const SIGN = "gpg --batch --yes --quiet --armor --detach-sign repodata/repomd.xml";

/** Debian's dnf knows of no package that is there, so one says that it is all that kato needs. */
const STAND_IN = `Name: stand-in
Version: 1
Release: 1
Summary: As a distribution's own packages
License: MIT
BuildArch: noarch
AutoReqProv: no
Provides: glibc = 2.36, libgcc = 12, findutils = 4.9, /bin/sh
%description
As a distribution's own packages.
%files
`;

let making: Promise<string> | null = null;

async function makeStandIn(): Promise<string> {
  const folder = `${trial.work}/stand-in`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/stand-in.spec`, STAND_IN);
  await must(folder, `rpmbuild --quiet --define "_topdir $PWD" -bb stand-in.spec`);
  Deno.copyFileSync(
    `${folder}/RPMS/noarch/stand-in-1-1.noarch.rpm`,
    `${trial.root}/root/stand-in.rpm`,
  );
  return "/root/stand-in.rpm";
}

/** As if nothing had been taken from any repository yet. */
async function serve(key = `${trial.folder}/packages.asc`): Promise<void> {
  const standIn = await (making ??= makeStandIn());
  const { code, out } = await onDebian(
    "dpkg --purge kato; if rpm -q kato; then dnf remove -y kato; fi; " +
      `rm -rf ${RECORDS}; rpm --force-debian -U ${standIn}`,
  );
  assert.equal(code, 0, out);
  await must("/", `rm -rf '${SERVED}' && cp -r '${trial.folder}/rpm' '${SERVED}'`);
  for (const folder of ["/etc/pki/rpm-gpg", "/etc/yum.repos.d"]) {
    Deno.mkdirSync(`${trial.root}${folder}`, { recursive: true });
  }
  Deno.copyFileSync(key, `${trial.root}${KEY}`);
  Deno.writeTextFileSync(`${trial.root}/etc/yum.repos.d/kato.repo`, REPOSITORY);
}

test("dnf installs kato from the repository, by its key", async () => {
  await serve();
  const { code, out } = await onDebian(TAKE);
  assert.equal(code, 0, out);
  assert.match(out, /^kato \d+\.\d+\.\d+ \(commit [0-9a-f]{12}, Deno /m);
});

const CHANGE = "printf x | dd of=$(echo *.rpm) bs=1 seek=200000 conv=notrunc status=none";

const ATTACKS: readonly (readonly [what: string, lines: string, why: RegExp])[] = [
  ["a changed package", CHANGE, /incorrect checksum/],
  [
    "a changed package, in the index of somebody else",
    `${CHANGE} && cp repodata/repomd.xml.asc kept && ${INDEX} && mv kept repodata/repomd.xml.asc`,
    /Bad GPG signature/,
  ],
  ["a package that nobody signed", `rpmsign --delsign *.rpm && ${INDEX} && ${SIGN}`, /is not signed/],
  ["changed metadata", "for file in repodata/*primary.xml.gz; do printf x >> $file; done", /checksum/i],
  ["a changed index", "sed -i 's/<revision>/<revision>1/' repodata/repomd.xml", /Bad GPG signature/],
  ["an index without a signature", "rm repodata/repomd.xml.asc", /GPG signature is not available/],
];

for (const [what, lines, why] of ATTACKS) {
  test(`dnf refuses ${what}`, async () => {
    await serve();
    await must(SERVED, lines);
    const { code, out } = await onDebian(TAKE);
    assert.notEqual(code, 0, out);
    assert.match(out, why);
    assert.equal((await onDebian("rpm -q kato")).code, 1);
  });
}

test("dnf refuses what another key signed", async () => {
  await serve(await otherKey());
  const { code, out } = await onDebian(TAKE);
  assert.notEqual(code, 0, out);
  assert.match(out, /Bad GPG signature/);
  assert.equal((await onDebian("rpm -q kato")).code, 1);
});
