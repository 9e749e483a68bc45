/** The functions of the account, with what the template attaches to them. */

import { AwsError, type World } from '../kernel/index.ts';
import { type AsyncPolicy, DEFAULT_ASYNC_POLICY, type InvokePermission } from '../../twin/lambda/index.ts';
import type { FunctionConfig } from './function-config.ts';
import type { FunctionRunner } from './function-runner.ts';

export interface AsyncConfig {
  readonly policy: AsyncPolicy;
  readonly onFailure: string | null;
  readonly onSuccess: string | null;
}

export const DEFAULT_ASYNC_CONFIG: AsyncConfig = {
  policy: DEFAULT_ASYNC_POLICY,
  onFailure: null,
  onSuccess: null,
};

export interface FunctionStats {
  invocations: number;
  errors: number;
  throttles: number;
  cold: number;
  warm: number;
}

export interface DeployedFunction {
  config: FunctionConfig;
  runner: FunctionRunner;
  running: number;
  readonly permissions: Map<string, InvokePermission>;
  async: AsyncConfig;
}

const NAME = /^(?:(?:arn:[\w-]+:lambda:([\w-]+):)?(\d{12}):function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/;

export class FunctionRegistry {
  readonly #world: World;
  readonly #functions = new Map<string, DeployedFunction>();
  /** By report name; outlives a deployment, so that a replaced function keeps counting. */
  readonly #stats = new Map<string, FunctionStats>();

  constructor(world: World) {
    this.#world = world;
  }

  arnOf(name: string): string {
    const { partition, region, accountId } = this.#world;
    return `arn:${partition}:lambda:${region}:${accountId}:function:${name}`;
  }

  add(deployed: DeployedFunction): void {
    if (this.#functions.has(deployed.config.name)) {
      throw new AwsError('ResourceConflictException', `Function already exist: ${deployed.config.name}`, {
        status: 409,
      });
    }
    this.#functions.set(deployed.config.name, deployed);
  }

  remove(name: string): DeployedFunction | undefined {
    const found = this.#functions.get(name);
    this.#functions.delete(name);
    return found;
  }

  all(): DeployedFunction[] {
    return [...this.#functions.values()];
  }

  /**
   * The function of a name, an ARN or a partial ARN. There are no versions: a qualifier but `$LATEST` is unknown.
   * @throws AwsError `ResourceNotFoundException`
   */
  find(nameOrArn: string, qualifier?: string): DeployedFunction {
    const [, region, account, name, inline] = NAME.exec(nameOrArn) ?? [];
    const version = qualifier ?? inline ?? '$LATEST';
    const here = (region ?? this.#world.region) === this.#world.region;
    const ours = (account ?? this.#world.accountId) === this.#world.accountId;
    const found = here && ours && name !== undefined ? this.#functions.get(name) : undefined;
    if (found && version === '$LATEST') return found;
    const shown =
      name === undefined ? nameOrArn : this.arnOf(name) + (version === '$LATEST' ? '' : `:${version}`);
    throw new AwsError('ResourceNotFoundException', `Function not found: ${shown}`, { status: 404 });
  }

  /** The resource of an IAM check: also for a function that does not exist. */
  resourceOf(nameOrArn: string, qualifier?: string): string {
    const [, , , name, inline] = NAME.exec(nameOrArn) ?? [];
    const version = qualifier ?? inline;
    return this.arnOf(name ?? nameOrArn) + (version === undefined ? '' : `:${version}`);
  }

  statsOf(config: FunctionConfig): FunctionStats {
    const name = reportName(config);
    const found = this.#stats.get(name);
    if (found) return found;
    const fresh = { invocations: 0, errors: 0, throttles: 0, cold: 0, warm: 0 };
    this.#stats.set(name, fresh);
    return fresh;
  }

  stats(): Record<string, FunctionStats> {
    return Object.fromEntries([...this.#stats].map(([name, stats]) => [name, { ...stats }]));
  }
}

/** The name reports use: the template's own, else the function's. */
export function reportName(config: Pick<FunctionConfig, 'name' | 'environment'>): string {
  return config.environment.UNDERSTUDY_FUNCTION ?? config.name;
}
