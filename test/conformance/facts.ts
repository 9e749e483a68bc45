/**
 * What AWS documents and this code relies on, by number: each has a test in this folder whose name starts with
 * `fact <number>`. Facts that nothing relies on yet are listed with the reason. Sources: AWS's API references and
 * user guides, as named.
 */

export interface Fact {
  readonly says: string;
  readonly source: string;
  /** Null where a test of this folder holds it; else why there is none. */
  readonly noTest: string | null;
}

const relied = (says: string, source: string): Fact => ({ says, source, noTest: null });
const notYet = (says: string, noTest: string): Fact => ({ says, source: '', noTest });

const NO_ROUTE_53 = 'no tier has a zone or a health check yet';
const NO_ARC = 'no tier uses ARC or zonal shift yet';
const NO_CACHE = 'no cache tier yet';
const NO_ENTRY = 'no balancer or API Gateway in front yet';

export const FACTS: Readonly<Record<number, Fact>> = {
  1: notYet('Route 53 checkers are outside the VPC', NO_ROUTE_53),
  2: notYet('an alarm health check reads the metric stream, not the state', NO_ROUTE_53),
  3: notYet('the floor of that path is a period of 60 s', NO_ROUTE_53),
  4: notYet('InsufficientDataHealthStatus, Disabled, Inverted', NO_ROUTE_53),
  5: notYet('a PRIMARY record without a health signal never fails over', NO_ROUTE_53),
  6: notYet('GetHealthCheckStatus is not for production', NO_ROUTE_53),
  7: notYet('records are made before the recovery, health is flipped in it', NO_ROUTE_53),
  8: notYet('a change batch is atomic', NO_ROUTE_53),
  9: notYet('a health check’s type and interval are fixed', NO_ROUTE_53),
  10: notYet('routing controls are flipped at a regional endpoint', NO_ARC),
  11: notYet('zonal shift has to be switched on, and expires', NO_ARC),
  12: notYet('blocking alarms stop practice runs only', NO_ARC),
  13: relied(
    'FailoverDBCluster promotes a reader that exists, target optional; its state errors mean "already at it"',
    'RDS API reference, FailoverDBCluster',
  ),
  14: relied(
    'RDS fails over by itself and says so in events 0069 to 0073, whose order nothing guarantees; a changed tier fails nothing over',
    'Aurora guide, "Event categories and messages"; RDS guide, "Overview of events"',
  ),
  15: notYet('Aurora MySQL restarts the writer and the target only', 'the engine here is Aurora PostgreSQL'),
  16: notYet('RebootDBInstance and PromoteReadReplica', 'no instance outside Aurora'),
  17: notYet('FailoverGlobalCluster', 'no global database yet'),
  18: relied(
    'lag in ms per reader; Aurora PostgreSQL’s is that of its cache',
    'Aurora guide, "aurora_replica_status"',
  ),
  19: relied(
    'custom endpoints: five a cluster, a static or an exclusion list, open connections survive an edit, a promoted reader leaves a READER endpoint',
    'Aurora guide, "Custom endpoints"',
  ),
  20: notYet('RDS Proxy target health', 'no proxy'),
  21: relied(
    'a pooled connection may reach a member that refuses writes: 25006',
    'PostgreSQL manual, appendix A',
  ),
  22: notYet('TestFailover is no operational tool', NO_CACHE),
  23: notYet('manual promotion of a cache primary', NO_CACHE),
  24: notYet('a replaced cache node is empty', NO_CACHE),
  25: notYet('node endpoints go stale after a promotion', NO_CACHE),
  26: relied(
    'an alarm invokes a function at a transition, at most five actions; a new alarm is INSUFFICIENT_DATA',
    'CloudWatch API reference, PutMetricAlarm',
  ),
  27: relied(
    'missing data is treated as each alarm says; SetAlarmState runs actions and lasts until the next evaluation',
    'CloudWatch API reference, PutMetricAlarm and SetAlarmState',
  ),
  28: relied('composite alarms with a suppressor', 'CloudWatch guide, "Composite alarm actions suppression"'),
  29: relied(
    'schedules and asynchronous invocations come at least once; a conditional put is the lock',
    'Lambda guide, "Asynchronous invocation"; DynamoDB API reference, PutItem',
  ),
  30: notYet('RDS API quotas and Lambda’s own zone loss', 'an open item: not documented'),
  31: relied(
    'parameters by path may come in partial pages; PutParameter has no expected version',
    'SSM API reference, GetParametersByPath and PutParameter',
  ),
  32: notYet('usage plans are best effort', NO_ENTRY),
  33: relied(
    'CloudFormation compares templates and knows of no failover: the roles of members stay as they are',
    'CloudFormation guide, "Update behaviors"',
  ),
  34: relied(
    'Aurora PostgreSQL refuses the WAL functions; aurora_replica_status() and aurora_db_instance_identifier() stand in',
    'Aurora guide, "Aurora PostgreSQL functions reference"',
  ),
  35: relied('a certificate carries AWS’s endpoint names alone', 'Aurora guide, "Using SSL/TLS"'),
  36: relied(
    'readers stay up while the writer restarts',
    'Aurora guide, "Zero-downtime restart, Aurora PostgreSQL"',
  ),
  37: relied(
    'no secret managed by RDS, no rotation helper, whose template needs a transform',
    'RDS guide, "Password management with Secrets Manager", limitations',
  ),
  38: relied(
    'AWS::RDS::DBClusterEndpoint: the template sets no members, the function edits the exclusion list',
    'CloudFormation resource reference',
  ),
  39: notYet('ALB retries on no other target', NO_ENTRY),
  40: notYet('Cloud Map with DNS writes records', 'no service discovery yet'),
  41: relied(
    'when EMF lines become metrics cannot be controlled: M of N',
    'CloudWatch guide, "Embedded metric format"',
  ),
  42: relied(
    'one permission per function covers its alarms, by account and name; a resource policy ends at 20,480 bytes',
    'Lambda guide, "Resource-based policies" and "Quotas"',
  ),
  43: relied(
    'silence is breaching for the prober’s liveness alarm, which only notifies, and for no alarm on members',
    'CloudWatch guide, "Configuring how CloudWatch alarms treat missing data"',
  ),
  44: relied('no interface endpoint; the gateway endpoint of DynamoDB is free', 'AWS PrivateLink pricing'),
  45: notYet('new accounts may lack the concurrency to reserve', 'a matter of `preflight`'),
  46: relied(
    '53300, 55P03 and 57014 mean load; 25006, 57P01 and a lost socket mean: drop this connection, look for the writer',
    'PostgreSQL manual, appendix A',
  ),
};
