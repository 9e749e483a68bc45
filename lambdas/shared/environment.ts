/** What `lib/` sets and a function reads at its start. Bad configuration refuses to start (InvalidInput). */

import type { DeployedShard } from '../../core/cache/controller/types.ts';
import { parseShards, type ShardEndpoint } from '../../core/cache/shards-text.ts';
import { InvalidInput, type Fault } from '../../core/errors.ts';
import type { DatabaseMember } from '../../core/ports/index.ts';
import type { Mode } from '../../core/state/items.ts';
import { CACHE_ENV, DATABASE_ENV, ENV, THROTTLE_ENV } from './contract.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

const ENV_NAME = /^[a-z][a-z0-9-]{1,23}$/;
const MEMBER = /^([A-Za-z][A-Za-z0-9-]{0,62})=([A-Za-z0-9.-]{1,253})$/;
const RESOURCE = /^([a-z][a-z0-9-]{1,31})=([A-Za-z0-9_-]{1,64})$/;
const ZONE_LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Reads variables and collects every fault, so that one refusal names them all. */
export class EnvironmentReader {
  readonly #variables: Variables;
  readonly #faults: Fault[] = [];

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  text(name: string, pattern = /./): string {
    const value = this.#variables[name];
    if (value !== undefined && value !== '' && pattern.test(value)) return value;
    this.#fault(
      name,
      value,
      `must be set and match ${pattern.source}`,
      'deploy the function by its construct',
    );
    return '';
  }

  number(name: string, range: { readonly min: number; readonly max: number }): number {
    const value = Number(this.#variables[name] ?? Number.NaN);
    if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
    const rule = `must be a whole number from ${range.min} to ${range.max}`;
    this.#fault(name, this.#variables[name], rule, 'deploy the function by its construct');
    return range.min;
  }

  isSet(name: string): boolean {
    return (this.#variables[name] ?? '') !== '';
  }

  /** Names joined by commas, at least one, each of which must match. */
  texts(name: string, pattern: RegExp): readonly string[] {
    const given = this.list(name);
    if (given.length > 0 && given.every((part) => pattern.test(part))) return given;
    this.refuse(name, this.#variables[name], `must be texts joined by commas that match ${pattern.source}`);
    return [];
  }

  /** Null, and a fault, for a text that `parse` makes nothing of. */
  parsed<T>(name: string, parse: (text: string) => T | null, rule: string): T | null {
    const value = parse(this.#variables[name] ?? '');
    if (value === null) this.refuse(name, this.#variables[name], rule);
    return value;
  }

  /** A fault that whoever reads has found. */
  refuse(name: string, value: string | undefined, rule: string): void {
    this.#fault(name, value, rule, 'deploy the function by its construct');
  }

  /** Names joined by commas; empty when the variable is not set. */
  list(name: string): readonly string[] {
    return (this.#variables[name] ?? '').split(',').filter((part) => part !== '');
  }

  mode(name: string, byDefault: Mode): Mode {
    const value = this.#variables[name];
    if (value === undefined || value === '') return byDefault;
    if (value === 'act' || value === 'observe' || value === 'off') return value;
    this.#fault(name, value, 'must be act, observe or off', 'correct it or leave it out');
    return byDefault;
  }

  members(): readonly DatabaseMember[] {
    const given = this.list(DATABASE_ENV.members);
    const members = given.map((entry) => MEMBER.exec(entry)).filter((match) => match !== null);
    const ids = new Set(members.map((match) => match[1]!));
    if (given.length === 0 || members.length !== given.length || ids.size !== members.length) {
      const rule = 'must be instanceId=host pairs joined by commas, each id once';
      const value = this.#variables[DATABASE_ENV.members];
      this.#fault(DATABASE_ENV.members, value, rule, 'deploy the function by its construct');
    }
    return members.map((match) => ({ id: match[1]!, host: match[2]! }));
  }

  /** The shards of every copy of the cache; none when no copy is set. */
  cacheShards(): readonly CacheShard[] {
    const copies = [
      ['main', CACHE_ENV.shards],
      ['copy', CACHE_ENV.copies],
      ['gutter', CACHE_ENV.gutter],
    ] as const;
    return copies.flatMap(([cache, name]) =>
      this.#shards(name).map((endpoint, shard) => ({ ...endpoint, memberId: endpoint.id, cache, shard })),
    );
  }

  #shards(name: string): readonly ShardEndpoint[] {
    const text = this.#variables[name] ?? '';
    if (text === '') return [];
    try {
      return parseShards(text, name);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      this.#faults.push(...error.faults);
      return [];
    }
  }

  /** Empty when the variable is not set. */
  throttledResources(): readonly ThrottledResource[] {
    const given = this.list(THROTTLE_ENV.resources);
    const pairs = given.map((entry) => RESOURCE.exec(entry)).filter((match) => match !== null);
    const names = new Set(pairs.map((match) => match[1]!));
    if (pairs.length !== given.length || names.size !== pairs.length) {
      const rule = 'must be resource=application pairs joined by commas, each resource once';
      const value = this.#variables[THROTTLE_ENV.resources];
      this.#fault(THROTTLE_ENV.resources, value, rule, 'deploy the function by its construct');
    }
    return pairs.map((match) => ({ resource: match[1]!, application: match[2]! }));
  }

  /** Throws InvalidInput when anything read so far was refused. */
  done(what: string): void {
    if (this.#faults.length > 0) throw new InvalidInput(`the environment of ${what}`, this.#faults);
  }

  #fault(field: string, value: string | undefined, rule: string, fix: string): void {
    this.#faults.push({ field, value, rule, fix });
  }
}

/** One deployed shard of one copy of the cache, and where it is. */
export interface CacheShard extends DeployedShard, ShardEndpoint {}

/** What callers share, and the application whose processes enforce it. */
export interface ThrottledResource {
  readonly resource: string;
  readonly application: string;
}

export interface CommonSettings {
  readonly env: string;
  readonly functionName: string;
  readonly table: string;
  readonly region: string;
}

export function commonSettings(reader: EnvironmentReader): CommonSettings {
  return {
    env: reader.text(ENV.env, ENV_NAME),
    functionName: reader.text(ENV.function),
    table: reader.text(ENV.stateTable),
    region: reader.text('AWS_REGION'),
  };
}

export interface ControllerSettings extends CommonSettings {
  readonly clusterId: string;
  readonly memberIds: readonly string[];
  readonly zones: readonly string[];
  readonly applications: readonly string[];
  /** In force while the control item names none. */
  readonly mode: Mode;
}

export function controllerSettings(reader: EnvironmentReader, mode: Mode): ControllerSettings {
  const common = commonSettings(reader);
  const zones = reader.list(ENV.zones);
  return {
    ...common,
    clusterId: reader.text(DATABASE_ENV.cluster),
    memberIds: reader.members().map(({ id }) => id),
    zones: zones.length > 0 ? zones : ZONE_LETTERS.map((letter) => `${common.region}${letter}`),
    applications: reader.list(ENV.applications),
    mode: reader.mode(ENV.mode, mode),
  };
}
