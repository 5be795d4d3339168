"""OpenTrail's local cloud: LocalStack in host mode, with the services and patches that OpenTrail needs."""
