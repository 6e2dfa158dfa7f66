/**
 * The software bill of materials of a release, as CycloneDX 1.6: the libraries of the lock file, the runtime with the Rust
 * libraries that it names, and the bundler. Pure. Source of the format: https://cyclonedx.org/docs/1.6/json/
 */
import { createHash } from "node:crypto";
import type { AllowList, LockFile } from "../dependencies/allow_list.ts";
import { chosenOf, inLock, shippedOf } from "../dependencies/allow_list.ts";
import type { Pins } from "../build/pins.ts";

export interface SbomFacts {
  readonly version: string;
  readonly commit: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly publisher: string;
  readonly list: AllowList;
  readonly lock: LockFile;
  readonly pins: Pins;
  /** `anyhow 1.0.98`, of each architecture's runtime. */
  readonly crates: readonly string[];
}

interface Component {
  readonly type: "application" | "library" | "platform";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly scope?: "required" | "excluded";
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { readonly license: { readonly id: string } }[];
}

export function sbomOf(facts: SbomFacts): object {
  const { version, commit, epoch, publisher } = facts;
  const kato: Component = {
    type: "application",
    "bom-ref": "kato",
    name: "kato",
    version,
    purl: `pkg:generic/kato@${version}`,
    licenses: [{ license: { id: "MIT" } }],
  };
  const libraries = libraryComponents(facts);
  const programs = programComponents(facts.pins);
  const crates = [...new Set(facts.crates)].sort().map(crateComponent);
  const content = {
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      component: kato,
      supplier: { name: publisher },
      properties: [{ name: "kato:commit", value: commit }],
    },
    components: [...libraries, ...programs, ...crates],
    dependencies: dependenciesOf(facts, programs, crates),
  };
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    version: 1,
    ...content,
  };
}

function libraryComponents({ list, lock }: SbomFacts): Component[] {
  const shipped = shippedOf(list, lock);
  return list.map(({ name, version, licence }): Component => {
    return {
      type: "library",
      "bom-ref": `npm:${name}@${version}`,
      name,
      version,
      purl: npmPurl(name, version),
      scope: shipped.has(`${name}@${version}`) ? "required" : "excluded",
      hashes: integrityOf(lock.npm[`${name}@${version}`]?.integrity ?? ""),
      licenses: [{ license: { id: licence } }],
    };
  });
}

/** The runtime of each architecture is shipped; the bundler is not. */
function programComponents({ runtime, bundler }: Pins): Component[] {
  return [[runtime, "required"], [bundler, "excluded"]].flatMap(([pinned, scope]) => {
    const { version, packages } = pinned as Pins["runtime"];
    return Object.values(packages).map(({ name, integrity, sha256 }): Component => ({
      type: "platform",
      "bom-ref": `npm:${name}@${version}`,
      name,
      version,
      purl: npmPurl(name, version),
      scope: scope as "required" | "excluded",
      hashes: [...integrityOf(integrity), { alg: "SHA-256", content: sha256 }],
      licenses: [{ license: { id: "MIT" } }],
    }));
  });
}

function crateComponent(crate: string): Component {
  const [name = "", version = ""] = crate.split(" ");
  const purl = `pkg:cargo/${name}@${version}`;
  return { type: "library", "bom-ref": purl, name, version, purl, scope: "required" };
}

function dependenciesOf(
  { list, lock, pins }: SbomFacts,
  programs: readonly Component[],
  crates: readonly Component[],
): object[] {
  const runtimes = Object.values(pins.runtime.packages).map(({ name }) =>
    `npm:${name}@${pins.runtime.version}`
  );
  const chosen = chosenOf(list).map(({ name, version }) => `npm:${name}@${version}`);
  return [
    { ref: "kato", dependsOn: [...chosen, ...runtimes] },
    ...list.map(({ name, version }) => ({
      ref: `npm:${name}@${version}`,
      dependsOn: (lock.npm[`${name}@${version}`]?.dependencies ?? []).map((one) =>
        `npm:${inLock(one, lock)}`
      ),
    })),
    ...programs.map((program) => ({
      ref: program["bom-ref"],
      dependsOn: runtimes.includes(program["bom-ref"]) ? crates.map((crate) => crate["bom-ref"]) : [],
    })),
  ];
}

function npmPurl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** npm's `sha512-…`, as a hash in hexadecimal. */
function integrityOf(integrity: string): { alg: string; content: string }[] {
  const base64 = integrity.replace(/^sha512-/, "");
  const bytes = Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
  return [{ alg: "SHA-512", content: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") }];
}

/** A UUID of version 8, of what the file says: the same for the same content. */
function uuidOf(content: string): string {
  const hash = createHash("sha256").update(content).digest("hex");
  const variant = ((parseInt(hash[16] ?? "0", 16) & 0x3) | 0x8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    variant + hash.slice(17, 20),
    hash.slice(20, 32),
  ]
    .join("-");
}
