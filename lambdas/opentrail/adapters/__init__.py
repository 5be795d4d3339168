"""The only code that speaks to AWS."""
