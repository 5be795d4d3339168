"""What `aws cloudtrail create-subscription` and `update-subscription` fetch from AWS before they begin."""
