"""Load real directories into a running Roster, by its public API alone, and compare what is read back with the files.

Run by hand (pytest does not collect it). It makes organizations and tokens by the command `roster`, which needs the
environment of the server (`DATABASE_URL` or `ROSTER_INSTANCE_PATH`); everything else goes over HTTP:

    python tests/load_directories.py http://127.0.0.1:8000 --teams organizations.json
    python tests/load_directories.py http://127.0.0.1:8000 --groups groups.json --people people.csv --organization acme

`--teams` is an object: slug → `admins`, `members` (user names) and `teams` (`name`, `parent` or null, `description`,
`maintainers`, `members`). `--groups` is a list: `code`, `display_name`, `parent` (a code or null), `members`; who is in
it is imported by `roster users import`. With `--tokens FILE` (an object: slug → token) nothing is made by the command:
the organizations, and the people of `--groups`, are there already. Exits with 1 where anything differs.
"""

import argparse
import hashlib
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass
class Team:
    """A group as a file wants it: who is directly in it, by user name."""

    name: str
    description: str | None
    parent: str | None
    people: set[str]
    code: str | None = None


@dataclass
class Api:
    """A program with one token, that waits where it is told to and sends nothing twice."""

    address: str
    token: str
    requests: int = 0
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer's JSON; ends the program where it is a failure."""
        content = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = hashlib.sha256(f"{path} {content}".encode()).hexdigest()
        while True:
            self.connection.request(method, f"/api/v1{path}", content, headers)
            response = self.connection.getresponse()
            answer, self.requests = response.read(), self.requests + 1
            if response.status not in {429, 503}:
                break
            time.sleep(float(response.headers["Retry-After"]))
        if response.status >= 400:
            sys.exit(f"{method} {path}: {response.status} {answer.decode()}")
        return json.loads(answer)

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Give all items of a list."""
        after = None
        while True:
            place = {"after": after} if after else {}
            page = self.send("GET", f"{path}?{urlencode({'limit': 200, **query, **place})}")
            yield from page["items"]
            if (after := page["next"]) is None:
                return


def roster(*arguments: str) -> str:
    return subprocess.run(["roster", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()  # noqa: S603, S607 - our own command


def token_of(slug: str, tokens: Mapping[str, str]) -> str:
    if not tokens:
        roster("organizations", "create", slug)
    return tokens.get(slug) or roster("tokens", "issue", "--organization", slug, "--kind", "api")


def load(api: Api, people: Iterable[str], teams: list[Team]) -> None:
    """Create who is not there, the groups, and put everybody where they belong."""
    users = {user["user_name"].casefold(): user["id"] for user in api.pages("/users")}
    for name in sorted(set(people) - set(users)):
        users[name] = api.send("POST", "/users", {"user_name": name})["id"]
    groups = {(team.code or team.name): api.send("POST", "/groups", _body(team))["id"] for team in teams}
    for team in teams:
        inner = [groups[other.code or other.name] for other in teams if other.parent == (team.code or team.name)]
        if team.people or inner:
            body = {"users": [users[name] for name in sorted(team.people)], "groups": inner}
            api.send("POST", f"/groups/{groups[team.code or team.name]}/members", body)


def _body(team: Team) -> dict[str, Any]:
    return {"display_name": team.name, "description": team.description, "external_id": team.code}


def compare(api: Api, people: set[str], teams: list[Team]) -> tuple[dict[str, int], list[str]]:
    """Return what was read back, in numbers, and what differs from the file."""
    users = {user["id"]: user["user_name"].casefold() for user in api.pages("/users")}
    groups = {group["id"]: group["display_name"] for group in api.pages("/groups", sort="display_name")}
    faults = [f"people: {sorted(people ^ set(users.values()))}"] if people != set(users.values()) else []
    if sorted(groups.values()) != sorted(team.name for team in teams):
        faults.append("groups: other names than in the file")
    by_name, names = {team.name: team for team in teams}, {team.code or team.name: team.name for team in teams}
    numbers = {"users": len(users), "groups": len(groups), "memberships": 0, "nested": 0}
    for key, name in groups.items():
        members = list(api.pages(f"/groups/{key}/members"))
        inside = {users[member["id"]] for member in members if member["type"] == "user"}
        nested = {member["display_name"] for member in members if member["type"] == "group"}
        wanted = {team.name for team in teams if team.parent and names[team.parent] == name}
        if (inside, nested) != (by_name[name].people, wanted):
            faults.append(f"{name}: {sorted(inside ^ by_name[name].people)} {sorted(nested ^ wanted)}")
        numbers["memberships"] += len(inside)
        numbers["nested"] += len(nested)
    return numbers, faults


def folded(*lists: Iterable[str] | None) -> set[str]:
    return {name.casefold() for names in lists for name in names or ()}


def directories(options: argparse.Namespace) -> Iterator[tuple[str, set[str], list[Team]]]:
    """Give each organization of the files: slug, people, teams."""
    for slug, given in json.loads(options.teams.read_text()).items() if options.teams else ():
        teams = [
            Team(
                team["name"], team["description"] or None, team["parent"], folded(team["maintainers"], team["members"])
            )
            for team in given["teams"]
        ]
        yield slug, folded(given["admins"], given["members"], *(team.people for team in teams)), teams
    if options.groups:
        groups = json.loads(options.groups.read_text())
        teams = [Team(one["display_name"], None, one["parent"], folded(one["members"]), one["code"]) for one in groups]
        lines = options.people.read_text(encoding="utf-8").splitlines()[1:]
        yield options.organization, {line.split(",")[0].casefold() for line in lines}, teams


def main() -> None:
    """Load all that the command line names, and tell what came of it."""
    options = _options()
    tokens = json.loads(options.tokens.read_text()) if options.tokens else {}
    different = False
    for slug, people, teams in directories(options):
        began, api = time.monotonic(), Api(options.address, token_of(slug, tokens))
        if slug == options.organization and not tokens:
            print(roster("users", "import", str(options.people), "--organization", slug))  # noqa: T201 - for people
        load(api, people, teams)
        loaded = time.monotonic() - began
        numbers, faults = compare(api, people, teams)
        different |= bool(faults)
        told = ", ".join(f"{count} {name}" for name, count in numbers.items())
        print(f"{slug}: {told}; {loaded:.1f} s, {api.requests} requests", *faults, sep="\n  ")  # noqa: T201 - for people
    sys.exit(int(different))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    for name in ("--teams", "--groups", "--people", "--tokens"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--organization")
    options = parser.parse_args()
    if options.groups and not (options.people and options.organization):
        parser.error("--groups needs --people and --organization.")
    return options


if __name__ == "__main__":
    main()
