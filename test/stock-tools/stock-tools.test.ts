/**
 * The stock programs against the sandbox, as a user runs them, in one deployed environment. What is not installed
 * is skipped and named. The driver comes last: it kills the writer.
 */

import { afterAll, beforeAll, describe } from 'vitest';
import { awsCommandLine } from './aws-cli.ts';
import { pythonSdk } from './boto3.ts';
import { awsDriver } from './driver.ts';
import { hold, type Held } from './held.ts';
import { edgeByCommandLine } from './edge-cli.ts';
import { edgeNames } from './edge-names.ts';
import { domainNames } from './names.ts';
import { benchmark, interactiveTerminal } from './postgres-clients.ts';
import { findTools, report } from './tools.ts';

const tools = findTools();
const { aws, boto3, dig, psql, pgbench } = tools;
const missing = (tool: { version: string | null }) => tool.version === null;
let sandbox: Held;
const held = () => sandbox;

beforeAll(async () => {
  process.stdout.write(`${report(Object.values(tools))}\n`);
  sandbox = await hold();
});

afterAll(() => sandbox.release());

describe.skipIf(missing(aws))('the aws command line', () => awsCommandLine(held));
describe.skipIf(missing(boto3))('boto3', () => pythonSdk(held));
describe.skipIf(missing(aws))('the aws command line, in front of the tasks', () => edgeByCommandLine(held));
describe.skipIf(missing(dig))("dig, of the engines' names", () => domainNames(held));
describe.skipIf(missing(dig))('dig, of the environment’s own name', () => edgeNames(held));
describe.skipIf(missing(psql))('psql', () => interactiveTerminal(held));
describe.skipIf(missing(pgbench))('pgbench', () => benchmark(held));
describe('aws-advanced-nodejs-wrapper', () => awsDriver(held));
