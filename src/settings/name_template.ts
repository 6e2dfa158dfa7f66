/** The template for the names of generated files: `generateName()` fills it in. Pure. */
import { NAME_TEMPLATE_CHARS } from "../protocol/name_limits.ts";

const PART = /^(?:[\p{L}\p{N}_. -]|\{(?:date|time|slug|project|provider|session)\})+$/u;

/** Whether a template gives every session a well-formed name of its own. */
export function isNameTemplate(template: string): boolean {
  return template.length <= NAME_TEMPLATE_CHARS && template.includes("{session}") &&
    template.split("/").every((part) => PART.test(part) && !/^[. ]|[. ]$|\.\./.test(part));
}
