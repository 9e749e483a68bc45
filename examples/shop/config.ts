/** The environment variables of the shop, read once at the edge. */

import fs from 'node:fs';
import { type AuroraOptions, UnderstudyError } from '../../runtime/index.ts';

export interface ShopConfig {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly database: AuroraOptions & { readonly readerEndpoint: string; readonly port: number };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UnderstudyError `invalid-environment` naming every variable that is missing or wrong */
export function readConfig(env: Environment): ShopConfig {
  const faults: string[] = [];
  const required = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') faults.push(`${name} is not set`);
    return value;
  };
  const port = (name: string, fallback: number, min: number): number => {
    const text = env[name] ?? String(fallback);
    const value = Number(text);
    const legal = /^\d+$/.test(text) && value >= min && value <= 65_535;
    if (!legal) faults.push(`${name} = ${JSON.stringify(text)}: must be a whole number from ${min} to 65535`);
    return value;
  };
  const user = required('DATABASE_USER');
  const config = {
    host: env['HOST'] ?? '127.0.0.1',
    port: port('PORT', 0, 0),
    database: {
      clusterEndpoint: required('DATABASE_ENDPOINT'),
      readerEndpoint: required('DATABASE_READER_ENDPOINT'),
      port: port('DATABASE_PORT', 5432, 1),
      database: required('DATABASE_NAME'),
      user,
      application: user,
      region: required('AWS_REGION'),
      ...optional('stateTable', env['UNDERSTUDY_STATE_TABLE']),
      ...optional('ca', certificates(env['DATABASE_CA_FILE'], faults)),
    },
  };
  if (faults.length === 0) return config;
  const message = `The environment of the shop is refused:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  throw new UnderstudyError(message, { code: 'invalid-environment', advice: 'give-up' });
}

function certificates(file: string | undefined, faults: string[]): string | undefined {
  if (file === undefined || file === '') return undefined;
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    faults.push(`DATABASE_CA_FILE = ${JSON.stringify(file)}: cannot be read`);
    return undefined;
  }
}

function optional<Name extends string>(name: Name, value: string | undefined): { [key in Name]?: string } {
  return (value === undefined || value === '' ? {} : { [name]: value }) as { [key in Name]?: string };
}
