/** The templates for the names of generated files: `generateName()` fills them in. Pure. */
import { FORMATS } from "../protocol/closed_sets.ts";
import { NAME_TEMPLATE_CHARS } from "../protocol/name_limits.ts";

const PART = /^(?:[\p{L}\p{N}_. -]|\{(?:date|time|slug|project|provider|session)\})+$/u;

/** Whether a template gives every session a well-formed name of its own. */
export function isNameTemplate(template: string): boolean {
  return template.includes("{session}") && isTemplate(template);
}

/** Whether it is the template of a rule: a collision rule keeps names apart. Empty: another template is taken. */
export function isRuleTemplate(template: string): boolean {
  return template === "" || isTemplate(splitFormat(template).name);
}

/** A template without its ending, and the format that the ending names. */
export function splitFormat(template: string): { readonly name: string; readonly format: string } {
  const format = FORMATS.find((one) => template.endsWith(`.${one}`));
  return format === undefined
    ? { name: template, format: "md" }
    : { name: template.slice(0, -format.length - 1), format };
}

function isTemplate(template: string): boolean {
  return template.length <= NAME_TEMPLATE_CHARS &&
    template.split("/").every((part) => PART.test(part) && !/^[. ]|[. ]$|\.\./.test(part));
}
