import { openAurora } from '../../../runtime/index.ts';

const database = openAurora({
  clusterEndpoint: 'prod.cluster-abc.eu-west-1.rds.amazonaws.com',
  database: 'app',
  user: 'shop',
  region: 'eu-west-1',
});

export async function productName(id: number): Promise<string | undefined> {
  const { rows } = await database.reads.query('select name from products where id = $1', [id]);
  return rows[0]?.['name'] as string | undefined;
}
