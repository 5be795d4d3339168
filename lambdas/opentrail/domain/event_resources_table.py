"""Which values of a request and an answer an event is found by: one line a mapping, source by source.

    [source]
    operations   resource type   paths

`operations` are names without an API version at their end, joined by commas; `*` holds for every operation
of the source, beside lines of its own. A path begins at `request` (requestParameters), `answer`
(responseElements), `details` (serviceEventDetails) or `additional` (additionalEventData) and goes through
lists by itself; several values each make a resource, in the order of the lines. The type `-` says that only
the name is known, `AWS::EC2::*` that EC2's identifier tells it. A line `none` says that the events of an
operation have no resources, whatever the record holds; a comment beside it says why.

Names of members are those of records: the API's, first letter small. EC2's newer operations are wrapped in
records (`CreateNatGatewayRequest`, capital letters); paths speak of what is inside, in small letters.

Lines are measured where a comment says so. The others follow the same pattern by the API references: names
and identifiers of what an operation is about, as they were passed and as they came back.
"""

TABLE = """
[cloudtrail.amazonaws.com]  # StopLogging is measured: the trail as it was passed
CreateTrail,UpdateTrail,DeleteTrail,GetTrail AWS::CloudTrail::Trail request.name
GetTrailStatus,StartLogging,StopLogging AWS::CloudTrail::Trail request.name
*   AWS::CloudTrail::Trail             request.trailName answer.trailARN
*   AWS::S3::Bucket                    request.s3BucketName
*   AWS::CloudTrail::EventDataStore    request.eventDataStore
CreateEventDataStore,UpdateEventDataStore AWS::CloudTrail::EventDataStore request.name
*   AWS::CloudTrail::EventDataStore    answer.eventDataStoreArn
CreateChannel AWS::CloudTrail::Channel request.name
*   AWS::CloudTrail::Channel           request.channel answer.channelArn
CreateDashboard AWS::CloudTrail::Dashboard request.name
*   AWS::CloudTrail::Dashboard         request.dashboardId answer.dashboardArn
StartImport AWS::CloudTrail::EventDataStore request.destinations
StartImport,StopImport - request.importId answer.importId
StartQuery,CancelQuery - request.queryId answer.queryId
GenerateQuery AWS::CloudTrail::EventDataStore request.eventDataStores
*   -                                  request.resourceId request.resourceArn
RegisterOrganizationDelegatedAdmin AWS::Organizations::Account request.memberAccountId
DeregisterOrganizationDelegatedAdmin AWS::Organizations::Account request.delegatedAdminAccountId

[sts.amazonaws.com]  # AssumeRole is measured
*   AWS::IAM::AccessKey                answer.credentials.accessKeyId
*   AWS::STS::AssumedRole              request.roleSessionName answer.assumedRoleUser.assumedRoleId
*   AWS::STS::AssumedRole              answer.assumedRoleUser.arn
*   AWS::IAM::Role                     request.roleArn
GetFederationToken AWS::STS::FederatedUser request.name answer.federatedUser.arn
AssumeRoot AWS::IAM::User request.targetPrincipal
DecodeAuthorizationMessage none  # about a message

[s3.amazonaws.com]  # bucket operations are measured
*   AWS::S3::Bucket                    request.bucketName
WriteGetObjectResponse none  # answers a request by its token

[iam.amazonaws.com]
*   AWS::IAM::User                     request.userName answer.user.arn answer.user.userId
*   AWS::IAM::Role                     request.roleName answer.role.arn answer.role.roleId
*   AWS::IAM::Group                    request.groupName answer.group.arn
*   AWS::IAM::Policy                   request.policyArn request.policyName answer.policy.arn
*   AWS::IAM::Policy                   request.permissionsBoundary
*   AWS::IAM::InstanceProfile          request.instanceProfileName answer.instanceProfile.arn
*   AWS::IAM::AccessKey                request.accessKeyId answer.accessKey.accessKeyId
*   AWS::IAM::MFADevice                request.serialNumber request.virtualMFADeviceName
*   AWS::IAM::MFADevice                answer.virtualMFADevice.serialNumber
*   AWS::IAM::SAMLProvider             request.sAMLProviderArn answer.sAMLProviderArn
*   AWS::IAM::OIDCProvider             request.openIDConnectProviderArn answer.openIDConnectProviderArn
*   AWS::IAM::ServerCertificate        request.serverCertificateName
CreateSAMLProvider AWS::IAM::SAMLProvider request.name
CreateOpenIDConnectProvider AWS::IAM::OIDCProvider request.url
CreateAccountAlias,DeleteAccountAlias - request.accountAlias
*   -                                  request.certificateId request.sSHPublicKeyId
*   -                                  request.serviceSpecificCredentialId
DeleteServiceLinkedRole,CreateServiceLinkedRole - request.aWSServiceName
DeleteServiceLinkedRole,CreateServiceLinkedRole - answer.deletionTaskId
SetSecurityTokenServicePreferences,PutAccountProperties none  # settings of the account
UpdateAccountPasswordPolicy,DeleteAccountPasswordPolicy none  # settings of the account
ChangePassword,GenerateCredentialReport none  # about the caller; about the account
*   -                                  request.delegationRequestId answer.delegationRequestId
GenerateServiceLastAccessedDetails - request.arn
EnableOrganizationsRootSessions,DisableOrganizationsRootSessions none  # of the organization
EnableOrganizationsRootCredentialsManagement none  # of the organization
DisableOrganizationsRootCredentialsManagement none  # of the organization
EnableOutboundWebIdentityFederation,DisableOutboundWebIdentityFederation none  # settings of the account
GenerateOrganizationsAccessReport none  # names a path of the organization

[kms.amazonaws.com]  # Decrypt is measured: none, though its records have resources
*   AWS::KMS::Key                      request.keyId request.targetKeyId
*   AWS::KMS::Key                      answer.keyMetadata.keyId answer.keyMetadata.arn answer.keyId
*   AWS::KMS::Alias                    request.aliasName
*   -                                  request.grantId answer.grantId
ReplicateKey AWS::KMS::Key answer.replicaKeyMetadata.keyId answer.replicaKeyMetadata.arn
*   -                                  request.customKeyStoreName request.customKeyStoreId
*   -                                  answer.customKeyStoreId
Decrypt,Encrypt,ReEncrypt none  # Decrypt is measured; the others use a key as it does
Sign,Verify,GenerateMac,VerifyMac,GenerateRandom,DeriveSharedSecret none  # as Decrypt
GenerateDataKey,GenerateDataKeyWithoutPlaintext none  # as Decrypt
GenerateDataKeyPair,GenerateDataKeyPairWithoutPlaintext none  # as Decrypt

[lambda.amazonaws.com]
*   AWS::Lambda::Function              request.functionName answer.functionArn
CreateFunction AWS::IAM::Role request.role
*   AWS::Lambda::LayerVersion          request.layerName answer.layerVersionArn
*   AWS::Lambda::EventSourceMapping    request.uUID answer.uUID
CreateEventSourceMapping - request.eventSourceArn
*   AWS::Lambda::CodeSigningConfig     request.codeSigningConfigArn
*   AWS::Lambda::CodeSigningConfig     answer.codeSigningConfig.codeSigningConfigArn
CreateAlias,UpdateAlias,DeleteAlias AWS::Lambda::Alias request.name answer.aliasArn
*   -                                  request.resource request.resourceArn request.capacityProviderName
*   -                                  request.durableExecutionArn request.callbackId

[dynamodb.amazonaws.com]
*   AWS::DynamoDB::Table               request.tableName request.sourceTableName request.targetTableName
*   AWS::DynamoDB::Table               request.tableArn answer.tableDescription.tableArn
*   AWS::DynamoDB::GlobalTable         request.globalTableName
CreateBackup,DeleteBackup,RestoreTableFromBackup AWS::DynamoDB::Backup request.backupName request.backupArn
CreateBackup,DeleteBackup AWS::DynamoDB::Backup answer.backupDetails.backupArn
CreateBackup,DeleteBackup AWS::DynamoDB::Backup answer.backupDescription.backupDetails.backupArn
ImportTable AWS::DynamoDB::Table request.tableCreationParameters.tableName
ExportTableToPointInTime,ImportTable AWS::S3::Bucket request.s3Bucket request.s3BucketSource.s3Bucket
*   -                                  request.resourceArn
CancelBulkOperation - request.bulkOperationArn

[sqs.amazonaws.com]
*   AWS::SQS::Queue                    request.queueName request.queueUrl answer.queueUrl
StartMessageMoveTask AWS::SQS::Queue request.sourceArn request.destinationArn
CancelMessageMoveTask - request.taskHandle

[sns.amazonaws.com]
CreateTopic AWS::SNS::Topic request.name
*   AWS::SNS::Topic                    request.topicArn answer.topicArn
*   AWS::SNS::Subscription             request.subscriptionArn answer.subscriptionArn
CreatePlatformApplication AWS::SNS::PlatformApplication request.name
*   AWS::SNS::PlatformApplication      request.platformApplicationArn answer.platformApplicationArn
*   AWS::SNS::PlatformEndpoint         request.endpointArn answer.endpointArn
*   -                                  request.resourceArn
SetSMSAttributes none  # settings of the account
OptInPhoneNumber,CreateSMSSandboxPhoneNumber,DeleteSMSSandboxPhoneNumber none  # somebody's number
VerifySMSSandboxPhoneNumber none  # somebody's number

[cloudformation.amazonaws.com]
*   AWS::CloudFormation::Stack         request.stackName request.stackId answer.stackId
*   AWS::CloudFormation::StackSet      request.stackSetName answer.stackSetId
*   AWS::CloudFormation::ChangeSet     request.changeSetName
CreateChangeSet AWS::CloudFormation::ChangeSet answer.id
*   AWS::IAM::Role                     request.roleARN
*   AWS::CloudFormation::Type          request.typeName request.arn request.typeArn answer.typeVersionArn
*   AWS::CloudFormation::GeneratedTemplate request.generatedTemplateName answer.generatedTemplateId
CreateStackRefactor,ExecuteStackRefactor - request.stackRefactorId answer.stackRefactorId
StartResourceScan - answer.resourceScanId
ActivateOrganizationsAccess,DeactivateOrganizationsAccess none  # of the organization
RecordHandlerProgress,RegisterPublisher none  # a token; the account as a publisher
RemoveAlias - request.aliasName
BatchDescribeTypeConfigurations,EstimateTemplateCost,ValidateTemplate none  # they change nothing

[rds.amazonaws.com]
*   AWS::RDS::DBInstance               request.dBInstanceIdentifier request.sourceDBInstanceIdentifier
*   AWS::RDS::DBInstance               request.targetDBInstanceIdentifier answer.dBInstanceArn
*   AWS::RDS::DBSnapshot               request.dBSnapshotIdentifier request.finalDBSnapshotIdentifier
*   AWS::RDS::DBSnapshot               request.sourceDBSnapshotIdentifier request.targetDBSnapshotIdentifier
*   AWS::RDS::DBSnapshot               answer.dBSnapshotArn
*   AWS::RDS::DBCluster                request.dBClusterIdentifier answer.dBClusterArn
*   AWS::RDS::DBCluster                request.sourceDBClusterIdentifier
*   AWS::RDS::DBClusterSnapshot        request.dBClusterSnapshotIdentifier answer.dBClusterSnapshotArn
*   AWS::RDS::DBClusterSnapshot        request.targetDBClusterSnapshotIdentifier
*   AWS::RDS::DBSubnetGroup            request.dBSubnetGroupName answer.dBSubnetGroupArn
*   AWS::RDS::DBParameterGroup         request.dBParameterGroupName request.targetDBParameterGroupIdentifier
*   AWS::RDS::DBClusterParameterGroup  request.dBClusterParameterGroupName
*   AWS::RDS::DBClusterParameterGroup  request.targetDBClusterParameterGroupIdentifier
*   AWS::RDS::DBSecurityGroup          request.dBSecurityGroupName
*   AWS::RDS::OptionGroup              request.optionGroupName request.targetOptionGroupIdentifier
*   AWS::RDS::EventSubscription        request.subscriptionName
*   AWS::RDS::GlobalCluster            request.globalClusterIdentifier
*   AWS::RDS::DBProxy                  request.dBProxyName request.dBProxyEndpointName
*   AWS::RDS::DBClusterEndpoint        request.dBClusterEndpointIdentifier
*   AWS::RDS::DBShardGroup             request.dBShardGroupIdentifier
*   AWS::RDS::Integration              request.integrationName request.integrationIdentifier
*   AWS::RDS::BlueGreenDeployment      request.blueGreenDeploymentName request.blueGreenDeploymentIdentifier
CreateCustomDBEngineVersion AWS::RDS::CustomDBEngineVersion request.engineVersion
ModifyCustomDBEngineVersion AWS::RDS::CustomDBEngineVersion request.engineVersion
DeleteCustomDBEngineVersion AWS::RDS::CustomDBEngineVersion request.engineVersion
*   -                                  request.resourceName request.resourceIdentifier request.resourceArn
*   -                                  request.exportTaskIdentifier request.reservedDBInstancesOfferingId
*   -                                  request.tenantDBName request.dbiResourceId
DeleteDBClusterAutomatedBackup AWS::RDS::DBCluster request.dbClusterResourceId
ApplyPendingMaintenanceAction AWS::RDS::DBInstance details.resourceId
ModifyCertificates none  # the account's default
*   -                                  request.dBCapacityReservationName
*   -                                  request.dBCapacityReservationIdentifier
ModifyDBRecommendation - request.recommendationId

[secretsmanager.amazonaws.com]
CreateSecret AWS::SecretsManager::Secret request.name
*   AWS::SecretsManager::Secret        request.secretId answer.arn answer.aRN
*   AWS::SecretsManager::Secret        additional.ARN additional.SecretId

[ssm.amazonaws.com]
PutParameter,DeleteParameter,GetParameter AWS::SSM::Parameter request.name
LabelParameterVersion,UnlabelParameterVersion AWS::SSM::Parameter request.name
DeleteParameters,GetParameters AWS::SSM::Parameter request.names
CreateDocument,DeleteDocument,UpdateDocument AWS::SSM::Document request.name
ModifyDocumentPermission AWS::SSM::Document request.name
UpdateDocumentDefaultVersion AWS::SSM::Document request.name
UpdateDocumentMetadata,CreateAssociation AWS::SSM::Document request.name
CreateAssociationBatch,UpdateAssociation AWS::SSM::Document request.name
DeleteAssociation AWS::SSM::Document request.name
*   AWS::SSM::Document                 request.documentName
*   AWS::EC2::*                        request.instanceId request.instanceIds request.target
*   AWS::SSM::Association              request.associationId request.associationIds
*   AWS::SSM::Association              answer.associationDescription.associationId
CreateMaintenanceWindow,CreatePatchBaseline - request.name
*   AWS::SSM::MaintenanceWindow        request.windowId answer.windowId
*   AWS::SSM::PatchBaseline            request.baselineId answer.baselineId
*   AWS::SSM::ResourceDataSync         request.syncName
*   -                                  request.commandId answer.command.commandId
*   -                                  request.automationExecutionId answer.automationExecutionId
*   -                                  request.sessionId answer.sessionId request.activationId
*   -                                  answer.activationId
*   -                                  request.opsItemId answer.opsItemId request.opsItemArn
*   -                                  request.opsMetadataArn
*   -                                  request.resourceId request.resourceArn request.settingId
*   -                                  answer.executionPreviewId
CreateAssociationBatch AWS::SSM::Document request.entries.name
DeleteInventory - request.typeName
*   -                                  request.windowExecutionId answer.cloudConnectorId
*   -                                  request.cloudConnectorId
StartAccessRequest - answer.accessRequestId
ValidateCloudConnector - request.cloudConnectorId
RegisterDefaultHostManagementConfiguration AWS::IAM::Role request.roleArn
DeregisterDefaultHostManagementConfiguration none  # settings of the account

[eks.amazonaws.com]
CreateCluster,DeleteCluster,UpdateClusterConfig AWS::EKS::Cluster request.name
UpdateClusterVersion AWS::EKS::Cluster request.name
RegisterCluster,DeregisterCluster AWS::EKS::Cluster request.name
DescribeCluster AWS::EKS::Cluster request.name
*   AWS::EKS::Cluster                  request.clusterName answer.cluster.arn
*   AWS::EKS::Nodegroup                request.nodegroupName answer.nodegroup.nodegroupArn
*   AWS::EKS::FargateProfile           request.fargateProfileName answer.fargateProfile.fargateProfileArn
*   AWS::EKS::Addon                    request.addonName answer.addon.addonArn
*   AWS::EKS::AccessEntry              request.principalArn
*   AWS::EKS::PodIdentityAssociation   request.associationId
CreateEksAnywhereSubscription - request.name
*   -                                  request.id request.resourceArn
CancelUpdate AWS::EKS::Cluster request.name

[ecs.amazonaws.com]
CreateCluster AWS::ECS::Cluster request.clusterName
*   AWS::ECS::Cluster                  request.cluster answer.cluster.clusterArn
CreateService AWS::ECS::Service request.serviceName
*   AWS::ECS::Service                  request.service request.serviceArn answer.service.serviceArn
*   AWS::ECS::TaskDefinition           request.taskDefinition request.taskDefinitions request.family
*   AWS::ECS::TaskDefinition           answer.taskDefinition.taskDefinitionArn
*   AWS::ECS::Task                     request.task request.tasks answer.task.taskArn answer.tasks.taskArn
*   AWS::ECS::TaskSet                  request.taskSet answer.taskSet.taskSetArn request.primaryTaskSet
*   AWS::ECS::ContainerInstance        request.containerInstance request.containerInstances
*   AWS::ECS::ContainerInstance        answer.containerInstance.containerInstanceArn
CreateCapacityProvider AWS::ECS::CapacityProvider request.name
*   AWS::ECS::CapacityProvider         request.capacityProvider
*   -                                  request.resourceArn request.attributes.targetId
CreateDaemon - request.daemonName
*   -                                  request.daemonArn request.daemonTaskDefinition
DiscoverPollEndpoint none  # an agent asks for an address
*   -                                  request.serviceDeploymentArn answer.gatewayArn request.gateway
CreateGateway - request.name
PutAccountSetting,PutAccountSettingDefault,DeleteAccountSetting none  # settings of the account

[ecr.amazonaws.com]
*   AWS::ECR::Repository               request.repositoryName answer.repository.repositoryArn
CreatePullThroughCacheRule - request.ecrRepositoryPrefix
UpdatePullThroughCacheRule - request.ecrRepositoryPrefix
DeletePullThroughCacheRule - request.ecrRepositoryPrefix
CreateRepositoryCreationTemplate - request.prefix
UpdateRepositoryCreationTemplate - request.prefix
DeleteRepositoryCreationTemplate - request.prefix
*   -                                  request.resourceArn request.principalArn
PutAccountSetting,PutRegistryPolicy,DeleteRegistryPolicy none  # the account's one registry
PutRegistryScanningConfiguration none  # the account's one registry
PutReplicationConfiguration,PutSigningConfiguration none  # the account's one registry
DeleteSigningConfiguration none  # the account's one registry
ValidatePullThroughCacheRule AWS::ECR::Repository request.ecrRepositoryPrefix
StartReplicationBackfill,StopReplicationBackfill - answer.replicationBackfillId

[logs.amazonaws.com]
*   AWS::Logs::LogGroup                request.logGroupName request.logGroupIdentifier request.logGroupNames
*   AWS::Logs::LogGroup                request.logGroupIdentifiers request.logGroupArnList
*   AWS::Logs::LogStream               request.logStreamName
PutMetricFilter,DeleteMetricFilter AWS::Logs::MetricFilter request.filterName
PutSubscriptionFilter,DeleteSubscriptionFilter AWS::Logs::SubscriptionFilter request.filterName
*   AWS::Logs::Destination             request.destinationName
*   AWS::Logs::Delivery                request.deliverySourceName request.deliveryDestinationName
*   AWS::Logs::Delivery                request.deliveryDestinationArn
PutDeliverySource,DeleteDeliverySource AWS::Logs::Delivery request.name
PutDeliveryDestination,DeleteDeliveryDestination AWS::Logs::Delivery request.name
*   AWS::Logs::LogAnomalyDetector      request.anomalyDetectorArn request.detectorName
*   AWS::Logs::ResourcePolicy          request.policyName
*   AWS::Logs::QueryDefinition         request.queryDefinitionId
*   -                                  request.queryId answer.queryId request.id request.resourceArn
*   -                                  request.resourceIdentifier request.integrationName
CreateExportTask,CancelExportTask - request.destination request.taskId answer.taskId
CreateImportTask,CancelImportTask - request.importId request.importSourceArn
*   -                                  request.identifier request.lookupTableArn
*   -                                  request.lookupTableName request.name
AssociateSourceToS3TableIntegration - request.integrationArn
PutStorageTierPolicy,TestMetricFilter,TestTransformer none  # the account's; they change nothing

[apigateway.amazonaws.com]
*   AWS::ApiGateway::RestApi           request.restApiId
CreateRestApi,ImportRestApi AWS::ApiGateway::RestApi request.createRestApiInput.name answer.id
CreateStage AWS::ApiGateway::Stage request.createStageInput.stageName
*   AWS::ApiGateway::Stage             request.stageName
*   -                                  request.resourceArn

[appmesh.amazonaws.com]
*   AWS::AppMesh::Mesh                 request.meshName answer.mesh.metadata.arn
*   AWS::AppMesh::VirtualGateway       request.virtualGatewayName
*   AWS::AppMesh::VirtualNode          request.virtualNodeName
*   AWS::AppMesh::VirtualService       request.virtualServiceName
*   AWS::AppMesh::VirtualRouter        request.virtualRouterName
*   AWS::AppMesh::Route                request.routeName

[cloudfront.amazonaws.com]
CreateDistribution,UpdateDistribution AWS::CloudFront::Distribution request.id
DeleteDistribution,GetDistribution AWS::CloudFront::Distribution request.id
*   AWS::CloudFront::Distribution      request.distributionId answer.distribution.id answer.distribution.aRN
*   -                                  request.resource

[cloudhsm.amazonaws.com]
*   AWS::CloudHSM::Cluster             request.clusterId answer.cluster.clusterId
CreateHsm,DeleteHsm AWS::CloudHSM::HSM request.hsmId answer.hsm.hsmId

[cloudsearch.amazonaws.com]
*   AWS::CloudSearch::Domain           request.domainName answer.domainStatus.aRN

[elasticfilesystem.amazonaws.com]
*   AWS::EFS::FileSystem               request.fileSystemId answer.fileSystemId
*   AWS::EFS::MountTarget              request.mountTargetId answer.mountTargetId
*   AWS::EFS::AccessPoint              request.accessPointId answer.accessPointId
*   AWS::EC2::*                        request.subnetId request.securityGroups answer.networkInterfaceId

[elasticloadbalancing.amazonaws.com]
*   AWS::ElasticLoadBalancing::LoadBalancer request.loadBalancerName
CreateLoadBalancer AWS::ElasticLoadBalancingV2::LoadBalancer request.name
CreateLoadBalancer AWS::ElasticLoadBalancingV2::LoadBalancer answer.loadBalancers.loadBalancerArn
*   AWS::ElasticLoadBalancingV2::LoadBalancer request.loadBalancerArn
CreateTargetGroup AWS::ElasticLoadBalancingV2::TargetGroup request.name answer.targetGroups.targetGroupArn
*   AWS::ElasticLoadBalancingV2::TargetGroup request.targetGroupArn
*   AWS::ElasticLoadBalancingV2::Listener request.listenerArn request.ruleArn
*   -                                  request.resourceArns request.policyName

[events.amazonaws.com]
PutRule,DeleteRule,EnableRule,DisableRule AWS::Events::Rule request.name answer.ruleArn
DescribeRule AWS::Events::Rule request.name answer.ruleArn
PutTargets,RemoveTargets AWS::Events::Rule request.rule
CreateEventBus,DeleteEventBus AWS::Events::EventBus request.name answer.eventBusArn
*   AWS::Events::EventBus              request.eventBusName
*   -                                  request.resourceARN

[glue.amazonaws.com]
*   AWS::Glue::Database                request.databaseName request.databaseInput.name
*   AWS::Glue::Table                   request.tableName request.tableInput.name
CreateCrawler,UpdateCrawler,DeleteCrawler AWS::Glue::Crawler request.name
StartCrawler,StopCrawler AWS::Glue::Crawler request.name
CreateJob,DeleteJob AWS::Glue::Job request.name request.jobName
*   -                                  request.resourceArn request.catalogId
PutDataCatalogEncryptionSettings none  # the account's one catalog
PutResourcePolicy none  # the account's one catalog

[organizations.amazonaws.com]
*   AWS::Organizations::Account        request.accountId
*   AWS::Organizations::Policy         request.policyId answer.policy.policySummary.id
*   -                                  request.targetId request.organizationalUnitId request.resourceId
LeaveOrganization,CreateOrganization,DeleteOrganization none  # an account is in one at most

[rolesanywhere.amazonaws.com]
CreateProfile,UpdateProfile,DeleteProfile AWS::RolesAnywhere::Profile request.name
*   AWS::RolesAnywhere::Profile        request.profileId answer.profile.profileArn
CreateProfile AWS::IAM::Role request.roleArns
CreateTrustAnchor AWS::RolesAnywhere::TrustAnchor request.name
*   AWS::RolesAnywhere::TrustAnchor    request.trustAnchorId answer.trustAnchor.trustAnchorArn

[signin.amazonaws.com]
ConsoleLogin,CheckMfa,PasswordUpdated,SwitchRole,ExitRole,GetSigninToken none  # about the caller
"""
