"""The ARNs of resources with data events, by type: what `resources.ARN` may be equalled to.

From AWS's documentation (CloudFormation user guide, AWS::CloudTrail::EventDataStore AdvancedFieldSelector). A
type that is not in the table takes any whole ARN: AWS publishes no format of it.
"""

import re

_ANY = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12})?:\S.*", re.DOTALL)

# Behind the partition; R stands for a Region, A for an account, * for a name, ** for the rest.
_FORMATS = {
    "AWS::AppConfig::Configuration": "appconfig:R:A:application/*/environment/*/configuration/*",
    "AWS::B2BI::Transformer": "b2bi:R:A:transformer/*",
    "AWS::Bedrock::AgentAlias": "bedrock:R:A:agent-alias/*/*",
    "AWS::Bedrock::KnowledgeBase": "bedrock:R:A:knowledge-base/*",
    "AWS::Cassandra::Table": "cassandra:R:A:/keyspace/*/table/*",
    "AWS::CloudTrail::Channel": "cloudtrail:R:A:channel/*",
    "AWS::CodeWhisperer::Customization": "codewhisperer:R:A:customization/*",
    "AWS::CodeWhisperer::Profile": "codewhisperer:R:A:profile/*",
    "AWS::Cognito::IdentityPool": "cognito-identity:R:A:identitypool/**",
    "AWS::DynamoDB::Stream": "dynamodb:R:A:table/*/stream/**",
    "AWS::DynamoDB::Table": "dynamodb:R:A:table/*",
    "AWS::EC2::Snapshot": "ec2:R::snapshot/*",
    "AWS::EMRWAL::Workspace": "emrwal:R:A:workspace/*",
    "AWS::FinSpace::Environment": "finspace:R:A:environment/*",
    "AWS::Glue::Table": "glue:R:A:table/*/*",
    "AWS::GuardDuty::Detector": "guardduty:R:A:detector/*",
    "AWS::IoT::Certificate": "iot:R:A:cert/*",
    "AWS::IoT::Thing": "iot:R:A:thing/**",
    "AWS::IoTSiteWise::Asset": "iotsitewise:R:A:asset/*",
    "AWS::IoTTwinMaker::Entity": "iottwinmaker:R:A:workspace/*/entity/*",
    "AWS::IoTTwinMaker::Workspace": "iottwinmaker:R:A:workspace/*",
    "AWS::KendraRanking::ExecutionPlan": "kendra-ranking:R:A:rescore-execution-plan/*",
    "AWS::Lambda::Function": "lambda:R:A:function:*",  # no version, no alias
    "AWS::ManagedBlockchain::Network": "managedblockchain:::networks/*",
    "AWS::ManagedBlockchain::Node": "managedblockchain:R:A:nodes/*",
    "AWS::MedicalImaging::Datastore": "medical-imaging:R:A:datastore/*",
    "AWS::NeptuneGraph::Graph": "neptune-graph:R:A:graph/*",
    "AWS::QBusiness::Application": "qbusiness:R:A:application/*",
    "AWS::QBusiness::DataSource": "qbusiness:R:A:application/*/index/*/data-source/*",
    "AWS::QBusiness::Index": "qbusiness:R:A:application/*/index/*",
    "AWS::QBusiness::WebExperience": "qbusiness:R:A:application/*/web-experience/*",
    "AWS::S3::AccessPoint": "s3:R:A:accesspoint/**",
    "AWS::S3ObjectLambda::AccessPoint": "s3-object-lambda:R:A:accesspoint/*",
    "AWS::S3Outposts::Object": "s3-outposts:R:A:**",
    "AWS::SageMaker::Endpoint": "sagemaker:R:A:endpoint/*",
    "AWS::SageMaker::ExperimentTrialComponent": "sagemaker:R:A:experiment-trial-component/*",
    "AWS::SageMaker::FeatureGroup": "sagemaker:R:A:feature-group/*",
    "AWS::SCN::Instance": "scn:R:A:instance/*",
    "AWS::ServiceDiscovery::Namespace": "servicediscovery:R:A:namespace/*",
    "AWS::ServiceDiscovery::Service": "servicediscovery:R:A:service/*",
    "AWS::SNS::PlatformEndpoint": "sns:R:A:endpoint/*/*/*",
    "AWS::SNS::Topic": "sns:R:A:*",
    "AWS::SQS::Queue": "sqs:R:A:*",
    "AWS::SSMMessages::ControlChannel": "ssmmessages:R:A:control-channel/*",
    "AWS::ThinClient::Device": "thinclient:R:A:device/*",
    "AWS::ThinClient::Environment": "thinclient:R:A:environment/*",
    "AWS::Timestream::Database": "timestream:R:A:database/*",
    "AWS::Timestream::Table": "timestream:R:A:database/*/table/*",
    "AWS::VerifiedPermissions::PolicyStore": "verifiedpermissions:R:A:policy-store/*",
}
_SYMBOLS = {"R": "[a-z0-9-]+", "A": "[0-9]{12}", "*": "[^/:]+", "**": ".*"}
_BUCKET = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"


def is_arn_of(kind: str, text: str) -> bool:
    """Whether it is the whole ARN of a resource of that type."""
    return bool(_PATTERNS.get(kind, _ANY).fullmatch(text))


def _pattern(form: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*|\bR\b|\bA\b)", form)
    return re.compile(
        "arn:aws[a-z-]*:" + "".join(_SYMBOLS.get(part) or re.escape(part) for part in parts), re.DOTALL
    )


_PATTERNS = {kind: _pattern(form) for kind, form in _FORMATS.items()} | {
    "AWS::S3::Object": re.compile(rf"arn:aws[a-z-]*:s3:::{_BUCKET}/.*", re.DOTALL)
}
