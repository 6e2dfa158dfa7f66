/**
 * `kato version --attest`: what this installation was made of, and whether its files are still those. Requires read on the
 * program. The sums are as true as whoever signed the package that brought them: docs/install.md says how that is verified.
 */
import * as z from "zod/mini";
import { BUILT_FROM, VERSION } from "../../version.ts";
import type { Context } from "../context.ts";
import { compareInstallation, readProgramFile } from "../installation/compare_installation.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { reportText } from "../report/report.ts";
import type { ReportBody } from "../report/reports.ts";
import { count } from "../terminal/style.ts";

/** runtime.json: tools/build.ts writes it. */
const inputs = z.object({
  version: z.string(),
  package: z.string(),
  integrity: z.string(),
  sha256: z.string(),
  lock: z.string(),
  bundler: z.string(),
});

/** The newest version of policy files that it reads. */
const POLICY_VERSION = 1;

export async function attestInstallation(
  { json }: { readonly json: boolean },
  { code, out }: Pick<Context, "code" | "out">,
): Promise<Outcome> {
  const compared = await compareInstallation(code);
  const told = compared === null ? null : readProgramFile(compared.folder, "runtime.json");
  if (compared === null || told === null) {
    return fail("failed", "This is a checkout: it has no sums and no list of what it was made of.");
  }
  const { folder, files, changed } = compared;
  const { version: runtime, lock, bundler, ...program } = inputs.parse(JSON.parse(told));
  const isWhole = changed.length === 0 && compared.runtime === program.sha256;
  const report = {
    ok: isWhole,
    version: VERSION,
    source: BUILT_FROM,
    runtime: { version: runtime, ...program },
    policyVersion: POLICY_VERSION,
    inputs: { lock, bundler },
    folder,
    files,
    changed,
  };
  out.write(json ? reportText("attestation", report) : describe(report));
  return isWhole ? DONE : fail("failed", null);
}

function describe(report: ReportBody<"attestation">): string {
  const { changed, runtime } = report;
  return [
    `kato      ${report.version}, ${report.source}`,
    `runtime   Deno ${runtime.version}, ${runtime.package}`,
    `          SHA-256 ${runtime.sha256}`,
    `policy    files of version ${report.policyVersion}`,
    `made of   deno.lock SHA-256 ${report.inputs.lock}`,
    `          ${report.inputs.bundler}`,
    changed.length === 0
      ? `files     ${count(report.files, "file")} in ${report.folder}, all as they were built`
      : `files     ${changed.length} of ${report.files} in ${report.folder} are not as they were built:`,
    ...changed.map(({ file, state }) => `          ${file} is ${state}`),
  ].map((line) => `${line}\n`).join("");
}
