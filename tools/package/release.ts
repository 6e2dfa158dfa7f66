/** Version, time and changes of all packages of one source. Reads the checkout; starts git. */
import { VERSION } from "../../src/version.ts";
import { BuildError, runProgram } from "../build/run_program.ts";
import { maintainerOf, readPublisher } from "./publisher.ts";
import { readReleases, type Release } from "./changes.ts";

export interface PackageFacts {
  readonly version: string;
  /** 1, and more when the same version is packaged again. */
  readonly revision: number;
  readonly maintainer: string;
  /** No file in a package is newer: seconds since 1970. */
  readonly epoch: number;
  readonly releases: readonly Release[];
  /** Larger packages in less time, for tests. */
  readonly quick: boolean;
}

export async function readFacts(root: string, revision: number, quick: boolean): Promise<PackageFacts> {
  const releases = readReleases(Deno.readTextFileSync(`${root}/CHANGELOG.md`));
  if (releases[0]?.version !== VERSION) {
    throw new BuildError(
      `CHANGELOG.md begins with ${releases[0]?.version ?? "nothing"}, this is kato ${VERSION}`,
    );
  }
  const epoch = await epochOf(root);
  return {
    version: VERSION,
    revision,
    maintainer: maintainerOf(readPublisher(root)),
    epoch,
    releases,
    quick,
  };
}

/** The last commit's time, so that everybody who packages it gets the same bytes. */
async function epochOf(root: string): Promise<number> {
  const given = Deno.env.get("SOURCE_DATE_EPOCH");
  if (given !== undefined) {
    if (!/^\d{9,11}$/.test(given)) {
      throw new BuildError(`SOURCE_DATE_EPOCH is no number of seconds: ${given}`);
    }
    return Number(given);
  }
  try {
    const time = await runProgram("git", ["log", "-1", "--format=%ct"], { cwd: root });
    return Number(new TextDecoder().decode(time));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError("this is no git checkout: set SOURCE_DATE_EPOCH to the seconds of its release");
  }
}
