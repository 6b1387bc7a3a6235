"""The wheel that people install: complete, and working in an empty environment far from the checkout."""

import contextlib
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import httpx
import pytest

from tests.rigs.product import free_port, until

ROOT = Path(__file__).parent.parent


def _run(*words: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder, env=_environment() | environment, capture_output=True, text=True, timeout=240,
        check=False,
    )  # fmt: skip


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("INBOX_", "PYTHON"))}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built once, from the files that are in the repository (and the front-end files of `make setup`)."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).parent / "uv"
    built = _run(uv, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT, folder=folder)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`inbox` in an environment of the wheel and what requirements.lock names, which the tests lend it."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, symlinks=True, with_pip=False)
    packages = next((place / "lib").glob("python*")) / "site-packages"
    uv = Path(sys.executable).parent / "uv"
    installed = _run(
        uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", place / "bin" / "python",
        wheel, folder=place,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    for lent in _what_the_product_needs():
        (packages / lent.name).symlink_to(lent)
    return place / "bin" / "inbox"


def _what_the_product_needs() -> set[Path]:
    """The folders and files of the locked packages, and of none that only developing needs."""
    found: set[Path] = set()
    for name in re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE):
        with contextlib.suppress(PackageNotFoundError):  # locked for other systems
            package = distribution(name)
            tops = {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}
            found |= {Path(str(package.locate_file(top))) for top in tops}
    return found


def test_the_wheel_carries_everything_that_is_not_code(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("templates", "inbox/_data/templates"), ("alembic", "inbox/_data/alembic")):
        wanted = {
            f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert wanted - names == set()
    for package in ("inbox", "connectors", "routing"):
        wanted = {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / package).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
        }
        assert wanted - names == set()
    assert any(name.endswith("static/vendor/htmx.min.js") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_carries_neither_tests_nor_anybody_s_data(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"inbox", "connectors", "routing"}
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".db", ".env"))]


def test_an_installed_inbox_sets_itself_up_and_finds_itself_well(program: Path, tmp_path: Path) -> None:
    settings = {"INBOX_SECRET_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
    told = _run(program, "--help", folder=tmp_path)
    assert told.returncode == 0 and "inbox [OPTIONS] COMMAND" in told.stdout
    migrated = _run(program, "migrate", folder=tmp_path, **settings)
    assert migrated.returncode == 0, migrated.stderr
    added = _run(
        program, "office", "add", "--name", "Rowan Ashby’s office", "--kind", "mp", "--nation", "england",
        folder=tmp_path, **settings,
    )  # fmt: skip
    assert (added.returncode, added.stdout) == (0, "rowan-ashbys-office\n"), added.stderr
    well = _run(program, "doctor", folder=tmp_path, **settings)
    assert well.returncode == 0, well.stdout + well.stderr


def test_an_installed_inbox_demo_signs_a_newcomer_in_to_a_full_queue(program: Path, tmp_path: Path) -> None:
    port, said = free_port(), tmp_path / "said.txt"
    with said.open("wb") as out:
        demo = subprocess.Popen(
            [program, "demo", "--port", str(port)], cwd=tmp_path, env=_environment(), stdout=out, stderr=out
        )
    try:
        until(lambda: "Stop with Ctrl+C" in said.read_text() or demo.poll() is not None, seconds=120)
        assert demo.poll() is None, said.read_text()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=30) as browser:
            page = browser.get("/sign-in").text
            pressed = re.search(r'name="staff" value="([^"]+)"(?:(?!</form>).)*Priya Nair', page)
            assert pressed is not None
            queue = browser.post("/sign-in/demo", data={"staff": pressed[1]})
            assert (queue.status_code, queue.url.path) == (200, "/queue/to-sort")
            cases = set(re.findall(r'href="/queue/to-sort/(WX-[^"/]+)"', queue.text))
            assert len(cases) > 5
            assert all(browser.get(f"/cases/{case}").status_code == 200 for case in cases)
            for file in re.findall(r'(?:src|href)="(/static/[^"]+)', queue.text):
                assert browser.get(file).status_code == 200, file
    finally:
        demo.terminate()
        demo.wait(30)


def test_an_installed_inbox_runs_its_own_files_and_not_the_checkout(program: Path, tmp_path: Path) -> None:
    python = program.parent / "python"
    where = _run(python, "-c", "import inbox.schema as s; print(s.data_folder('templates'))", folder=tmp_path)
    assert where.returncode == 0, where.stderr
    assert Path(where.stdout.strip()).is_relative_to(program.parent.parent)


def test_the_bill_of_materials_names_everything_that_is_locked_and_nothing_else() -> None:
    told = json.loads(_run(sys.executable, ROOT / "sbom.py", folder=ROOT).stdout)
    named = {one["purl"] for one in told["components"]}
    locked = re.findall(
        r"^([A-Za-z0-9._-]+)==([^ ;]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    assert {one for one in named if one.startswith("pkg:pypi/")} == {
        f"pkg:pypi/{name.lower().replace('_', '-').replace('.', '-')}@{version}" for name, version in locked
    }
    assert {one.partition("@")[0] for one in named if one.startswith("pkg:npm/")} == {
        "pkg:npm/htmx.org", "pkg:npm/idiomorph",
    }  # fmt: skip
    assert all(one.get("hashes") or one.get("properties") for one in told["components"])
