/** The environment variables of the shop's web tier, read once at the edge. */

import { UnderstudyError } from '../../runtime/index.ts';
import { type TraceLog, traceLogOf } from '../shared/trace.ts';

export interface WebConfig {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly region: string;
  /** HTTP name of the Cloud Map namespace. */
  readonly namespace: string;
  /** The service that serves the shop's routes. */
  readonly service: string;
  /** Holds the rules in force; undefined: everybody gets `stable`. */
  readonly frontTable: string | undefined;
  /** One JSON line a request on stdout. */
  readonly traces: TraceLog;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UnderstudyError `invalid-environment` naming every variable that is missing or wrong */
export function readConfig(env: Environment): WebConfig {
  const faults: string[] = [];
  const required = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') faults.push(`${name} is not set`);
    return value;
  };
  const text = env['PORT'] ?? '0';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    faults.push(`PORT = ${JSON.stringify(text)}: must be a whole number from 0 to 65535`);
  }
  const [service = '', ...others] = required('UNDERSTUDY_CALLS').split(',');
  if (others.length > 0) faults.push('UNDERSTUDY_CALLS: the web tier of the shop calls one service');
  const config = {
    host: env['HOST'] ?? '127.0.0.1',
    port,
    region: required('AWS_REGION'),
    namespace: required('UNDERSTUDY_NAMESPACE'),
    service,
    frontTable: env['UNDERSTUDY_FRONT_TABLE'] || undefined,
    traces: traceLogOf(env['TRACE_LOG']),
  };
  if (faults.length === 0) return config;
  const message = `The environment of shop-web is refused:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  throw new UnderstudyError(message, { code: 'invalid-environment', advice: 'give-up' });
}
