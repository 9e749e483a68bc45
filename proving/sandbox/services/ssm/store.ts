/** The parameters with their history, and the rules for a new version. */

import { AwsError, type EventBus, type World } from '../../kernel/index.ts';
import { checkName, parameterArn, validation } from './names.ts';

export const TYPES = ['String', 'StringList', 'SecureString'] as const;
export const TIERS = ['Standard', 'Advanced', 'Intelligent-Tiering'] as const;
export type ParameterType = (typeof TYPES)[number];
export type Tier = 'Standard' | 'Advanced';

export interface ParameterVersion {
  readonly name: string;
  readonly version: number;
  readonly type: ParameterType;
  readonly value: string;
  readonly tier: Tier;
  readonly description: string | null;
  readonly allowedPattern: string | null;
  readonly dataType: string;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
}

export interface PutRequest {
  readonly name: string;
  readonly value: string;
  /** Needed for a new parameter; a later version keeps the type unless it is given. */
  readonly type?: string | undefined;
  readonly tier?: string | undefined;
  readonly description?: string | undefined;
  /** Belongs to this version alone: the next one has the pattern it is given itself. */
  readonly allowedPattern?: string | undefined;
  readonly dataType?: string | undefined;
  readonly overwrite: boolean;
  readonly by: string;
}

const STANDARD_BYTES_MAX = 4096;
const ADVANCED_BYTES_MAX = 8192;
const VERSIONS_KEPT_MAX = 100;
const PARAMETERS_MAX = 10_000;
const PATTERN_LENGTH_MAX = 1024;

export class ParameterStore {
  readonly #world: World;
  readonly #bus: EventBus;
  readonly #parameters = new Map<string, ParameterVersion[]>();

  constructor(world: World, bus: EventBus) {
    this.#world = world;
    this.#bus = bus;
  }

  latest(name: string): ParameterVersion | undefined {
    return this.#parameters.get(name)?.at(-1);
  }

  /** Oldest first; empty for an unknown parameter. */
  history(name: string): readonly ParameterVersion[] {
    return this.#parameters.get(name) ?? [];
  }

  /** The latest version of all, by name. */
  all(): ParameterVersion[] {
    const latest = [...this.#parameters.values()].map((versions) => versions.at(-1));
    return latest.filter((version) => version !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws AwsError as PutParameter does; nothing is changed then. */
  put(request: PutRequest): ParameterVersion {
    checkName(request.name);
    const versions = this.#parameters.get(request.name) ?? [];
    const previous = versions.at(-1);
    if (previous && !request.overwrite) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    if (!previous && this.#parameters.size >= PARAMETERS_MAX) {
      throw new AwsError('ParameterLimitExceeded', `There are ${PARAMETERS_MAX} parameters already.`);
    }
    const next: ParameterVersion = {
      name: request.name,
      version: (previous?.version ?? 0) + 1,
      type: typeOf(request, previous),
      value: checkValue(request),
      tier: tierOf(request, previous),
      description: request.description ?? null,
      allowedPattern: request.allowedPattern ?? null,
      dataType: request.dataType ?? previous?.dataType ?? 'text',
      modifiedAt: this.#world.now(),
      modifiedBy: request.by,
    };
    this.#parameters.set(request.name, [...versions, next].slice(-VERSIONS_KEPT_MAX));
    this.#publish(previous ? 'Update' : 'Create', next);
    return next;
  }

  /** @returns false when there was none. */
  delete(name: string): boolean {
    const latest = this.latest(name);
    if (!latest) return false;
    this.#parameters.delete(name);
    this.#publish('Delete', latest);
    return true;
  }

  #publish(operation: 'Create' | 'Update' | 'Delete', { name, type, description }: ParameterVersion): void {
    this.#bus.publish({
      source: 'aws.ssm',
      'detail-type': 'Parameter Store Change',
      detail: { operation, name, type, ...(description === null ? {} : { description }) },
      resources: [parameterArn(this.#world, name)],
    });
  }
}

function typeOf(request: PutRequest, previous: ParameterVersion | undefined): ParameterType {
  const wanted = request.type ?? previous?.type;
  if (wanted === undefined) {
    throw validation('A parameter type is required when you create a parameter.');
  }
  const type = TYPES.find((one) => one === wanted);
  if (type) return type;
  throw new AwsError('UnsupportedParameterType', `Type '${wanted}' must be one of ${TYPES.join(', ')}.`);
}

function tierOf(request: PutRequest, previous: ParameterVersion | undefined): Tier {
  const wanted = request.tier ?? previous?.tier ?? 'Standard';
  if (!TIERS.some((tier) => tier === wanted)) {
    throw validation(`Tier '${wanted}' must be one of ${TIERS.join(', ')}.`);
  }
  if (wanted === 'Standard' && previous?.tier === 'Advanced') {
    throw validation(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.",
    );
  }
  const bytes = Buffer.byteLength(request.value);
  const isLong = bytes > STANDARD_BYTES_MAX;
  const intelligent: Tier = isLong || previous?.tier === 'Advanced' ? 'Advanced' : 'Standard';
  const tier: Tier = wanted === 'Intelligent-Tiering' ? intelligent : (wanted as Tier);
  const max = tier === 'Standard' ? STANDARD_BYTES_MAX : ADVANCED_BYTES_MAX;
  if (bytes > max) {
    throw validation(
      `${tier} tier parameters support a maximum parameter value of ${max} characters, but ${bytes} were given.`,
    );
  }
  return tier;
}

function checkValue({ name, value, allowedPattern }: PutRequest): string {
  if (value === '') throw validation(`Parameter value: '${name}' needs a value of at least one character.`);
  if (allowedPattern === undefined || allowedPattern === '') return value;
  if (!compile(allowedPattern).test(value)) {
    throw new AwsError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
    );
  }
  return value;
}

function compile(pattern: string): RegExp {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw validation(`AllowedPattern can't be longer than ${PATTERN_LENGTH_MAX} characters.`);
  }
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch (cause) {
    throw new AwsError(
      'InvalidAllowedPatternException',
      `${pattern} is no regular expression: ${String(cause)}`,
    );
  }
}
