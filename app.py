"""The CDK app: the settings of one stage in, its stacks out. Synthesis makes no AWS call.

`cdk deploy --all -c stage=prod`; without a stage, `dev`. Stages that are deployed to AWS are checked against
the AwsSolutions rules while they are synthesised; a finding that nobody acknowledged fails the synthesis.
"""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from stacks.deployment import build
from stacks.settings import DEFAULT_STAGE, stage_settings


def main() -> None:
    """Synthesise the stage that the context names."""
    app = App(analytics_reporting=False, tree_metadata=False)
    settings = stage_settings(app.node.try_get_context("stage") or DEFAULT_STAGE)
    build(app, settings)
    if settings.on_aws:
        Validations.of(app).add_plugins(AwsSolutionsChecks())
    app.synth()


if __name__ == "__main__":
    main()
