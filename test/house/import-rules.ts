/** The import rules, as data: which folder may import what. */

export interface Rule {
  /** The rule is for files under this path. The longest match wins. */
  readonly folder: string;
  /** Project paths it may import (prefixes; `*` stands for one path segment). Its own folder is always allowed. */
  readonly may: readonly string[];
  /** Packages and built-ins it may import (prefixes); null allows every one. */
  readonly packages: readonly string[] | null;
}

const CDK = ['aws-cdk-lib', 'constructs', 'cdk-nag'];
const DRIVERS = ['pg', 'ioredis', 'undici'];
const SDK = ['@aws-sdk/', '@smithy/', '@aws-crypto/'];
const NODE = ['node:'];
const POWERTOOLS = ['@aws-lambda-powertools/'];

const FUNCTION_FOLDERS = [
  'health-check',
  'replica-pool',
  'write-failover',
  'reconcile',
  'database-bootstrap',
  'throttle',
  'cache-router',
  'dns-failover',
  'cache-front',
];

export const RULES: readonly Rule[] = [
  { folder: 'core', may: [], packages: [] },
  { folder: 'runtime', may: ['core'], packages: NODE },
  { folder: 'runtime/adapters', may: ['core', 'runtime'], packages: [...NODE, ...DRIVERS, ...SDK] },
  { folder: 'lambdas/shared', may: ['core', 'runtime'], packages: NODE },
  {
    folder: 'lambdas/shared/aws',
    may: ['core', 'runtime', 'lambdas/shared'],
    packages: [...NODE, ...SDK, ...POWERTOOLS],
  },
  ...FUNCTION_FOLDERS.map((name) => ({
    folder: `lambdas/${name}`,
    may: ['core', 'lambdas/shared', 'runtime'],
    packages: [...NODE, ...DRIVERS, ...SDK, ...POWERTOOLS],
  })),
  { folder: 'lib', may: ['core', 'lambdas/*/contract.ts'], packages: [...CDK, ...NODE] },
  { folder: 'lib/shared/bundle.ts', may: ['lib/shared/paths.ts'], packages: [...NODE, 'esbuild'] },
  { folder: 'environments', may: ['core'], packages: [] },
  { folder: 'ops', may: ['core', 'lambdas/shared'], packages: [...NODE, ...SDK] },
  { folder: 'proving/twin', may: ['core'], packages: [] },
  { folder: 'proving/sandbox', may: ['core', 'proving/twin'], packages: null },
  {
    folder: 'proving/sim',
    may: [
      'core',
      'proving/twin',
      'lambdas/*/handler.ts',
      'lambdas/*/contract.ts',
      'lambdas/shared',
      'runtime',
    ],
    packages: [],
  },
  { folder: 'proving/drills', may: ['core'], packages: [...NODE, ...DRIVERS, 'jose'] },
  {
    folder: 'examples',
    may: ['runtime/index.ts', 'lib/index.ts'],
    packages: [...NODE, ...DRIVERS, ...CDK, 'jose'],
  },
  ...['bin/understudy.ts', 'bin/variant.ts'].map((folder) => ({
    folder,
    may: ['environments', 'lib', 'core'],
    packages: [...CDK, ...NODE],
  })),
  {
    folder: 'bin',
    may: ['environments', 'lib', 'core', 'ops', 'proving/drills', 'proving/sandbox', 'proving/sim'],
    packages: [...NODE, 'commander', 'picocolors'],
  },
];

/** Stricter than the folder: files that a rule of their own forbids something in. */
export interface Ban {
  readonly files: RegExp;
  readonly never: RegExp;
  readonly why: string;
}

export const BANS: readonly Ban[] = [
  {
    files: /^lambdas\/.*\/handler\.ts$/,
    never: /^(@aws-sdk\/|@smithy\/|@aws-lambda-powertools\/|pg$|ioredis$|lambdas\/shared\/aws\/)/,
    why: 'a handler takes ports; entry.ts wires the SDK and the drivers',
  },
  {
    files: /^lambdas\/.*\/contract\.ts$/,
    never: /^(?!lambdas\/shared\/contract|core\/)/,
    why: 'a contract is only names, shared with lib/',
  },
  {
    files: /^lambdas\/(?!shared\/aws\/)(?!.*\/entry\.ts$)/,
    never: /^lambdas\/shared\/aws\//,
    why: 'shared/aws is wired from entry.ts only',
  },
  {
    files: /^(lib|environments|bin\/understudy)/,
    never: /^(@aws-sdk\/|pg$|ioredis$)/,
    why: 'no SDK or driver in CDK code',
  },
  {
    files: /^proving\/sandbox\//,
    never: /^(aws-cdk-lib|constructs|cdk-nag)/,
    why: 'the sandbox learns the environment from the templates alone',
  },
  {
    files: /^proving\/sim\//,
    never: /^(lambdas\/shared\/aws|runtime\/adapters)\//,
    why: 'simulated ports stand below the SDK and the drivers',
  },
  { files: /^lambdas\//, never: /^(aws-cdk-lib|constructs)/, why: 'functions do not know the CDK' },
  { files: /^ops\//, never: /^(aws-cdk-lib|constructs)/, why: 'operator commands do not know the CDK' },
];

export function ruleFor(file: string): Rule | undefined {
  return RULES.filter((rule) => file === rule.folder || file.startsWith(`${rule.folder}/`)).toSorted(
    (a, b) => b.folder.length - a.folder.length,
  )[0];
}

/** Why `file` may not import `target`, or null when it may. */
export function refusal(file: string, target: string, isPackage: boolean): string | null {
  const ban = BANS.find((b) => b.files.test(file) && b.never.test(target));
  if (ban) return `${file} imports ${target}: ${ban.why}`;
  const rule = ruleFor(file);
  if (!rule) return null;
  if (isPackage) {
    const allowed =
      rule.packages === null ||
      rule.packages.some(
        (p) => target === p || target.startsWith(p.endsWith('/') || p.endsWith(':') ? p : `${p}/`),
      );
    return allowed ? null : `${file} imports the package ${target}: ${rule.folder}/ may not`;
  }
  if (inside(target, rule.folder) || rule.may.some((prefix) => inside(target, prefix))) return null;
  return `${file} imports ${target}: ${rule.folder}/ may import ${rule.may.join(', ') || 'itself only'}`;
}

function inside(target: string, prefix: string): boolean {
  const pattern = prefix
    .split('/')
    .map((segment) => (segment === '*' ? '[^/]+' : segment.replaceAll('.', '\\.')));
  return new RegExp(`^${pattern.join('/')}(/|$)`).test(target);
}
