"""Pure decisions about CloudTrail's nouns: no input, no output, no clock."""
