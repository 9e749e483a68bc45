import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLUSTER_PROPERTIES, openStage, request, type Stage, WRONG_SECRET_ARN } from './support.ts';

describe('the RDS Data API', () => {
  let stage: Stage;
  let place: { resourceArn: string; secretArn: string };
  beforeAll(async () => {
    stage = await openStage();
    await stage.addInstance('one');
    place = { resourceArn: stage.clusterArn, secretArn: stage.secretArn };
  });
  afterAll(() => stage?.end());

  const call = (name: string, input: Record<string, unknown> = {}) =>
    stage.call('rds-data', name, { ...place, ...input });
  const execute = (sql: string, more: Record<string, unknown> = {}) =>
    call('ExecuteStatement', { sql, ...more });

  test('answers typed fields, metadata on request, and JSON on request', async () => {
    const sql = `SELECT 1::int AS i, 2.5::float8 AS d, 1.10::numeric AS n, true AS b, 'x' AS t, NULL AS nothing, '\\x0102'::bytea AS bytes`;
    const answer = await execute(sql, { includeResultMetadata: true });
    expect(answer.records).toEqual([
      [
        { longValue: 1 },
        { doubleValue: 2.5 },
        { stringValue: '1.10' },
        { booleanValue: true },
        { stringValue: 'x' },
        { isNull: true },
        { blobValue: Buffer.from([1, 2]) },
      ],
    ]);
    expect(answer.columnMetadata.map((column: any) => column.typeName)).toEqual([
      'int4',
      'float8',
      'numeric',
      'bool',
      'text',
      'text',
      'bytea',
    ]);
    const json = await execute("SELECT 1 AS id, 'a' AS name", { formatRecordsAs: 'JSON' });
    expect(JSON.parse(json.formattedRecords)).toEqual([{ id: 1, name: 'a' }]);
  });

  test('binds named parameters, and leaves strings, casts and comments alone', async () => {
    const answer = await execute(
      "SELECT :id::int AS id, ':id' AS text, $$:id$$ AS dollar /* :no */ WHERE :id::int = 7 -- :no",
      {
        parameters: [{ name: 'id', value: { longValue: 7 } }],
      },
    );
    expect(answer.records).toEqual([[{ longValue: 7 }, { stringValue: ':id' }, { stringValue: ':id' }]]);
    await expect(execute('SELECT :missing')).rejects.toMatchObject({ code: 'BadRequestException' });
  });

  test('a transaction is seen by others when it is committed, and never when it is rolled back', async () => {
    await execute('CREATE TABLE item (id int)');
    const count = async () => (await execute('SELECT count(*) AS n FROM item')).records[0][0].longValue;
    for (const [finish, after] of [
      ['RollbackTransaction', 0],
      ['CommitTransaction', 2],
    ] as const) {
      const { transactionId } = await call('BeginTransaction');
      const batch = await call('BatchExecuteStatement', {
        sql: 'INSERT INTO item VALUES (:id)',
        parameterSets: [[{ name: 'id', value: { longValue: 1 } }], [{ name: 'id', value: { longValue: 2 } }]],
        transactionId,
      });
      expect(batch.updateResults).toHaveLength(2);
      expect(await count()).toBe(0);
      await call(finish, { transactionId });
      expect(await count()).toBe(after);
      await expect(call('CommitTransaction', { transactionId })).rejects.toMatchObject({
        code: 'TransactionNotFoundException',
      });
    }
    const updated = await execute('UPDATE item SET id = id + 1');
    expect(updated.numberOfRecordsUpdated).toBe(2);
  });

  test('one call, one statement', async () => {
    await expect(execute('SELECT 1; SELECT 2')).rejects.toMatchObject({
      code: 'DatabaseErrorException',
      message: expect.stringContaining('42601'),
    });
  });

  test('a database error names its SQLSTATE', async () => {
    await expect(execute('SELECT * FROM no_such_table')).rejects.toMatchObject({
      code: 'DatabaseErrorException',
      message: 'ERROR: relation "no_such_table" does not exist; Position: 15; SQLState: 42P01',
    });
  });

  test('SEC: a wrong password, an unknown secret and an unknown cluster are refused', async () => {
    await expect(execute('SELECT 1', { secretArn: WRONG_SECRET_ARN })).rejects.toMatchObject({
      code: 'InvalidSecretException',
    });
    await expect(execute('SELECT 1', { secretArn: 'arn:no' })).rejects.toMatchObject({
      code: 'InvalidSecretException',
    });
    await expect(execute('SELECT 1', { resourceArn: `${place.resourceArn}x` })).rejects.toMatchObject({
      code: 'DatabaseNotFoundException',
    });
  });

  test('a cluster without the HTTP endpoint refuses', async () => {
    const update = (EnableHttpEndpoint: boolean) =>
      stage.provider('AWS::RDS::DBCluster').update({
        ...request('AWS::RDS::DBCluster', 'Cluster', { ...CLUSTER_PROPERTIES, EnableHttpEndpoint }),
        physicalId: 'demo',
        previous: CLUSTER_PROPERTIES,
      });
    await update(false);
    await expect(execute('SELECT 1')).rejects.toMatchObject({ code: 'HttpEndpointNotEnabledException' });
    await update(true);
    await execute('SELECT 1');
  });
});
