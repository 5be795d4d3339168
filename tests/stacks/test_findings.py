"""What checkers of templates say: cdk-nag's AwsSolutions rules while synthesising, and cfn-lint."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.stacks.assembly import Assembly

# W3005: CDK lets functions depend on their roles, which a reference says already.
ACCEPTED_LINT = ["W3005"]


def test_aws_solutions_finds_nothing_that_is_not_accepted_with_a_reason(on_aws: Assembly) -> None:
    report = json.loads((on_aws.folder / "validation-report.json").read_text())
    (nag,) = report["pluginReports"]
    assert (nag["pluginName"], nag["conclusion"], nag["violations"]) == ("AwsSolutions", "success", [])
    accepted = {finding["ruleName"]: finding["reason"] for finding in nag["suppressedViolations"]}
    assert accepted  # a report that lists none was not made by the rules
    for rule, reason in accepted.items():
        assert len(reason.split()) >= 5, f"{rule} is accepted without saying why"


def test_findings_are_accepted_one_by_one(on_aws: Assembly) -> None:
    """No rule that tells its findings apart is accepted as a whole."""
    report = json.loads((on_aws.folder / "validation-report.json").read_text())
    for finding in report["pluginReports"][0]["suppressedViolations"]:
        if finding["ruleName"].startswith(("AwsSolutions-IAM4", "AwsSolutions-IAM5")):
            assert finding["acknowledgedId"] == f"AwsSolutions::{finding['ruleName']}"


def test_cfn_lint_finds_nothing(assemblies: Mapping[str, Assembly]) -> None:
    templates = [str(path) for stage in ("local", "prod") for path in assemblies[stage].files]
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "parseable"]
    command += ["--ignore-checks", *ACCEPTED_LINT, "--", *templates]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_stages_on_aws_are_made_of_the_same(assemblies: Mapping[str, Assembly]) -> None:
    """So that linting one of them is linting both."""
    dev, prod = (Counter((r.part, r.type) for r in assemblies[stage].resources) for stage in ("dev", "prod"))
    assert dev == prod
