/**
 * `kato version --attest`: what this installation was made of, and whether its files are still those. Requires read on the
 * program. The sums are as true as whoever signed the package that brought them: docs/install.md says how that is verified.
 */
import * as z from "zod/mini";
import { BUILT_FROM, VERSION } from "../../version.ts";
import { DEFAULT_POLICY } from "../../settings/defaults.ts";
import type { Context } from "../context.ts";
import { compareInstallation, readProgramFile } from "../installation/compare_installation.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { reportText } from "../report/report.ts";
import type { ReportBody } from "../report/reports.ts";
import { count } from "../terminal/style.ts";

/** tools/build.ts writes it. */
const MADE_OF = "runtime.json";
const MEND = "Install kato again.";

const inputs = z.object({
  version: z.string(),
  package: z.string(),
  integrity: z.string(),
  sha256: z.string(),
  lock: z.string(),
  bundler: z.string(),
});

export async function attestInstallation(
  { json }: { readonly json: boolean },
  { code, out }: Pick<Context, "code" | "out">,
): Promise<Outcome> {
  const compared = await compareInstallation(code);
  if (compared === null) {
    return fail("failed", "This is a checkout: it has no sums and no list of what it was made of.");
  }
  const { folder, files, changed } = compared;
  const made = readInputs(readProgramFile(folder, MADE_OF));
  if (made === null) return fail("failed", `${folder}/${MADE_OF} is not as it was built. ${MEND}`);
  const { version: runtime, lock, bundler, ...program } = made;
  const isWhole = changed.length === 0 && compared.runtime === program.sha256;
  const report = {
    ok: isWhole,
    version: VERSION,
    source: BUILT_FROM,
    runtime: { version: runtime, ...program },
    policyVersion: DEFAULT_POLICY.version,
    inputs: { lock, bundler },
    folder,
    files,
    changed,
  };
  out.write(json ? reportText("attestation", report) : describe(report));
  if (isWhole) return DONE;
  if (changed.length > 0) return fail("failed", null);
  return fail("failed", `The sums are of another runtime than ${MADE_OF} names. ${MEND}`);
}

/** Null where somebody changed the file. */
function readInputs(text: string | null): z.infer<typeof inputs> | null {
  try {
    return inputs.safeParse(JSON.parse(text ?? "null")).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
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
