/** What a task definition and a cluster are, as ECS keeps them. */

import type { Tag } from '../aurora/cluster-settings.ts';

export interface HealthCheck {
  /** `['CMD', program, ...]` or `['CMD-SHELL', line]`. */
  readonly command: readonly string[];
  readonly intervalS: number;
  readonly timeoutS: number;
  readonly retries: number;
  readonly startPeriodS: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that are read when a task starts: the ARN of a secret, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Ports that it listens on. */
  readonly ports: readonly number[];
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutS: number;
  readonly healthCheck: HealthCheck | null;
  /** Of the awslogs driver; null where what it prints goes nowhere. */
  readonly logs: { readonly group: string; readonly streamPrefix: string } | null;
}

export interface TaskDefinition {
  readonly family: string;
  readonly revision: number;
  readonly arn: string;
  /** Exactly one: the sandbox runs no side cars. */
  readonly container: Container;
  readonly taskRoleArn: string | null;
  readonly executionRoleArn: string | null;
  readonly cpu: string;
  readonly memory: string;
  /** Epoch ms. */
  readonly registeredAt: number;
  readonly tags: readonly Tag[];
  active: boolean;
}

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  settings: readonly { readonly name: string; readonly value: string }[];
  capacityProviders: readonly string[];
  tags: readonly Tag[];
}
