import assert from "node:assert/strict";
import fc from "fast-check";
import { redactLine } from "../../src/redaction/redact_event.ts";
import { PLACED } from "../../src/redaction/commands.ts";
import { findSecrets, RULE_NAMES } from "../../src/redaction/find_secrets.ts";
import { TOKENS } from "../../src/redaction/tokens.ts";
import { make, NAMED_FORMATS, ORDINARY, PLACES, randomOf, TOKEN_FORMATS } from "./corpus.ts";

Deno.test("findSecrets() finds the tokens of the labelled corpus, in every place", () => {
  const random = randomOf(21);
  for (const [rule, format] of TOKEN_FORMATS) {
    for (const place of PLACES) {
      const secret = make(format, random);
      const text = place.replace("@", () => secret);
      const from = text.indexOf(secret);
      const last = secret.length + from;
      const isFound = findSecrets(text).spans.some((span) =>
        span.rule === rule && span.from <= from + (secret.length >> 1) && span.to >= last - 1
      );
      assert.ok(isFound, `${rule}: ${text}`);
    }
  }
});

Deno.test("findSecrets() finds what only its surroundings show", () => {
  const random = randomOf(22);
  for (const [rule, before, format, after] of Array(20).fill(NAMED_FORMATS).flat()) {
    const secret = make(format, random);
    const isFound = findSecrets(before + secret + after).spans.some((span) =>
      span.rule === rule && span.from === before.length && span.to >= before.length + secret.length - 2
    );
    assert.ok(isFound, `${rule}: ${before}${secret}${after}`);
  }
});

/**
 * The variants of a token of tokens.txt: `{A36}`, `{A16-24}`, `{A36+}` of exactly, of so many, of at least so many letters
 * and digits (make() has the sets); `{A20~}`: no bound of the rule. `odd`: one part is too short or too long.
 */
function lengthsOf(format: string): { readonly right: string[]; readonly odd: string[] } {
  const parts = [...format.matchAll(/\{([A-Z])(\d+)([+~]|-(\d+))?\}/g)];
  const right: string[] = [];
  const odd: string[] = [];
  for (const [index, [, , typed, kind, end]] of parts.entries()) {
    const withLength = (length: number) =>
      parts.reduce((text, [whole, set, least], at) => {
        const chars = at === index ? length : Number(least);
        return text.replace(whole, chars === 0 ? "" : `{${set}${chars}}`);
      }, format);
    const least = Number(typed);
    right.push(withLength(least));
    if (kind === "~") continue;
    if (least > 0) odd.push(withLength(least - 1));
    if (kind === "+") right.push(withLength(least + 40));
    else right.push(withLength(Number(end ?? least))), odd.push(withLength(Number(end ?? least) + 1));
  }
  return { right, odd };
}

const LENGTHS = Deno.readTextFileSync(new URL("tokens.txt", import.meta.url)).trim().split("\n")
  .map((line) => line.split(" ") as [rule: string, format: string]);

Deno.test("findSecrets() finds a token of each kind at its least and its greatest length, and none beyond these", () => {
  const random = randomOf(23);
  for (const [rule, format] of LENGTHS) {
    const { right, odd } = lengthsOf(format);
    for (const one of right) {
      const token = make(one, random);
      assert.deepEqual(
        findSecrets(`a ${token} b`).spans,
        [{ rule, from: 2, to: 2 + token.length }],
        `${rule} ${token}`,
      );
    }
    for (const one of odd) {
      const token = make(one, random);
      assert.ok(!findSecrets(`a ${token} b`).spans.some((span) => span.rule === rule), `${rule} ${token}`);
    }
  }
});

Deno.test("tokens.txt has a token for every beginning", () => {
  const missing = TOKENS.flatMap(({ rule, anchors }) =>
    anchors.filter((anchor) => !LENGTHS.some(([of, format]) => of === rule && format.includes(anchor)))
  );
  assert.deepEqual(missing, []);
});

