/** An error of the table's own rules, with the code and the extra fields DynamoDB answers. */
export class DynamoDbError extends Error {
  readonly code: string;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.fields = fields;
  }
}

/** A request that DynamoDB refuses as malformed. */
export function validation(message: string): DynamoDbError {
  return new DynamoDbError('ValidationException', message);
}
