"""docker-compose.yml, its proxy and the Dockerfile keep to the basic rules."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from dossiers.file_checks import inspect_file
from dossiers.moves import Queue
from portal.dev import run
from portal.web import limits

ROOT = Path(__file__).resolve().parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
LONG_RUNNING = sorted(set(SERVICES) - {"migrate"})
WORKERS = ["worker-counter", "worker-papers", "worker-mail"]
OURS = ["web", *WORKERS, "beat", "migrate"]
SECRET = re.compile(r"SECRET|PASSWORD|AUTH|_URL$")
# In the image, or refused in production.
NOT_IN_COMPOSE = {"MEDIA_ROOT", "STATIC_ROOT", "DEBUG", "MOCK_GATEWAY", "DEMO_PASSWORD"}
CODE = "3467-ACDE-FGHJ"
REQUIRED = re.compile(r"\$\{(\w+):\?[^}]+\}")


def test_compose_has_all_parts():
    assert set(SERVICES) == {*OURS, "proxy", "postgres", "redis", "mail"}


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_services_that_stay_have_a_health_check_and_restart(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_services_run_without_root_and_read_only(name):
    assert int(SERVICES[name]["user"].split(":")[0]) > 0
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_have_no_value(name):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(variable):
            assert re.search(r"\$\{\w+:[?-]", value), variable
        # A password within an address.
        assert not re.search(r"://\w*:[^$@]+@", value or ""), variable


@pytest.mark.parametrize("name", WORKERS)
def test_workers_are_those_of_make_run(name):
    """So that what is tried and tested there is what runs here."""
    words = SERVICES[name]["command"].split()
    options = " ".join(words[words.index("--queues") : words.index("--loglevel")])
    assert options == run.WORKERS[name]


def test_workers_serve_every_queue_once():
    served = []
    for name in WORKERS:
        words = SERVICES[name]["command"].split()
        served += words[words.index("--queues") + 1].split(",")
    assert sorted(served) == sorted(Queue.values)


@pytest.mark.parametrize("name", WORKERS)
def test_workers_may_end_their_task_before_they_are_killed(name):
    seconds = int(SERVICES[name]["stop_grace_period"].removesuffix("s"))
    assert seconds > settings.CELERY_TASK_TIME_LIMIT


def test_settings_of_the_image_have_a_value():
    """Compose takes a variable out of the container where its name stands without one."""
    in_image = set()
    for line in re.findall(r"^ENV (.*)$", read("Dockerfile"), re.MULTILINE):
        in_image |= set(re.findall(r"(\w+)=", line))
    environment = SERVICES["web"]["environment"]

    assert [name for name in in_image & set(environment) if not environment[name]] == []


def size_of(service: str) -> int:
    """Return the room of the temporary folder, in bytes; it is in memory."""
    (folder,) = SERVICES[service]["tmpfs"]
    number, unit = re.search(r"^/tmp:size=(?:\$\{\w+:-)?(\d+)([mg])", folder).groups()
    return int(number) * {"m": 1024**2, "g": 1024**3}[unit]


def test_temporary_folder_of_web_has_room_for_bodies_and_their_files():
    processes = int(re.search(r"GRANIAN_WORKERS=(\d+)", read("Dockerfile"))[1])
    assert size_of("web") >= processes * 2 * limits.MAX_BODIES_BYTES


def test_temporary_folder_of_the_proxy_is_not_filled_by_one_address():
    config = read("deploy/nginx.conf")
    bodies = int(re.search(r"limit_conn senders (\d+);", config)[1])
    largest = max(map(int, re.findall(r"client_max_body_size (\d+)m;", config)))

    assert size_of("proxy") >= bodies * largest * 1024**2
    assert "proxy_max_temp_file_size 0;" in config


@pytest.mark.parametrize("name", WORKERS)
def test_temporary_folder_of_workers_has_room_for_inspections(name):
    assert size_of(name) >= 2 * (inspect_file.MAX_WRITTEN_BYTES + settings.UPLOAD_MAX_BYTES)


def test_web_goes_on_when_one_of_its_processes_dies():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "GRANIAN_RESPAWN_FAILED_WORKERS=true" in dockerfile
    wait = int(re.search(r"GRANIAN_WORKERS_KILL_TIMEOUT=(\d+)", dockerfile)[1])
    assert int(SERVICES["web"]["stop_grace_period"].removesuffix("s")) > wait


@pytest.mark.parametrize("name", OURS)
def test_services_of_ours_have_an_init_that_passes_on_signals(name):
    assert SERVICES[name]["init"] is True


@pytest.mark.parametrize("name", ["web", *WORKERS, "beat"])
def test_migrate_runs_once_before_the_others(name):
    assert SERVICES["migrate"]["restart"] == "no"
    assert "manage.py migrate" in SERVICES["migrate"]["command"]
    assert SERVICES[name]["depends_on"]["migrate"] == {
        "condition": "service_completed_successfully"
    }


@pytest.mark.parametrize("name", OURS)
def test_services_of_ours_wait_for_the_servers(name):
    for server in ("postgres", "redis"):
        assert SERVICES[name]["depends_on"][server] == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"proxy"}))
def test_ports_are_open_to_this_machine_only(name):
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", ["web", *WORKERS])
def test_services_that_scale_publish_no_port(name):
    assert "ports" not in SERVICES[name]


@pytest.mark.parametrize("name", ["web", *WORKERS, "beat"])
def test_portal_is_not_the_owner_of_its_tables(name):
    assert "://portal:" in SERVICES[name]["environment"]["DATABASE_URL"]
    assert "OWNER" not in str(SERVICES[name]["environment"])
    assert "://portal_owner:" in SERVICES["migrate"]["environment"]["DATABASE_URL"]
    assert "grant_app_role portal" in SERVICES["migrate"]["command"]


@pytest.mark.parametrize("name", OURS)
def test_every_documented_setting_reaches_the_containers(name):
    """A setting that is in docs/environment.md has a line in docker-compose.yml."""
    documented = set(re.findall(r"^\| `(\w+)`", read("docs/environment.md"), re.MULTILINE))

    assert documented - NOT_IN_COMPOSE - set(SERVICES[name]["environment"]) == set()


# --- The proxy ---


def read(path: str) -> str:
    return (ROOT / path).read_text()


def test_proxy_believes_no_address_that_a_stranger_writes():
    config = read("deploy/nginx.conf")

    assert "X-Forwarded-For $remote_addr;" in config
    assert "proxy_add_x_forwarded_for" not in config
    assert SERVICES["web"]["environment"]["TRUSTED_PROXIES"] == "${TRUSTED_PROXIES:-1}"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        (f"/ho-so/{CODE}/", "/ho-so/***/"),
        (f"/ho-so/{CODE}", "/ho-so/***"),
        ("/ho-so/3467 acde.fghj/bo-sung/", "/ho-so/***/bo-sung/"),
        (f"/en/nop-ho-so/cap-phep/{CODE}/3/", "/en/nop-ho-so/cap-phep/***/3/"),
        (f"/thanh-toan/{CODE}/", "/thanh-toan/***/"),
        ("/thanh-toan/ipn/", "/thanh-toan/ipn/"),
        ("/dich-vu/cap-phep/", "/dich-vu/cap-phep/"),
    ],
)
def test_proxy_logs_no_tracking_code(path, logged):
    config = read("deploy/nginx.conf")
    pattern = re.search(r'"~(\^\(\?<before>.*)" "\$before\*\*\*\$after"', config)[1]
    found = re.match(pattern.replace("(?<", "(?P<"), path)

    assert (f"{found['before']}***{found['after']}" if found else path) == logged
    log_format = re.search(r"log_format paths (.*?);", config, re.DOTALL)[1]
    assert re.search(r"request_uri|\$request |\$uri|args|referer", log_format) is None
    # At every level below, a line may end with the request.
    assert re.findall(r"error_log (.*);", config) == ["/dev/stderr emerg"]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_proxy_takes_large_bodies_only_where_files_are_sent(prefix):
    config = read("deploy/nginx.conf")
    with_files = re.search(r"location ~ (\^\S+) \{\s+client_max_body_size (\d+)m;", config)
    takes_files = re.compile(with_files[1])

    assert int(with_files[2]) * 1024 * 1024 > settings.UPLOAD_MAX_BYTES
    for page in (
        reverse("dossiers:fill", args=["cap-phep", CODE, 3]),
        reverse("dossiers:supplement", args=[CODE]),
    ):
        assert takes_files.search(prefix + page)
    for name in ("dossiers:lookup", "payments:ipn", "account_login"):
        assert not takes_files.search(prefix + reverse(name))


def test_env_example_has_every_required_variable():
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(REQUIRED.findall((ROOT / "docker-compose.yml").read_text())) <= example


def test_env_example_holds_no_secret():
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, _, value = line.partition("=")
        assert not (re.fullmatch(r"\w*(SECRET|PASSWORD)\w*", name) and value), line


def test_dockerfile_installs_by_hash_and_gives_up_root():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    assert re.findall(r"^USER (.*)$", dockerfile, re.MULTILINE)[-1] == "10001:10001"
