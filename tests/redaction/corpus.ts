/** A labelled corpus, made at random from formats. Nothing in it is anybody's secret. */

/** A number of 32 bits at each call, the same ones for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return (mixed ^ mixed >>> 14) >>> 0;
  };
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";
const SETS: Readonly<Record<string, string>> = {
  A: LOWER + UPPER + DIGITS,
  W: LOWER + UPPER + DIGITS + "_-",
  U: UPPER + DIGITS,
  L: LOWER + DIGITS,
  H: "0123456789abcdef",
  D: DIGITS,
  B: LOWER + UPPER + DIGITS + "+/",
};

/** `ghp_{A36}`: 36 letters and digits; other characters stay. */
export function make(format: string, random: () => number): string {
  return format.replace(/\{([A-Z])(\d+)\}/g, (_, set: string, length: string) => {
    const chars = SETS[set] ?? "";
    const drawn = Array.from({ length: Number(length) }, () => chars[random() % chars.length]).join("");
    // As good as every token has both.
    return set === "D" || set === "H" ? drawn : drawn.slice(0, -2) + (set === "L" ? "k7" : "K7");
  });
}

/** Formats as the providers document them, by their rule. */
export const TOKEN_FORMATS: readonly (readonly [rule: string, format: string])[] = [
  ["github-token", "ghp_{A36}"],
  ["github-token", "gho_{A36}"],
  ["github-token", "ghs_{A36}"],
  ["github-token", "github_pat_{A22}_{A59}"],
  ["gitlab-token", "glpat-{W20}"],
  ["gitlab-token", "glrt-{W20}"],
  ["aws-access-key", "AKIA{U16}"],
  ["aws-access-key", "ASIA{U16}"],
  ["google-api-key", "AIza{W35}"],
  ["google-token", "ya29.{W60}"],
  ["google-token", "GOCSPX-{W28}"],
  ["azure-secret", "{A3}8Q~{A34}"],
  ["azure-key", "{B76}+ASt{B6}=="],
  ["azure-devops-token", "{A76}AZDO{A4}"],
  ["slack-token", "xoxb-{D12}-{D13}-{A24}"],
  ["slack-token", "xoxp-{D12}-{D12}-{D12}-{H32}"],
  ["slack-token", "xapp-1-A{U10}-{D13}-{H64}"],
  ["slack-webhook", "https://hooks.slack.com/services/T{U8}/B{U8}/{A24}"],
  ["stripe-key", "sk_live_{A24}"],
  ["stripe-key", "rk_test_{A24}"],
  ["stripe-key", "whsec_{A32}"],
  ["openai-key", "sk-proj-{W74}T3BlbkFJ{W74}"],
  ["api-key", "sk-{A20}T3BlbkFJ{A20}"],
  ["anthropic-key", "sk-ant-api03-{W93}AA"],
  ["anthropic-key", "sk-ant-oat01-{W93}AA"],
  ["openrouter-key", "sk-or-v1-{H64}"],
  ["npm-token", "npm_{A36}"],
  ["pypi-token", "pypi-AgEIcHlwaS5vcmc{W80}"],
  ["rubygems-key", "rubygems_{H48}"],
  ["docker-token", "dckr_pat_{W27}"],
  ["hugging-face-token", "hf_{A34}"],
  ["replicate-token", "r8_{A37}"],
  ["groq-key", "gsk_{A52}"],
  ["perplexity-key", "pplx-{A48}"],
  ["sendgrid-key", "SG.{W22}.{W43}"],
  ["twilio-key", "SK{H32}"],
  ["mailgun-key", "key-{H32}"],
  ["mailchimp-key", "{H32}-us14"],
  ["telegram-token", "{D9}:AA{W33}"],
  ["discord-webhook", "https://discord.com/api/webhooks/{D18}/{W68}"],
  ["shopify-token", "shpat_{H32}"],
  ["databricks-token", "dapi{H32}"],
  ["digitalocean-token", "dop_v1_{H64}"],
  ["vault-token", "hvs.{A90}"],
  ["terraform-token", "{A14}.atlasv1.{W67}"],
  ["doppler-token", "dp.pt.{A43}"],
  ["linear-key", "lin_api_{A40}"],
  ["notion-token", "ntn_{A46}"],
  ["airtable-token", "pat{A14}.{H64}"],
  ["atlassian-token", "ATATT3xFfGF0{W180}"],
  ["grafana-token", "glsa_{A32}_{H8}"],
  ["new-relic-key", "NRAK-{U27}"],
  ["postman-key", "PMAK-{H24}-{H34}"],
  ["supabase-key", "sbp_{H40}"],
  ["figma-token", "figd_{W40}"],
  ["resend-key", "re_{A8}_{A24}"],
  ["planetscale-token", "pscale_tkn_{W43}"],
  ["tailscale-key", "tskey-auth-{A12}-{A32}"],
  ["age-key", "AGE-SECRET-KEY-1{U58}"],
  ["hubspot-token", "pat-na1-{H8}-{H4}-{H4}-{H4}-{H12}"],
  ["jwt", "eyJ{A33}.eyJ{A60}.{W43}"],
];

