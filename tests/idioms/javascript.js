// The environment and the process of a small shop.
// process.env.COMMENTED_OUT is not read, and redis://cache:6379 is not asked.
const fs = require('fs');
const { execFile, spawn } = require('child_process');
const childProcess = require('child_process');
const commandExists = require('command-exists');
const inspector = require('inspector');
const { createTerminus } = require('@godaddy/terminus');
const dotenv = require('dotenv');
const { config: dotenvConfig } = require('dotenv');
const { execa } = require('execa');
const which = require('which');

// process.env
const stripeKey = process.env.STRIPE_KEY;
const shopName = process.env['SHOP_NAME'];
const redisHost = process.env.REDIS_HOST || 'localhost';
const region = process.env.REGION ?? 'eu-central';
const pageSize = parseInt(process.env.PAGE_SIZE) || 50;
const mailHost = process.env.MAIL_HOST ? process.env.MAIL_HOST : 'mail.internal';
process.env.TZ = 'UTC';
const hasTracing = 'TRACING_ENDPOINT' in process.env;
const bunKey = Bun.env.BUN_KEY;
const denoKey = Deno.env.get('DENO_KEY');

// Taken out under their names
const { QUEUE_NAME } = process.env;
const { QUEUE_HOST = 'localhost' } = process.env;
const { QUEUE_USER: queueUser } = process.env;

// What stops where it is missing
const signingKey = process.env.SIGNING_KEY;
if (!signingKey) throw new Error('SIGNING_KEY is not set');

const tenant = process.env.TENANT;
if (tenant === undefined) {
  console.warn('TENANT is not set');
  process.exit(1);
}

if (!process.env.CLUSTER_NAME) throw new Error('CLUSTER_NAME is not set');
const hookKey = process.env.HOOK_KEY ?? (() => { throw new Error('HOOK_KEY is not set'); })();

// A list of names
for (const name of ['LIST_USER', 'LIST_HOST']) {
  if (!process.env[name]) throw new Error(`${name} is not set`);
}

// A function of one's own
function requireVariable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
const oauthId = requireVariable('OAUTH_ID');
const vault = { optionalVariable: (name, fallback) => process.env[name] || fallback };
const settings = { requireVariable };
const oauthRealm = settings.requireVariable('OAUTH_REALM');
const oauthScope = vault.optionalVariable('OAUTH_SCOPE', 'read');

// dotenv
dotenv.config();
dotenv.config({ path: '.env.shared', override: true });
dotenvConfig({ override: true });

// not: a setting that is called alike
const argv = { env: { IN_ARGV: '1' } };
const inArgv = argv.env.IN_ARGV;
const mode = dotenv.parse('MODE=1');

// not: a text that only names a variable
const help = 'Set process.env.IN_TEXT before you start';

// not: a condition that does not end anything
let theme = argv.theme;
if (!theme) theme = 'dark';

// Only in development
if (process.env.NODE_ENV === 'development') {
  // not: what only development needs
  const debugKey = process.env.DEBUG_KEY;
  dotenv.config({ path: '.env.dev' });
}

// child_process
childProcess.execSync('pg_dump --schema-only shop');
spawn('convert', ['in.png', 'out.webp']);
execFile('wkhtmltopdf', ['a.html', 'a.pdf']);
childProcess.exec(`ffmpeg -i ${shopName}.mov out.mp4`);
Bun.spawn(['pdftoppm', '-png', 'in.pdf']);
execa('exiftool', ['a.jpg']);

// command-exists, which
commandExists('gs', () => {});
commandExists.sync('jq');
which.sync('sox');

// not: commands that are not known, a pattern that is run over a text
spawn(shopName, ['--version']);
const found = /shop/.exec('convert in.png');

// process.on
process.on('SIGTERM', () => process.exit(0));
process.once('SIGINT', () => process.exit(0));
createTerminus({}, { signals: ['SIGTERM'] });

// not: other events, other things that have them
process.on('exit', () => {});
process.stdout.on('error', () => {});

// inspector
inspector.open(9229, '0.0.0.0');

// not: an inspector for this host alone
inspector.open(9229, '127.0.0.1');

// Secrets of the stack
const dbPassword = fs.readFileSync('/run/secrets/db_password', 'utf8');
const secretFile = `/run/secrets/${shopName}`;

// not: a page with secrets in its name
const secretPage = 'https://shop.example/run/secrets';

module.exports = { stripeKey, region, pageSize, mailHost, hasTracing, bunKey, denoKey, QUEUE_NAME, QUEUE_HOST };
module.exports.more = { queueUser, hookKey, oauthId, oauthRealm, oauthScope, inArgv, mode, help, theme };
module.exports.rest = { redisHost, dbPassword, secretFile, secretPage, found };
