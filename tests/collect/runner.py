"""Runs a collection as a process of its own, to be killed: port, journal, out file, hosts."""

from __future__ import annotations

import sys

from govmedia_rules import collect
from govmedia_rules.subjects.models import Site
from tests.collect.madesites import NOW


def main() -> None:
    port, journal, out, *hosts = sys.argv[1:]
    guard = collect.Guard(test_hosts=dict.fromkeys([*hosts, "zfwzgl.example", "beian.example"], "127.0.0.1"))
    subjects = [Site(id=host, name=host, url=f"http://{host}:{port}/") for host in hosts]
    limits = collect.Limits(retries=0, sites_at_once=3)
    found = collect.sites(subjects, journal=journal, guard=guard, limits=limits, observed_at=NOW)
    lines = {snapshot.site.id: snapshot.model_dump_json() for snapshot in found}
    with open(out, "w", encoding="utf-8") as file:
        file.writelines(lines[host] + "\n" for host in hosts)


if __name__ == "__main__":
    main()
