"""The errors a call can end with: AWS's modelled exceptions and the common ones.

Written by tools/generate_service_model.py from the service models of botocore 1.44.5: change it there.
"""
# ruff: noqa: N818 - the names are AWS's own

from typing import ClassVar


class ApiError(Exception):
    """An answer other than success; `message` is the sentence the client is shown."""

    code: ClassVar[str] = ""
    status: ClassVar[int] = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class AccessDeniedException(ApiError):
    code = "AccessDeniedException"


class AccountHasOngoingImportException(ApiError):
    code = "AccountHasOngoingImportException"


class AccountNotFoundException(ApiError):
    code = "AccountNotFoundException"


class AccountNotRegisteredException(ApiError):
    code = "AccountNotRegisteredException"


class AccountRegisteredException(ApiError):
    code = "AccountRegisteredException"


class CannotDelegateManagementAccountException(ApiError):
    code = "CannotDelegateManagementAccountException"


class ChannelARNInvalidException(ApiError):
    code = "ChannelARNInvalidException"


class ChannelAlreadyExistsException(ApiError):
    code = "ChannelAlreadyExistsException"


class ChannelExistsForEDSException(ApiError):
    code = "ChannelExistsForEDSException"


class ChannelInsufficientPermission(ApiError):
    code = "ChannelInsufficientPermission"


class ChannelMaxLimitExceededException(ApiError):
    code = "ChannelMaxLimitExceededException"


class ChannelNotFound(ApiError):
    code = "ChannelNotFound"


class ChannelNotFoundException(ApiError):
    code = "ChannelNotFoundException"


class ChannelUnsupportedSchema(ApiError):
    code = "ChannelUnsupportedSchema"


class CloudTrailARNInvalidException(ApiError):
    code = "CloudTrailARNInvalidException"


class CloudTrailAccessNotEnabledException(ApiError):
    code = "CloudTrailAccessNotEnabledException"


class CloudTrailInvalidClientTokenIdException(ApiError):
    code = "CloudTrailInvalidClientTokenIdException"


class CloudWatchLogsDeliveryUnavailableException(ApiError):
    code = "CloudWatchLogsDeliveryUnavailableException"


class ConcurrentModificationException(ApiError):
    code = "ConcurrentModificationException"


class ConflictException(ApiError):
    code = "ConflictException"


class DelegatedAdminAccountLimitExceededException(ApiError):
    code = "DelegatedAdminAccountLimitExceededException"


class DuplicatedAuditEventId(ApiError):
    code = "DuplicatedAuditEventId"


class EventDataStoreARNInvalidException(ApiError):
    code = "EventDataStoreARNInvalidException"


class EventDataStoreAlreadyExistsException(ApiError):
    code = "EventDataStoreAlreadyExistsException"


class EventDataStoreFederationEnabledException(ApiError):
    code = "EventDataStoreFederationEnabledException"


class EventDataStoreHasOngoingImportException(ApiError):
    code = "EventDataStoreHasOngoingImportException"


class EventDataStoreMaxLimitExceededException(ApiError):
    code = "EventDataStoreMaxLimitExceededException"


class EventDataStoreNotFoundException(ApiError):
    code = "EventDataStoreNotFoundException"


class EventDataStoreTerminationProtectedException(ApiError):
    code = "EventDataStoreTerminationProtectedException"


class GenerateResponseException(ApiError):
    code = "GenerateResponseException"


class ImportNotFoundException(ApiError):
    code = "ImportNotFoundException"


class InactiveEventDataStoreException(ApiError):
    code = "InactiveEventDataStoreException"


class InactiveQueryException(ApiError):
    code = "InactiveQueryException"


class InsightNotEnabledException(ApiError):
    code = "InsightNotEnabledException"


class InsufficientDependencyServiceAccessPermissionException(ApiError):
    code = "InsufficientDependencyServiceAccessPermissionException"


class InsufficientEncryptionPolicyException(ApiError):
    code = "InsufficientEncryptionPolicyException"


class InsufficientIAMAccessPermissionException(ApiError):
    code = "InsufficientIAMAccessPermissionException"


class InsufficientS3BucketPolicyException(ApiError):
    code = "InsufficientS3BucketPolicyException"


class InsufficientSnsTopicPolicyException(ApiError):
    code = "InsufficientSnsTopicPolicyException"


class InvalidChannelARN(ApiError):
    code = "InvalidChannelARN"


class InvalidCloudWatchLogsLogGroupArnException(ApiError):
    code = "InvalidCloudWatchLogsLogGroupArnException"


class InvalidCloudWatchLogsRoleArnException(ApiError):
    code = "InvalidCloudWatchLogsRoleArnException"


class InvalidDateRangeException(ApiError):
    code = "InvalidDateRangeException"


class InvalidEventCategoryException(ApiError):
    code = "InvalidEventCategoryException"


class InvalidEventDataStoreCategoryException(ApiError):
    code = "InvalidEventDataStoreCategoryException"


class InvalidEventDataStoreStatusException(ApiError):
    code = "InvalidEventDataStoreStatusException"


class InvalidEventSelectorsException(ApiError):
    code = "InvalidEventSelectorsException"


class InvalidHomeRegionException(ApiError):
    code = "InvalidHomeRegionException"


class InvalidImportSourceException(ApiError):
    code = "InvalidImportSourceException"


class InvalidInsightSelectorsException(ApiError):
    code = "InvalidInsightSelectorsException"


