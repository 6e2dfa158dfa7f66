/**
 * Secrets that only their surroundings show: passwords and keys that get a name (in the environment, JSON, YAML, code, on a
 * command line), and Authorization headers. Each expression begins at an anchor, and each of its repetitions has a bound.
 * Pure.
 */
import { isNamedSecret, type Kind, KINDS, nameBefore, SHORT } from "./names.ts";
import { isSecretValue } from "./values.ts";
import { ASSIGNS, givenAt, VALUE } from "./ways.ts";

export interface Span {
  readonly rule: string;
  readonly from: number;
  readonly to: number;
}

export interface Named {
  readonly rule: string;
  /** In any case. */
  readonly anchors: readonly string[];
  /** @param at Where the anchor stands. */
  find(text: string, at: number): readonly Span[];
}

export const NONE: readonly Span[] = [];

function findNamed(kind: Kind) {
  return (text: string, at: number): readonly Span[] => {
    kind.pattern.lastIndex = at;
    const word = kind.pattern.exec(text)?.[0];
    if (word === undefined) return NONE;
    // Prose has `pass` before words in quotes.
    const isName = kind.isPassword && (!SHORT.test(word) || /^pin$/i.test(word));
    const given = givenAt(text, at, at + word.length, isName);
    if (given === null) return NONE;
    const before = nameBefore(text, at);
    const isVariable = given.sign.startsWith("=") && /^[A-Z0-9_]+$/.test(before + word);
    return given.items.filter((item) => isNamedSecret(kind, word, before, { ...item, isVariable }))
      .map(({ value, from }) => ({ rule: kind.rule, from, to: from + value.length }));
  };
}

const SCHEMES =
  "bearer|basic|token|apikey|api-key|ssws|bot|key|negotiate|ntlm|geniekey|splunk|sharedkey|oauth|zoho-oauthtoken|klaviyo-api-key";
const AUTHORIZATION = new RegExp(
  `authorization(?:${ASSIGNS}|${"\\\\{0,3}"}["'\`][ \\t]{0,4},[ \\t]{0,4})\\[?${VALUE}((?:${SCHEMES}) {1,4})?`,
  "iy",
);
const BEARER = /bearer[ \t]{1,4}()()/iy;
const CREDENTIALS = /[\w\-+/=.~:]{8,4096}/y;

function findHeader(pattern: RegExp) {
  return (text: string, at: number): readonly Span[] => {
    pattern.lastIndex = at;
    const head = pattern.exec(text);
    if (head === null) return NONE;
    const from = at + head[0].length;
    CREDENTIALS.lastIndex = from;
    const value = CREDENTIALS.exec(text)?.[0].replace(/[.:]+$/, "");
    if (value === undefined || !/\d/.test(value) && !/[a-z][A-Z]|[A-Z][a-z]|=$/.test(value)) return NONE;
    // `username="ada"`
    if (/^[a-z_]+=$/.test(value)) return NONE;
    // Behind a scheme a slash is a digit of Base64.
    const digits = head[2] === undefined ? value : value.replace(/^\/+/, "");
    const judged = {
      value: digits,
      isQuoted: true,
      isPassword: true,
      isVariable: false,
      name: "authorization",
    };
    return isSecretValue(judged) ? [{ rule: "authorization", from, to: from + value.length }] : NONE;
  };
}

export const NAMED: readonly Named[] = [
  ...KINDS.map((kind) => ({ rule: kind.rule, anchors: kind.anchors, find: findNamed(kind) })),
  { rule: "authorization", anchors: ["authorization"], find: findHeader(AUTHORIZATION) },
  { rule: "authorization", anchors: ["bearer"], find: findHeader(BEARER) },
];
