/**
 * Where the cache server's binary is: the one of REDIS_SERVER, else Valkey or Redis in PATH, else the system's package,
 * unpacked without root into a cache folder of the user's. Redis and Valkey speak the same protocol and take the same
 * options as far as the sandbox uses them.
 */

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { UnderstudyError } from '../../../core/errors.ts';
import { unpackServer } from './unpack-package.ts';

export interface RedisServer {
  /** The program's path. */
  readonly file: string;
  /** What it needs in its environment: the place of its libraries, where they are not the system's. */
  readonly env: Record<string, string>;
  /** e.g. `7.0.15`. */
  readonly version: string;
}

/** The parts of an environment that decide. */
export interface FinderEnvironment {
  readonly REDIS_SERVER?: string | undefined;
  readonly PATH?: string | undefined;
  readonly LD_LIBRARY_PATH?: string | undefined;
  /** Where users' caches are. @default - `~/.cache` */
  readonly XDG_CACHE_HOME?: string | undefined;
  readonly HOME?: string | undefined;
}

const run = promisify(execFile);
/** ElastiCache for Valkey is what the sandbox stands for. */
const PROGRAMS = ['valkey-server', 'redis-server'] as const;
const ANSWER_MS_MAX = 10_000;
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * Finds a server, and unpacks one where there is none: about 1.5 MB from the system's package source, once a user.
 * @param say is told what takes time, in a sentence
 * @throws UnderstudyError `redis-missing` saying what to install
 */
export async function findRedisServer(
  say: (text: string) => void = () => undefined,
  environment: FinderEnvironment = process.env,
): Promise<RedisServer> {
  const { REDIS_SERVER: wanted } = environment;
  const libraries = environment.LD_LIBRARY_PATH;
  const env: Record<string, string> = libraries ? { LD_LIBRARY_PATH: libraries } : {};
  if (wanted) return asked(wanted, env);
  for (const file of inPath(environment)) {
    const version = await versionOf(file, env);
    if (version !== null) return { file, env, version };
  }
  return unpacked(say, environment);
}

/** A server that the user names is taken or refused; no other one is looked for. */
async function asked(file: string, env: Record<string, string>): Promise<RedisServer> {
  const version = await versionOf(file, env);
  if (version !== null) return { file, env, version };
  throw missing(`REDIS_SERVER = ${file}: it does not run, or is no Redis or Valkey server`);
}

async function unpacked(say: (text: string) => void, environment: FinderEnvironment): Promise<RedisServer> {
  const folder = path.join(cacheHome(environment), 'understudy', `redis-${process.arch}`);
  try {
    const { file, libraries } = await unpackServer({ folder, say, path: environment.PATH ?? DEFAULT_PATH });
    const env = { LD_LIBRARY_PATH: libraries };
    const version = await versionOf(file, env);
    if (version !== null) return { file, env, version };
  } catch (error) {
    throw missing(`no Valkey or Redis server is in PATH, and unpacking the system's package failed`, error);
  }
  throw missing(`the server that was unpacked in ${folder} does not run here; remove that folder`);
}

function* inPath(environment: FinderEnvironment): Generator<string> {
  const folders = (environment.PATH ?? DEFAULT_PATH).split(path.delimiter).filter(Boolean);
  for (const program of PROGRAMS) {
    for (const folder of folders) {
      const file = path.join(folder, program);
      if (fs.existsSync(file)) yield file;
    }
  }
}

function cacheHome(environment: FinderEnvironment): string {
  return environment.XDG_CACHE_HOME || path.join(environment.HOME || os.homedir(), '.cache');
}

/** Null for what does not run, or answers as no server does. */
async function versionOf(file: string, env: Record<string, string>): Promise<string | null> {
  const answer = await run(file, ['--version'], { env, timeout: ANSWER_MS_MAX }).catch(() => null);
  return /server v=(\d+(?:\.\d+)+)/i.exec(answer?.stdout ?? '')?.[1] ?? null;
}

function missing(why: string, cause?: unknown): UnderstudyError {
  const detail = cause instanceof Error ? ` (${cause.message.trim()})` : '';
  return new UnderstudyError(
    `The sandbox's cache nodes need a Valkey or Redis server: ${why}${detail}. ` +
      'Fix: install valkey or redis-server (apt-get install redis-server, brew install valkey), or set REDIS_SERVER to the path of one.',
    { code: 'redis-missing', advice: 'give-up', cause },
  );
}