class InvalidKmsKeyIdException(ApiError):
    code = "InvalidKmsKeyIdException"


class InvalidLookupAttributesException(ApiError):
    code = "InvalidLookupAttributesException"


class InvalidMaxResultsException(ApiError):
    code = "InvalidMaxResultsException"


class InvalidNextTokenException(ApiError):
    code = "InvalidNextTokenException"


class InvalidParameterCombinationException(ApiError):
    code = "InvalidParameterCombinationException"


class InvalidParameterException(ApiError):
    code = "InvalidParameterException"


class InvalidQueryStatementException(ApiError):
    code = "InvalidQueryStatementException"


class InvalidQueryStatusException(ApiError):
    code = "InvalidQueryStatusException"


class InvalidS3BucketNameException(ApiError):
    code = "InvalidS3BucketNameException"


class InvalidS3PrefixException(ApiError):
    code = "InvalidS3PrefixException"


class InvalidSnsTopicNameException(ApiError):
    code = "InvalidSnsTopicNameException"


class InvalidSourceException(ApiError):
    code = "InvalidSourceException"


class InvalidTagParameterException(ApiError):
    code = "InvalidTagParameterException"


class InvalidTimeRangeException(ApiError):
    code = "InvalidTimeRangeException"


class InvalidTokenException(ApiError):
    code = "InvalidTokenException"


class InvalidTrailNameException(ApiError):
    code = "InvalidTrailNameException"


class KmsException(ApiError):
    code = "KmsException"


class KmsKeyDisabledException(ApiError):
    code = "KmsKeyDisabledException"


class KmsKeyNotFoundException(ApiError):
    code = "KmsKeyNotFoundException"


class MaxConcurrentQueriesException(ApiError):
    code = "MaxConcurrentQueriesException"


class MaximumNumberOfTrailsExceededException(ApiError):
    code = "MaximumNumberOfTrailsExceededException"


class NoManagementAccountSLRExistsException(ApiError):
    code = "NoManagementAccountSLRExistsException"


class NotOrganizationManagementAccountException(ApiError):
    code = "NotOrganizationManagementAccountException"


class NotOrganizationMasterAccountException(ApiError):
    code = "NotOrganizationMasterAccountException"


class OperationNotPermittedException(ApiError):
    code = "OperationNotPermittedException"


class OrganizationNotInAllFeaturesModeException(ApiError):
    code = "OrganizationNotInAllFeaturesModeException"


class OrganizationsNotInUseException(ApiError):
    code = "OrganizationsNotInUseException"


class QueryIdNotFoundException(ApiError):
    code = "QueryIdNotFoundException"


class ResourceARNNotValidException(ApiError):
    code = "ResourceARNNotValidException"


class ResourceNotFoundException(ApiError):
    code = "ResourceNotFoundException"


class ResourcePolicyNotFoundException(ApiError):
    code = "ResourcePolicyNotFoundException"


class ResourcePolicyNotValidException(ApiError):
    code = "ResourcePolicyNotValidException"


class ResourceTypeNotSupportedException(ApiError):
    code = "ResourceTypeNotSupportedException"


class S3BucketDoesNotExistException(ApiError):
    code = "S3BucketDoesNotExistException"


class ServiceQuotaExceededException(ApiError):
    code = "ServiceQuotaExceededException"


class TagsLimitExceededException(ApiError):
    code = "TagsLimitExceededException"


class ThrottlingException(ApiError):
    code = "ThrottlingException"


class TrailAlreadyExistsException(ApiError):
    code = "TrailAlreadyExistsException"


class TrailNotFoundException(ApiError):
    code = "TrailNotFoundException"


class TrailNotProvidedException(ApiError):
    code = "TrailNotProvidedException"


class UnsupportedOperationException(ApiError):
    code = "UnsupportedOperationException"


class ExpiredTokenException(ApiError):
    """The temporary credentials have expired."""

    code = "ExpiredTokenException"


class IncompleteSignature(ApiError):
    """The Authorization header is no complete AWS signature."""

    code = "IncompleteSignature"


class InternalFailure(ApiError):
    """A bug, or something outside that failed for good."""

    code = "InternalFailure"
    status = 500


class InvalidSignatureException(ApiError):
    """The signature does not match the request."""

    code = "InvalidSignatureException"


class MissingAuthenticationTokenException(ApiError):
    """The request is not signed."""

    code = "MissingAuthenticationTokenException"


class RequestEntityTooLarge(ApiError):
    """The body is bigger than any request can be."""

    code = "RequestEntityTooLarge"
    status = 413


class SerializationException(ApiError):
    """The body is no JSON, or a member has the wrong JSON type."""

    code = "SerializationException"


class ServiceUnavailable(ApiError):
    """Something outside failed; trying again can help."""

    code = "ServiceUnavailable"
    status = 503


class UnknownOperationException(ApiError):
    """No operation has this name."""

    code = "UnknownOperationException"


class UnrecognizedClientException(ApiError):
    """Nobody has this access key, or its session token is wrong."""

    code = "UnrecognizedClientException"


class ValidationException(ApiError):
    """A member is missing or breaks a constraint of the service model."""

    code = "ValidationException"


# Every operation can end with these, whatever its model lists.
COMMON_ERRORS: frozenset[str] = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InternalFailure",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "RequestEntityTooLarge",
        "SerializationException",
        "ServiceUnavailable",
        "ThrottlingException",
        "UnknownOperationException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)