Deno.test("findSecrets() takes a cut token for the longer one of two kinds that begin alike", () => {
  const { spans, open } = findSecrets("EAAAlctIzVkO9WGIBQYSG6kfESm7uifFqyo3");
  assert.deepEqual([spans, open?.lacks], [[{ rule: "square-token", from: 0, to: 36 }], 24]);
});

/** Between `‹` and `›` stands what has to be found, to the character. */
const EXACT: readonly (readonly [rule: string, text: string])[] = [
  ["password", "ssh-keygen -t rsa -N ‹hunter2x›"],
  ["password", "ssh-keygen -t rsa -N '‹hunter2x›' -f key"],
  ["password", "sshpass -p‹hunter2x› ssh host"],
  ["password", "mysqldump -u root -p‹hunter2x› shop"],
  ["password", "mongosh -u app -p ‹hunter2x›"],
  ["password", "sqlcmd -S db -P ‹hunter2x›"],
  ["password", "sqlplus -s scott/‹hunter2x›@db"],
  ["password", "ldapsearch -x -D cn=app -w ‹hunter2x›"],
  ["password", "smbclient //host/share -U app%‹hunter2x›"],
  ["password", "htpasswd -cb file ada ‹hunter2x›"],
  ["password", "rabbitmqctl add_user ada ‹hunter2x›"],
  ["password", "zip -r -P ‹hunter2x› a.zip b"],
  ["password", "7z a -p‹hunter2x› a.7z b"],
  ["password", "docker login -u ada -p ‹hunter2x› host"],
  ["password", "machine host login ada password ‹hunter2x›"],
  ["password", "curl --user=ada:‹hunter2x› https://host/"],
  ["password", 'curl -u "$USER:‹hunter2x›" https://host/'],
  ["password", "tool --auth ada:‹x7k9y› host"],
  ["password", "http --form -a ada:‹hunter2x› POST host"],
  ["password", 'HTTPBasicAuth("ada","‹hunter2x›")'],
  ["password", "openssl rsa -passin pass:‹hunter2x›"],
  ["password", "openssl rsa -passout=pass:‹hunter2x›"],
  ["password", "IDENTIFIED WITH caching_sha2 BY '‹hunter2x›'"],
  ["password", 'ConvertTo-SecureString -String "‹hunter2x›" -AsPlainText'],
  ["password", "gh secret set NAME --body ‹hunter2x›"],
  ["password", "echo -n ‹hunter2x› | docker login --password-stdin"],
  ["password", "vault login ‹s.Ab3dEf12345678901234Gh›"],
  ["password", "snyk auth ‹12345678-abcd-4abc-8abc-123456789abc›"],
  ["password", "wandb login --relogin ‹9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c›"],
  ["password", "https://h/f?sig=‹Ab3dEf12345678901234Gh›&se=1"],
  ["password", "https://h/f?se=1&sig=‹Ab3dEf12345678901234Gh›"],
  ["password", "https://h/f?X-Amz-Signature=‹9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c›"],
  ["password", "https://h/f?password=‹hunter2x›&page=2"],
  ["password", "https://h/f?password=‹hunter2x› and more"],
  ["password", "PASSWORD=‹hunter2x&y› and more"],
  ["password", '"password": "‹hun\\\\"ter2x›",'],
  ["password", '{"password":"‹Xk9#mQ2vL7pZ\\\\›"}'],
  ["password", '{"password":"‹hun\\"ter2\\\\\\\\›", "note": "a"}'],
  ["password", "export PASSWORD=‹hunter2x›\\nnext"],
  ["password", "sshpass\t-p\t‹hunter2x›\tssh host"],
  ["password", "mysqldump\t-u root -p‹hunter2x› shop"],
  ["password", "sqlplus\t-s\t'scott/‹hunter2x›@db'"],
  ["password", "smbclient\t//host/share -U\tapp%‹hunter2x›"],
  ["password", "machine host\nlogin\tada\npassword\t‹hunter2x›"],
  ["password", "gh secret set\tNAME\t--body=‹hunter2x›"],
  ["password", "vault login\t‹s.Ab3dEf12345678901234Gh›"],
  ["password", "snyk auth\t‹12345678-abcd-4abc-8abc-123456789abc›"],
  ["password", "wandb\tlogin\t‹9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c›"],
  ["password", "echo\t-n\t‹hunter2x›\t|docker login --password-stdin"],
  ["password", "echo 'root:‹hunter2:x›' | chpasswd"],
  ["password", "https://h/f?Signature=‹Ab3dEf12345678901234G-h-›&Expires=1"],
  ["password", "<password>‹hunter2x›\n</password>"],
  ["password", "jdbc:oracle:thin:app-x/‹hunter2x›@//db:1521/shop"],
  ["gitlab-token", "It is ‹glpat-Ab3dEf12345678901234Gh›- as ever"],
  ["github-token", "‹ghp_Ab3dEAb3dEAb3dEAb3dEAb3dEAb3dEAb3dEA›"],
  ["authorization", "bearer\t‹abcd1234abcd1234›"],
  ["authorization", "Authorization: Bearer ‹abcd:1234abcd:1234›"],
  ["cookie", "Cookie: auth=‹Ab3dEf12345678901234Gh; b=Bb3dEf12345678901234Gh›"],
  ["cookie", "`Cookie`:\t`sid=‹Ab3dEf12345678901234-›; Path=/`"],
  ["password", "password for root: ‹hunter2x›"],
  ["password", "my password is: ‹hunter2x›"],
  ["password", "The password is ‹hunter2x›."],
  ["authorization", "Authorization: Bearer ‹abcd1234abcd1234›."],
  ["authorization", "Proxy-Authorization: Basic ‹YWRhOmh1bnRlcjJ4›"],
  ["secret", "tools with the token ‹Ab3dEf12345678901234Gh› work"],
  ["secret", '<setting name="ApiKey" value="‹Ab3dEf12345678901234Gh›" />'],
  ["secret", "export JWT_SECRET=‹keyboard-cat›"],
  ["secret", "client_secret: ‹abcd1234›"],
  ["cookie", "Set-Cookie: sid=‹Ab3dEf12345678901234Gh›; Path=/; HttpOnly"],
  ["cookie", '"Cookie": "a=‹Ab3dEf12345678901234Gh; b=Bb3dEf12345678901234Gh›; c=d"'],
  [
    "seed-phrase",
    'mnemonic: "‹abandon ability able about above absent absorb abstract absurd abuse access acid›"',
  ],
  [
    "seed-phrase",
    "The seed phrase is ‹abandon ability able about above absent absorb abstract absurd abuse access acid›.",
  ],
  [
    "seed-phrase",
    "seed_phrase=‹abandon ability able about above absent absorb abstract absurd abuse access acid›",
  ],
  [
    "seed-phrase",
    "recovery phrase: ‹abandon ability able about above absent absorb abstract absurd abuse access acid›",
  ],
  ["url-password", "amqp://app:‹x7k›@mq"],
  ["github-token", "\\n‹ghp_Ab3dEf12345678901234GhAb3dEf12345678›\\n"],
  ["github-token", "%20‹ghp_Ab3dEf12345678901234GhAb3dEf12345678›"],
  ["github-token", "It is ‹ghp_Ab3dEf12345678901234GhAb3dEf12345678›."],
  ["gitlab-token", "It is ‹glpat-Ab3dEf12345678901234Gh›."],
];
for (const [rule, marked] of EXACT) {
  Deno.test(`findSecrets() finds exactly what is marked, with either quotes: ${marked}`, () => {
    const text = marked.replace(/[‹›]/g, "");
    const [from, to] = [marked.indexOf("‹"), marked.indexOf("›") - 1];
    const swapped = text.replace(/["']/g, (quote) => quote === "'" ? '"' : "'");
    for (const one of [text, swapped]) assert.deepEqual(findSecrets(one).spans, [{ rule, from, to }]);
  });
}

/** Each name that shows a secret, in some of its spellings. */
const NAMES: readonly (readonly [rule: string, value: string, names: readonly string[]])[] = [
  ["password", "hunter2x", [
    ..."password passwort passwd passphrase passcode pass pwd psk db_pw contraseña contrasena senha".split(
      " ",
    ),
    ...["mot de passe", "wachtwoord", "пароль", "passwords", "db_pass", "dbPass", "storepass", "PASSWORD_2"],
  ]],
  ["secret", "Ab3dEf12345678901234Gh", [
    ..."secret token api_key apikey access-key privateKey account_key signing_key encryption_key".split(" "),
    ..."master_key auth_key session_key credential credentials npm_auth _authToken auth".split(" "),
    ..."secret_access_key client_secret_value app_key CI_PAT token_2".split(" "),
  ]],
];
for (const [rule, value, names] of NAMES) {
  for (const name of names) {
    Deno.test(`findSecrets() knows a ${rule} by the name: ${name}`, () => {
      const text = `${name}: "${value}"`;
      const from = name.length + 3;
      assert.deepEqual(findSecrets(text).spans, [{ rule, from, to: from + value.length }]);
    });
  }
}

Deno.test("findSecrets() is tried with every command that takes a password", () => {
  const texts = [...EXACT.map(([, text]) => text), ...NAMED_FORMATS.map(([, before]) => before)]
    .map((text) => text.toLowerCase());
  const untried = PLACED.flatMap(({ anchors }) => anchors).filter((anchor) =>
    !texts.some((text) => text.includes(anchor))
  );
  assert.deepEqual(untried, []);
});

for (const line of ORDINARY) {
  Deno.test(`findSecrets() finds nothing in: ${line}`, () => {
    assert.deepEqual(findSecrets(line).spans.map(({ from, to }) => line.slice(from, to)), []);
  });
}

Deno.test("findSecrets() finds a private key with all its lines, however they are written", () => {
  const body = Array.from({ length: 4 }, (_, at) => make("{B64}", randomOf(at))).join("\n");
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----`;
  for (
    const written of [
      key,
      key.replaceAll("\n", "\\n"),
      key.replaceAll("\n", "\n+"),
      key.replaceAll("\n", "\n    12→"),
    ]
  ) {
    const { spans } = findSecrets(`before\n${written}\nafter`);
    assert.deepEqual(spans, [{ rule: "private-key", from: 7, to: 7 + written.length }]);
  }
});

Deno.test("findSecrets() finds a private key in the form of SSH2, up to its last line", () => {
  const body = `Comment: "of ada"\n${make("{B64}", randomOf(1))}\n`;
  const key = `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${body}`;
  const { spans } = findSecrets(`${key}---- END SSH2 ENCRYPTED PRIVATE KEY ----\nafter`);
  assert.deepEqual(spans, [{ rule: "private-key", from: 0, to: key.length }]);
});

Deno.test("findSecrets() takes a policy's own beginnings, and leaves what it allows", () => {
  const redaction = {
    secrets: true,
    prefixes: ["ACME-"],
    allow: ["ghp_abcdefGHIJ0123456789klmnopQRSTUVwxyz"],
  };
  const found = (text: string) =>
    findSecrets(text, redaction).spans.map(({ rule, from, to }) => [rule, text.slice(from, to)]);
  assert.deepEqual(found("id ACME-77-xy, and ghp_abcdefGHIJ0123456789klmnopQRSTUVwxyz"), [[
    "own-secret",
    "ACME-77-xy",
  ]]);
});

Deno.test("a text without secrets stays without: nothing is found in what was redacted", () => {
  const formats = TOKEN_FORMATS.map(([, format]) => format);
  const piece = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom(...PLACES, ...NAMED_FORMATS.map(([, before]) => before)),
    fc.tuple(fc.constantFrom(...formats), fc.integer()).map(([format, seed]) => make(format, randomOf(seed))),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
    const once = redactLine(pieces.join(""));
    const kinds = (text: string) => text.match(/\[redacted: [\w-]+/g)?.length ?? 0;
    assert.ok(kinds(redactLine(once)) >= kinds(once), once);
  }));
});

Deno.test("docs/redaction.md names every rule", () => {
  const page = Deno.readTextFileSync(new URL("../../docs/redaction.md", import.meta.url));
  assert.deepEqual(RULE_NAMES.filter((rule) => !page.includes(`\`${rule}\``)), []);
});
