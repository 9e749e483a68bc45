/** The environment variables of what we start: ours alone. Real credentials never reach a child. */

import type { SandboxCard } from '../../proving/sandbox/index.ts';

/** Variables that could lead a child to a real account. */
const REAL_CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
];

/** What points the stock tools at the sandbox. */
export function awsVariables(card: SandboxCard): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: card.url,
    AWS_ACCESS_KEY_ID: card.operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: card.operator.secretAccessKey,
    AWS_REGION: card.region,
    AWS_DEFAULT_REGION: card.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    // No profile of the user's is read: it could name a real account.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}

/** The environment of the CDK's command line: enough to run, nothing inherited that names an account. */
export function cdkEnvironment(card: SandboxCard, base: NodeJS.ProcessEnv): Record<string, string> {
  const kept = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'NO_COLOR', 'TERM'];
  const inherited = kept.flatMap((name) => (base[name] === undefined ? [] : [[name, base[name]] as const]));
  return {
    ...Object.fromEntries(inherited),
    ...awsVariables(card),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
  };
}

/** The names of the real-looking credentials that are set, for the line that says they are ignored. */
export function realCredentials(env: NodeJS.ProcessEnv): string[] {
  return REAL_CREDENTIALS.filter((name) => env[name] !== undefined && env[name] !== '');
}
