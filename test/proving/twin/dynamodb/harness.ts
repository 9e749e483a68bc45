import {
  type Item,
  Table,
  type TransactAction,
  planDelete,
  planPut,
  planTransaction,
  planUpdate,
} from '../../../../proving/twin/dynamodb/index.ts';

/** A table with the keys of the state table. */
export function stateTable(): Table {
  return new Table({
    name: 'state',
    partitionKey: { name: 'pk', type: 'S' },
    sortKey: { name: 'sk', type: 'S' },
  });
}

export const key = (pk: string, sk = 's'): Item => ({ pk: { S: pk }, sk: { S: sk } });

/** The verbs of the table, committed at once. */
export function store(table: Table) {
  return {
    put: (request: Parameters<typeof planPut>[1]) => {
      const { change, returned } = planPut(table, request);
      table.commit([change]);
      return returned;
    },
    update: (request: Parameters<typeof planUpdate>[1]) => {
      const { change, returned } = planUpdate(table, request);
      table.commit([change]);
      return returned;
    },
    delete: (request: Parameters<typeof planDelete>[1]) => {
      const { change, returned } = planDelete(table, request);
      table.commit([change]);
      return returned;
    },
    transact: (actions: readonly TransactAction[]) => {
      const changes = planTransaction(actions, () => table);
      table.commit(changes.map(({ change }) => change));
    },
  };
}
