/** Bounds of generated file names, each with its reason; see limits.ts. */

/** Code points of a title or a project in a name: a name of several such parts stays below NAME_MAX in any script. */
export const SLUG_CHARS = 40;

/** A template for names: a folder or two and a name. */
export const NAME_TEMPLATE_CHARS = 120;
