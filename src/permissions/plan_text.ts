/**
 * A plan as text, for the launcher. Each field ends with a NUL byte: `kato-plan 1`, `hash …`, `profile …`, then for each
 * role `role …` and its grants (`read PATH`, `list PATH`, `write PATH`, `env NAME`, `sys NAME`), then `end`. Both
 * sides refuse every other text. Pure.
 */
import { PLAN_BYTES } from "../protocol/limits.ts";
import type { Grant } from "../protocol/grant.ts";
import { MATRIX, type Profile } from "./matrix.ts";
import type { Plan, RoleGrants } from "./plan.ts";

const HEADER = "kato-plan 1";

export type PlanText = { readonly ok: true; readonly text: string } | Refused;
export type ParsedPlan = { readonly ok: true; readonly plan: Plan } | Refused;
interface Refused {
  readonly ok: false;
  /** Completes "the plan …". */
  readonly message: string;
}

/** Refuses a plan with a name that its text cannot hold, such as a path with a line break. */
export function renderPlan({ profile, roles, hash }: Plan): PlanText {
  const fields = [HEADER, `hash ${hash ?? "none"}`, `profile ${profile}`];
  for (const { role, grants } of roles) {
    fields.push(
      `role ${role}`,
      ...grants.map((grant) => `${grant.grant} ${"path" in grant ? grant.path : grant.name}`),
    );
  }
  const text = fields.map((field) => `${field}\0`).join("") + "end\0";
  const parsed = parsePlan(text);
  return parsed.ok ? { ok: true, text } : parsed;
}

export function parsePlan(text: string): ParsedPlan {
  if (new TextEncoder().encode(text).length > PLAN_BYTES) return refuse(`is longer than ${PLAN_BYTES} bytes`);
  if (!text.isWellFormed() || text.includes("\ufffd")) return refuse("is not UTF-8");
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  if (/[\u0001-\u001f\u007f-\u009f]/.test(text)) return refuse("holds a control character");
  if (!text.endsWith("\0end\0")) return refuse("has no end");
  const [header, hashField = "", profileField = "", ...rest] = text.slice(0, -"\0end\0".length).split("\0");
  if (header !== HEADER) return refuse(`does not begin with ${HEADER}`);
  const [, hash] = /^hash ([0-9a-f]{64}|none)$/.exec(hashField) ?? [];
  if (hash === undefined) return refuse("has no hash");
  const profile = MATRIX.find((row) => `profile ${row.profile}` === profileField)?.profile;
  if (profile === undefined) return refuse("names no known profile");
  const roles = parseRoles(rest, profile);
  if (typeof roles === "string") return refuse(roles);
  return { ok: true, plan: { profile, roles, hash: hash === "none" ? null : hash } };
}

function parseRoles(fields: readonly string[], profile: Profile): RoleGrants[] | string {
  const roles: { role: string; grants: Grant[] }[] = [];
  for (const field of fields) {
    const [, verb = "", value = ""] = /^([a-z]+) ([^]*)$/.exec(field) ?? [];
    if (verb === "role") {
      if (!/^[a-z-]+(:[a-z-]+)?$/.test(value)) return `names an odd role`;
      if (roles.some(({ role }) => role === value)) return `names the role ${value} twice`;
      roles.push({ role: value, grants: [] });
      continue;
    }
    const grant = parseGrant(verb, value);
    if (typeof grant === "string") return grant;
    const current = roles.at(-1);
    if (current === undefined) return "has a grant before the first role";
    current.grants.push(grant);
  }
  return roles[0]?.role === profile ? roles : "does not begin with the role of its profile";
}

function parseGrant(verb: string, value: string): Grant | string {
  switch (verb) {
    case "read":
    case "list":
    case "write": {
      const [first, ...segments] = value.split("/");
      const odd = segments.length === 0 || segments.some((segment) => ["", ".", ".."].includes(segment));
      return first !== "" || odd
        ? `has a path that is not absolute and plain: ${value}`
        : { grant: verb, path: value };
    }
    case "env":
      return /^[A-Z][A-Z0-9_]*$/.test(value) ? { grant: verb, name: value } : "names an odd variable";
    case "sys":
      return /^[A-Za-z]+$/.test(value) ? { grant: verb, name: value } : "names an odd item of sys";
    default:
      return "has a field that it should not have";
  }
}

function refuse(message: string): Refused {
  return { ok: false, message };
}
