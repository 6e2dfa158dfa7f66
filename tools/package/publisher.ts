/** Who publishes kato's packages: packaging/publisher.json, which whoever publishes them sets. Pure, but for its reading. */
import * as z from "zod/mini";

const publisher = z.strictObject({
  name: z.string(),
  /** Where reports go, of vulnerabilities too: a mail address. */
  contact: z.string().check(z.regex(/^[^\s@<>]+@[^\s@<>]+$/)),
  homepage: z.string().check(z.regex(/^https:\/\/[^\s<>]+$/)),
});
export type Publisher = z.infer<typeof publisher>;

export const PUBLISHER_FILE = "packaging/publisher.json";

export function readPublisher(root: string): Publisher {
  return publisher.parse(JSON.parse(Deno.readTextFileSync(`${root}/${PUBLISHER_FILE}`)));
}

/** The fields that nobody has set: `.example` is nobody's. */
export function placeholdersIn({ contact, homepage }: Publisher): string[] {
  const isExample = (host: string) => /\.example$/.test(host);
  return [
    ...(isExample(contact) ? ["contact"] : []),
    ...(isExample(new URL(homepage).hostname) ? ["homepage"] : []),
  ];
}

export function maintainerOf({ name, contact }: Publisher): string {
  return `${name} <${contact}>`;
}

/** packaging/deb/control. */
export function fillControl(control: string, by: Publisher): string {
  return control.replace(/^Maintainer: .*$/m, `Maintainer: ${maintainerOf(by)}`)
    .replace(/^Homepage: .*$/m, `Homepage: ${by.homepage}`);
}

/** packaging/rpm/kato.spec. */
export function fillSpec(spec: string, { homepage }: Publisher): string {
  return spec.replace(/^URL: .*$/m, `URL: ${homepage}`);
}

/** The first section of SECURITY.md. */
export function contactText(by: Publisher): string {
  const unset = placeholdersIn(by).length === 0
    ? ""
    : `\n\n**This is a placeholder.** Nobody has published this kato yet: whoever does sets the contact in\n` +
      `\`${PUBLISHER_FILE}\`, and a release is not built before.`;
  return `- Report a vulnerability privately to <${by.contact}>.\n- The home page is <${by.homepage}>.${unset}`;
}
