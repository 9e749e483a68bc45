"""What a Python program sees of the sandbox. Prints one JSON object: a key for each thing that was asked.

CloudWatch is asked twice: as this botocore speaks to it, and in the form that older ones send (awsQuery, a signed
form answered in XML), with botocore's own serializer, signer and parser of that protocol.
"""

import json
import os
import sys
import urllib.request
from urllib.parse import urlencode

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

ENDPOINT = sys.argv[1]
CLUSTER = sys.argv[2]
PREFIX = sys.argv[3]
BALANCER = sys.argv[4]


def client(service):
    return boto3.client(service, endpoint_url=ENDPOINT)


def as_query(service, operation, parameters):
    """One call in awsQuery, whatever this botocore would choose."""
    model = service.meta.service_model.operation_model(operation)
    form = create_serializer("query").serialize_to_request(parameters, model)
    body = urlencode(form["body"])
    request = AWSRequest("POST", ENDPOINT + "/", headers=form["headers"], data=body)
    credentials = boto3.Session().get_credentials()
    SigV4Auth(credentials, service.meta.service_model.signing_name, os.environ["AWS_REGION"]).add_auth(request)
    prepared = request.prepare()
    sent = urllib.request.Request(prepared.url, data=body.encode(), headers=dict(prepared.headers))
    with urllib.request.urlopen(sent) as answer:
        parsed = {"headers": dict(answer.headers), "status_code": answer.status, "body": answer.read()}
        return parsed["headers"], create_parser("query").parse(parsed, model.output_shape)


def cloudwatch():
    service = client("cloudwatch")
    sent = []
    service.meta.events.register(
        "before-send.cloudwatch", lambda request, **_: sent.append(request.headers.get("Content-Type"))
    )
    current = service.describe_alarms(AlarmNamePrefix=PREFIX)["MetricAlarms"]
    headers, older = as_query(service, "DescribeAlarms", {"AlarmNamePrefix": PREFIX})
    content_type = sent[0].decode() if isinstance(sent[0], bytes) else sent[0]

    def row(alarm):
        return [alarm["AlarmName"], alarm["StateValue"], alarm["Threshold"], alarm["Dimensions"]]

    return {
        "current": [row(alarm) for alarm in current],
        "current_sends": content_type,
        "older": [row(alarm) for alarm in older["MetricAlarms"]],
        "older_gets": headers["content-type"],
    }


def zonal_shift():
    """A shift of an hour, one that it stands in the way of, and its end."""
    arc = client("arc-zonal-shift")

    def weights():
        return arc.get_managed_resource(resourceIdentifier=BALANCER)["appliedWeights"]

    wanted = {"resourceIdentifier": BALANCER, "expiresIn": "1h", "comment": "by boto3"}
    started = arc.start_zonal_shift(awayFrom="use1-az1", **wanted)
    during = weights()
    second = error_of(lambda: arc.start_zonal_shift(awayFrom="use1-az2", **wanted))
    listed = arc.list_zonal_shifts(status="ACTIVE")["items"]
    ended = arc.cancel_zonal_shift(zonalShiftId=started["zonalShiftId"])
    return {
        "lasts_s": (started["expiryTime"] - started["startTime"]).total_seconds(),
        "during": during,
        "after": weights(),
        "second": [second["Error"]["Code"], second.get("reason")],
        "listed": [item["zonalShiftId"] == started["zonalShiftId"] for item in listed],
        "ended": ended["status"],
        "by_name": error_of(lambda: arc.start_zonal_shift(awayFrom="us-east-1a", **wanted)).get("reason"),
    }


def error_of(call):
    try:
        call()
    except ClientError as error:
        return error.response
    return None


def error_code(call):
    return error_of(call)["Error"]["Code"]


def main():
    rds = client("rds")
    members = rds.describe_db_clusters(DBClusterIdentifier=CLUSTER)["DBClusters"][0]["DBClusterMembers"]
    pages = rds.get_paginator("describe_db_instances").paginate()
    print(
        json.dumps(
            {
                "writer": [m["DBInstanceIdentifier"] for m in members if m["IsClusterWriter"]],
                "instances": sorted(i["DBInstanceIdentifier"] for page in pages for i in page["DBInstances"]),
                "unknown_cluster": error_code(lambda: rds.describe_db_clusters(DBClusterIdentifier="nobody")),
                "unknown_parameter": error_code(lambda: client("ssm").get_parameter(Name="/no/such")),
                "functions": len(client("lambda").list_functions()["Functions"]),
                "tables": client("dynamodb").list_tables()["TableNames"],
                "cloudwatch": cloudwatch(),
                "zonal_shift": zonal_shift(),
            }
        )
    )


main()
