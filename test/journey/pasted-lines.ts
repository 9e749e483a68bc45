/** The lines that `up` prints for a second terminal, run by a shell as they are. */

import { execFile, execFileSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import fs from 'node:fs';
import { DescribeDBClustersCommand, RDSClient } from '@aws-sdk/client-rds';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { PATH, understudy } from '../bin/command.ts';
import { ROOT } from '../house/source.ts';

export interface Printed {
  readonly stderr: string;
  readonly stateDir: string;
}

const ANSWERS_MS_MAX = 60_000;
const MEMBERS = 3;

/** Defines the tests. A tool that is not installed is named, and what its line names is used without it. */
export function describePastedLines(printed: () => Printed): void {
  const paste = (line: string): Promise<string> => shell(line, printed().stateDir);
  const line = (tool: string): string => find(printed().stderr, tool);

  describe('the lines for another terminal work when pasted', () => {
    it('curl reads a product', async () => {
      expect(JSON.parse(await paste(line('curl -s ')))).toMatchObject({ id: 1 });
    });

    it(nameOf('dig', 'finds the address of the cluster endpoint'), async () => {
      const dig = line('dig @');
      const { hostaddr } = connectionOf(line('PGPASSWORD='));
      // The endpoint leads to a member's name, and that to its address: dig prints both.
      const answers = isInstalled('dig') ? (await paste(dig)).trim().split('\n') : [await resolve(dig)];
      expect(answers.at(-1)).toBe(hostaddr);
    });

    it(nameOf('psql', 'logs in with a token over verified TLS and sees every member'), async () => {
      const psql = line('PGPASSWORD=');
      if (!isInstalled('psql')) return expect(await connectLike(psql, printed().stateDir)).toBe(MEMBERS);
      expect(await paste(psql)).toContain(`(${MEMBERS} rows)`);
    });

    it(nameOf('aws', 'describes the cluster'), async () => {
      const environment = line('eval ');
      const aws = line('aws --endpoint-url');
      const { host } = connectionOf(line('PGPASSWORD='));
      if (!isInstalled('aws')) {
        const region = (await paste(`${environment}\necho $AWS_REGION`)).trim();
        return expect(await describeLike(aws, region, printed().stateDir)).toBe(host);
      }
      const answer = JSON.parse(await paste(`${environment}\n${aws} --output json`)) as {
        DBClusters: { Endpoint: string; DBClusterMembers: unknown[] }[];
      };
      expect(answer.DBClusters).toMatchObject([{ Endpoint: host }]);
      expect(answer.DBClusters[0]!.DBClusterMembers).toHaveLength(MEMBERS);
    });
  });
}

function nameOf(tool: string, does: string): string {
  return isInstalled(tool)
    ? `${tool} ${does}`
    : `${tool} is not installed here; a client in its place ${does}`;
}

function isInstalled(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // dig 9 answers --version with an error of its own, and is there all the same.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

/** The printed line with that beginning, without the time before it and the remark behind it. */
function find(stderr: string, start: string): string {
  const lines = stderr.split('\n').map((text) => text.replace(/^\s*[\d.]+s\s+/, ''));
  const found = lines.find((text) => text.startsWith(start));
  expect(found, `no line starts with ${start}`).toBeDefined();
  return found!;
}

/** A shell in the project's folder, with nothing of this process's own that names an account or a sandbox. */
function shell(script: string, stateDir: string): Promise<string> {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS_|UNDERSTUDY_|PG)/.test(name));
  const env = { ...Object.fromEntries(own), PATH, UNDERSTUDY_STATE_DIR: stateDir, AWS_PAGER: '' };
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', script], { cwd: ROOT, env, timeout: ANSWERS_MS_MAX }, (error, stdout, stderr) =>
      error ? reject(new Error(`${script}\n${stdout}${stderr}`)) : resolve(stdout),
    );
  });
}

function connectionOf(psql: string): Readonly<Record<string, string>> {
  const [, text = ''] = /psql "([^"]+)"/.exec(psql) ?? [];
  return Object.fromEntries(text.split(' ').map((pair) => pair.split('=')));
}

async function resolve(dig: string): Promise<string> {
  const [, host, port, name] = /^dig @(\S+) -p (\d+) \+short (\S+)$/.exec(dig)!;
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([`${host}:${port}`]);
  return (await resolver.resolve4(name!))[0]!;
}

async function connectLike(psql: string, stateDir: string): Promise<number> {
  const { host, hostaddr, dbname, user, sslrootcert } = connectionOf(psql);
  const token = await understudy(['token'], { UNDERSTUDY_STATE_DIR: stateDir });
  const client = new Client({
    host: hostaddr!,
    database: dbname!,
    user: user!,
    password: token.stdout.trim(),
    ssl: { ca: fs.readFileSync(sslrootcert!, 'utf8'), servername: host! },
  });
  await client.connect();
  const { rowCount } = await client.query(/-c '([^']+)'/.exec(psql)![1]!);
  await client.end();
  return rowCount ?? 0;
}

async function describeLike(aws: string, region: string, stateDir: string): Promise<string | undefined> {
  const { stdout } = await understudy(['env'], { UNDERSTUDY_STATE_DIR: stateDir });
  const value = (name: string): string => new RegExp(`${name}='([^']*)'`).exec(stdout)![1]!;
  const client = new RDSClient({
    endpoint: /--endpoint-url (\S+)/.exec(aws)![1]!,
    region,
    credentials: {
      accessKeyId: value('AWS_ACCESS_KEY_ID'),
      secretAccessKey: value('AWS_SECRET_ACCESS_KEY'),
    },
  });
  const { DBClusters } = await client.send(new DescribeDBClustersCommand({}));
  return DBClusters?.[0]?.Endpoint;
}
