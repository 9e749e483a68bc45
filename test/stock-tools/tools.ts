/** Which stock tools this machine has. One that is missing is named in the run's output, never passed over. */

import { spawnSync } from 'node:child_process';

export interface Tool {
  readonly name: string;
  /** Prints the version and ends with 0 where the tool is installed. */
  readonly probe: readonly [command: string, ...args: string[]];
  /** How to get it on Debian. */
  readonly install: string;
}

export interface FoundTool extends Tool {
  /** Its first line on itself; null where it is not installed. */
  readonly version: string | null;
}

const TOOLS = {
  aws: { probe: ['aws', '--version'], install: 'apt-get install awscli' },
  boto3: {
    probe: ['python3', '-c', 'import boto3, botocore; print("boto3", boto3.__version__)'],
    install: 'apt-get install python3-boto3',
  },
  psql: { probe: ['psql', '--version'], install: 'apt-get install postgresql-client' },
  pgbench: {
    probe: ['pgbench', '--version'],
    install: 'apt-get install postgresql-contrib, or postgresql-15 on Debian 12',
  },
  dig: { probe: ['dig', '-v'], install: 'apt-get install bind9-dnsutils' },
} as const satisfies Readonly<Record<string, Omit<Tool, 'name'>>>;

export type ToolName = keyof typeof TOOLS;

export function findTools(): Readonly<Record<ToolName, FoundTool>> {
  const found = (name: ToolName): FoundTool => ({ name, ...TOOLS[name], version: versionOf(TOOLS[name]) });
  return {
    aws: found('aws'),
    boto3: found('boto3'),
    psql: found('psql'),
    pgbench: found('pgbench'),
    dig: found('dig'),
  };
}

function versionOf({ probe: [command, ...args] }: Pick<Tool, 'probe'>): string | null {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? (`${stdout}${stderr}`.split('\n')[0] ?? '') : null;
}

/** What a run says of its tools: the versions of those that it used, and a clear word on each that it skipped. */
export function report(tools: readonly FoundTool[]): string {
  const lines = tools.map(({ name, version, install }) =>
    version === null
      ? `skipped: ${name} is not installed; Debian: ${install}`
      : `tried: ${name} (${version})`,
  );
  return ['stock tools', ...lines].join('\n  ');
}
