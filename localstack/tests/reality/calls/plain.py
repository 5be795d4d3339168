"""Calls of operations of many services that need nothing before: service -> operation -> parameters."""

from typing import Any

TAG = [{"Key": "team", "Value": "True"}]

PLAIN: dict[str, dict[str, dict[str, Any]]] = {
    "acm": {"ListCertificates": {}},
    "apigateway": {
        "GetApiKeys": {},
        "GetClientCertificates": {},
        "GetDomainNames": {},
        "GetRestApis": {},
        "GetSdkTypes": {},
        "GetVpcLinks": {},
    },
    "athena": {"ListNamedQueries": {}, "ListQueryExecutions": {}, "ListWorkGroups": {}},
    "config": {"DescribeDeliveryChannels": {}, "GetDiscoveredResourceCounts": {}},
    "dynamodb": {"ListGlobalTables": {}},
    "es": {"DescribeReservedElasticsearchInstances": {"MaxResults": 0}},
    "glue": {
        "GetCatalogImportStatus": {},
        "GetConnections": {},
        "GetCrawlerMetrics": {},
        "GetCrawlers": {},
        "GetDatabases": {},
        "GetDataflowGraph": {},
        "GetDevEndpoints": {},
        "GetJobs": {},
        "GetResourcePolicy": {},
        "GetSecurityConfigurations": {},
        "GetTriggers": {},
        "ListCrawlers": {},
        "ListDevEndpoints": {},
        "ListJobs": {},
        "ListTriggers": {},
        "PutDataCatalogEncryptionSettings": {
            "DataCatalogEncryptionSettings": {"EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS"}}
        },
        "PutResourcePolicy": {"PolicyInJson": "{}", "PolicyHashCondition": "hash"},
    },
    "cloudwatch": {"DescribeAlarms": {"MaxRecords": 100}},
    "redshift": {
        "DescribeAccountAttributes": {},
        "DescribeClusterDbRevisions": {},
        "DescribeClusterSecurityGroups": {},
        "DescribeClusters": {},
        "DescribeEventCategories": {},
        "DescribeEventSubscriptions": {},
        "DescribeHsmClientCertificates": {},
        "DescribeHsmConfigurations": {},
        "DescribeOrderableClusterOptions": {},
        "DescribeStorage": {},
        "DescribeTableRestoreStatus": {},
    },
    "route53": {
        "GetHealthCheckCount": {},
        "ListHealthChecks": {},
        "ListHostedZones": {},
        "ListHostedZonesByName": {},
        "ListQueryLoggingConfigs": {},
        "ListReusableDelegationSets": {},
        "ListTrafficPolicies": {},
        "ListTrafficPolicyInstances": {},
    },
    "route53resolver": {"ListFirewallRuleGroupAssociations": {"VpcId": "vpc-0a1b2c3d", "MaxResults": 100}},
    "sns": {
        "GetSMSAttributes": {},
        "ListPhoneNumbersOptedOut": {},
        "ListPlatformApplications": {},
        "ListSubscriptions": {},
        "ListTopics": {},
    },
    "support": {"DescribeServices": {}},
    "transcribe": {"ListTranscriptionJobs": {}, "ListVocabularies": {}},
}
