import fs from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { StreamRecord } from '../../../../proving/sandbox/kernel/index.ts';
import { type Bench, bench, eventually, QUEUE, STREAM } from './fixtures.ts';

let stand: Bench;
afterEach(async () => {
  await stand.lambda.stop?.();
  await stand.logs.stop?.();
  fs.rmSync(stand.world.stateDir, { recursive: true, force: true });
});

/** Appends the batch it got to a file; throws where a record carries the key `poison`. */
function recorder(file: string): string {
  return `import fs from 'node:fs';
    export const handler = async ({ Records }) => {
      const keys = Records.map((r) => r.dynamodb.Keys.pk.S);
      fs.appendFileSync(${JSON.stringify(file)}, JSON.stringify(keys) + '\\n');
      if (keys.includes('poison')) throw new Error('poison');
      return { event: Records[0] };
    };`;
}

async function mapped(properties: Record<string, unknown>, options: Parameters<typeof bench>[0] = {}) {
  stand = await bench(options);
  const file = `${stand.world.stateDir}/batches.txt`;
  const functionArn = await stand.deploy(recorder(file));
  await stand.create('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: STREAM,
    FunctionName: functionArn,
    StartingPosition: 'LATEST',
    ...properties,
  });
  const batches = (): string[][] =>
    fs.existsSync(file)
      ? fs
          .readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as string[])
      : [];
  return { batches, functionArn };
}

let sequence = 0;
function write(...keys: string[]): void {
  for (const key of keys) {
    sequence += 1;
    const record: StreamRecord = {
      eventID: String(sequence),
      eventName: 'MODIFY',
      dynamodb: {
        ApproximateCreationDateTime: Date.now() / 1000,
        Keys: { pk: { S: key } },
        NewImage: { pk: { S: key }, verdict: { S: key } },
        SequenceNumber: String(1000 + sequence),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    };
    for (const listener of stand.listeners) listener(record);
  }
}

describe('an event source mapping', () => {
  test('delivers what its filter lets through, in order, as one batch', async () => {
    const pattern = { dynamodb: { NewImage: { verdict: { S: [{ prefix: 'bad' }] } } } };
    const filters = { FilterCriteria: { Filters: [{ Pattern: JSON.stringify(pattern) }] } };
    const { batches } = await mapped(filters);
    write('bad-1', 'good', 'bad-2');
    await eventually(() => batches().length > 0);
    expect(batches()).toEqual([['bad-1', 'bad-2']]);
  });

  test('bisects a failing batch; the poison record goes to the queue and the rest gets through', async () => {
    const { batches, functionArn } = await mapped({
      BatchSize: 10,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    });
    write('a', 'b', 'poison', 'c');
    await eventually(
      () => stand.messages.length > 0 && batches().at(-1)?.includes('c') && batches().length >= 5,
    );
    expect(batches()).toEqual([['a', 'b', 'poison', 'c'], ['a', 'b'], ['poison', 'c'], ['poison'], ['c']]);
    expect(JSON.parse(stand.messages[0]!)).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1, functionArn },
      DDBStreamBatchInfo: { batchSize: 1, streamArn: STREAM },
    });
  });

  test('keeps its place while streams are switched off', async () => {
    const { batches } = await mapped({});
    stand.lambda.setStreams(false);
    write('a');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(batches()).toEqual([]);
    stand.lambda.setStreams(true);
    await eventually(() => batches().length === 1);
  });

  test('needs the rights to read the stream, in the words of AWS', async () => {
    await expect(mapped({}, { deny: new Set(['dynamodb:GetRecords']) })).rejects.toThrow(
      /^Cannot access stream .* Please ensure the role can perform the GetRecords/,
    );
  });

  test.each([
    [{ StartingPosition: 'TRIM_HORIZON' }, /StartingPosition = "TRIM_HORIZON": LATEST is needed/],
    [{ ParallelizationFactor: 4 }, /ParallelizationFactor = 4/],
    [{ EventSourceArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/x' }, /only DynamoDB streams/],
    [{ FilterCriteria: { Filters: [{ Pattern: 'not json' }] } }, /FilterCriteria = "not json"/],
  ])('refuses %j', async (properties, message) => {
    await expect(mapped(properties)).rejects.toThrow(message);
  });
});
