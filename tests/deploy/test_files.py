"""The alerts, the dashboard and the profile of the stack: whole, and about metrics that exist."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import debian
from tests.docs.pages import ROOT
from tests.operations.metrics import series_names

DEPLOY = ROOT / "deploy"
ALERTS = (DEPLOY / "alerts.yml").read_text()
TESTS = ROOT / "tests" / "deploy" / "alerts.test.yml"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana/dashboards/wiredesk.json").read_text())
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
NAMES = sorted(set(re.findall(r"alert: (\w+)", ALERTS)))


def tool(name: str, package: str) -> str:
    """Find a program, installed from Debian's packages where that may be, or skip."""
    try:
        debian.install([] if shutil.which(name) else [package], allowed=debian.may_install())
    except debian.NotInstalled as reason:
        pytest.skip(str(reason))
    found = shutil.which(name)
    assert found
    return found


def run(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def metrics_in(text: str) -> set[str]:
    return set(re.findall(r"\bwiredesk_[a-z_]+", text))


def expressions() -> Sequence[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def test_prometheus_takes_its_configuration_and_the_rules() -> None:
    told = run(tool("promtool", "prometheus"), "check", "config", str(DEPLOY / "prometheus.yml"))
    assert "1 rule files found" in told


def test_the_alerts_are_raised_by_what_they_are_for_and_by_nothing_at_rest(tmp_path: Path) -> None:
    promtool = tool("promtool", "prometheus")
    shutil.copy(DEPLOY / "alerts.yml", tmp_path)
    shutil.copy(TESTS, tmp_path)
    assert "SUCCESS" in run(promtool, "test", "rules", TESTS.name, cwd=tmp_path)


@pytest.mark.parametrize("alert", NAMES)
def test_every_alert_is_tested_and_has_its_part_in_the_runbook(alert: str) -> None:
    assert f'alertname="{alert}"' in TESTS.read_text()
    assert f"\n### {alert}\n" in RUNBOOK
    assert f"runbook: docs/runbook.md#{alert.lower()}\n" in ALERTS


def test_the_runbook_has_no_alert_that_is_none() -> None:
    assert sorted(re.findall(r"^### (Wiredesk\w+)$", RUNBOOK, re.MULTILINE)) == NAMES


def test_every_metric_of_rules_and_dashboard_is_one() -> None:
    named = metrics_in(ALERTS) | metrics_in(" ".join(expressions())) | metrics_in(RUNBOOK)
    assert len(named) > 10
    assert named - series_names() == set()


def test_every_question_of_the_dashboard_is_one_that_prometheus_takes(tmp_path: Path) -> None:
    promtool = tool("promtool", "prometheus")
    rules = [{"record": f"panel:{n}", "expr": expr} for n, expr in enumerate(expressions())]
    # JSON is YAML
    (tmp_path / "panels.yml").write_text(
        json.dumps({"groups": [{"name": "panels", "rules": rules}]})
    )
    told = run(promtool, "check", "rules", str(tmp_path / "panels.yml"))
    assert f"SUCCESS: {len(rules)} rules found" in told


def test_the_panels_stand_beside_each_other_and_ask_the_source_that_is_provisioned() -> None:
    taken: set[tuple[int, int]] = set()
    source = (DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells
        assert f"uid: {panel['datasource']['uid']}\n" in source
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_compose_takes_the_profile(tmp_path: Path) -> None:
    compose = tool("docker-compose", "docker-compose")
    required = re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text())
    settings = tmp_path / "env"
    settings.write_text("".join(f"{name}=x\n" for name in sorted(set(required))))
    words = (compose, "--env-file", str(settings), "-f", str(ROOT / "docker-compose.yml"))
    # what a profile leaves out is listed by old releases of Compose all the same
    told = run(*words, "--profile", "watch", "config", "--services").split()
    assert {"prometheus", "grafana"} <= set(told)
    text = (ROOT / "docker-compose.yml").read_text()
    for service in ("prometheus", "grafana"):
        part = text.split(f"\n  {service}:\n")[1].split("\n\n")[0]
        assert "profiles: [watch]" in part


def test_what_the_profile_mounts_is_there() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    mounted = re.findall(r"- \./(deploy/[^:]+):", compose)
    assert len(mounted) == 4
    assert [path for path in mounted if not (ROOT / path).exists()] == []
    provider = (DEPLOY / "grafana/provisioning/dashboards/wiredesk.yml").read_text()
    assert "path: /etc/grafana/dashboards" in provider
    assert "./deploy/grafana/dashboards:/etc/grafana/dashboards:ro" in compose
