"""The composition root: adapters put into ports, per function, once per process."""