/** Where a token stands: `@`. */
export const PLACES: readonly string[] = [
  "@",
  "the token is @.",
  "export API_THING=@",
  '  "apiThing": "@",',
  '{\\"thing\\": \\"@\\"}',
  "thing: @",
  "- curl https://api.example.org/v1 -H 'X-Thing: @'",
  "+const thing = '@';",
  "    42→THING=@",
  "https://api.example.org/v1?thing=@&page=2",
  "first line\\nthing=@\\nlast line",
  "\u001b[32m@\u001b[0m",
  "`@`",
];

/** Lines whose secret only the surroundings show. */
export const NAMED_FORMATS:
  readonly (readonly [rule: string, before: string, secret: string, after: string])[] = [
    ["password", "DB_PASSWORD=", "{A12}", ""],
    ["password", 'export PGPASSWORD="', "{A14}", '"'],
    ["password", '  "password": "', "{A10}", '",'],
    ["password", '{\\"passwd\\":\\"', "{A10}", '\\"}'],
    ["password", "  password: ", "{A12}", ""],
    ["password", "spring.datasource.password=", "{A12}", ""],
    ["password", "tool login --password ", "{A12}", " --yes"],
    ["password", "tool login --password=", "{A12}", ""],
    ["password", "const dbPassword = '", "{A12}", "';"],
    ["password", "Server=db;Database=shop;User Id=app;Password=", "{A14}", ";"],
    ["password", "curl -u ada:", "{A12}", " https://api.example.org"],
    ["password", "mysql -u root -p", "k{A12}", " shop"],
    ["password", "sshpass -p ", "{A12}", " ssh host"],
    ["password", "machine api.example.org login ada password ", "{A14}", ""],
    ["secret", "AWS_SECRET_ACCESS_KEY=", "{B40}", ""],
    ["secret", '"SecretAccessKey": "', "{B40}", '"'],
    ["secret", '  "client_secret": "', "{A32}", '",'],
    ["secret", "api_key = '", "{H32}", "'"],
    ["secret", "  apiKey: '", "{A32}", "',"],
    ["secret", "X-Api-Key: ", "{A32}", ""],
    ["secret", "PRIVATE-TOKEN: ", "{A20}", ""],
    ["secret", "//registry.example.org/:_authToken=", "{A36}", ""],
    ["secret", "AccountName=shop;AccountKey=", "{B86}==", ";EndpointSuffix=core.windows.net"],
    ["secret", "https://api.example.org/v1?access_token=", "{A32}", "&page=2"],
    ["authorization", "Authorization: Bearer ", "{A40}", ""],
    ["authorization", '"Authorization": "Basic ', "{A24}==", '"'],
    ["authorization", "curl -H 'Authorization: token ", "{H40}", "' https://api.example.org"],
    ["url-password", "postgres://app:", "{A14}", "@db.example.org:5432/shop"],
    ["url-password", "mongodb+srv://app:", "{A14}", "@cluster0.example.net/shop"],
    ["url-password", "redis://:", "{A14}", "@localhost:6379/0"],
    ["url-password", "https://ada:", "{A14}", "@git.example.org/shop.git"],
    ["password", "https://x.blob.core.windows.net/c/f?sv=2024-01-01&sig=", "{A43}%3D", ""],
  ];

/** Lines of programs, documents and logs that look a little like secrets. */
export const ORDINARY: readonly string[] = [
  "password = getPassword()",
  "const password = user.password;",
  "password: string;",
  'passwordField = document.querySelector("#password")',
  '"password": { "type": "string" }',
  "token: string, max_tokens: 4096, tokens: 1200",
  'const token = process.env.GITHUB_TOKEN ?? "";',
  "token = os.environ['API_TOKEN']",
  "GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}",
  "DB_PASSWORD=${DB_PASSWORD}",
  "DB_PASSWORD=<your password>",
  "api_key: YOUR_API_KEY_HERE",
  "Authorization: Bearer $TOKEN",
  "Authorization: Bearer <token>",
  "secretName: shop-database-credentials",
  "postgres://localhost:5432/shop",
  "https://example.org:8080/path@2x.png",
  "npm i @scope/name@1.2.3",
  "commit 9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c",
  "sha256:9b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c9b1c2d3e4f5a6b7c8d9e0f1a",
  "id: 5d8aa099-0000-4000-8000-000000000001",
  "integrity sha512-abcDEF0123456789abcDEF0123456789abcDEF0123456789abcDEF0123456789abcDEF0123456789AA==",
  "if (line.startsWith('-----BEGIN RSA PRIVATE KEY-----')) return true;",
  "AKIAIOSFODNN7EXAMPLE",
  "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "bypass: true, compass: north12345",
  "function resetPassword(token: ResetToken): Promise<void> {",
  "Enter password: ",
  'error: password authentication failed for user "app"',
  "tokens used: 12345 (cached 1000)",
  "session_key = hash_of(session)",
  "the task-runner-2 disk-usage-9000 asked for more risk-assessment-material-2024",
  "passed: 12, failed: 0, password tests: 3",
  "npm_config_registry=https://registry.example.org",
  "hf_transformers_version_and_more",
  "re_compile_all_patterns_before_use",
  "--password-file /run/secrets/db",
  "secret: true",
];
