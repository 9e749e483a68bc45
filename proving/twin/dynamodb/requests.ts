/** The members of DynamoDB's requests that the table acts on, as they come off the wire: unchecked. */

export interface Expressions {
  readonly ConditionExpression?: string | undefined;
  readonly FilterExpression?: string | undefined;
  readonly KeyConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

interface Write extends Expressions {
  readonly ReturnValues?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

export interface PutRequest extends Write {
  readonly Item?: unknown;
}

/** For Update, Delete and ConditionCheck. */
export interface KeyedRequest extends Write {
  readonly Key?: unknown;
}

export interface GetRequest extends Expressions {
  readonly Key?: unknown;
}

export interface ReadManyRequest extends Expressions {
  readonly Limit?: number | undefined;
  readonly ExclusiveStartKey?: unknown;
  readonly ScanIndexForward?: boolean | undefined;
  readonly Select?: string | undefined;
  readonly Segment?: number | undefined;
  readonly TotalSegments?: number | undefined;
}
