/**
 * Formats of tokens, as the providers document them: a literal beginning, the characters that follow, and how many. Most
 * providers gave their tokens such a beginning so that scanners find them.
 */
import { type CHARS, TOKEN_ROWS } from "./token_rows.ts";

export interface Token {
  readonly rule: string;
  /** In exactly this case. At least three characters each. */
  readonly anchors: readonly string[];
  readonly chars: keyof typeof CHARS;
  readonly least: number;
  /** Missing: any number. */
  readonly most?: number | undefined;
  /** Characters of these precede the anchor, so many at least and at most. */
  readonly before?: { readonly chars: keyof typeof CHARS; readonly least: number; readonly most: number };
  /** Of the whole token. */
  readonly shape?: RegExp;
}

/** Others than OpenAI name themselves behind the same two letters: `sk-kimi-…`, `sk-litellm-…`. */
const OWN_SK = TOKEN_ROWS.flatMap(([, anchors]) => anchors.split(" ")).filter((anchor) =>
  /^sk-./.test(anchor)
)
  .map((anchor) => anchor.slice(3)).join("|");
/** Both cases and a digit: no word of a program that has blanks as dashes. */
const MIXED = "(?=[\\w-]*\\d)(?=[\\w-]*[a-z])(?=[\\w-]*[A-Z])";

const digits = (after: string) => [..."0123456789"].map((digit) => digit + after);

export const TOKENS: readonly Token[] = [
  ...TOKEN_ROWS.map(([rule, anchors, chars, least, most]) => ({
    rule,
    anchors: anchors.split(" "),
    chars,
    least,
    most,
  })),
  {
    rule: "jwt",
    anchors: ["eyJ"],
    chars: "dotted",
    least: 30,
    shape: /^eyJ[\w-]{8,}\.(?:eyJ[\w-]+\.[\w-]{8,}|[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+)$/,
  },
  {
    rule: "api-key",
    anchors: ["sk-"],
    chars: "word",
    least: 24,
    shape: new RegExp(`^sk-(?!${OWN_SK})(?:[a-z0-9]{1,16}-){1,3}(?=\\w*[\\dA-Z])[A-Za-z0-9_]{20,}$`),
  },
  {
    rule: "voyage-key",
    anchors: ["pa-"],
    chars: "word",
    least: 43,
    most: 43,
    shape: new RegExp(`^${MIXED}`),
  },
  {
    rule: "1password-key",
    anchors: ["A3-"],
    chars: "word",
    least: 36,
    most: 37,
    shape: /^A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}$/,
  },
  {
    rule: "maxmind-key",
    anchors: ["_mmk"],
    chars: "alnum",
    least: 0,
    most: 0,
    before: { chars: "word", least: 36, most: 36 },
    shape: /^[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk$/,
  },
  {
    rule: "firebase-key",
    anchors: [":APA91b"],
    chars: "word",
    least: 130,
    before: { chars: "word", least: 11, most: 22 },
  },
  {
    rule: "teams-webhook",
    anchors: [".webhook.office.com/webhookb2/"],
    chars: "path",
    least: 30,
    before: { chars: "word", least: 1, most: 64 },
  },
  { rule: "zapier-webhook", anchors: ["hooks.zapier.com/hooks/catch/"], chars: "path", least: 12 },
  {
    rule: "ifttt-key",
    anchors: ["maker.ifttt.com/trigger/"],
    chars: "path",
    least: 24,
    shape: /\/with\/(?:json\/)?key\/[\w-]{16,}$/,
  },
  {
    rule: "harness-token",
    anchors: ["pat.", "sat."],
    chars: "dotted",
    least: 68,
    shape: /^[ps]at\.[\w-]{22}\.[0-9a-f]{24}\.\w{20}$/,
  },
  {
    rule: "sendgrid-key",
    anchors: ["SG."],
    chars: "dotted",
    least: 60,
    shape: /^SG\.[\w-]{16,32}\.[\w-]{32,64}$/,
  },
  {
    rule: "airtable-token",
    anchors: ["pat"],
    chars: "dotted",
    least: 79,
    shape: /^pat[A-Za-z0-9]{14}\.[0-9a-f]{64}$/,
  },
  {
    rule: "discord-token",
    // A number in Base64: two digits are three of its characters.
    anchors: ["MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"].flatMap((two) =>
      [..."AEIMQUYcgk"].map((third) => two + third)
    ),
    chars: "dotted",
    least: 54,
    shape: /^[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,40}$/,
  },
  {
    rule: "resend-key",
    anchors: ["re_"],
    chars: "word",
    least: 30,
    shape: /^re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,30}$/,
  },
  {
    rule: "twilio-key",
    anchors: [..."0123456789abcdef"].map((digit) => `SK${digit}`),
    chars: "hex",
    least: 31,
    most: 31,
  },
  {
    rule: "azure-secret",
    anchors: digits("Q~"),
    chars: "dotted",
    least: 31,
    most: 34,
    before: { chars: "dotted", least: 3, most: 3 },
  },
  {
    rule: "azure-key",
    anchors: ["+ASt", "+ACDb", "+ARm", "+AIoT", "+AEh", "+AMC", "AzFu", "AzSe", "AzCa", "JQQJ99"],
    chars: "base64",
    least: 6,
    before: { chars: "base64", least: 33, most: 80 },
    shape: /^(?:[\w+/-]{43}=|[\w+/-]{52}|[\w+/-]{84}|[\w+/-]{86}==)$/,
  },
  {
    rule: "azure-devops-token",
    anchors: ["AZDO"],
    chars: "alnum",
    least: 4,
    most: 4,
    before: { chars: "alnum", least: 70, most: 80 },
  },
  {
    rule: "telegram-token",
    anchors: [":AA"],
    chars: "word",
    least: 32,
    most: 34,
    before: { chars: "hex", least: 8, most: 10 },
  },
  {
    rule: "terraform-token",
    anchors: [".atlasv1."],
    chars: "base64",
    least: 60,
    before: { chars: "alnum", least: 14, most: 14 },
  },
  {
    rule: "mailchimp-key",
    anchors: digits("").map((digit) => `-us${digit}`),
    chars: "hex",
    least: 0,
    most: 1,
    before: { chars: "hex", least: 32, most: 32 },
  },
];
