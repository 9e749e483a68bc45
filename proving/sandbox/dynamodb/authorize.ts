/** What IAM is asked for each call: the table's ARN, and DynamoDB's condition keys of the request. */

import {
  type AttributeValue,
  type Expressions,
  contentOf,
  namedAttributes,
  parseExpressions,
} from '../../twin/dynamodb/index.ts';
import type { Authorization } from '../kernel/index.ts';
import { type Tables, answered } from './tables.ts';

/** What a call says about one table. Members are as in the request. */
export interface Access extends Expressions {
  readonly TableName?: string | undefined;
  readonly IndexName?: string | undefined;
  readonly Key?: unknown;
  readonly Keys?: readonly unknown[] | undefined;
  readonly Item?: unknown;
  readonly Items?: readonly unknown[] | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly Select?: string | undefined;
}

type Context = Record<string, string | readonly string[]>;

export class Authorizer {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** For a call that names items, by key or whole. `enclosing` is the transaction's operation. */
  items(action: string, access: Access, enclosing?: string): Authorization[] {
    const given = [access.Key, access.Item, ...(access.Keys ?? []), ...(access.Items ?? [])].filter(
      (item) => item !== undefined && item !== null,
    ) as Record<string, unknown>[];
    const context = this.#context(access, given.flatMap(Object.keys));
    const partitionKey = this.#tables.find(access.TableName)?.table.schema.partitionKey.name;
    if (partitionKey !== undefined) {
      const values = given.map((item) => leadingKey(item[partitionKey])).filter((value) => value !== null);
      context['dynamodb:LeadingKeys'] = [...new Set(values)];
    }
    if (enclosing !== undefined) context['dynamodb:EnclosingOperation'] = enclosing;
    return [{ action: `dynamodb:${action}`, resource: this.#tables.arn(access.TableName), context }];
  }

  /** As `items`, with the Select that DynamoDB infers where the request has none. */
  reads(action: string, access: Access, enclosing?: string): Authorization[] {
    return this.items(action, { ...access, Select: selectOf(access) }, enclosing);
  }

  /** For Query and Scan: a query's partition is its leading key, a scan has none. */
  collection(action: 'Query' | 'Scan', access: Access): Authorization[] {
    const context = this.#context({ ...access, Select: selectOf(access) }, []);
    const partition = action === 'Query' ? this.#queriedPartition(access) : null;
    if (partition !== null) context['dynamodb:LeadingKeys'] = [partition];
    const resource = this.#tables.arn(access.TableName);
    const resources = access.IndexName === undefined ? resource : `${resource}/index/${access.IndexName}`;
    return [{ action: `dynamodb:${action}`, resource: resources, context }];
  }

  table(action: string, tableName: string | undefined): Authorization[] {
    return [{ action: `dynamodb:${action}`, resource: this.#tables.arn(tableName) }];
  }

  #context(access: Access, itemAttributes: readonly string[]): Context {
    const parsed = answered(() => parseExpressions(access));
    const { schema } = this.#tables.find(access.TableName)?.table ?? {};
    const keys =
      schema === undefined
        ? []
        : [schema.partitionKey.name, ...(schema.sortKey ? [schema.sortKey.name] : [])];
    const attributes = [...new Set([...keys, ...itemAttributes, ...namedAttributes(parsed)])];
    return {
      'dynamodb:Attributes': attributes,
      ...stated('dynamodb:ReturnValues', access.ReturnValues),
      ...stated('dynamodb:ReturnConsumedCapacity', access.ReturnConsumedCapacity),
      ...stated('dynamodb:Select', access.Select),
    };
  }

  /** The value the partition key is compared with; null where the expression has no such equality. */
  #queriedPartition(access: Access): string | null {
    const { keyCondition } = answered(() => parseExpressions(access));
    const partitionKey = this.#tables.find(access.TableName)?.table.schema.partitionKey.name;
    const pending = keyCondition === null ? [] : [keyCondition];
    for (let clause = pending.pop(); clause !== undefined; clause = pending.pop()) {
      if (clause.kind === 'and') pending.push(clause.left, clause.right);
      if (clause.kind !== 'compare' || clause.operator !== '=' || clause.right.kind !== 'value') continue;
      const { left, right } = clause;
      if (left.kind === 'path' && left.path.length === 1 && left.path[0] === partitionKey) {
        return leadingKey(right.value);
      }
    }
    return null;
  }
}

function stated(key: string, value: string | undefined): Context {
  return value === undefined ? {} : { [key]: value };
}

function selectOf(access: Access): string {
  return (
    access.Select ?? (access.ProjectionExpression === undefined ? 'ALL_ATTRIBUTES' : 'SPECIFIC_ATTRIBUTES')
  );
}

function leadingKey(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const content = contentOf(value as AttributeValue);
  return content instanceof Uint8Array ? Buffer.from(content).toString('base64') : String(content);
}
