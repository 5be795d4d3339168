"""The deployment: one stack per stage of the pipeline, the same for AWS and for the local cloud."""
