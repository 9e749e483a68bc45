/** All tables, by name or ARN. */

import { DynamoDbError } from '../../twin/dynamodb/index.ts';
import { AwsError, type World } from '../kernel/index.ts';
import type { LiveTable } from './live-table.ts';

export class Tables {
  readonly #world: World;
  readonly #byName = new Map<string, LiveTable>();

  constructor(world: World) {
    this.#world = world;
  }

  all(): LiveTable[] {
    return [...this.#byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  add(table: LiveTable): void {
    if (this.#byName.has(table.name)) {
      throw new AwsError('ResourceInUseException', `Table already exists: ${table.name}`);
    }
    this.#byName.set(table.name, table);
  }

  remove(name: string): void {
    this.#byName.get(name)?.release();
    this.#byName.delete(name);
  }

  find(nameOrArn: string | undefined): LiveTable | undefined {
    return this.#byName.get(nameOf(nameOrArn));
  }

  /** Throws AwsError `ResourceNotFoundException`. */
  get(nameOrArn: string | undefined): LiveTable {
    const table = this.find(nameOrArn);
    if (table === undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Requested resource not found: Table: ${nameOf(nameOrArn)} not found`,
      );
    }
    return table;
  }

  /** The ARN IAM checks; the table need not exist. */
  arn(nameOrArn: string | undefined): string {
    const { partition, region, accountId } = this.#world;
    if (nameOrArn?.startsWith('arn:')) return nameOrArn;
    return `arn:${partition}:dynamodb:${region}:${accountId}:table/${nameOf(nameOrArn)}`;
  }
}

function nameOf(nameOrArn: string | undefined): string {
  if (nameOrArn === undefined || nameOrArn === '') {
    throw new AwsError('ValidationException', "The parameter 'TableName' is required but was not present");
  }
  return nameOrArn.startsWith('arn:') ? (nameOrArn.split(':table/')[1] ?? nameOrArn) : nameOrArn;
}

/** Runs the rules of the twin; its errors become the wire's. */
export function answered<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof DynamoDbError)) throw error;
    throw new AwsError(error.code, error.message, { fields: { ...error.fields } });
  }
}

/** Parameters from before expressions, and secondary indexes: AWS takes them, the sandbox does not. */
const NOT_ENACTED = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'IndexName',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

export function refuseNotEnacted(input: object): void {
  const found = NOT_ENACTED.find((member) => (input as Record<string, unknown>)[member] !== undefined);
  if (found !== undefined) {
    throw new AwsError(
      'ValidationException',
      `${found} is not enacted by the sandbox: use expressions on the table's own key`,
    );
  }
}
