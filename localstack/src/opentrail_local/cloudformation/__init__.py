"""CloudFormation types that LocalStack lacks, and a deploy that fails where a type is unknown."""
